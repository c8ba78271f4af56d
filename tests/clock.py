"""A clock that tests own: time passes only when they say so."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class ManualClock:
    """Follows privacy.ports.Clock. ``advance`` wakes sleepers in the order of their time."""

    def __init__(self, at: datetime = START) -> None:
        self._start = at
        self._shift = timedelta()
        self._monotonic_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._monotonic_s) + self._shift

    def monotonic(self) -> float:
        return self._monotonic_s

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._monotonic_s + seconds, self._count, wake))
        await wake

    @property
    def sleeping(self) -> int:
        """How many tasks wait for this clock."""
        return sum(not wake.done() for _, _, wake in self._sleepers)

    @property
    def next_s(self) -> float | None:
        """When the next sleeper is due; None: nobody sleeps."""
        return next((at_s for at_s, _, wake in sorted(self._sleepers) if not wake.done()), None)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock, as NTP does after a start; monotonic time does not move."""
        self._shift += by

    async def advance(self, seconds: float) -> None:
        """Let that much time pass; everybody who is due runs at their own time."""
        await settle()
        end_s = self._monotonic_s + seconds
        while self._sleepers and self._sleepers[0][0] <= end_s:
            at_s, _, wake = heapq.heappop(self._sleepers)
            self._monotonic_s = max(self._monotonic_s, at_s)
            if not wake.done():
                wake.set_result(None)
                await settle()
        self._monotonic_s = end_s
        await settle()


async def settle(turns: int = 10) -> None:
    """Let tasks that are ready run."""
    for _ in range(turns):
        await asyncio.sleep(0)
