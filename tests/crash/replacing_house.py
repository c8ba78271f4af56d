"""One device takes the place of another, over and over, killed and cut meanwhile: all of it, or nothing."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from hub.contract import DeviceAddress
from hub.home.household import Label
from hub.home.records import Records
from hub.home.replacements import Replacements
from hub.home.rooms import Rooms
from tests.crash.hub_house import HubHouse, verify
from tests.hub.core.home import value

OLD, NEW = DeviceAddress("bidcos", "SIM0000001"), DeviceAddress("bidcos", "SIM0000002")
NAME = "Lamp"
FIRST_SERIES = 1  # the past that changes hands


class ReplacingHouse(HubHouse):
    async def _open(self, state: Path, run: Path) -> None:
        await super()._open(state, run)
        self._labels = Records(store=self._store)
        rooms = Rooms(self._labels)
        await rooms.load()
        if not rooms.labels:
            await rooms.relabel(OLD, lambda _: Label(name=NAME))
        if not self._history.series_of(OLD) + self._history.series_of(NEW):
            for device, level in ((OLD, 0.25), (NEW, 0.5)):
                self._history.record(value(level, of=device.channel(1).datapoint("LEVEL")))
            await self._history.flush()
        self._places = Replacements(self._labels, rooms, self._history, self._clock)
        await self._places.load()

    async def _values(self) -> dict[str, int]:
        labels = await self._labels.labels()
        marked = (OLD, NEW) in await self._labels.replacements()
        owner = await self._store.read(_owner)
        held = {device for device, label in labels.items() if label.name == NAME}
        right = NEW if marked else OLD
        if held != {right} or owner != right:
            raise AssertionError(f"place of {right}: the name is at {held}, the past at {owner}")
        await self._store.read(verify)
        number = await self._settings.get("place")
        return {"place": int(number[0])} if isinstance(number, list) else {}

    def keys(self) -> tuple[str, ...]:
        return ("place",)

    async def _set(self, key: str, number: int) -> None:
        self._clock.jump(timedelta(seconds=1))
        if self._places.is_done(OLD, NEW):
            await self._places.give_back(OLD, NEW)
        else:
            await self._places.carry(OLD, NEW)
        await self._settings.put(key, [number, ""])


def _owner(connection: Connection) -> DeviceAddress:
    row = connection.execute(text("SELECT datapoint FROM series WHERE id = :id"), {"id": FIRST_SERIES})
    return DeviceAddress.parse(str(row.scalar_one()).rpartition(":")[0])
