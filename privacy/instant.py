"""A moment as the gate knows it: what the clock says, what it can't be before, how much time ran. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

A_LITTLE = timedelta(minutes=1)  # that a clock may have been set back without being doubted


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """One moment.

    wall: the machine's clock, aware, UTC. floor: the latest wall time that was ever written down.
    running_s: seconds this gate has run since its store was made, counted each minute and never taken back.
    sure: whether somebody (kernel, hardware clock, owner) vouches for ``wall``.
    """

    wall: datetime
    floor: datetime
    running_s: float
    sure: bool

    @property
    def at(self) -> datetime:
        """The later of clock and floor: setting the clock back gains nothing."""
        return max(self.wall, self.floor)

    def to_count_from(self) -> "Instant":
        """The same moment for a term: a floor that is a little ahead of a right clock adds nothing."""
        ahead = self.floor - self.wall
        return replace(self, floor=self.wall) if timedelta(0) < ahead <= A_LITTLE else self
