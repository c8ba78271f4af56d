"""What a driver tells the hub. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from hub.contract.addresses import DeviceAddress
from hub.contract.datapoints import Datapoint, DeviceDescription


class DriverState(Enum):
    """A driver's hardware, as the owner sees it."""

    STARTING = "starting"
    READY = "ready"
    LOST = "lost"  # stick pulled, port missing or busy; it is looked for again
    STOPPED = "stopped"


class PairingStage(Enum):
    """Steps of a teach-in, in order; FAILED and CLOSED end it."""

    OPEN = "open"
    HEARD = "heard"
    CONFIGURING = "configuring"
    PAIRED = "paired"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatapointChanged:
    """A device reported or confirmed a value (also the same value again: its age is new)."""

    datapoint: Datapoint


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAppeared:
    """A device is known: paired just now, or loaded at start."""

    description: DeviceDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged:
    """Its description changed, for example by a firmware update."""

    description: DeviceDescription


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemoved:
    """It was unpaired."""

    device: DeviceAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUnreachable:
    """No acknowledgement after all attempts, or silent for longer than its model may be. reason: a code."""

    device: DeviceAddress
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReachable:
    """It was heard again after having been unreachable."""

    device: DeviceAddress
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingProgress:
    """A step of the teach-in. until: end of the window; reason: why it failed; step, steps: how far it is.

    Reasons: elsewhere, too_far, silent, wrong_key, no_room (also of PAIRED), unknown_model, other_device,
    window_closed, not_kept, not_written, airtime, link_lost; device_reset of one that was ours; of CLOSED:
    nothing_heard, not_heard (the one that was called).
    """

    interface: str
    stage: PairingStage
    at: datetime
    until: datetime | None = None
    device: DeviceAddress | None = None
    model: str | None = None
    rssi_dbm: float | None = None
    reason: str | None = None
    step: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStateChanged:
    """State of a driver's hardware.

    detail: the cause (port_missing, port_busy, port_denied, stick_unreachable, silent, …), else empty.
    """

    driver: str
    state: DriverState
    at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirtimeChanged:
    """Send time used in the running hour, of what the law allows, in ms.

    exhausted_in_s: when it will be used up at the pace of the last quarter of an hour; None: it
    will not, or too little is known.
    """

    driver: str
    used_ms: float
    limit_ms: float
    at: datetime
    exhausted_in_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioIdentified:
    """The radio's hardware was read. kind: cul or module; serial: as it tells, empty when it has none.

    hardware: what it says of itself, for people. changed: another one than the last time. hardware_id: as of
    ``OpenedPort``; address: its own from the factory, hex; both empty when it has none.
    """

    driver: str
    kind: str
    serial: str
    hardware: str
    changed: bool
    at: datetime
    hardware_id: str = ""
    address: str = ""


class ConfigurationState(Enum):
    """What became of a paramset, link, week program or key that was to be written."""

    PENDING = "pending"  # waits until the device wakes
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChanged:
    """what: VALUES, MASTER, LINK, PEERING, WEEK_PROGRAM, KEY, RELEASE; reason: a failure's code.

    Reasons: too_old, silent, airtime, wrong_key, refused, not_kept, peers_full, unknown_peer, unknown_target.
    """

    device: DeviceAddress
    channel: int
    what: str
    state: ConfigurationState
    at: datetime
    reason: str = ""


Event = (
    DatapointChanged
    | DeviceAppeared
    | DeviceChanged
    | DeviceRemoved
    | DeviceUnreachable
    | DeviceReachable
    | PairingProgress
    | DriverStateChanged
    | AirtimeChanged
    | RadioIdentified
    | ConfigurationChanged
)
