"""An event loop whose time is the simulated home's: nobody waits, everything happens in its order.

When nothing is ready, the selector would sleep; this one lets the home live until it says something to the
hub, or until the hub's next timer is due.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from drivers.simulator.agenda import Agenda

START = datetime(2026, 3, 1, 0, 0, 0, tzinfo=UTC)
R = TypeVar("R")


class VirtualSelector(selectors.DefaultSelector):
    """Sleeps by letting the home live. has_spoken: set by the home when there is something to read."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__()
        self.has_spoken = False
        self._agenda = agenda

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; time passes when nothing is."""
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        until_s = float("inf") if timeout is None else self._agenda.now_s + timeout
        self.has_spoken = False
        while not self.has_spoken:
            next_s = self._agenda.next_s
            if next_s is None or next_s > until_s:
                if timeout is None and next_s is None:
                    raise RuntimeError("home and hub wait for each other")
                self._agenda.run_until(until_s)
                break
            self._agenda.run_until(next_s)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in the home's time."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self.home = VirtualSelector(agenda)
        super().__init__(self.home)

    def time(self) -> float:
        """Seconds of the home."""
        return self._agenda.now_s


class VirtualClock:
    """Follows privacy.ports.Clock in the home's time."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    def now(self) -> datetime:
        """Wall clock."""
        return START + timedelta(seconds=self._agenda.now_s)

    def monotonic(self) -> float:
        """Seconds since the beginning."""
        return self._agenda.now_s

    async def sleep(self, seconds: float) -> None:
        """Wait, in the home's time."""
        await asyncio.sleep(max(seconds, 0.0))


def run(loop: VirtualLoop, work: Callable[[], Coroutine[object, object, R]]) -> R:
    """Run a coroutine to its end in the home's time."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(work())


class MemoryStore:
    """The driver's records, in memory."""

    def __init__(self, records: Mapping[str, bytes]) -> None:
        self.records = dict(records)

    async def load(self) -> Mapping[str, bytes]:
        """All of them."""
        return dict(self.records)

    async def save(self, records: Mapping[str, bytes | None]) -> None:
        """Keep them."""
        for key, value in records.items():
            if value is None:
                self.records.pop(key, None)
            else:
                self.records[key] = value
