"""What a restore did, or would do, as it is told; and the key in a sheet's secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privacy.backup_sheet import identity_of
from privacy.gate.backups.restoring import Restorable

if TYPE_CHECKING:
    from pyrage.x25519 import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """version: of the homebase that made the copy. gate: consents come back. applied: False for a trial."""

    name: str
    made: str
    version: str
    records: Mapping[str, int]
    rooms: tuple[str, ...]
    devices: tuple[str, ...]
    gate: bool
    applied: bool


def identity(secret: bytes) -> "Identity":
    """The sheet's key."""
    import pyrage  # noqa: PLC0415 - as in making.py

    return pyrage.x25519.Identity.from_str(identity_of(secret))


def report(name: str, proven: Restorable, *, room: str | None, blank: bool, applied: bool) -> Restored:
    """What is told of it. room: it alone comes back; blank: this gate's own members come back, too."""
    told = proven.read.manifest

    def texts(key: str) -> tuple[str, ...]:
        value = proven.told.get(key)
        return tuple(str(each)[:200] for each in value) if isinstance(value, list) else ()

    rooms, devices = texts("rooms"), texts("devices")
    records = {member.name: member.records for member in told.members}
    return Restored(
        name=name,
        made=told.made,
        version=told.version,
        records=records if room is None else {"hub/rooms": len(rooms), "hub/devices": len(devices)},
        rooms=rooms,
        devices=devices,
        gate=blank and room is None,
        applied=applied,
    )
