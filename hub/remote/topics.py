"""A route's topics and the broker's users for it. Pure.

Source: docs/protocols/remote.md, "Relay".
"""

from privacy import base64url

from .keys import CONNECTION_SIZE

SLOTS = 16  # of a route
GONE, HERE = b"\x00", b"\x01"  # what stands at a route's presence
_PARTS = 5


def user(route: bytes, slot: int | None = None) -> str:
    """The hub's user at the broker, or that of a slot."""
    return f"hb1-{base64url.encode(route)}-{'hub' if slot is None else slot}"


def presence(route: bytes) -> str:
    """Where the hub says that it is there."""
    return f"hb1/{base64url.encode(route)}/presence"


def up(route: bytes, slot: int, connection: bytes | None = None) -> str:
    """Where a phone writes; without a connection: those of all connections of the slot."""
    return _topic(route, slot, connection, "u")


def down(route: bytes, slot: int, connection: bytes | None = None) -> str:
    """Where the hub writes."""
    return _topic(route, slot, connection, "d")


def _topic(route: bytes, slot: int, connection: bytes | None, end: str) -> str:
    named = "+" if connection is None else base64url.encode(connection)
    return f"hb1/{base64url.encode(route)}/{slot}/{named}/{end}"


def read_up(topic: str, route: bytes) -> tuple[int, bytes] | None:
    """Slot and connection of a topic where a phone wrote; None: it is none of that route."""
    parts = topic.split("/")
    if len(parts) != _PARTS or not parts[2].isascii() or not parts[2].isdecimal() or len(parts[2]) > 2:
        return None
    slot, connection = int(parts[2]), base64url.decode(parts[3])
    if slot >= SLOTS or connection is None or len(connection) != CONNECTION_SIZE:
        return None
    return (slot, connection) if topic == up(route, slot, connection) else None
