"""Rooms, and what people call their devices: in memory for reading, in the store before it counts."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import replace

from hub.contract import DeviceAddress

from .errors import Refused
from .household import Label, Room
from .records import Records

MOST_ROOMS = 100
UNLABELLED = Label()


class Rooms:
    """All rooms and labels.

    Listeners hear of changes after they are on disk: ``rooms_changed()``, ``label_changed(device)``.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._rooms: dict[str, Room] = {}
        self._labels: dict[DeviceAddress, Label] = {}
        self._changing = asyncio.Lock()  # between check and disk nobody else may change what was checked
        self.rooms_changed: Callable[[], None] = lambda: None
        self.label_changed: Callable[[DeviceAddress], None] = lambda _: None
        self.still_there: Callable[[Container[str]], None] = lambda _: None  # told the ids when one went

    async def load(self) -> None:
        """Read them all."""
        self._rooms = {room.id: room for room in await self._records.rooms()}
        self._labels = dict(await self._records.labels())

    def all(self) -> tuple[Room, ...]:
        """All rooms, oldest first."""
        return tuple(self._rooms.values())

    def label(self, device: DeviceAddress) -> Label:
        """Name and room of a device."""
        return self._labels.get(device, UNLABELLED)

    def name_of(self, subject: str) -> str:
        """What people call a device: its name, else its room; empty for what is none, or has neither."""
        try:
            label = self.label(DeviceAddress.parse(subject))
        except ValueError:
            return ""
        room = self._rooms.get(label.room or "")
        return label.name or ("" if room is None else room.name)

    @property
    def labels(self) -> Mapping[DeviceAddress, Label]:
        """All labels."""
        return self._labels

    async def add(self, name: str) -> Room:
        """Make a room.

        Raises:
            Refused: name_taken, too_many.
            StoreError: nothing was changed; also by the other changes.
        """
        async with self._changing:
            self._check_name(name, but="")
            if len(self._rooms) >= MOST_ROOMS:
                raise Refused("too_many", field="name", allowed=f"at most {MOST_ROOMS} rooms")
            room = await self._records.add_room(name)
            self._rooms[room.id] = room
        self.rooms_changed()
        return room

    async def rename(self, room_id: str, name: str) -> Room:
        """Call a room something else.

        Raises:
            Refused: unknown_room, name_taken.
        """
        async with self._changing:
            room = replace(self._room(room_id, "id"), name=name)
            self._check_name(name, but=room_id)
            await self._records.rename_room(room)
            self._rooms[room_id] = room
        self.rooms_changed()
        return room

    async def remove(self, room_id: str) -> None:
        """Erase a room; its devices are in none then.

        Raises:
            Refused: unknown_room.
        """
        async with self._changing:
            self._room(room_id, "id")
            await self._records.remove_room(room_id)
            self._rooms.pop(room_id, None)
            self.still_there(self._rooms)  # before another room gets its number
        self.rooms_changed()
        for device, label in list(self._labels.items()):
            if label.room == room_id:
                self._labels[device] = replace(label, room=None)
                self.label_changed(device)

    async def relabel(self, device: DeviceAddress, change: Callable[[Label], Label]) -> None:
        """Change a device's name and room; the caller knows that the device exists.

        change: gets what they are at that moment, so that two changes at once are both kept.

        Raises:
            Refused: unknown_room.
        """
        async with self._changing:
            before = self.label(device)
            label = change(before)
            if label == before:
                return
            if label.room is not None:
                self._room(label.room, "room")
            await self._records.put_label(device, label)
            self._labels[device] = label
        self.label_changed(device)

    async def exchange(
        self, one: DeviceAddress, other: DeviceAddress, write: Callable[[], Awaitable[None]]
    ) -> None:
        """Let two devices exchange name and room. write: does so on disk, with what belongs to it.

        Raises:
            StoreError: nothing was changed.
        """
        async with self._changing:
            await write()
            self._labels[one], self._labels[other] = self.label(other), self.label(one)
        self.label_changed(one)
        self.label_changed(other)

    async def reload(self) -> None:
        """Read all anew after an erasure, and tell who shows them."""
        async with self._changing:
            before = set(self._labels)
            await self.load()
            self.still_there(self._rooms)
        self.rooms_changed()
        for device in before:
            self.label_changed(device)

    def forget(self, device: DeviceAddress) -> None:
        """The device is gone, and the registry erased its row."""
        self._labels.pop(device, None)

    def _room(self, room_id: str, field: str) -> Room:
        room = self._rooms.get(room_id)
        if room is None:
            raise Refused("unknown_room", field=field, value=room_id)
        return room

    def _check_name(self, name: str, *, but: str) -> None:
        if any(room.name == name and room.id != but for room in self._rooms.values()):
            raise Refused("name_taken", field="name", value=name)
