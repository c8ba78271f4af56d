"""Takes values: each goes into the ring (memory) at once, and with its batch into the store.

Read downwards: start → record → write_batches → flush. Spares the card: one fsynced batch a minute, and the
last values apart only every SNAPSHOT_ROWS rows (until then history holds them).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection

from hub.contract import Datapoint, DatapointId, DeviceAddress, StoreError
from privacy.ports import Clock, RandomBytes
from privacy.vocabulary import DataCategory

from . import history_tables as tables
from .history_tables import Batch, Scalar, SeriesRow, Stored
from .ring import SLOTS, Ring, read_ring
from .series_exchange import ExchangePlan, exchange, plan_exchange
from .store import Store
from .stored_values import as_kind, decode_record, encode_record, restored_value, storable, unix_ms

log = logging.getLogger(__name__)

MAX_BATCH = SLOTS // 2  # values; then a batch is written at once, while the ring has room for the next
MAX_PENDING = 100_000  # values that wait while the disk refuses; then the oldest are dropped
SNAPSHOT_ROWS = 5000  # values between two writings of the state table; a start reads at most so many
RETRY_S = 1.0


class Recorder:
    """One writer: the hub's intake by ``record``."""

    def __init__(
        self, store: Store, clock: Clock, random_bytes: RandomBytes, *, ring_path: Path | None, batch_s: float
    ) -> None:
        """ring_path: in the runtime folder; None: kill -9 loses what came since the last batch."""
        self._store = store
        self._clock = clock
        self._random_bytes = random_bytes
        self._ring_path = ring_path
        self._batch_s = batch_s
        self._ring: Ring | None = None
        self.series: dict[DatapointId, SeriesRow] = {}
        self._next_series = 1
        self._new_series: list[SeriesRow] = []
        self._rows: list[tuple[int, Scalar]] = []
        self._newest: dict[int, tuple[int, Scalar]] = {}  # not yet in the state table
        self._state_at = 0
        self._rows_since_state = 0
        self._full = asyncio.Event()
        self._writing = asyncio.Lock()
        self._dropped = 0
        self.restricted: frozenset[DataCategory] = frozenset()  # Art. 18: kept as it is, nothing is added

    # life

    async def start(self) -> list[Datapoint]:
        """Read what is stored and what an earlier process left in the ring; return the newest values.

        Raises:
            StoreError: it can't be read or written.
        """
        stored = await self._store.read(tables.read_stored)
        self._state_at = stored.state_at
        restored = self._take_stored(stored)
        left = self._read_ring()
        for record in left:
            if (datapoint := decode_record(record)) is not None:
                self._note(datapoint)
                restored[datapoint.id] = datapoint
        if left:
            await self.flush()  # before the old ring's file is replaced
        self._make_ring()
        return list(restored.values())

    async def close(self) -> None:
        """Write what waits; the store may be closed afterwards.

        Raises:
            StoreError: it could not be written; the ring keeps it.
        """
        await self.flush(snapshot=True)
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    # inwards

    def record(self, datapoint: Datapoint) -> None:
        """Take one value. Never blocks; one that is not finite, or of a restricted category, is left out."""
        if datapoint.category in self.restricted:
            return
        series = self._note(datapoint)
        if series is None or self._ring is None:
            return
        if (
            not self._ring.append(encode_record(series.datapoint, datapoint))
            or self._ring.waiting >= MAX_BATCH
        ):
            self._full.set()

    def _note(self, datapoint: Datapoint) -> SeriesRow | None:
        stored = storable(datapoint.value)
        if stored is None:
            return None
        series = self.series.get(datapoint.id) or self._number(datapoint)
        at_ms = unix_ms(datapoint.at)
        self._rows.append((tables.key_of(at_ms, series.id), stored))
        self._newest[series.id] = (at_ms, stored)
        if len(self._rows) >= MAX_BATCH:
            self._full.set()
            if len(self._rows) > MAX_PENDING:
                self._drop_oldest()
        return series

    def _number(self, datapoint: Datapoint) -> SeriesRow:
        series = SeriesRow(
            id=self._next_series,
            datapoint=str(datapoint.id),
            kind=type(datapoint.value).__name__,
            unit=datapoint.unit,
            category=datapoint.category.value,
        )
        self._next_series += 1
        self.series[datapoint.id] = series
        self._new_series.append(series)
        return series

    def forget(self, device: DeviceAddress) -> list[int]:
        """Give the numbers of a device's series up, for erasing; a new value of it gets a new number."""
        return self._forget([known for known in self.series if known.channel.device == device])

    def forget_categories(self, categories: Collection[DataCategory]) -> list[int]:
        """The same for all series of these categories."""
        values = {category.value for category in categories}
        return self._forget([known for known, row in self.series.items() if row.category in values])

    def of(self, categories: Collection[DataCategory]) -> list[int]:
        """The numbers of all series of these categories."""
        values = {category.value for category in categories}
        return [row.id for row in self.series.values() if row.category in values]

    def _forget(self, gone: Sequence[DatapointId]) -> list[int]:
        ids = {self.series.pop(known).id for known in gone}
        for number in ids:
            self._newest.pop(number, None)
        self._rows = [row for row in self._rows if row[0] & tables.SERIES_MASK not in ids]
        self._new_series = [row for row in self._new_series if row.id not in ids]
        return sorted(ids)

    async def renew_ring(self) -> None:
        """Put an empty ring in the place of this one: nothing that was erased is left in it.

        Raises:
            StoreError: what it still held could not be written; it stays.
        """
        await self.flush()
        if self._ring is not None:
            old, self._ring = self._ring, None
            self._make_ring()
            old.close()
            await self.flush()  # what came meanwhile stands in no ring

    async def exchange(
        self,
        old: DeviceAddress,
        new: DeviceAddress,
        since_ms: int | None,
        beside: Callable[[Connection], None],
    ) -> None:
        """Let two devices exchange their series, in one transaction with ``beside`` and all that waits.

        since_ms: as in Exchange.

        Raises:
            StoreError: nothing was changed.
        """
        await self.flush(snapshot=True)  # from now on a start finds no last value in history alone
        async with self._writing:
            plan = plan_exchange(self.series, (old, new), since_ms, self._next_series)
            series, self._new_series = [*self._new_series, *plan.fresh], []
            written = False

            def write(connection: Connection) -> None:
                tables.write_batch(connection, Batch(series=series))
                exchange(connection, plan.wanted)
                beside(connection)

            try:
                await self._store.write(write)
                written = True
            finally:
                if not written:
                    self._new_series[:0] = [row for row in series if row not in plan.fresh]
            self._follow(plan)

    def _follow(self, plan: ExchangePlan) -> None:
        """Know what was written; values that came meanwhile follow their devices."""
        self._next_series += len(plan.fresh)
        for known in plan.before:
            self.series.pop(known, None)
        self.series |= plan.after
        other = plan.wanted.partners
        self._rows = [
            (key - number + other.get(number, number), value)
            for key, value in self._rows
            for number in [key & tables.SERIES_MASK]
        ]
        self._newest = {other.get(number, number): value for number, value in self._newest.items()}

    def _drop_oldest(self) -> None:
        if not self._dropped:
            log.error("history.dropping", extra={"waiting": len(self._rows)})
        self._dropped += len(self._rows) // 2
        del self._rows[: len(self._rows) // 2]

    @asynccontextmanager
    async def settled(self) -> AsyncIterator[Callable[[int], list[tuple[int, int | float]]]]:
        """While this is held, no batch is being written: a value either waits or is in the store.

        Yields:
            A function from a series' number to its numbers that wait, as (unix ms, number).
        """
        async with self._writing:
            yield lambda series: [
                (key >> tables.SERIES_BITS, number)
                for key, number in dict(self._rows).items()
                if key & tables.SERIES_MASK == series and not isinstance(number, str)
            ]

    # to the card

    async def write_batches(self) -> None:
        """Write a batch each ``batch_s`` seconds, or when much has come, until cancelled."""
        failing = False
        while True:
            await self._wait_for_batch()
            try:
                await self.flush()
            except StoreError as error:
                if not failing:
                    log.error("history.not_written", extra={"code": error.code})
                failing = True
                await self._clock.sleep(RETRY_S)
            else:
                failing = False

    async def _wait_for_batch(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            timer = tasks.create_task(self._clock.sleep(self._batch_s), name="history.timer")
            full = tasks.create_task(self._full.wait(), name="history.full")
            await asyncio.wait((timer, full), return_when=asyncio.FIRST_COMPLETED)
            timer.cancel()
            full.cancel()

    async def flush(self, *, snapshot: bool = False) -> None:
        """Write what waits as one batch. On disk (fsync) when this returns.

        snapshot: write the last values too, which makes the next start shorter.

        Raises:
            StoreError: nothing was written; it waits on.
        """
        async with self._writing:
            self._full.clear()
            rows, self._rows = self._rows, []
            series, self._new_series = self._new_series, []
            newest, self._newest = self._newest, {}
            number = self._ring.last if self._ring else 0
            since = self._rows_since_state + len(rows)
            written = False
            try:
                if rows or series or (snapshot and newest):
                    batch = self._batch(series, rows, newest, whole=snapshot or since >= SNAPSHOT_ROWS)
                    await self._store.write(lambda connection: tables.write_batch(connection, batch))
                    self._settle(batch, newest, since)
                written = True
            finally:
                if not written:  # cancelled or refused: nothing is lost, and writing twice changes nothing
                    self._rows[:0] = rows
                    self._new_series[:0] = series
                    self._newest = newest | self._newest
            if self._ring is not None:
                self._ring.commit(number)

    def _batch(
        self,
        series: list[SeriesRow],
        rows: list[tuple[int, Scalar]],
        newest: dict[int, tuple[int, Scalar]],
        *,
        whole: bool,
    ) -> Batch:
        if whole:
            state_at = max([self._state_at, *(at_ms for at_ms, _ in newest.values())])
            return Batch(series=series, rows=rows, state=newest, state_at=state_at)
        # a value older than the last snapshot (the clock was set back) would not be found by a start
        late = {number: value for number, value in newest.items() if value[0] <= self._state_at}
        return Batch(series=series, rows=rows, state=late)

    def _settle(self, batch: Batch, newest: dict[int, tuple[int, Scalar]], since: int) -> None:
        self._rows_since_state = since
        if batch.state_at is not None:
            self._state_at, self._rows_since_state = batch.state_at, 0
        else:
            self._newest = {k: v for k, v in newest.items() if k not in batch.state} | self._newest

    # the ring

    def _take_stored(self, stored: Stored) -> dict[DatapointId, Datapoint]:
        restored: dict[DatapointId, Datapoint] = {}
        for row in stored.series:
            self._next_series = max(self._next_series, row.id + 1)
            try:
                known = DatapointId.parse(row.datapoint)
                category = DataCategory(row.category)
            except ValueError:
                log.warning("history.unknown_series", extra={"series": row.id})
                continue
            self.series[known] = row
            if row.id in stored.state:
                at_ms, value = stored.state[row.id]
                restored[known] = restored_value(known, as_kind(row.kind, value), row.unit, at_ms, category)
        return restored

    def _read_ring(self) -> tuple[bytes, ...]:
        if self._ring_path is None:
            return ()
        try:
            contents = read_ring(self._ring_path, self._store.derive_key(b"ring"))
        except OSError as error:
            log.warning("ring.unreadable", extra={"reason": error.strerror})
            return ()
        if contents.damaged:
            log.warning("ring.damaged", extra={"slots": contents.damaged})
        return contents.records

    def _make_ring(self) -> None:
        if self._ring_path is None:
            return
        try:
            self._ring = Ring(self._ring_path, self._store.derive_key(b"ring"), self._random_bytes)
        except OSError as error:
            # the home works without it; only a crash would cost up to a minute of history
            log.warning("ring.missing", extra={"reason": error.strerror})
