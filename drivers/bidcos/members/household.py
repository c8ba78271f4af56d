"""The devices that belong to us, as the driver keeps them while it runs. No I/O."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hub.contract import CommandRefused, DatapointId, DeviceAddress, DeviceDescription, ParameterDescription

from ..codec.messages import DeviceInfo
from ..devices import Model, describe, generic_model, model_by_code
from .pairing import INTERFACE
from .records import DeviceRecord

Place = tuple[DatapointId, ParameterDescription]
_RADIO = re.compile(r"[0-9A-F]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A paired device. model: of the device table; description: what the hub knows of it."""

    record: DeviceRecord
    model: Model
    description: DeviceDescription
    _places: dict[tuple[int, str], Place | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    @property
    def address(self) -> DeviceAddress:
        """Its name in the home."""
        return self.description.address

    def place(self, channel: int, parameter: str) -> Place | None:
        """Where a reading belongs; looked up once, as a device says the same things for years."""
        key = (channel, parameter)
        if key not in self._places:
            described = self.description.parameter(channel, parameter)
            known = self.address.channel(channel).datapoint(parameter)
            self._places[key] = None if described is None else (known, described)
        return self._places[key]


def member_of(record: DeviceRecord) -> Member | None:
    """None when the table does not have its model (any more), and its class says too little."""
    model = model_by_code(record.model) or generic_model(record.model, record.device_class, record.channels)
    if model is None:
        return None
    address = DeviceAddress(INTERFACE, record.serial)
    return Member(record=record, model=model, description=describe(model, address, record.firmware_text))


def record_of(address: bytes, info: DeviceInfo, counter: int, serial: str) -> DeviceRecord:
    """What is remembered of a device that introduced itself. serial: as in its name."""
    return DeviceRecord(
        address=address,
        model=info.model,
        firmware=info.firmware,
        serial=serial,
        counter=counter,
        device_class=info.device_class,
        channels=info.channels,
    )


class Household:
    """Members by radio address and by name."""

    def __init__(self) -> None:
        self._by_radio: dict[bytes, Member] = {}
        self._by_name: dict[DeviceAddress, Member] = {}

    def __iter__(self) -> Iterator[Member]:
        return iter(list(self._by_radio.values()))

    def add(self, member: Member) -> None:
        """Take it in, or replace what was known of it."""
        self.remove(member.record.address)
        self._by_radio[member.record.address] = member
        self._by_name[member.address] = member

    def remove(self, radio: bytes) -> None:
        """Forget it."""
        member = self._by_radio.pop(radio, None)
        if member is not None:
            self._by_name.pop(member.address, None)

    def at(self, radio: bytes) -> Member | None:
        """Who has this radio address."""
        return self._by_radio.get(radio)

    def named(self, address: DeviceAddress) -> Member | None:
        """Who has this name."""
        return self._by_name.get(address)

    def need(self, address: DeviceAddress) -> Member:
        """Who has this name.

        Raises:
            CommandRefused: unknown_device.
        """
        member = self._by_name.get(address)
        if member is None:
            raise CommandRefused("unknown_device", field="device", value=str(address))
        return member

    def radio_of(self, address: DeviceAddress) -> bytes | None:
        """Its radio address; of a device of another home the address stands in the place of the serial."""
        member = self._by_name.get(address)
        if member is not None:
            return member.record.address
        return bytes.fromhex(address.serial) if _RADIO.fullmatch(address.serial) else None

    def name_of(self, radio: bytes) -> DeviceAddress:
        """Its name; of a device of another home its radio address, 6 hex digits."""
        member = self._by_radio.get(radio)
        return member.address if member is not None else DeviceAddress(INTERFACE, radio.hex().upper())

    @property
    def radios(self) -> Mapping[bytes, Member]:
        """All, by radio address."""
        return self._by_radio

    def count_used(self, radio: bytes, counter: int) -> None:
        """Remember what was written down about its counter."""
        member = self._by_radio[radio]
        self.add(replace(member, record=replace(member.record, counter=counter)))
