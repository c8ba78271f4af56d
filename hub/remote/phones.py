"""Phones that are paired with this home, in memory and in the store; the store first, where one is let in."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hub.home.errors import Refused
from hub.home.roles import Role

from .store import PhoneRecords

MOST = 64  # phones of one home
MOST_NAME = 60  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One phone. key: its X25519 key; psk: of its sessions; role: None while nobody confirmed it."""

    key: bytes
    psk: bytes
    name: str
    role: Role | None
    since: datetime


class PhoneBook:
    """All phones. Read and changed by the hub's one loop."""

    def __init__(self, records: PhoneRecords) -> None:
        self._records = records
        self._phones: dict[bytes, Phone] = {}
        self.gone: Callable[[bytes], None] = lambda _: None  # told the key of each phone that goes

    async def load(self) -> None:
        """Read what is stored. A phone that nobody confirmed goes: its pairing ended with the last run."""
        self._phones = {}
        for row in await self._records.all():
            if row.role is None:
                await self._records.remove(row.key)
            else:
                self._phones[row.key] = Phone(
                    key=row.key, psk=row.psk, name=row.name, role=Role(row.role), since=row.since
                )

    def get(self, key: bytes) -> Phone | None:
        """That phone, or None."""
        return self._phones.get(key)

    def all(self) -> tuple[Phone, ...]:
        """All of them, oldest first."""
        return tuple(sorted(self._phones.values(), key=lambda phone: (phone.since, phone.key)))

    async def add(self, phone: Phone) -> None:
        """Keep a phone that was paired, without rights.

        Raises:
            Refused: too_many_phones.
            StoreError: it is not kept.
        """
        if len(self._phones) >= MOST and phone.key not in self._phones:
            raise Refused("too_many_phones", allowed=f"at most {MOST}")
        await self._records.put(phone.key, phone.psk, phone.name, None, phone.since)
        self._phones[phone.key] = phone

    async def admit(self, key: bytes, name: str, role: Role) -> Phone:
        """Give a phone its rights.

        Raises:
            Refused: unknown_phone.
            StoreError: it has none.
        """
        known = self._phones.get(key)
        if known is None:
            raise Refused("unknown_phone")
        phone = replace(known, name=name[:MOST_NAME] or known.name, role=role)
        await self._records.put(key, phone.psk, phone.name, role.value, phone.since)
        if key not in self._phones:  # it was removed meanwhile
            await self._records.remove(key)
            raise Refused("unknown_phone")
        self._phones[key] = phone
        return phone

    async def remove(self, key: bytes) -> bool:
        """Let a phone go: at once in memory, then in the store; whether there was one.

        Raises:
            StoreError: it is out, and stands in the store until it can be written.
        """
        known = self._phones.pop(key, None) is not None
        self.gone(key)
        await self._records.remove(key)
        return known

    def drop_all(self) -> None:
        """All phones were erased from the store: none comes in any more."""
        keys = tuple(self._phones)
        self._phones.clear()
        for key in keys:
            self.gone(key)
