"""Relays of this home and the slots of their routes: who may be answered where. In memory and in the store.

A slot is handed out once: with a code, before the code is shown. Its phone keeps it; when the phone goes, or
no phone came of the code, the slot is burned, since whoever read the code knows its password. ``renew`` gives
burned slots new passwords, which the broker has to be told.
Source: docs/protocols/remote.md, "Relay".
"""

import asyncio
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace

from privacy import base64url
from privacy.ports import RandomBytes

from .keys import ROUTE_SIZE, Mode
from .opening import Opening
from .relay_records import RelayRecords, RelayRow, SlotRow
from .topics import SLOTS

MOST = 3  # relays; a code has room for one way at home and three by relays
_PASSWORD_SIZE = 18  # bytes; 24 characters


@dataclass(slots=True, kw_only=True)
class Slot:
    """One slot. taken: handed out once, by a code; phone: that has it; pairing: whose code it stands on."""

    number: int
    password: str
    taken: bool = False
    phone: bytes | None = None
    pairing: bytes | None = None

    @property
    def burned(self) -> bool:
        """Nobody is answered there any more."""
        return self.taken and self.phone is None and self.pairing is None

    @property
    def used(self) -> bool:
        """Somebody may be answered there."""
        return self.phone is not None or self.pairing is not None


@dataclass(slots=True, kw_only=True)
class Relay:
    """One relay. name: as the gate knows it; password: of the hub's own user there."""

    row: RelayRow
    slots: list[Slot] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    @property
    def route(self) -> bytes:
        """What names the hub there."""
        return self.row.route

    def used(self) -> frozenset[int]:
        """Slots where somebody may be answered."""
        return frozenset(slot.number for slot in self.slots if slot.used)

    def burned(self) -> tuple[int, ...]:
        """Slots that have to be renewed."""
        return tuple(slot.number for slot in self.slots if slot.burned)

    def free(self) -> Slot | None:
        """The next slot to hand out."""
        return next((slot for slot in self.slots if not slot.taken), None)

    def admits(self, number: int, opening: Opening, phone_key: bytes) -> bool:
        """Whether that phone's opening is answered in that slot."""
        slot = self.slots[number]
        if opening.mode is Mode.PAIR:
            return slot.pairing is not None and slot.pairing == opening.pairing
        return slot.phone is not None and slot.phone == phone_key


class RelayBook:
    """All relays. changed: told whenever a slot is used from now on, or no more, or a relay comes or goes."""

    def __init__(self, records: RelayRecords, random_bytes: RandomBytes) -> None:
        self._records, self._random_bytes = records, random_bytes
        self._relays: dict[str, Relay] = {}
        self.changed: Callable[[], None] = lambda: None
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Read what is stored. Codes ended with the last run: their slots are burned."""
        self._relays = {row.name: Relay(row=row) for row in await self._records.relays()}
        for slot in await self._records.slots():
            known = Slot(number=slot.number, password=slot.password, taken=slot.taken, phone=slot.phone)
            self._relays[slot.relay].slots.append(known)

    def all(self) -> tuple[Relay, ...]:
        """All of them, oldest first."""
        return tuple(self._relays.values())

    def get(self, name: str) -> Relay | None:
        """That relay, or None."""
        return self._relays.get(name)

    # the owner

    async def add(self, name: str, host: str, tls_port: int, wss_port: int) -> Relay | None:
        """Make a route with its slots; None: there is one of that name, or there are MOST.

        Raises:
            StoreError: there is none then.
        """
        async with self._writing:
            if name in self._relays or len(self._relays) >= MOST:
                return None
            row = RelayRow(
                name=name,
                host=host,
                tls_port=tls_port,
                wss_port=wss_port,
                route=self._random_bytes(ROUTE_SIZE),
                password=self._word(),
            )
            relay = Relay(row=row, slots=[Slot(number=n, password=self._word()) for n in range(SLOTS)])
            await self._records.put(row, [_row(relay, slot) for slot in relay.slots])
            self._relays[name] = relay
        self.changed()
        return relay

    async def remove(self, name: str) -> bool:
        """Give a relay up: at once in memory, then in the store; whether there was one.

        Raises:
            StoreError: it comes back with the next start.
        """
        known = self._relays.pop(name, None) is not None
        self.changed()
        await self._records.remove(name)
        return known

    async def renew(self, name: str) -> tuple[Relay, tuple[int, ...]] | None:
        """Give burned slots new passwords; returns which. None: no such relay.

        Raises:
            StoreError: they stay burned.
        """
        async with self._writing:
            relay = self._relays.get(name)
            if relay is None:
                return None
            fresh = {number: Slot(number=number, password=self._word()) for number in relay.burned()}
            await self._records.put_slots([_row(relay, slot) for slot in fresh.values()])
            relay.slots = [fresh.get(slot.number, slot) for slot in relay.slots]
            return relay, tuple(fresh)

    def drop_all(self) -> None:
        """All relays were erased from the store."""
        self._relays.clear()
        self.changed()

    # codes and phones

    async def offer(self, pairing: bytes) -> list[tuple[Relay, Slot]]:
        """One free slot of each relay that has one, for a code that is about to be shown.

        Raises:
            StoreError: the code has no ways by relays.
        """
        async with self._writing:
            chosen = [(relay, slot) for relay in self._relays.values() if (slot := relay.free()) is not None]
            await self._records.put_slots([replace(_row(relay, slot), taken=True) for relay, slot in chosen])
            for _, slot in chosen:
                slot.taken, slot.pairing = True, pairing
        self.changed()
        return chosen

    async def take_back(self, pairing: bytes, relays: Container[str]) -> None:
        """The code of that pairing names no way by these: nobody was shown their slots' passwords.

        Raises:
            StoreError: they are burned when the code is over.
        """
        async with self._writing:
            unshown = [
                (relay, slot)
                for relay, slot in self._all()
                if slot.pairing == pairing and slot.phone is None and relay.name in relays
            ]
            await self._records.put_slots(
                [replace(_row(relay, slot), taken=False) for relay, slot in unshown]
            )
            for _, slot in unshown:
                slot.taken, slot.pairing = False, None
        self.changed()

    async def give(self, pairing: bytes, phone_key: bytes) -> None:
        """The phone of that code is stored: the slots on its code are its own.

        Raises:
            StoreError: they are burned.
        """
        async with self._writing:
            chosen = [(relay, slot) for relay, slot in self._all() if slot.pairing == pairing]
            await self._records.put_slots(
                [replace(_row(relay, slot), phone=phone_key) for relay, slot in chosen]
            )
            for _, slot in chosen:
                slot.phone = phone_key

    def over(self, pairing: bytes) -> None:
        """A pairing is over; what its code offered and no phone has is burned."""
        for _, slot in self._all():
            if slot.pairing == pairing:
                slot.pairing = None
        self.changed()

    def phone_gone(self, phone_key: bytes) -> None:
        """A phone was removed: its slots are burned at once (the store does so with its row)."""
        for _, slot in self._all():
            if slot.phone == phone_key:
                slot.phone = None
        self.changed()

    def _all(self) -> Iterator[tuple[Relay, Slot]]:
        for relay in self._relays.values():
            for slot in relay.slots:
                yield relay, slot

    def _word(self) -> str:
        return base64url.encode(self._random_bytes(_PASSWORD_SIZE))


def _row(relay: Relay, slot: Slot) -> SlotRow:
    return SlotRow(
        relay=relay.name, number=slot.number, password=slot.password, taken=slot.taken, phone=slot.phone
    )
