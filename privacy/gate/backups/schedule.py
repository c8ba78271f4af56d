"""When the next backup is made by itself, and when somebody should try the sheet. Pure."""

from datetime import UTC, datetime, time, timedelta, tzinfo

from privacy.gate.backups.settings import BackupSettings

AGAIN_AFTER = timedelta(hours=1)  # a backup that failed
DRILL_EVERY = timedelta(days=91)


def next_run(settings: BackupSettings, last: datetime | None, now: datetime, zone: tzinfo) -> datetime | None:
    """The moment, which may be over; None: none is made by itself. last: when one was made or tried."""
    if settings.every_days == 0:
        return None
    at = time.fromisoformat(settings.at)
    day = (now if last is None else last).astimezone(zone).date()
    if last is not None:
        day += timedelta(days=settings.every_days)
    moment = datetime.combine(day, at, zone).astimezone(UTC)
    if last is None and moment < now:
        moment = datetime.combine(day + timedelta(days=1), at, zone).astimezone(UTC)
    return moment


def drill_due(last: datetime, now: datetime) -> bool:
    """Whether it is a quarter since the sheet opened a backup."""
    return now - last >= DRILL_EVERY
