"""One matter that people are told of, from its begin over repeats to its end and acknowledgement. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from .kinds import AGAIN, CLASSES, URGENT, Class, Kind

UNKEPT = 10**14  # ids from here on stand for a moment, in memory, while the store takes none


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A matter. id: 0 for a new one; subject: a device's address, a driver's name, or empty.

    count: how often it came; latest: when it came last. ended: when it was over, None while it lasts.
    acknowledged, by: when somebody said that they know, and who.
    """

    kind: Kind
    subject: str
    begun: datetime
    latest: datetime
    id: int = 0
    count: int = 1
    ended: datetime | None = None
    acknowledged: datetime | None = None
    by: str = ""

    @property
    def urgency(self) -> Class:
        """Its class."""
        return CLASSES[self.kind]

    @property
    def stored(self) -> bool:
        """Whether its id is that of the store."""
        return 0 < self.id < UNKEPT

    @property
    def waits(self) -> bool:
        """Whether somebody should still look: it lasts, or it was urgent, and nobody said that they know."""
        return self.acknowledged is None and (self.ended is None or self.urgency in URGENT)


def begin(known: Notification | None, kind: Kind, subject: str, at: datetime) -> Notification | None:
    """It is so now. known: the latest of that kind and subject. None: that is known already.

    What comes again soon is the same matter, once more; an urgent one has to be acknowledged once more.
    """
    if known is None or (known.ended is not None and at - known.ended >= AGAIN[known.urgency]):
        return Notification(kind=kind, subject=subject, begun=at, latest=at)
    if known.ended is None:
        return None
    again = replace(known, latest=at, count=known.count + 1, ended=None)
    return replace(again, acknowledged=None, by="") if known.urgency in URGENT else again


def end(known: Notification | None, at: datetime) -> Notification | None:
    """It is not so any more. None: it was not."""
    if known is None or known.ended is not None:
        return None
    return replace(known, ended=at)


def acknowledge(known: Notification, by: str, at: datetime) -> Notification | None:
    """Somebody knows. None: somebody said so before."""
    return None if known.acknowledged is not None else replace(known, acknowledged=at, by=by)
