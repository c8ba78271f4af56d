"""Phones, spent pairings and the hub's own key in the store. The only file of hub/remote that knows SQL.

Every write is on disk when it returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from hub.core import Store, schema
from hub.home.permits import Hours, Permit, Term
from hub.home.roles import Role
from privacy.ports import RandomBytes

from .keys import KEY_SIZE
from .phone import Phone

OWN = "hub"  # X25519
ACCOUNT = "account"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecords:
    """Reads and writes of the tables.

    Every method raises StoreError when the store can't do it; nothing was written then.
    """

    store: Store

    async def key(self, name: str, random_bytes: RandomBytes) -> bytes:
        """The hub's own key of that name, made at the first start: OWN or ACCOUNT."""

        def load_or_make(connection: Connection) -> bytes:
            table = schema.remote_keys
            known = connection.execute(
                select(table.c.private).where(table.c.name == name)
            ).scalar_one_or_none()
            if known is not None:
                return bytes(known)
            private = random_bytes(KEY_SIZE)
            connection.execute(insert(table).values(name=name, private=private))
            return private

        return await self.store.write(load_or_make)

    async def all(self) -> Sequence[Phone]:
        """All phones."""

        def read(connection: Connection) -> list[Phone]:
            rooms: dict[bytes, set[str]] = {}
            for row in connection.execute(select(schema.phone_rooms)):
                rooms.setdefault(row.phone, set()).add(str(row.room))
            rows = connection.execute(select(schema.phones))
            return [_phone(row, frozenset(rooms.get(row.key, ()))) for row in rows]

        return await self.store.read(read)

    async def put(self, phone: Phone) -> None:
        """Keep a phone, or its new rights.

        A room that went meanwhile is left out: it is none that the phone sees.
        """
        values = _values(phone)
        row = insert(schema.phones).values(key=phone.key, **values).on_conflict_do_update(set_=values)
        rooms = () if phone.permit is None else phone.permit.rooms or ()

        def write(connection: Connection) -> None:
            connection.execute(row)
            connection.execute(delete(schema.phone_rooms).where(schema.phone_rooms.c.phone == phone.key))
            known = select(schema.rooms.c.id).where(schema.rooms.c.id.in_([int(room) for room in rooms]))
            for room in connection.execute(known).scalars().all():
                connection.execute(insert(schema.phone_rooms).values(phone=phone.key, room=room))

        await self.store.write(write)

    async def saw(self, key: bytes, at: datetime) -> None:
        """Write down that a phone was here."""
        change = update(schema.phones).where(schema.phones.c.key == key).values(seen_at=_ms(at))
        await self.store.write(lambda connection: connection.execute(change).rowcount)

    async def remove(self, key: bytes) -> None:
        """Erase a phone."""
        gone = delete(schema.phones).where(schema.phones.c.key == key)
        await self.store.write(lambda connection: connection.execute(gone).rowcount)

    async def spend(self, pairing: bytes, at: datetime) -> None:
        """Write down that a pairing's secret is spent."""
        row = insert(schema.pairings).values(id=pairing, created_at=_ms(at))
        await self.store.write(lambda connection: connection.execute(row.on_conflict_do_nothing()).rowcount)


def _phone(row: Any, rooms: frozenset[str]) -> Phone:
    permit = None
    if row.role is not None:
        permit = Permit(
            role=Role(row.role),
            rooms=rooms if row.in_rooms else None,
            hours=None if row.hours is None else _hours(row.hours),
            term=None
            if row.expires_at is None
            else Term(until=_at(row.expires_at), running_s=float(row.expires_running_s)),
        )
    return Phone(
        key=row.key,
        psk=row.psk,
        name=row.name,
        permit=permit,
        since=_at(row.created_at),
        seen=None if row.seen_at is None else _at(row.seen_at),
    )


def _values(phone: Phone) -> dict[str, object]:
    permit = phone.permit
    term = None if permit is None else permit.term
    return {
        "psk": phone.psk,
        "name": phone.name,
        "role": None if permit is None else permit.role.value,
        "created_at": _ms(phone.since),
        "in_rooms": int(permit is not None and permit.rooms is not None),
        "hours": None if permit is None or permit.hours is None else _spelled(permit.hours),
        "expires_at": None if term is None else _ms(term.until),
        "expires_running_s": None if term is None else int(term.running_s),
        "seen_at": None if phone.seen is None else _ms(phone.seen),
    }


def _spelled(hours: Hours) -> str:
    return f"{','.join(str(day + 1) for day in sorted(hours.days))} {hours.from_minute} {hours.to_minute}"


def _hours(text: str) -> Hours:
    days, begin, end = text.split(" ")
    return Hours(
        days=frozenset(int(day) - 1 for day in days.split(",")), from_minute=int(begin), to_minute=int(end)
    )


def _ms(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def _at(number: int) -> datetime:
    return _EPOCH + number * _MILLISECOND
