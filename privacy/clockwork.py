"""Time that nobody stretches: what the clock says, what it can't be before, and whether to believe it.

Pure. Readings in, moments out. Within one run time goes on from the latest believed reading by the monotonic
clock, so that setting the clock back gains nothing; a clock that was set while we ran is doubted, also over a
restart, until the network's time or the owner says that it is right. A clock that nobody vouches for moves
nothing. Source: docs/protocols/gate.md, "Time".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from privacy.instant import A_LITTLE, Instant

STEP = A_LITTLE  # the clock was set, if it moves by more against the monotonic one
START_S = 60.0  # counted extra at each start, for the part of a minute that a crash left unwritten


class Vouched(Enum):
    """Who says that the machine's clock is right."""

    NOBODY = "nobody"
    HARDWARE = "hardware"  # set from a battery-backed clock at boot
    SYNCHRONISED = "synchronised"  # by the network's time


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the machine's clocks. wall: aware, UTC."""

    wall: datetime
    monotonic_s: float
    vouched: Vouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What outlives a restart.

    floor: no moment was or will be before it. ran_s: running time so far. lag: how far the clock was behind
    ``floor``. doubted: the clock was set while we ran, and nobody said since that it is right.
    """

    floor: datetime
    ran_s: float
    lag: timedelta = timedelta(0)
    doubted: bool = False


class Clockwork:
    """One run of the gate, from its first reading on."""

    def __init__(self, kept: Kept | None, first: Reading) -> None:
        kept = kept or Kept(floor=first.wall, ran_s=-START_S)
        self._started_s = first.monotonic_s
        self._ran_s = kept.ran_s + START_S
        self._base = kept.floor  # the least that the time can have been when this run began
        self._lag = self._behind = kept.lag  # to add in this run; to write down for the next
        self._doubted = kept.doubted
        self._confirmed = False
        self._line = first.wall  # wall clock minus elapsed time, as it was when it was last believed
        self.instant(first)

    def instant(self, reading: Reading) -> Instant:
        """The moment of ``reading``."""
        elapsed = timedelta(seconds=reading.monotonic_s - self._started_s)
        line = reading.wall - elapsed
        if abs(line - self._line) > STEP:
            self._confirmed, self._line = False, line
            self._doubted = True
        if reading.vouched is Vouched.SYNCHRONISED:
            self._doubted, self._lag, self._line = False, timedelta(0), line
        if reading.vouched is Vouched.NOBODY and not self._confirmed:
            self._doubted = True  # a hardware clock may be set by this one, and be believed after a restart
        told = line + self._lag if reading.vouched is Vouched.HARDWARE else line
        sure = self._is_sure(reading.vouched, told)
        if sure:
            self._base = max(self._base, told)
        return Instant(
            wall=reading.wall,
            floor=self._base + elapsed,
            running_s=self._ran_s + elapsed.total_seconds(),
            sure=sure,
        )

    def goes_back(self, reading: Reading, right: datetime | None = None) -> bool:
        """Whether ``confirm`` would take the floor back: the clock was wrong, nobody knows for how long."""
        self.instant(reading)
        elapsed = timedelta(seconds=reading.monotonic_s - self._started_s)
        return (reading.wall if right is None else right) - elapsed < self._base - STEP

    def confirm(self, reading: Reading, right: datetime | None = None) -> Instant:
        """Somebody who knows says that it is ``right`` now; None: that the machine's clock is right.

        A clock that is ahead of what is right stays unsure: it has to be set. Where this goes back, whoever
        calls it has ended everything that time limits.
        """
        back = self.goes_back(reading, right)
        elapsed = timedelta(seconds=reading.monotonic_s - self._started_s)
        said = reading.wall if right is None else right
        self._base = said - elapsed if back else max(self._base, said - elapsed)
        if reading.wall - said <= STEP:
            self._confirmed, self._line = True, reading.wall - elapsed
        if abs(reading.wall - said) <= STEP:
            self._doubted, self._lag = False, timedelta(0)
        return self.instant(reading)

    def kept(self, reading: Reading) -> Kept:
        """What to write down now."""
        at = self.instant(reading)
        if at.sure and not self._doubted:
            self._behind = max(at.floor - reading.wall, timedelta(0))
        return Kept(floor=at.floor, ran_s=at.running_s, lag=self._behind, doubted=self._doubted)

    def _is_sure(self, vouched: Vouched, told: datetime) -> bool:
        if self._confirmed:
            return True
        if vouched is Vouched.NOBODY or (vouched is Vouched.HARDWARE and self._doubted):
            return False
        return self._base - told <= STEP
