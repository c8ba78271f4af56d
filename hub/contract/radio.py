"""What a radio driver tells of its radio when asked: frames, send time, signal strength, keys. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from hub.contract.addresses import DeviceAddress
from hub.contract.causes import Urgency
from hub.contract.queries import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioFrame:
    """A frame as heard or sent. number: grows by one; data: hex from the length byte on.

    sender, receiver: devices of this home; None: the central, everybody, a stranger.
    to_us: meant for the central.
    """

    number: int
    at: datetime
    sent: bool
    data: str
    rssi_dbm: float | None
    sender: DeviceAddress | None = None
    receiver: DeviceAddress | None = None
    to_us: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFrames(Query[tuple[RadioFrame, ...]]):
    """The latest frames after ``number``, oldest first, at most 500; kept in memory only."""

    interface: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFrame(Query[None]):
    """Send a frame of our own making. data: hex from the length byte on; the sender must be our address."""

    interface: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AirtimeEntry:
    """Send time of the running hour by receiver and cause. device: None for what has none of ours."""

    device: DeviceAddress | None
    urgency: Urgency
    name: str
    used_ms: float
    frames: int
    bursts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AirtimeReport:
    """The running hour.

    exhausted_in_s: when it will be used up at the pace of the last quarter of an hour; None: it will not, or
    too little is known.
    answer_reserve_ms, alarm_reserve_ms: what only answers to devices, and what only alarms may use.
    """

    used_ms: float
    limit_ms: float
    answer_reserve_ms: float
    alarm_reserve_ms: float
    exhausted_in_s: float | None
    entries: tuple[AirtimeEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAirtime(Query[AirtimeReport]):
    """Send time of one interface."""

    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSample:
    """dbm: how strongly we heard a device, mean of a quarter of an hour, and how many frames that were."""

    at: datetime
    dbm: float
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One device. last_dbm: its last frame here; peer_dbm: how it hears us; samples: of a day at most."""

    device: DeviceAddress
    last_dbm: float | None
    peer_dbm: float | None
    samples: tuple[SignalSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSignals(Query[tuple[Signal, ...]]):
    """Signal strength of all devices of one interface."""

    interface: str


class KeyState(Enum):
    """Which key a device signs with."""

    NONE = "none"  # its model can't sign
    DEFAULT = "default"  # of every device fresh from the factory
    SYSTEM = "system"  # our own
    PREVIOUS = "previous"  # our own before the last change
    EXCHANGING = "exchanging"  # a change has begun; both keys are tried
    FOREIGN = "foreign"  # somebody else's: it refuses ours


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceKey:
    """index: of the key that it holds, 0 is the default key."""

    device: DeviceAddress
    state: KeyState
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyReport:
    """index: of our own key; 0: only the default key is in use. sheet_checked: its sheet was re-entered."""

    index: int
    sheet_checked: bool
    devices: tuple[DeviceKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKeys(Query[KeyReport]):
    """Which key each device holds; no key is told."""

    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySheet:
    """To print. address: of the central, 6 hex digits; words: the key as words; code: both, for a QR code."""

    address: str
    index: int
    words: tuple[str, ...] = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetKeySheet(Query[KeySheet]):
    """The system key on paper. Secret: for the owner alone."""

    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckKeySheet(Query[bool]):
    """Whether what was typed from the paper is the key. text: words or code; their spelling is forgiven."""

    interface: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSystemKey(Query[KeyReport]):
    """Choose the system key by a passphrase (as a CCU does), by words of a sheet, or by chance (empty).

    Devices get it one by one, when they listen; each change is undone when it fails half-way.
    """

    interface: str
    passphrase: str = field(default="", repr=False)
    sheet: str = field(default="", repr=False)
