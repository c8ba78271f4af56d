"""Names of things in a home: device, channel, datapoint. Text form ``bidcos:JEQ0123456:1.STATE``. Pure."""

import re
from dataclasses import dataclass, field
from typing import Self

_INTERFACE = re.compile(r"[a-z][a-z0-9_]{0,15}")
_SERIAL = re.compile(r"[A-Za-z0-9_-]{1,32}")
_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]{0,31}")
MAX_CHANNEL_INDEX = 63


@dataclass(frozen=True, slots=True, order=True)
class DeviceAddress:
    """A device: the driver's interface name and the maker's serial number."""

    interface: str
    serial: str

    def __post_init__(self) -> None:
        if not _INTERFACE.fullmatch(self.interface) or not _SERIAL.fullmatch(self.serial):
            raise ValueError(f"not a device address: {self.interface!r}, {self.serial!r}")

    def __str__(self) -> str:
        return f"{self.interface}:{self.serial}"

    def channel(self, index: int) -> "ChannelAddress":
        """The address of one of its channels."""
        return ChannelAddress(self, index)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``bidcos:JEQ0123456``.

        Raises:
            ValueError: not of that form.
        """
        interface, _, serial = text.partition(":")
        return cls(interface, serial)


@dataclass(frozen=True, slots=True, order=True)
class ChannelAddress:
    """One function of a device. Index 0 is the device itself (maintenance), 1 to 63 its functions."""

    device: DeviceAddress
    index: int

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_CHANNEL_INDEX:
            raise ValueError(f"channel {self.index} is not in 0..{MAX_CHANNEL_INDEX}")

    def __str__(self) -> str:
        return f"{self.device}:{self.index}"

    def datapoint(self, parameter: str) -> "DatapointId":
        """The id of one of its datapoints."""
        return DatapointId(self, parameter)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``bidcos:JEQ0123456:1``.

        Raises:
            ValueError: not of that form.
        """
        device, _, index = text.rpartition(":")
        if not re.fullmatch(r"0|[1-9][0-9]?", index):  # one spelling for one channel
            raise ValueError(f"not a channel address: {text[:80]!r}")
        return cls(DeviceAddress.parse(device), int(index))


@dataclass(frozen=True, slots=True, order=True)
class DatapointId:
    """One value of a channel, by its CCU parameter name (STATE, LEVEL, SET_TEMPERATURE …).

    Each value on its way is looked up and told by it several times, so its text is made once and is its hash.
    """

    channel: ChannelAddress
    parameter: str
    _text: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not _PARAMETER.fullmatch(self.parameter):
            raise ValueError(f"not a parameter name: {self.parameter[:40]!r}")
        object.__setattr__(self, "_text", f"{self.channel}.{self.parameter}")

    def __str__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return hash(self._text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``bidcos:JEQ0123456:1.STATE``.

        Raises:
            ValueError: not of that form.
        """
        channel, _, parameter = text.rpartition(".")
        return cls(ChannelAddress.parse(channel), parameter)
