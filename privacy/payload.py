"""The diagnosis bundle: a closed schema, so that what clause 6.6 is for is all that can be sent.

Pure. The hub collects the groups and nothing of it is believed: an unknown field, a serial number, free text
or a fraction is refused here, at the gate. The canonical bytes made here are the preview and what is sent.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from privacy import canonical

SCHEMA = "homebase.diagnosis/1"
LONGEST_KEPT = timedelta(days=28)  # clause 6.6: "after 28 days at the latest"
MAX_BYTES = 393_216  # of one bundle: fits a console message (1 MiB) with every quote escaped
MOST_ROWS = 2000  # of types of devices, and of kinds of errors

Count = Annotated[int, Meta(ge=0, le=10**12)]
Dbm = Annotated[int, Meta(ge=-200, le=50)]
# of this program: figures, and what PEP 440 lets follow them
Version = Annotated[
    str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){1,3}((a|b|rc|\.post|\.dev)[0-9]{1,4}){0,2}$")
]
# figures only: what follows them in a kernel or an interpreter of one's own may be a name
Release = Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,5}){1,3}$")]
Machine = Literal[
    "aarch64",
    "armv6l",
    "armv7l",
    "armv8l",
    "i386",
    "i586",
    "i686",
    "loongarch64",
    "ppc64le",
    "riscv64",
    "s390x",
    "x86_64",
    "other",
]
# a maker's type name, such as HM-LC-Sw1-Pl or HM-TC-IT-WM-W-EU: short parts, so hardly a word and no sentence
Model = Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z0-9]{0,9}(-[A-Za-z0-9]{1,9}){0,6}$", max_length=32)]
Firmware = Annotated[str, Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){0,3}$")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.]{0,47}$")]
Time = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
_SERIAL = re.compile(r"[A-Z]{3}[0-9A-F]{7}|[A-Z]{2,4}[0-9]{6,}")
# how msgspec begins what ends with a value that it found
_REPEATING = ("Invalid enum value", "Object contains unknown field")


class System(Struct, frozen=True, forbid_unknown_fields=True):
    """The machine and the program. uptime_s: of the hub's process; memory and disk in KiB."""

    version: Version
    python: Release
    machine: Machine
    kernel: Release
    uptime_s: Count
    memory_kib: Count
    disk_free_kib: Count


class Radio(Struct, frozen=True, forbid_unknown_fields=True):
    """One radio interface. airtime: of the running hour; signal: over all devices, whole dBm, or null."""

    driver: Code
    state: Literal["starting", "ready", "lost", "stopped"]
    airtime_used_ms: Count
    airtime_limit_ms: Count
    frames_received: Count
    frames_sent: Count
    frames_damaged: Count
    repeats: Count
    signal_worst_dbm: Dbm | None = None
    signal_mean_dbm: Dbm | None = None


class DeviceType(Struct, frozen=True, forbid_unknown_fields=True):
    """All devices of one type and firmware. No address, no serial number, no name, no state."""

    model: Model
    firmware: Firmware
    count: Annotated[int, Meta(ge=1, le=100_000)]
    unreachable: Count = 0


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """How often one kind of error happened since the start. area: the part of the program that said so."""

    area: Code
    code: Code
    count: Annotated[int, Meta(ge=1, le=10**12)]


class Groups(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the hub answers to ``collect``: those of the four that it was asked for."""

    system: System | None = None
    radio: Annotated[list[Radio], Meta(max_length=8)] | None = None
    devices: Annotated[list[DeviceType], Meta(max_length=MOST_ROWS)] | None = None
    errors: Annotated[list[Fault], Meta(max_length=MOST_ROWS)] | None = None


class Bundle(Struct, frozen=True, forbid_unknown_fields=True):
    """All that is sent."""

    schema: Literal["homebase.diagnosis/1"]
    purpose: Literal["customer_service"]
    ticket: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$")]
    made_at: Time
    delete_by: Time
    groups: Groups


GROUP_NAMES = frozenset(Groups.__struct_fields__)


class PayloadRefused(ValueError):
    """The collected data does not fit. field: where; what: why. Says nothing of the value itself."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(field, what)
        self.field, self.what = field, what

    def __str__(self) -> str:
        return f"{self.field}: {self.what}"


def build(
    collected: object, *, groups: frozenset[str], ticket: str, made: datetime, delete_by: datetime
) -> bytes:
    """Return the bundle's canonical bytes.

    collected: the hub's answer, unchecked. groups: exactly those must be in it.

    Raises:
        PayloadRefused: an unknown, missing or wrong field, other groups, or more than MAX_BYTES.
        ValueError: delete_by is more than 28 days after ``made``.
    """
    if delete_by - made > LONGEST_KEPT:
        raise ValueError("delete_by is more than 28 days away")
    checked = _checked(collected, groups)
    data = canonical.encode(
        {
            "schema": SCHEMA,
            "purpose": "customer_service",
            "ticket": ticket,
            "made_at": timestamp(made),
            "delete_by": timestamp(delete_by),
            "groups": msgspec.to_builtins(checked),
        }
    )
    if len(data) > MAX_BYTES:
        raise PayloadRefused("groups", f"{len(data)} bytes; allowed are {MAX_BYTES}")
    return data


def check_bundle(body: bytes) -> Bundle:
    """Read a bundle as ``build`` makes it.

    Raises:
        PayloadRefused: an unknown, missing or wrong field, or another spelling of it.
    """
    try:
        bundle = msgspec.json.decode(body, type=Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PayloadRefused("payload", _without_values(str(error).partition(" - at `$")[0])) from error
    _no_serials(bundle.groups)
    if canonical.encode(msgspec.to_builtins(bundle)) != body:
        raise PayloadRefused("payload", "is not in canonical form")
    return bundle


def timestamp(at: datetime) -> str:
    """RFC 3339, UTC, milliseconds."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _checked(collected: object, groups: frozenset[str]) -> Groups:
    try:
        checked = msgspec.convert(collected, Groups)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        raise PayloadRefused(f"groups{path.rstrip('`')}", _without_values(what)) from error
    present = {name for name in GROUP_NAMES if getattr(checked, name) is not None}
    if present != groups:
        raise PayloadRefused("groups", f"asked for {sorted(groups)}, collected {sorted(present)}")
    _no_serials(checked)
    return checked


def _without_values(what: str) -> str:
    """The library's words without what was found: they repeat a value that is none of a list, or a field."""
    return next((words for words in _REPEATING if what.startswith(words)), what)


def _no_serials(groups: Groups) -> None:
    for where, text in _texts(groups):
        if _SERIAL.search(text):
            raise PayloadRefused(where, "looks like a serial number")


def _texts(groups: Groups) -> Iterator[tuple[str, str]]:
    for device in groups.devices or ():
        yield "groups.devices.model", device.model
    built: Mapping[str, object] = msgspec.to_builtins(groups.system) if groups.system else {}
    for name, value in built.items():
        if isinstance(value, str):
            yield f"groups.system.{name}", value
