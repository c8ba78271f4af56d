"""Which radios this home has had, each once, the present one last. Bytes in the hub's store. Pure.

Address and keys belong to the home and not to the radio, so another stick changes nothing for the devices.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from .radio import Identity

RADIO_KEY = "radio"
VERSION = b"\x02"
OLD_VERSION = b"\x01"  # kind, serial, hardware, since
MAX_RADIOS = 8  # the one unseen for longest is forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioRecord:
    """One radio. serial: of a module, empty when it has none; address: a module's own from the factory, hex.

    hardware_id: of the USB hardware, empty when there is none; None: it was not noted yet.
    hardware: as it says, for people; since, seen: for the first and the last time here, ISO 8601, UTC.
    """

    kind: str
    serial: str
    hardware_id: str | None
    address: str
    hardware: str
    since: str
    seen: str

    def is_same(self, other: "RadioRecord") -> bool:
        """A serial number decides, then the USB hardware; without either, what it says of itself."""
        if self.kind != other.kind or self.serial or other.serial:
            return (self.kind, self.serial) == (other.kind, other.serial)
        if (
            self.hardware_id is None
            or other.hardware_id is None
            or self.hardware_id == other.hardware_id == ""
        ):
            return self.hardware == other.hardware
        return self.hardware_id == other.hardware_id


def radio_record(identity: Identity, hardware_id: str, at: datetime) -> RadioRecord:
    """What is noted of the radio that is there now."""
    now = at.isoformat(timespec="seconds")
    return RadioRecord(
        kind=identity.kind.value,
        serial=identity.serial,
        hardware_id=hardware_id,
        address="" if identity.address is None else identity.address.hex().upper(),
        hardware=identity.hardware,
        since=now,
        seen=now,
    )


def with_radio(radios: tuple[RadioRecord, ...], found: RadioRecord) -> tuple[RadioRecord, ...]:
    """Note that this one is there now."""
    since = next((each.since for each in radios if each.is_same(found)), found.since)
    others = tuple(each for each in radios if not each.is_same(found))
    return (*others, replace(found, since=since))[-MAX_RADIOS:]


def still_there(radios: tuple[RadioRecord, ...], at: datetime) -> tuple[RadioRecord, ...]:
    """The present one was seen now."""
    last = replace(radios[-1], seen=at.isoformat(timespec="seconds"))
    return (*radios[:-1], last)


def read_radios(stored: Mapping[str, bytes]) -> tuple[RadioRecord, ...]:
    """The radios of this home, the present one last; none when that can't be read."""
    value = stored.get(RADIO_KEY, b"")
    try:
        fields = json.loads(value[1:]) if value[:1] in {VERSION, OLD_VERSION} else []
        return tuple(_read(each, old=value[:1] == OLD_VERSION) for each in fields)
    except (ValueError, KeyError, TypeError):
        return ()


def _read(fields: Mapping[str, object], *, old: bool) -> RadioRecord:
    hardware_id = None if old else fields["hardware_id"]
    return RadioRecord(
        kind=str(fields["kind"]),
        serial=str(fields["serial"]),
        hardware_id=None if hardware_id is None else str(hardware_id),
        address="" if old else str(fields["address"]),
        hardware=str(fields["hardware"]),
        since=str(fields["since"]),
        seen=str(fields["since" if old else "seen"]),
    )


def write_radios(radios: tuple[RadioRecord, ...]) -> bytes:
    """The record of all of them."""
    return VERSION + json.dumps([asdict(each) for each in radios]).encode()
