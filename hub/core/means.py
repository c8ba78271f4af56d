"""A series as a course over time: a value holds until the next one. Means by time; a day of them as bytes.

A value holds for HOLD_MS at most: what is alive is heard at least daily, and the history knows no other gap.
A mean is weighed by how long each value held: 20 for ten minutes and 30 for five is 23.3, however many
reports said so. Pure.
"""

import math
import struct
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

SLOT_S = 900
SLOT_MS = SLOT_S * 1000
SLOTS_PER_DAY = 96
HOLD_MS = 86_400_000
_RECORD = struct.Struct("<BIddd")  # slot of the day, count, mean, min, max
Sample = tuple[int, int | float]  # unix ms, value


@dataclass(slots=True)
class Bucket:
    """What is known about a span of time: values that came in it, how long any held, the lowest, the highest.

    total: of value times milliseconds. count: 0 where one held that came before.
    """

    count: int
    held_ms: int
    total: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, held_ms: int, mean: float, low: float, high: float) -> Self:
        """From a mean instead of a sum."""
        return cls(count, held_ms, mean * held_ms, low, high)

    @property
    def mean(self) -> float:
        """Mean of the values, each weighed by how long it held; never past the lowest and the highest."""
        return min(max(self.total / self.held_ms, self.low), self.high)

    def add(self, other: "Bucket") -> None:
        """Take another bucket in."""
        self.count += other.count
        self.held_ms += other.held_ms
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)


def merge(buckets: MutableMapping[int, Bucket], place: int, bucket: Bucket) -> None:
    """Take a bucket in where one may be already."""
    if place in buckets:
        buckets[place].add(bucket)
    else:
        buckets[place] = bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Into which buckets a course is cut: start ≤ at < until, of equal width, counted from the origin."""

    start_ms: int
    until_ms: int
    origin_ms: int
    width_ms: int

    def buckets(self, samples: Sequence[Sample], before: Sample | None) -> dict[int, Bucket]:
        """Number of a bucket → what is known of it; samples: oldest first; before: the last one before them.

        A value that held for no time, or came after the end, weighs a millisecond.
        """
        found: dict[int, Bucket] = {}
        if before is not None:
            end_ms = min(samples[0][0] if samples else self.until_ms, before[0] + HOLD_MS, self.until_ms)
            if end_ms > self.start_ms:
                self._hold(found, before[1], self.start_ms, end_ms, count=0)
        for (at_ms, value), (next_ms, _) in pairwise([*samples, (self.until_ms, 0)]):
            self._hold(found, value, at_ms, min(next_ms, at_ms + HOLD_MS, self.until_ms), count=1)
        return found

    def _hold(
        self, found: dict[int, Bucket], value: float, begin_ms: int, end_ms: int, *, count: int
    ) -> None:
        """One value from begin to end; it counts where it begins. Plain, since each sample comes here."""
        place = (begin_ms - self.origin_ms) // self.width_ms
        close_ms = self.origin_ms + (place + 1) * self.width_ms
        while True:
            held_ms = (min(close_ms, end_ms)) - begin_ms
            held_ms = max(held_ms, 1)
            if (one := found.get(place)) is None:
                found[place] = Bucket(count, held_ms, value * held_ms, value, value)
            else:
                one.count += count
                one.held_ms += held_ms
                one.total += value * held_ms
                if value < one.low:
                    one.low = value
                elif value > one.high:
                    one.high = value
            if end_ms <= close_ms:
                return
            place, begin_ms, close_ms, count = place + 1, close_ms, close_ms + self.width_ms, 0


def pack(slots: Iterable[tuple[int, Bucket]]) -> bytes:
    """One day's slots (0 to 95, those of which something is known) as bytes; another form needs a revision.

    Of slots without a value of their own only the first of a run stands, with count 0, and where the run ends
    before the day or the next record one of NaN.
    """
    found, after, held = [], None, 0.0
    for slot, bucket in slots:
        if after is not None and after < slot:
            found.append(_RECORD.pack(after, 0, math.nan, math.nan, math.nan))
        if bucket.count or after != slot or held != bucket.low:
            mean = bucket.mean if bucket.count else bucket.low
            found.append(_RECORD.pack(slot, bucket.count, mean, bucket.low, bucket.high))
        after, held = (None, 0.0) if bucket.count else (slot + 1, bucket.low)
    if after is not None and after < SLOTS_PER_DAY:
        found.append(_RECORD.pack(after, 0, math.nan, math.nan, math.nan))
    return b"".join(found)


def unpack(packed: bytes) -> list[tuple[int, Bucket]]:
    """The slots of ``pack``, each for its whole time; an unfinished record at the end is left out."""
    found: list[tuple[int, Bucket]] = []
    first, held = 0, math.nan
    for slot, count, mean, low, high in [*records(packed), (SLOTS_PER_DAY, 0, math.nan, 0.0, 0.0)]:
        if not math.isnan(held):
            found += [(one, Bucket.of(0, SLOT_MS, held, held, held)) for one in range(first, slot)]
        if count:
            found.append((slot, Bucket.of(count, SLOT_MS, mean, low, high)))
        first, held = slot, math.nan if count else mean
    return found


def records(packed: bytes) -> Iterator[tuple[int, int, float, float, float]]:
    """As they stand: slot, count, mean, lowest, highest."""
    whole = len(packed) - len(packed) % _RECORD.size
    return _RECORD.iter_unpack(packed[:whole])
