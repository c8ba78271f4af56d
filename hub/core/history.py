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
from .history_tables import DAY_MS, HOUR_MS
from .holdings import MEANS_DAYS, RAW_DAYS
from .means import HOLD_MS, SLOT_MS, Bucket, Cut, Sample, merge
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
    """Buckets of one datapoint: (start in unix ms, mean, lowest, highest of what held in it).

    A mean is weighed by time, see means.py; buckets of which nothing is known are absent.
    """

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
        in it; asking writes nothing. Nothing is said of the time to come.

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
                past = _Past(self._store, series.id, sorted(waiting(series.id)), unix_ms(self._clock.now()))
                for day in self._days(start_ms, end_ms):
                    span = (max(start_ms, day * DAY_MS), min(end_ms, (day + 1) * DAY_MS))
                    if by_means:
                        for at_ms, bucket in await past.slots(day, *span):
                            merge(buckets, (at_ms - start_ms) // bucket_ms, bucket)
                    else:
                        for place, bucket in (await past.cut(*span, start_ms, bucket_ms)).items():
                            merge(buckets, place, bucket)
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
        start_ms = day * DAY_MS
        means = tables.DayMeans(day, {})
        # hour by hour: a busy day at once would hold up writes
        for hour_ms in range(start_ms - HOLD_MS, start_ms, HOUR_MS):
            newest = partial(tables.read_all_newest, start_ms=hour_ms, end_ms=hour_ms + HOUR_MS)
            means.known.update(await self._store.read(newest))
        for hour_ms in range(start_ms, start_ms + DAY_MS, HOUR_MS):
            await self._store.read(partial(means.read_hour, start_ms=hour_ms))
        await self._store.write(means.write)

    def _is_held(self, at: datetime) -> bool:
        now_s = self._clock.monotonic()
        if self._seen is not None:
            seen_at, seen_s = self._seen
            if at - seen_at - timedelta(seconds=now_s - seen_s) > JUMP:
                self._held_until_s = now_s + HELD.total_seconds()
                log.warning("history.clock_jumped", extra={"held_s": HELD.total_seconds()})
        self._seen = (at, now_s)
        return now_s < self._held_until_s


class _Past:
    """One series, read day by day, oldest first. waiting: numbers that are in no table yet."""

    def __init__(self, store: Store, series: int, waiting: list[Sample], now_ms: int) -> None:
        self._store, self._series, self._waiting, self._now_ms = store, series, waiting, now_ms
        self._before: Sample | None = None  # the newest value before _read_to_ms
        self._read_to_ms: int | None = None

    async def slots(self, day: int, start_ms: int, end_ms: int) -> list[tuple[int, Bucket]]:
        """The quarters of an hour of one day, each of the same weight, as (start in unix ms, bucket)."""
        if await self._store.read(partial(tables.has_means, day=day)):
            kept = await self._store.read(partial(tables.read_days, series=self._series, days=(day,)))
            return [(at_ms, bucket) for at_ms, bucket in kept if start_ms <= at_ms < end_ms]
        found = await self.cut(start_ms, end_ms, 0, SLOT_MS)
        return [
            (place * SLOT_MS, Bucket.of(one.count, SLOT_MS, one.mean, one.low, one.high))
            for place, one in found.items()
        ]

    async def cut(self, start_ms: int, end_ms: int, origin_ms: int, width_ms: int) -> dict[int, Bucket]:
        """Buckets of that width, counted from the origin."""
        late = [one for one in self._waiting if start_ms <= one[0] < end_ms]
        until_ms = max(start_ms, min(end_ms, self._now_ms))
        cut = Cut(start_ms=start_ms, until_ms=until_ms, origin_ms=origin_ms, width_ms=width_ms)
        known, goes_on = self._before, self._read_to_ms == start_ms

        def read(connection: Connection) -> tuple[Sample | None, dict[int, Bucket]]:
            before = known if goes_on else self._newest_before(connection, start_ms)
            samples = tables.read_values(connection, self._series, start_ms, end_ms)
            samples = sorted([*samples, *late]) if late else samples
            return samples[-1] if samples else before, cut.buckets(samples, before)

        self._before, found = await self._store.read(read)
        self._read_to_ms = end_ms
        return found

    def _newest_before(self, connection: Connection, at_ms: int) -> Sample | None:
        kept = tables.read_newest(connection, self._series, at_ms - HOLD_MS, at_ms)
        found = [*([] if kept is None else [kept]), *(one for one in self._waiting if one[0] < at_ms)]
        return max(found, default=None)
