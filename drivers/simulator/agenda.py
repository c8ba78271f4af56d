"""What happens next in the simulated home: a heap of appointments, driven by whoever owns the clock.

No clock of its own: real time and a test's time look the same from inside.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field

Uniform = Callable[[], float]
"""Draws a number from 0.0 to below 1.0; seeded by the owner of the simulation."""


@dataclass(slots=True, order=True)
class Appointment:
    """One thing to do at ``when_s``; equal times keep the order in which they were made."""

    when_s: float
    order: int
    do: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Forget it; done or cancelled ones may be cancelled again."""
        self.do = None


class Agenda:
    """Appointments in the order of their time.

    now_s: monotonic seconds; during an appointment the time it was made for, never going back.
    """

    def __init__(self, now_s: float = 0.0) -> None:
        self.now_s = now_s
        self._heap: list[Appointment] = []
        self._order = 0

    def at(self, when_s: float, do: Callable[[], None]) -> Appointment:
        """Do something at ``when_s``, or at once when that has passed."""
        self._order += 1
        appointment = Appointment(when_s, self._order, do)
        heapq.heappush(self._heap, appointment)
        return appointment

    def after(self, delay_s: float, do: Callable[[], None]) -> Appointment:
        """Do something ``delay_s`` seconds from now."""
        return self.at(self.now_s + delay_s, do)

    @property
    def next_s(self) -> float | None:
        """When the next appointment is due; None when there is none."""
        while self._heap and self._heap[0].do is None:
            heapq.heappop(self._heap)
        return self._heap[0].when_s if self._heap else None

    def run_until(self, now_s: float) -> None:
        """Keep every appointment up to ``now_s``, those included that are made on the way."""
        while (next_s := self.next_s) is not None and next_s <= now_s:
            appointment = heapq.heappop(self._heap)
            self.now_s = max(self.now_s, appointment.when_s)
            do, appointment.do = appointment.do, None
            if do is not None:
                do()
        self.now_s = max(self.now_s, now_s)
