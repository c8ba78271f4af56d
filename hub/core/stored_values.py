"""Values between the home's types, the ring's records and SQLite's. Pure."""

import math
from datetime import UTC, datetime

import msgspec

from hub.contract import Datapoint, DatapointId, Origin, Value
from privacy.vocabulary import DataCategory

from .history_tables import Scalar

_MAX_AT_MS = 1 << 42  # the year 2109; a time beyond it is a broken clock and is cut to it
_MAX_INTEGER = 1 << 62
_MAX_TEXT = 1024


def encode_record(name: str, datapoint: Datapoint) -> bytes:
    """A datapoint as the ring keeps it. name: its id as text, which the caller has at hand."""
    at_ms = unix_ms(datapoint.at)
    value = storable(datapoint.value) if isinstance(datapoint.value, str) else datapoint.value
    record = (name, value, datapoint.unit, at_ms, datapoint.category.value)
    return msgspec.msgpack.encode(record)


def decode_record(record: bytes) -> Datapoint | None:
    """The datapoint of a ring's record as RESTORED; None when it is not one."""
    try:
        text, value, unit, at_ms, category = msgspec.msgpack.decode(
            record, type=tuple[str, bool | int | float | str, str | None, int, str]
        )
        return restored_value(DatapointId.parse(text), value, unit, at_ms, DataCategory(category))
    except (ValueError, msgspec.MsgspecError):
        return None


def restored_value(
    known: DatapointId, value: Value, unit: str | None, at_ms: int, category: DataCategory
) -> Datapoint:
    """A datapoint from the store."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    return Datapoint(id=known, value=value, unit=unit, at=at, origin=Origin.RESTORED, category=category)


def unix_ms(at: datetime) -> int:
    """Milliseconds since 1970, not negative."""
    return min(max(round(at.timestamp() * 1000), 0), _MAX_AT_MS)


def storable(value: Value) -> Scalar | None:
    """A value as SQLite keeps it in the least room; None for what it can't: NaN, infinity, huge integers."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        # a whole number takes 1 to 3 bytes instead of 8; the series knows that it is a float
        return int(value) if value.is_integer() and abs(value) < _MAX_INTEGER else value
    if isinstance(value, int):
        return int(value) if abs(value) < _MAX_INTEGER else None
    return value[:_MAX_TEXT].encode("utf-8", "replace").decode()


def as_kind(kind: str, value: Scalar) -> Value:
    """A stored value in its series' own type (``bool``, ``int``, ``float``, else text)."""
    match kind:
        case "bool":
            return bool(value)
        case "float":
            return float(value)
        case "int":  # a series that began with a whole number may go on with fractions
            return int(value) if float(value).is_integer() else float(value)
        case _:
            return str(value)
