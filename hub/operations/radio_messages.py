"""What crosses the edge about a radio: its frames, its send time, how well devices are heard, their keys."""

from typing import Annotated, Literal

from msgspec import Meta

from .messages import AirtimeLevel, Answer, InterfaceName, Request, Time


class OneRadio(Request):
    """Name a driver's radio."""

    interface: InterfaceName


class ReadFrames(Request):
    """Ask for frames after a number; 0: all that are kept."""

    interface: InterfaceName
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0


class SendFrame(Request):
    """Send a frame of one's own making. data: hex from the length byte on."""

    interface: InterfaceName
    data: Annotated[str, Meta(min_length=20, max_length=128)]


class Frame(Answer):
    """A frame as heard or sent. number: grows; data: hex from the length byte on.

    sender, receiver: devices of this home, else null; to_us: meant for the central.
    """

    number: int
    at: Time
    sent: bool
    data: str
    rssi_dbm: float | None
    sender: str | None
    receiver: str | None
    to_us: bool


class Frames(Answer):
    """At most 500 frames, oldest first; ask again with the last one's number."""

    frames: tuple[Frame, ...]


class AirtimeEntry(Answer):
    """Send time of the running hour by receiver and cause.

    device: null for what has no receiver of this home; name: of a rule or a program's session.
    """

    device: str | None
    cause: Literal["alarm", "user", "api", "rule", "background"]
    name: str
    used_ms: float
    frames: int
    bursts: int


class AirtimeReport(Answer):
    """The running hour, entry by entry, the largest first.

    answer_reserve_ms, alarm_reserve_ms: what only answers to devices, and what only alarms may use.
    """

    used_ms: float
    limit_ms: float
    answer_reserve_ms: float
    alarm_reserve_ms: float
    exhausted_in_s: float | None
    level: AirtimeLevel
    entries: tuple[AirtimeEntry, ...]


class SignalSample(Answer):
    """A quarter of an hour. dbm: mean of so many frames."""

    at: Time
    dbm: float
    frames: int


class Signal(Answer):
    """One device. last_dbm: its last frame here; peer_dbm: how it hears us; samples: of a day at most."""

    device: str
    last_dbm: float | None
    peer_dbm: float | None
    samples: tuple[SignalSample, ...]


class Signals(Answer):
    """How strongly each device is heard."""

    signals: tuple[Signal, ...]


# keys


class CheckSheet(Request):
    """Say what stands on the printed sheet. text: its words or its code."""

    interface: InterfaceName
    text: Annotated[str, Meta(min_length=1, max_length=1024)]


class SetKey(Request):
    """Choose the system key: by a passphrase, as a CCU does, by a sheet's words, or by chance (neither)."""

    interface: InterfaceName
    passphrase: Annotated[str, Meta(max_length=256)] = ""
    sheet: Annotated[str, Meta(max_length=1024)] = ""


class DeviceKey(Answer):
    """One device. index: of the key that it holds, 0 is every device's key from the factory."""

    device: str
    state: Literal["none", "default", "system", "previous", "exchanging", "foreign"]
    index: int


class Keys(Answer):
    """Which key each device holds; no key is told.

    index: of the home's own key, 0: there is none yet; sheet_checked: its sheet was re-entered.
    """

    index: int
    sheet_checked: bool
    devices: tuple[DeviceKey, ...]


class KeySheet(Answer):
    """To print, secret. address: of the central; words: the key; code: both; qr: code as rows of 0 and 1."""

    address: str
    index: int
    words: tuple[str, ...]
    code: str
    qr: tuple[str, ...]

    def __repr__(self) -> str:
        """Without the key."""
        return f"KeySheet(address={self.address!r}, index={self.index})"


class SheetCheck(Answer):
    """Whether the sheet is right."""

    right: bool
