"""The home's day: when it began, by the clock on its wall. Reads nothing but the table of timezones."""

from datetime import UTC, datetime, time, tzinfo


def zone_of(name: object) -> tzinfo:
    """The timezone of that name; UTC where there is none, or it is no name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - the gate starts without it

    try:
        return ZoneInfo(name) if isinstance(name, str) and name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def began(at: datetime, zone: tzinfo) -> datetime:
    """The first moment of the day of ``at``; 23 to 25 hours before its last where the clock is changed."""
    return datetime.combine(at.astimezone(zone).date(), time(), zone).astimezone(UTC)
