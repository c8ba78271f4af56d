"""From the home's own types to messages. Pure."""

from datetime import UTC, datetime

from hub.home import household

from . import messages


def rfc3339(at: datetime) -> str:
    """``2026-03-01T12:00:00.000Z``; cut, not rounded, to milliseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def room_message(room: household.Room) -> messages.Room:
    """A room as an answer."""
    return messages.Room(id=room.id, name=room.name)
