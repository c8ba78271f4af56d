"""What one phone or session may: a role, and what narrows it to rooms, hours and an end. Pure.

A permit with an end or hours rests while the time is not sure. An end is kept as a time and as seconds of the
gate's running time, and comes with whichever is reached first: no clock that is changed lengthens a stay.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import Enum

from privacy.vocabulary import DataCategory

from .roles import SETS, Role, Verb

OVER_KEPT = timedelta(days=14)  # so long a stay that is over is shown, and may be given another end


class State(Enum):
    """How it stands with a permit now."""

    OPEN = "open"
    RESTS = "rests"  # it is none of its hours, or nobody vouches for the time
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What time it is by the gate's word.

    at: the later of its clock and the floor under it, aware; running_s: that it ran in all; sure: whether
    somebody vouches for the clock.
    """

    at: datetime
    running_s: float
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When, week after week. days: 0 is Monday; from_minute, to_minute: of the day, 0 to 1440, growing."""

    days: frozenset[int]
    from_minute: int
    to_minute: int

    def cover(self, at: datetime, zone: tzinfo) -> bool:
        """Whether that moment is one of them, by the clock on the wall at home."""
        local = at.astimezone(zone)
        return local.weekday() in self.days and self.from_minute <= _minute(local) < self.to_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """When a stay is over. running_s: of the gate's running time, 0 or more."""

    until: datetime
    running_s: float

    def is_over(self, moment: Moment) -> bool:
        """Whether it is; running time counts also where the clock is not sure."""
        return moment.running_s >= self.running_s or (moment.sure and moment.at >= self.until)

    def is_past(self, moment: Moment) -> bool:
        """Whether it is over for so long that its phone goes."""
        later_s = self.running_s + OVER_KEPT / timedelta(seconds=1)
        return Term(until=self.until + OVER_KEPT, running_s=later_s).is_over(moment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What somebody may. rooms: ids of those that it is limited to; hours, term: None for always."""

    role: Role
    rooms: frozenset[str] | None = None
    hours: Hours | None = None
    term: Term | None = None

    def may(self, verb: Verb) -> bool:
        """Whether the role includes that."""
        return self.role.may(verb)

    @property
    def sets_all(self) -> bool:
        """Whether it is not limited to kinds of values."""
        return self.role not in SETS

    def sets(self, category: DataCategory) -> bool:
        """Whether values of that kind may be set."""
        kinds = SETS.get(self.role)
        return kinds is None or category in kinds

    def state(self, moment: Moment | None, zone: tzinfo | None) -> State:
        """How it stands. moment: None while the gate said nothing; zone: of the home, None: not known."""
        if self.hours is None and self.term is None:
            return State.OPEN
        if moment is None:
            return State.RESTS
        if self.term is not None and self.term.is_over(moment):
            return State.OVER
        if not moment.sure or (
            self.hours is not None and (zone is None or not self.hours.cover(moment.at, zone))
        ):
            return State.RESTS
        return State.OPEN


def term_from(until: datetime, moment: Moment) -> Term:
    """The term that ends then, counted from now."""
    return Term(
        until=until, running_s=moment.running_s + max(0.0, (until - moment.at) / timedelta(seconds=1))
    )


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute
