"""Phones, spent pairings and the hub's own key in the store. The only file of hub/remote that knows SQL.

Every write is on disk when it returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from hub.core import Store, schema
from privacy.ports import RandomBytes

from .keys import KEY_SIZE

_OWN = "hub"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRow:
    """A phone as it is stored. role: None while nobody confirmed it."""

    key: bytes
    psk: bytes
    name: str
    role: str | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneRecords:
    """Reads and writes of the tables.

    Every method raises StoreError when the store can't do it; nothing was written then.
    """

    store: Store

    async def own_key(self, random_bytes: RandomBytes) -> bytes:
        """The hub's private X25519 key, made at the first start."""

        def load_or_make(connection: Connection) -> bytes:
            table = schema.remote_keys
            known = connection.execute(
                select(table.c.private).where(table.c.name == _OWN)
            ).scalar_one_or_none()
            if known is not None:
                return bytes(known)
            private = random_bytes(KEY_SIZE)
            connection.execute(insert(table).values(name=_OWN, private=private))
            return private

        return await self.store.write(load_or_make)

    async def all(self) -> Sequence[PhoneRow]:
        """All phones."""
        rows = await self.store.read(lambda connection: connection.execute(select(schema.phones)).all())
        return [
            PhoneRow(
                key=row.key,
                psk=row.psk,
                name=row.name,
                role=row.role,
                since=_EPOCH + row.created_at * _MILLISECOND,
            )
            for row in rows
        ]

    async def put(self, key: bytes, psk: bytes, name: str, role: str | None, since: datetime) -> None:
        """Keep a phone, or its new rights."""
        values = {"psk": psk, "name": name, "role": role, "created_at": (since - _EPOCH) // _MILLISECOND}
        row = insert(schema.phones).values(key=key, **values).on_conflict_do_update(set_=values)
        await self.store.write(lambda connection: connection.execute(row).rowcount)

    async def remove(self, key: bytes) -> None:
        """Erase a phone."""
        gone = delete(schema.phones).where(schema.phones.c.key == key)
        await self.store.write(lambda connection: connection.execute(gone).rowcount)

    async def spend(self, pairing: bytes, at: datetime) -> None:
        """Write down that a pairing's secret is spent."""
        row = insert(schema.pairings).values(id=pairing, created_at=(at - _EPOCH) // _MILLISECOND)
        await self.store.write(lambda connection: connection.execute(row.on_conflict_do_nothing()).rowcount)
