"""Phones that are paired with this home, in memory and in the store; the store first, where one is let in."""

import logging
from collections.abc import Callable, Container
from dataclasses import replace
from datetime import datetime, timedelta

from hub.contract import StoreError
from hub.home.errors import Refused
from hub.home.permits import Permit

from .account import AccountMarks
from .outs import Outs
from .phone import Phone
from .store import PhoneRecords

log = logging.getLogger(__name__)

MOST = 64  # phones of one home
MOST_NAME = 60  # characters
SEEN_EVERY = timedelta(hours=1)  # that a contact is written, to spare the card


class PhoneBook:
    """All phones. Read and changed by the hub's one loop.

    marks: by which they identify the home's account. gone: each is told of every phone that goes.
    changed: told the key of each whose rights became others.
    """

    def __init__(self, records: PhoneRecords, outs: Outs, marks: AccountMarks) -> None:
        self._records, self._outs, self.marks = records, outs, marks
        self._unwritten: set[bytes] = set()  # phones that are out, and stand in the store
        self._untold: set[bytes] = set()  # phones that are out, and the gate may not know it
        self._noted: set[bytes] = set()  # what stands in the block
        self._phones: dict[bytes, Phone] = {}
        self._written: dict[bytes, datetime] = {}  # when a contact was last written
        self.gone: list[Callable[[Phone], None]] = []
        self.changed: Callable[[bytes], None] = lambda _: None

    async def load(self) -> None:
        """Read what is stored. A phone that nobody confirmed goes: its pairing ended with the last run.

        One that was removed while the store could not be written goes now, or stays out until it can be; of
        all that were noted the gate is told once more.
        """
        self._outs.prepare()
        out = self._outs.noted()
        self._noted, self._untold = set(out), set(out)
        self._phones = {}
        for phone in await self._records.all():
            if phone.permit is None:
                await self._records.remove(phone.key)
            elif phone.key in out:
                self._unwritten.add(phone.key)
            else:
                self._phones[phone.key] = phone
        await self.settle()

    async def settle(self) -> None:
        """Write what could not be written before: which phones are out. The notes end when all know it."""
        try:
            for key in tuple(self._unwritten):
                await self._records.remove(key)
                self._unwritten.discard(key)
        except StoreError:
            return  # it was said when it failed first
        if self._noted and not self._untold:
            self._noted.clear()
            self._outs.clear()

    def get(self, key: bytes) -> Phone | None:
        """That phone, or None."""
        return self._phones.get(key)

    def all(self) -> tuple[Phone, ...]:
        """All of them, oldest first."""
        return tuple(sorted(self._phones.values(), key=lambda phone: (phone.since, phone.key)))

    @property
    def is_full(self) -> bool:
        """Whether no further phone has room."""
        return len(self._phones) >= MOST

    async def add(self, phone: Phone) -> None:
        """Keep a phone that was paired, without rights.

        Raises:
            Refused: too_many_phones.
            StoreError: it is not kept.
        """
        if self.is_full and phone.key not in self._phones:
            raise Refused("too_many_phones", allowed=f"at most {MOST}")
        await self._records.put(phone)
        self._phones[phone.key] = phone

    async def spend(self, pairing: bytes, at: datetime) -> None:
        """Write down that a pairing's secret is spent. Raises StoreError."""
        await self._records.spend(pairing, at)

    async def permit(self, key: bytes, name: str, permit: Permit) -> Phone:
        """Give a phone its rights, the first or others; what it has open ends, so that they count at once.

        Raises:
            Refused: unknown_phone.
            StoreError: all is as before.
        """
        known = self._phones.get(key)
        if known is None:
            raise Refused("unknown_phone")
        phone = replace(known, name=name[:MOST_NAME] or known.name, permit=permit)
        await self._records.put(phone)
        if key not in self._phones:  # it was removed meanwhile
            await self._records.remove(key)
            raise Refused("unknown_phone")
        self._phones[key] = phone
        if known.permit is not None:
            self.changed(key)
        return phone

    async def saw(self, key: bytes, at: datetime) -> None:
        """A phone is here. Raises StoreError: it is known, and not written."""
        if (phone := self._phones.get(key)) is None:
            return
        self._phones[key] = replace(phone, seen=at)
        written = self._written.get(key)
        if written is None or not timedelta(0) <= at - written < SEEN_EVERY:
            self._written[key] = at
            await self._records.saw(key, at)

    def keep_rooms(self, rooms: Container[str]) -> None:
        """Only these rooms are there; a number that comes again is another room. The store knows."""
        for key, phone in self._phones.items():
            limits = None if phone.permit is None else phone.permit.rooms
            if phone.permit is not None and limits is not None:
                left = frozenset(room for room in limits if room in rooms)
                if left != limits:
                    self._phones[key] = replace(phone, permit=replace(phone.permit, rooms=left))
                    self.changed(key)

    async def remove(self, key: bytes) -> bool:
        """Let a phone go: at once in memory, then in the store; whether there was one.

        Where the store can't be written it is noted beside it, so that it is out after a restart too.

        Raises:
            StoreError: not even that; it is out until the next start, unless it could be written before.
        """
        known = self._phones.get(key)
        if known is not None:
            self._let_go(known)
        try:
            await self._records.remove(key)
        except StoreError as error:
            log.error("phone.not_erased", extra={"code": error.code})
            self._unwritten.add(key)
            if not self._note(key):
                raise
        return known is not None

    @property
    def untold(self) -> frozenset[bytes]:
        """Phones that are out and were noted; the gate may not know it."""
        return frozenset(self._untold)

    def keep_untold(self, key: bytes) -> None:
        """The gate is away and has to be told that this phone is out, also after a restart."""
        if key not in self._untold:
            self._untold.add(key)
            self._note(key)

    def told(self, key: bytes) -> None:
        """The gate knows that this phone is out."""
        self._untold.discard(key)

    def _note(self, key: bytes) -> bool:
        if key not in self._noted and self._outs.note(key):
            self._noted.add(key)
        return key in self._noted

    def drop_all(self) -> None:
        """All phones were erased from the store: none comes in any more."""
        for phone in tuple(self._phones.values()):
            self._let_go(phone)

    def _let_go(self, phone: Phone) -> None:
        del self._phones[phone.key]
        self._written.pop(phone.key, None)
        self.marks.told(phone.key)
        for listener in self.gone:
            listener(phone)
