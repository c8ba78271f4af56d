"""What the driver must not forget: its address, and who belongs to it. Bytes in the hub's store. Pure.

Every record begins with a version byte; older ones are read and written anew.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

VERSION = 1
CENTRAL_KEY = "central"
DEVICE_PREFIX = "device/"
COUNTER_BLOCK = 64  # a counter is written once per so many uses, and after a start the block is skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRecord:
    """A paired device. address: 3 bytes; model: the code of the table; counter: none above was used.

    device_class, channels: as it told them, of a model that the table does not have.
    """

    address: bytes
    model: int
    firmware: int
    serial: str
    counter: int
    device_class: int = 0
    channels: int = 0

    @property
    def key(self) -> str:
        """Where it lies in the store."""
        return DEVICE_PREFIX + self.address.hex()

    @property
    def firmware_text(self) -> str:
        """As the maker writes it: 1.4."""
        return f"{self.firmware >> 4}.{self.firmware & 15}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that was stored. central: None before the first start; unreadable: keys that we could not read."""

    central: bytes | None
    devices: tuple[DeviceRecord, ...]
    unreadable: tuple[str, ...] = ()


def read_records(stored: Mapping[str, bytes]) -> Records:
    """Read what the store holds; what can't be read is named, not guessed."""
    central = stored.get(CENTRAL_KEY, b"")
    devices, unreadable = [], []
    for key, value in sorted(stored.items()):
        if key.startswith(DEVICE_PREFIX):
            try:
                devices.append(_read_device(value))
            except (ValueError, KeyError, TypeError):
                unreadable.append(key)
    good = len(central) == 4 and central[0] == VERSION
    return Records(
        central=central[1:] if good else None, devices=tuple(devices), unreadable=tuple(unreadable)
    )


def write_central(address: bytes) -> bytes:
    """The record of our own address."""
    return bytes((VERSION,)) + address


def write_device(record: DeviceRecord) -> bytes:
    """The record of a device."""
    fields = {
        "address": record.address.hex(),
        "model": record.model,
        "firmware": record.firmware,
        "serial": record.serial,
        "counter": record.counter,
        "class": record.device_class,
        "channels": record.channels,
    }
    return bytes((VERSION,)) + json.dumps(fields).encode()


def _read_device(value: bytes) -> DeviceRecord:
    if value[:1] != bytes((VERSION,)):
        raise ValueError("unknown version")
    fields = json.loads(value[1:])
    return DeviceRecord(
        address=bytes.fromhex(fields["address"]),
        model=int(fields["model"]),
        firmware=int(fields["firmware"]),
        serial=str(fields["serial"]),
        counter=int(fields["counter"]) & 0xFF,
        device_class=int(fields.get("class", 0)),
        channels=int(fields.get("channels", 0)),
    )


def new_central(random_bytes: Callable[[int], bytes], taken: frozenset[bytes]) -> bytes:
    """A free address of our own: not 000000, not a device's, not one of the maker's centrals (FD…)."""
    while True:
        address = random_bytes(3)
        if address != bytes(3) and address[0] != 0xFD and address not in taken:
            return address


def reserved_counter(used: int) -> int:
    """What to write down so that no counter up to ``used`` + a block is used again after a crash."""
    return (used + COUNTER_BLOCK) & 0xFF
