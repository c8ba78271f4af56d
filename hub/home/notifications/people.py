"""Whom to tell, in which order, and when not: what is due at a moment. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from .kinds import URGENT
from .model import Notification

EVERY = timedelta(minutes=5)  # of danger and alarm, until somebody acknowledges: then the next way
SOON = 24  # steps at that pace, two hours; whoever is not awake by then is told each hour
LATER = timedelta(hours=1)
STALE = timedelta(days=1)  # nobody wants to hear of it by a message any more
MOST_STEPS = SOON + 24  # until it is stale
MOST_PEOPLE, MOST_WAYS = 16, 8
WAITING, SENT, FAILED = "waiting", "sent", "failed"  # fates
EXPIRED, REFUSED = "expired", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """When somebody sleeps, in minutes of the day, 0 to 1439; it may go over midnight."""

    from_minute: int
    to_minute: int

    def covers(self, at: datetime, zone: tzinfo) -> bool:
        """Whether that moment is one of them, by the clock on the wall at home."""
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if self.from_minute <= self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is told. id: 0 before it is stored; ways: the gate's ids, in the order they are tried."""

    name: str
    ways: tuple[str, ...]
    quiet: Quiet | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One message to one person. times: the notification's count then; step: 0 is the first.

    further: how many ways behind that of the step it took, as those before it were refused, or failed.
    transfer: the gate's id, empty where it refused; fate: as the gate says, or refused; what: more of it.
    """

    notification: int
    times: int
    person: int
    step: int
    at: datetime
    transfer: str
    fate: str
    what: str = ""
    further: int = 0


def due(
    one: Notification,
    people: Iterable[Person],
    told: Collection[tuple[int, int]],
    at: datetime,
    zone: tzinfo | None,
) -> Iterator[tuple[Person, int, str]]:
    """Who has to be told of it now: person, step, way to begin with.

    told: person and step of what was sent of it. zone: None: no quiet hours can be kept.
    """
    if not one.waits or at - one.latest > STALE:
        return
    urgent = one.urgency in URGENT
    step = step_after(at - one.latest) if urgent else 0
    for person in people:
        sleeps = person.quiet is not None and zone is not None and person.quiet.covers(at, zone)
        if person.ways and (urgent or not sleeps) and (person.id, step) not in told:
            yield person, step, person.ways[step % len(person.ways)]


def step_after(waited: timedelta) -> int:
    """How far the order of ways has come when nobody acknowledged for so long, from 0."""
    soon = max(0, waited // EVERY)
    return soon if soon < SOON else SOON + (waited - SOON * EVERY) // LATER
