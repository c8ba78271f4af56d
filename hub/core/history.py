"""The home's past: what values were, as charts, and how long they stay. Written by recorder.py.

Raw values for some weeks, 15-minute means for some years. SQL: history_tables.py.
"""

import logging
import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from hub.contract import ConfigError, Datapoint, DatapointId, DeviceAddress
from privacy.ports import Clock, RandomBytes
from privacy.vocabulary import DataCategory

from . import history_tables as tables
from .history_tables import DAY_MS, HOUR_MS, SLOT_MS
from .holdings import MEANS_DAYS, RAW_DAYS
from .means import Bucket
from .recorder import Recorder
from .store import Store
from .stored_values import unix_ms

log = logging.getLogger(__name__)

BATCH_S = 60.0
MAX_POINTS = 2000
ERASE_ROWS = 5000  # per transaction, so that no write waits long behind a sweep
JUMP = timedelta(hours=1)
HELD = timedelta(days=1)  # erasing rests so long after the wall clock jumped ahead by more than JUMP


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryConfig:
    """The owner's choice. raw_days: 1..3650; means_days: 1..36500; batch_s: 1..3600."""

    raw_days: int = RAW_DAYS
    means_days: int = MEANS_DAYS
    batch_s: float = BATCH_S

    def __post_init__(self) -> None:
        chosen: tuple[tuple[str, object, int], ...] = (
            ("raw_days", self.raw_days, 3650),
            ("means_days", self.means_days, 36500),
            ("batch_s", self.batch_s, 3600),
        )
        for key, value, high in chosen:
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 <= value <= high:
                raise ConfigError(f"history.{key}", value, f"1..{high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Buckets of one datapoint: (start in unix ms, mean, lowest, highest); empty ones are absent."""

    id: DatapointId
    unit: str | None
    resolution_s: float
    points: tuple[tuple[int, float, float, float], ...]


class History:
    """Records values and answers what they were."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        ring_path: Path | None,
        random_bytes: RandomBytes,
        config: HistoryConfig | None = None,
    ) -> None:
        """ring_path: in the runtime folder; None: kill -9 loses what came since the last batch."""
        self._store = store
        self._clock = clock
        self.config = HistoryConfig() if config is None else config
        self._recorder = Recorder(
            store, clock, random_bytes, ring_path=ring_path, batch_s=self.config.batch_s
        )
        self.record = self._recorder.record
        self.flush = self._recorder.flush
        self.renew_ring = self._recorder.renew_ring
        self._seen: tuple[datetime, float] | None = None
        self._held_until_s = -math.inf

    # life

    async def start(self) -> list[Datapoint]:
        """Return the newest value of every datapoint, RESTORED; a killed process's last values are in it.

        Raises:
            StoreError: the store can't be read or written.
        """
        return await self._recorder.start()

    async def run(self) -> None:
        """Write batches until cancelled. Call ``close`` after it. Who calls ``sweep``: holder.py."""
        await self._recorder.write_batches()

    async def close(self) -> None:
        """Write what waits; the store may be closed afterwards.

        Raises:
            StoreError: it could not be written; the ring keeps it.
        """
        await self._recorder.close()

    # charts

    async def query(self, datapoint: DatapointId, start: datetime, end: datetime, points: int) -> Chart:
        """At most ``points`` (1..2000) buckets of equal length over start ≤ at < end.

        Read day by day, so that a long chart never holds up a write. Values that wait for their batch are
        in it; asking writes nothing.

        Raises:
            ValueError: end is not after start, or points out of range.
            StoreError: it can't be read.
        """
        start_ms, end_ms = unix_ms(start), unix_ms(end)
        if end_ms <= start_ms or not 1 <= points <= MAX_POINTS:
            raise ValueError(f"from < to and points 1..{MAX_POINTS} needed, not {start}, {end}, {points}")
        series = self._recorder.series.get(datapoint)
        raw_from_ms = unix_ms(self._clock.now() - timedelta(days=self.config.raw_days))
        bucket_ms = max(1000, -(-(end_ms - start_ms) // points))
        by_means = bucket_ms >= SLOT_MS or start_ms < raw_from_ms
        if by_means:
            bucket_ms = -(-bucket_ms // SLOT_MS) * SLOT_MS
            start_ms -= start_ms % SLOT_MS
        buckets: dict[int, Bucket] = {}
        if series is not None:
            async with self._recorder.settled() as waiting:
                for at_ms, number in waiting(series.id):
                    if start_ms <= at_ms < end_ms:
                        _merge(buckets, (at_ms - start_ms) // bucket_ms, Bucket.of(1, number, number, number))
                for day in self._days(start_ms, end_ms):
                    span = (max(start_ms, day * DAY_MS), min(end_ms, (day + 1) * DAY_MS))
                    for place, bucket in await self._read_day(
                        series.id, day, span, start_ms, bucket_ms, by_means
                    ):
                        _merge(buckets, place, bucket)
        return Chart(
            id=datapoint,
            unit=series.unit if series else None,
            resolution_s=bucket_ms / 1000,
            points=tuple(
                (start_ms + place * bucket_ms, bucket.mean, bucket.low, bucket.high)
                for place, bucket in sorted(buckets.items())
            ),
        )

    def _days(self, start_ms: int, end_ms: int) -> range:
        oldest = unix_ms(self._clock.now() - timedelta(days=self.config.means_days + 1))
        newest = unix_ms(self._clock.now() + timedelta(days=2))  # clocks that were ahead
        return range(max(start_ms, oldest) // DAY_MS, -(-min(end_ms, newest) // DAY_MS))

    async def _read_day(
        self, series: int, day: int, span: tuple[int, int], origin_ms: int, bucket_ms: int, by_means: bool
    ) -> list[tuple[int, Bucket]]:
        if by_means and await self._store.read(lambda connection: tables.has_means(connection, day)):
            slots = await self._store.read(lambda connection: tables.read_days(connection, series, (day,)))
            return [
                ((at_ms - origin_ms) // bucket_ms, bucket)
                for at_ms, bucket in slots
                if span[0] <= at_ms < span[1]
            ]
        return await self._store.read(
            lambda connection: tables.read_raw(connection, series, *span, origin_ms, bucket_ms)
        )

    # erasing

    async def sweep(self, at: datetime, *, held: bool | None = None) -> int:
        """Make means of days that are over, then erase what outlived its retention at ``at``.

        After the wall clock jumped ahead by more than an hour, nothing is erased until the owner confirmed
        the clock (``held``, the gate's word), or, without a gate, for a day.

        Returns:
            How many records went.

        Raises:
            StoreError: it can't be read or written.
        """
        await self._make_means(today=unix_ms(at) // DAY_MS)
        jumped = self._is_held(at)
        if jumped if held is None else held:
            return 0
        erased = 0
        resting = self._recorder.of(self._recorder.restricted)
        before_ms = unix_ms(at - timedelta(days=self.config.raw_days))
        while count := await self._store.write(
            lambda connection: tables.erase_raw(connection, before_ms, ERASE_ROWS, resting)
        ):
            erased += count
        before_day = unix_ms(at - timedelta(days=self.config.means_days)) // DAY_MS
        return erased + await self._store.write(
            lambda connection: tables.erase_days(connection, before_day, resting)
        )

    async def erase(self, device: DeviceAddress) -> None:
        """Erase all that is remembered about a device, for good.

        Raises:
            StoreError: nothing was erased.
        """
        await self.flush()
        ids = self._recorder.forget(device)
        if ids:
            await self._store.write(lambda connection: tables.erase_series(connection, ids))

    async def give_up(self, categories: Collection[DataCategory]) -> list[int]:
        """Write what waits, then forget the series of these categories; their numbers, for erasing."""
        await self.flush()
        return self._recorder.forget_categories(categories)

    def restrict(self, categories: frozenset[DataCategory]) -> None:
        """Keep what there is of these categories: nothing is added, shown, or erased by time (Art. 18)."""
        self._recorder.restricted = categories

    def is_restricted(self, datapoint: DatapointId) -> bool:
        """Whether the past of ``datapoint`` is kept and not used."""
        series = self._recorder.series.get(datapoint)
        return series is not None and series.id in self._recorder.of(self._recorder.restricted)

    def series_of(self, device: DeviceAddress) -> int:
        """How many of a device's datapoints have a past."""
        return sum(known.channel.device == device for known in self._recorder.series)

    async def exchange(
        self,
        old: DeviceAddress,
        new: DeviceAddress,
        since: datetime | None,
        beside: Callable[[Connection], None],
    ) -> None:
        """Let two devices exchange their pasts, in one transaction with ``beside``.

        since: what they reported from then on stays with them; None: all of the past changes hands.

        Raises:
            StoreError: nothing was changed.
        """
        await self._recorder.exchange(old, new, None if since is None else unix_ms(since), beside)

    async def _make_means(self, today: int) -> None:
        day = await self._store.read(tables.first_raw_day)
        while day is not None and day < today:
            if not await self._store.read(partial(tables.has_means, day=day)):
                await self._make_means_of(day)
            day = await self._store.read(partial(tables.first_raw_day, since=day + 1))

    async def _make_means_of(self, day: int) -> None:
        means: dict[int, list[tuple[int, Bucket]]] = {}
        start_ms = day * DAY_MS
        for hour_ms in range(start_ms, start_ms + DAY_MS, HOUR_MS):  # a busy day at once would hold up writes
            hour = partial(tables.read_slots, start_ms=hour_ms, end_ms=hour_ms + HOUR_MS)
            for series, slot, bucket in await self._store.read(hour):
                means.setdefault(series, []).append((slot, bucket))
        await self._store.write(partial(tables.write_means, day=day, means=means))

    def _is_held(self, at: datetime) -> bool:
        now_s = self._clock.monotonic()
        if self._seen is not None:
            seen_at, seen_s = self._seen
            if at - seen_at - timedelta(seconds=now_s - seen_s) > JUMP:
                self._held_until_s = now_s + HELD.total_seconds()
                log.warning("history.clock_jumped", extra={"held_s": HELD.total_seconds()})
        self._seen = (at, now_s)
        return now_s < self._held_until_s


def _merge(buckets: dict[int, Bucket], place: int, bucket: Bucket) -> None:
    if place in buckets:
        buckets[place].add(bucket)
    else:
        buckets[place] = bucket
