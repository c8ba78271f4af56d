"""Small durable things by key: the drivers' own records and the home's settings."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from . import schema
from .store import Store


class DriverRecords:
    """One driver's records; follows hub.contract.DriverStore. Addresses, keys, counters of paired devices."""

    def __init__(self, store: Store, driver: str) -> None:
        self._store = store
        self._driver = driver

    async def load(self) -> Mapping[str, bytes]:
        """All records of this driver.

        Raises:
            StoreError: io, corrupt, busy.
        """
        table = schema.driver_records
        query = select(table.c.key, table.c.value).where(table.c.driver == self._driver)
        return await self._store.read(
            lambda connection: {row.key: row.value for row in connection.execute(query)}
        )

    async def save(self, records: Mapping[str, bytes | None]) -> None:
        """Write all in one transaction; None deletes. On disk (fsync) when this returns.

        Raises:
            StoreError: nothing was written.
        """
        if records:
            await self._store.write(lambda connection: self._save(connection, records))

    def _save(self, connection: Connection, records: Mapping[str, bytes | None]) -> None:
        gone = [{"of": self._driver, "named": key} for key, value in records.items() if value is None]
        kept = [
            {"driver": self._driver, "key": key, "value": value}
            for key, value in records.items()
            if value is not None
        ]
        for statement, rows in ((_DROP, gone), (_KEEP, kept)):
            if rows:
                connection.execute(statement, rows)


class Settings:
    """The home's settings: JSON values by key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, key: str) -> object:
        """The value, or None when it was never set.

        Raises:
            StoreError: io, corrupt, busy.
        """
        query = select(schema.settings.c.value).where(schema.settings.c.key == key)
        text = await self._store.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if text is None else msgspec.json.decode(text)

    async def put(self, key: str, value: object) -> None:
        """Set it. On disk (fsync) when this returns.

        Raises:
            StoreError: nothing was written.
        """
        text = msgspec.json.encode(value).decode()
        await self._store.write(lambda connection: connection.execute(_SET, {"key": key, "value": text}))


def _keeping(table: Table) -> Insert:
    put = insert(table)
    return put.on_conflict_do_update(set_={"value": put.excluded.value})


# made once: making one takes longer than running it
_KEEP = _keeping(schema.driver_records)
_SET = _keeping(schema.settings)
_DROP = delete(schema.driver_records).where(
    schema.driver_records.c.driver == bindparam("of"), schema.driver_records.c.key == bindparam("named")
)
