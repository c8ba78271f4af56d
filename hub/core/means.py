"""15-minute means of one day and series as bytes, and merging of buckets. Pure."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

SLOT_S = 900
SLOTS_PER_DAY = 96
_RECORD = struct.Struct("<BIddd")  # slot of the day, count, mean, min, max


@dataclass(slots=True)
class Bucket:
    """What is known about a span of time: how many values, their sum, the lowest and the highest."""

    count: int
    total: float
    low: float
    high: float

    @classmethod
    def of(cls, count: int, mean: float, low: float, high: float) -> Self:
        """From a mean instead of a sum."""
        return cls(count, mean * count, low, high)

    @property
    def mean(self) -> float:
        """Arithmetic mean of the values."""
        return self.total / self.count

    def add(self, other: "Bucket") -> None:
        """Take another bucket in."""
        self.count += other.count
        self.total += other.total
        self.low = min(self.low, other.low)
        self.high = max(self.high, other.high)


def pack(slots: Iterable[tuple[int, Bucket]]) -> bytes:
    """One day's slots (0 to 95, those that hold values) as bytes."""
    return b"".join(
        _RECORD.pack(slot, bucket.count, bucket.mean, bucket.low, bucket.high) for slot, bucket in slots
    )


def unpack(packed: bytes) -> list[tuple[int, Bucket]]:
    """The slots of ``pack``; an unfinished record at the end is left out."""
    return [(slot, Bucket.of(count, mean, low, high)) for slot, count, mean, low, high in records(packed)]


def records(packed: bytes) -> Iterator[tuple[int, int, float, float, float]]:
    """The same as slot, count, mean, lowest, highest."""
    whole = len(packed) - len(packed) % _RECORD.size
    return _RECORD.iter_unpack(packed[:whole])
