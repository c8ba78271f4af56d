"""A home for benches: datapoints of some devices, and their values at given times."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hub.contract import Datapoint, DatapointId, DeviceAddress, Origin
from privacy.vocabulary import DataCategory

PARAMETERS = (
    ("ACTUAL_TEMPERATURE", "°C", 15.0, 25.0, DataCategory.CLIMATE),
    ("HUMIDITY", "%", 30.0, 70.0, DataCategory.CLIMATE),
    ("POWER", "W", 0.0, 2000.0, DataCategory.ENERGY),
    ("LEVEL", None, 0.0, 1.0, DataCategory.ACTUATOR_STATE),
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def datapoint_ids(devices: int) -> list[tuple[DatapointId, str | None, float, float, DataCategory]]:
    """Four per device."""
    return [
        (DeviceAddress("bidcos", f"SIM{number:07}").channel(1).datapoint(name), unit, low, high, category)
        for number in range(devices)
        for name, unit, low, high, category in PARAMETERS
    ]


def values(devices: int, start: datetime, step_s: float, seed: int = 1) -> Iterator[Datapoint]:
    """Endless reports, one each ``step_s`` seconds, of datapoints in random order."""
    chance = random.Random(seed)
    known = datapoint_ids(devices)
    at = start
    while True:
        point, unit, low, high, category = chance.choice(known)
        yield Datapoint(
            id=point,
            value=round(chance.uniform(low, high), 1),
            unit=unit,
            at=at,
            origin=Origin.REPORTED,
            category=category,
        )
        at += timedelta(seconds=step_s)


class BenchClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Wall clock."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds."""
        import time

        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        import asyncio

        await asyncio.sleep(seconds)
