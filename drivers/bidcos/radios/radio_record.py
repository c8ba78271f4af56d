"""Which radios this home has had: kind, serial number, hardware, since when. Bytes in the hub's store. Pure.

Address and keys belong to the home and not to the radio, so another stick changes nothing for the devices.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from .radio import Identity

RADIO_KEY = "radio"
VERSION = b"\x01"
MAX_RADIOS = 8  # the oldest is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioRecord:
    """One radio. serial: empty when it has none; hardware: as it says, for people; since: ISO 8601, UTC."""

    kind: str
    serial: str
    hardware: str
    since: str

    def is_same(self, identity: Identity) -> bool:
        """A radio without a serial number is another one when it says something else of itself."""
        if (self.kind, self.serial) != (identity.kind.value, identity.serial):
            return False
        return bool(self.serial) or self.hardware == identity.hardware


def read_radios(stored: Mapping[str, bytes]) -> tuple[RadioRecord, ...]:
    """The radios of this home, the present one last; none when that can't be read."""
    value = stored.get(RADIO_KEY, b"")
    try:
        fields = json.loads(value[1:]) if value[:1] == VERSION else []
        return tuple(
            RadioRecord(**{name: str(each[name]) for name in RadioRecord.__dataclass_fields__})
            for each in fields
        )
    except (ValueError, KeyError, TypeError):
        return ()


def with_radio(radios: tuple[RadioRecord, ...], identity: Identity, at: datetime) -> tuple[RadioRecord, ...]:
    """Note which radio is there; the same tuple when it is the last one."""
    if radios and radios[-1].is_same(identity):
        return radios
    new = RadioRecord(
        kind=identity.kind.value,
        serial=identity.serial,
        hardware=identity.hardware,
        since=at.isoformat(timespec="seconds"),
    )
    return (*radios, new)[-MAX_RADIOS:]


def write_radios(radios: tuple[RadioRecord, ...]) -> bytes:
    """The record of all of them."""
    return VERSION + json.dumps([asdict(each) for each in radios]).encode()
