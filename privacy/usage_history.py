"""Usage history on servers (clause 6.10): one message a day, of one purpose and to one recipient. Pure.

In the clear stand the day and a pseudonym for each series; which one it is and its values are sealed by the
gate to the keys in the consent, and padded: a server keeps bytes that it can't read. ``check`` holds a
message against this form before it may leave. Source: docs/protocols/history.md.
"""

import hmac
import json
import math
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from privacy import canonical, sealing
from privacy.closed_schema import FieldRefused

SCHEMA = "homebase.history/1"
PREFIX = "history.cloud."  # of its activities, one for each purpose
MOST_SERIES = 16
KEY_SIZE = 32
PADDED = 4096  # what is sealed is as long as a multiple of it
_SIZE = 16  # bytes of a pseudonym
_SLOTS = 96  # quarters of an hour in a day
_DAY = timedelta(days=1)
_AGE = b"age-encryption.org/v1\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATAPOINT = re.compile(r"[a-z][a-z0-9_]{0,15}:[A-Za-z0-9_-]{1,32}:[0-9]{1,2}\.[A-Z][A-Z0-9_]{0,31}")
Row = tuple[int, float, float, float]


class _Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What the hub answers for one series. values: start of the slot in Unix ms, mean, lowest, highest."""

    day: str
    unit: Annotated[str, Meta(max_length=16)] | None
    values: Annotated[list[Row], Meta(max_length=_SLOTS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A day of one datapoint."""

    datapoint: str
    unit: str | None
    values: tuple[Row, ...]


class _Sealed(Struct, frozen=True, forbid_unknown_fields=True):
    series: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
    values: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]+={0,2}\Z", max_length=65_536)]


class _Message(Struct, frozen=True, forbid_unknown_fields=True):
    day: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]
    schema: Literal["homebase.history/1"]
    series: Annotated[list[_Sealed], Meta(min_length=1, max_length=MOST_SERIES)]
    transfer: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]


def day_before(at: datetime) -> str:
    """The whole day (UTC) before that of ``at``, 2026-11-28."""
    return (at - _DAY).astimezone(UTC).date().isoformat()


def day_ends(at: datetime) -> datetime:
    """The first moment after the day of ``at``."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + _DAY


def read(datapoint: str, said: object, day: str) -> Series:
    """What the hub said of that day; nothing of it is believed.

    Raises:
        FieldRefused: another day, another form, or a time outside of the day.
    """
    try:
        found = msgspec.convert(said, _Said)
    except msgspec.ValidationError as error:
        raise FieldRefused("values", "are not of the form of a day") from error
    begins = (datetime.fromisoformat(day).replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)
    ends = begins + _DAY // timedelta(milliseconds=1)
    within = all(begins <= row[0] < ends and all(map(math.isfinite, row[1:])) for row in found.values)
    if found.day != day or not within:
        raise FieldRefused("values", f"are not of {day}")
    return Series(datapoint=datapoint, unit=found.unit, values=tuple(found.values))


def pseudonym(key: bytes, activity: str, recipient: str, datapoint: str) -> str:
    """What one recipient calls that series for one purpose. key: of this purpose and recipient alone."""
    return hmac.digest(key, f"{activity}\n{recipient}\n{datapoint}".encode(), sha256)[:_SIZE].hex()


def inside(series: Series) -> bytes:
    """What is sealed of it: which one it is, its unit and values, and zeros up to a multiple of PADDED."""
    told = {"datapoint": series.datapoint, "pad": "", "unit": series.unit, "values": series.values}
    missing = -len(_spelled(told)) % PADDED
    return _spelled({**told, "pad": "0" * missing})


def encode(transfer: str, day: str, contents: Mapping[str, bytes], to: str) -> bytes:
    """The bytes that leave. contents: what ``inside`` made, by pseudonym; to: the keys in the consent.

    Raises:
        NotAKey: ``to`` holds something else, or nothing.
    """
    rows: Sequence[canonical.Json] = [
        {"series": name, "values": b64encode(sealing.seal(contents[name], to)).decode()}
        for name in sorted(contents)  # an order that says nothing of the series
    ]
    return canonical.encode({"day": day, "schema": SCHEMA, "series": rows, "transfer": transfer})


def check(body: bytes) -> None:
    """Do nothing for bytes that ``encode`` makes.

    Raises:
        FieldRefused: an unknown, missing or wrong field, another spelling, or values that nobody sealed.
    """
    try:
        message = msgspec.json.decode(body, type=_Message)
        opened = [b64decode(row.values, validate=True) for row in message.series]
    except (ValueError, RecursionError) as error:
        raise FieldRefused("payload", "is no message of a history") from error
    names = [row.series for row in message.series]
    if names != sorted(set(names)) or canonical.encode(msgspec.to_builtins(message)) != body:
        raise FieldRefused("payload", "is not in canonical form")
    if not all(data.startswith(_AGE) for data in opened):
        raise FieldRefused("values", "are not sealed")


def _spelled(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
