"""What a driver can be told to do; what it can be asked is in queries.py. Pure."""

from dataclasses import dataclass

from hub.contract.addresses import ChannelAddress, DeviceAddress
from hub.contract.datapoints import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValue:
    """Set one VALUES parameter; already checked against its description."""

    channel: ChannelAddress
    parameter: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPairing:
    """Open the teach-in window of one interface. seconds: 1 to 300.

    serial: look for this device by its serial number, 10 characters, and let nobody else in; empty: wait for
    whoever's button is pressed.
    """

    interface: str
    seconds: float
    serial: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPairing:
    """Close the teach-in window."""

    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpair:
    """Release a device; forget_only leaves the device alone (it is lost or broken)."""

    device: DeviceAddress
    forget_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Ask a device for its status; the answer comes as CONFIRMED datapoints."""

    device: DeviceAddress


Command = SetValue | StartPairing | StopPairing | Unpair | Ping
