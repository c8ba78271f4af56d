"""What somebody may, as JSON. Days are ISO numbers, 1 is Monday; minutes are those of the day at home."""

from typing import Annotated

from msgspec import Meta

from hub.home.permits import Permit

from .messages import Answer, Request, RoleName, Time
from .translate import rfc3339

Day = Annotated[int, Meta(ge=1, le=7)]


class HoursInfo(Request):
    """When, week after week, by the clock at home."""

    days: Annotated[list[Day], Meta(min_length=1, max_length=7)]
    from_minutes: Annotated[int, Meta(ge=0, le=1439)]
    to_minutes: Annotated[int, Meta(ge=1, le=1440)]


class SessionInfo(Answer):
    """The session that asks. rooms: ids of those that it is limited to; hours: null for always."""

    role: RoleName
    expires_at: Time | None
    rooms: tuple[str, ...] | None
    hours: HoursInfo | None


def rooms_told(permit: Permit | None) -> tuple[str, ...] | None:
    """The rooms of a permit, sorted; None: all."""
    return None if permit is None or permit.rooms is None else tuple(sorted(permit.rooms, key=int))


def hours_told(permit: Permit | None) -> HoursInfo | None:
    """The hours of a permit."""
    if permit is None or permit.hours is None:
        return None
    return HoursInfo(
        days=sorted(day + 1 for day in permit.hours.days),
        from_minutes=permit.hours.from_minute,
        to_minutes=permit.hours.to_minute,
    )


def expires_told(permit: Permit | None) -> str | None:
    """The end of a permit."""
    return None if permit is None or permit.term is None else rfc3339(permit.term.until)
