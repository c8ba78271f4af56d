"""What a driver can be asked to do. Pure."""

from collections.abc import Mapping
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
class PutParamset:
    """Write a MASTER or LINK paramset (``peer`` names the link)."""

    channel: ChannelAddress
    paramset: str
    values: Mapping[str, Value]
    peer: ChannelAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetParamset:
    """Read a paramset from the device."""

    channel: ChannelAddress
    paramset: str
    peer: ChannelAddress | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPairing:
    """Open the teach-in window of one interface. seconds: 1 to 300."""

    interface: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPairing:
    """Close the teach-in window."""

    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPeering:
    """Link a sensor's channel with an actuator's directly."""

    sender: ChannelAddress
    receiver: ChannelAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePeering:
    """Take such a link away."""

    sender: ChannelAddress
    receiver: ChannelAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpair:
    """Release a device; forget_only leaves the device alone (it is lost or broken)."""

    device: DeviceAddress
    forget_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """Ask a device for its status; the answer comes as CONFIRMED datapoints."""

    device: DeviceAddress


Command = (
    SetValue
    | PutParamset
    | GetParamset
    | StartPairing
    | StopPairing
    | AddPeering
    | RemovePeering
    | Unpair
    | Ping
)
