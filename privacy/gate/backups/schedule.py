"""When the next backup is made by itself and where, and when somebody should try the sheet. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from privacy.gate.backups.settings import BackupSettings

AGAIN_AFTER = timedelta(hours=1)  # a backup that failed
DRILL_EVERY = timedelta(days=91)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of a place. good: when its newest good copy was made; missed: since then, one failed."""

    good: datetime | None = None
    missed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One that is made by itself. at: may be over; places: where it goes."""

    at: datetime
    places: frozenset[str]


def next_round(
    settings: BackupSettings,
    places: Mapping[str, Place],
    since: datetime,
    tried: datetime | None,
    zone: tzinfo,
) -> Round | None:
    """The next one; None: none is made by itself.

    places: those in use. since: there is a sheet. tried: when the last one failed that failed.
    A place that keeps failing is tried each hour by itself, and keeps none of the others from its nights.
    """
    if settings.every_days == 0 or not places:
        return None
    everywhere = frozenset(places)
    missed = frozenset(name for name, place in places.items() if place.missed)
    good = [place.good for name, place in places.items() if name not in missed and place.good is not None]
    regular = _after(settings, min(good), zone) if good else _first(settings, since, zone)
    if tried is None:
        return Round(at=regular, places=everywhere)
    if everywhere - missed and tried < regular <= tried + AGAIN_AFTER:
        return Round(at=regular, places=everywhere)
    overdue = regular <= tried
    return Round(at=tried + AGAIN_AFTER, places=everywhere if overdue or not missed else missed)


def _first(settings: BackupSettings, since: datetime, zone: tzinfo) -> datetime:
    """The first moment of the day's time that is not before ``since``."""
    at, day = time.fromisoformat(settings.at), since.astimezone(zone).date()
    moments = (datetime.combine(day + timedelta(days=more), at, zone).astimezone(UTC) for more in (0, 1))
    return next(moment for moment in moments if moment >= since)


def _after(settings: BackupSettings, last: datetime, zone: tzinfo) -> datetime:
    """The moment after one that was made then."""
    day = last.astimezone(zone).date() + timedelta(days=settings.every_days)
    return datetime.combine(day, time.fromisoformat(settings.at), zone).astimezone(UTC)


def drill_due(last: datetime, now: datetime) -> bool:
    """Whether it is a quarter since the sheet opened a backup."""
    return now - last >= DRILL_EVERY
