"""The hub's store as a holder of personal data: what lies where, all of it for its people, erased in time.

Serves Art. 15 and 20 (export) and the retention rules. What protects people rather than telling about them is
left out of an export: password and token hashes, the devices' radio keys.
"""

import logging
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from functools import partial

import msgspec
from sqlalchemy import Connection, Table, delete, select

from hub.contract import StoreError
from privacy.ports import Clock, Holding

from . import schema
from .history import History
from .history_tables import DAY_MS, SERIES_BITS, SERIES_MASK, SLOT_MS
from .holdings import COPY_DAYS, holdings
from .means import unpack
from .store import Store
from .upgrade import upgrade_copies

log = logging.getLogger(__name__)

SWEEP_S = 3600.0
PAGE = 1000  # rows per read, so that nobody waits long behind an export
_SECRET = {"password_hash", "token_hash", "value"}
_SMALL = (
    schema.rooms,
    schema.people,
    schema.sessions,
    schema.settings,
    schema.driver_records,
    schema.series,
    schema.state,
)


class StoreHolder:
    """Follows privacy.ports.Holder."""

    def __init__(self, store: Store, history: History, clock: Clock) -> None:
        self._store = store
        self._history = history
        self._clock = clock

    async def run(self) -> None:
        """Sweep at once and each hour, until cancelled."""
        while True:
            try:
                await self.sweep(self._clock.now())
            except StoreError as error:
                log.warning("store.not_swept", extra={"code": error.code})
            await self._clock.sleep(SWEEP_S)

    def holdings(self) -> tuple[Holding, ...]:
        """All tables, with the owner's own terms for history."""
        return holdings(self._history.config.raw_days, self._history.config.means_days)

    async def export(self) -> AsyncIterator[Mapping[str, object]]:
        """Every record, JSON-ready, with the name of its table; history oldest first.

        Raises:
            StoreError: it can't be read.
        """
        await self._history.flush()
        for table in _SMALL:
            for row in await self._store.read(partial(_rows, table=table)):
                yield {"table": str(table.name), **row}
        for row in await self._store.read(_devices):
            yield {"table": "devices", **row}
        names = await self._store.read(_series_names)
        for table in (schema.history_days, schema.history):
            last = -1
            while page := await self._store.read(partial(_page, table=table, last=last)):
                for key, value in page:
                    known = {"table": str(table.name), "datapoint": names.get(key & SERIES_MASK)}
                    for told in _told(key, value):
                        yield {**known, **told}
                last = page[-1][0]

    async def sweep(self, at: datetime) -> int:
        """Erase what outlived its retention at ``at``; return how many records went.

        Raises:
            StoreError: it can't be written.
        """
        expired = delete(schema.sessions).where(schema.sessions.c.expires_at < at.timestamp() * 1000)
        ended = await self._store.write(lambda connection: connection.execute(expired).rowcount)
        return ended + self._sweep_copies(at) + await self._history.sweep(at)

    def _sweep_copies(self, at: datetime) -> int:
        old = [
            copy
            for copy in upgrade_copies(self._store.path)
            if at.timestamp() - copy.stat().st_mtime > COPY_DAYS * DAY_MS / 1000
        ]
        for copy in old:
            copy.unlink()
        return len(old)


def _rows(connection: Connection, table: Table) -> list[dict[str, object]]:
    kept = [column for column in table.c if column.name not in _SECRET or table.name in {"settings", "state"}]
    names = [str(column.name) for column in kept]
    return [dict(zip(names, row, strict=True)) for row in connection.execute(select(*kept))]


def _devices(connection: Connection) -> list[dict[str, object]]:
    return [
        {
            "address": row.address,
            "name": row.name,
            "room": row.room,
            "description": None if row.description is None else msgspec.json.decode(row.description),
        }
        for row in connection.execute(select(schema.devices))
    ]


def _series_names(connection: Connection) -> dict[int, str]:
    rows = connection.execute(select(schema.series.c.id, schema.series.c.datapoint))
    return {row[0]: row[1] for row in rows}


def _page(connection: Connection, table: Table, last: int) -> list[tuple[int, object]]:
    rows = connection.execute(select(table).where(table.c.key > last).order_by(table.c.key).limit(PAGE))
    return [(row[0], row[1]) for row in rows]


def _told(key: int, value: object) -> list[dict[str, object]]:
    place = key >> SERIES_BITS
    if not isinstance(value, bytes):
        return [{"at": _text(place), "value": value}]
    return [
        {
            "at": _text(place * DAY_MS + slot * SLOT_MS),
            "mean": bucket.mean,
            "lowest": bucket.low,
            "highest": bucket.high,
        }
        for slot, bucket in unpack(value)
    ]


def _text(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
