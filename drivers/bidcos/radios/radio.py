"""What the driver knows of a radio, whichever it is: bytes and time in, bytes and events out. Pure types.

Two fulfil it: cul_radio.py (the host does everything) and module.py (the radio acknowledges, repeats, signs
and wakes by itself). ``Capabilities`` says which of that the exchange machine must leave alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from ..codec.frames import Damaged, Frame
from ..codec.uart_reports import Signature

KEY_SIZE = 16


class RadioKind(Enum):
    """The two kinds of hardware. The value is the word in homebase.toml and in ``RadioIdentified``."""

    CUL = "cul"
    MODULE = "module"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a radio does by itself.

    answers_itself: it acknowledges what its peers send, repeats our frames, answers challenges and wakes
    sleepers. verdict_s: it says within so many seconds what became of a frame; None: it never does.
    """

    answers_itself: bool = False
    verdict_s: float | None = None


CARRIES_ONLY = Capabilities()  # a stick


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a radio says of itself. serial: empty when it has none; address: factory address, 3 bytes."""

    kind: RadioKind
    firmware: str
    serial: str = ""
    address: bytes | None = None

    @property
    def hardware(self) -> str:
        """For people, at most 80 printable characters."""
        name = "HM-MOD-RPI-PCB" if self.kind is RadioKind.MODULE else "CUL"
        return f"{name} {self.firmware}".strip()[:80]


# what the driver tells a radio


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A signing key. index: 0-255; secret: 16 bytes, never shown."""

    index: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_SIZE or not 0 <= self.index <= 255:
            raise ValueError(f"a key has {KEY_SIZE} bytes and an index of 0 to 255")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """current: of this home; previous: of devices that did not take it yet; temporary: during a change."""

    current: Key | None = None
    previous: Key | None = None
    temporary: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A device of ours. wakes: it sleeps and tells when it listens; signed: its signed channels, 0-63."""

    key_index: int = 0
    wakes: bool = False
    signed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Whom the radio speaks for. address: the central's, 3 bytes; peers: by their radio address."""

    address: bytes
    keys: Keys = field(default_factory=Keys)
    peers: Mapping[bytes, Peer] = field(default_factory=dict)


# what a radio tells the driver


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """It started and listens; said again after each restart."""

    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """A frame from the air. answered: the radio acknowledged it or woke its sender by itself."""

    frame: Frame
    signature: Signature = Signature.NONE
    answered: bool = False


class Result(Enum):
    """What became of a frame that was given to the radio."""

    ANSWERED = "answered"
    SENT = "sent"  # it wanted no answer
    SILENT = "silent"  # sent as often as the radio does, no answer
    WRONG_KEY = "wrong_key"
    AIRTIME = "airtime"  # the radio's send time is used up; not sent
    CHANNEL_BUSY = "channel_busy"  # the air was never free; not sent
    REFUSED = "refused"  # the radio does not take it; not sent
    LOST = "lost"  # the radio does not say; maybe sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of ``frame``. answer: of the device, when it answered."""

    frame: Frame
    result: Result
    answer: Reception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The radio's own count of its send time. used: 0.0 to 1.0 of what an hour allows."""

    used: float


class TroubleCode(Enum):
    """What goes wrong and is recovered from."""

    RESTARTED = "restarted"  # unasked; it starts up again
    RESET = "reset"  # by us: it had stopped answering
    LIMIT = "limit"  # send time used up, by its own count
    CHANNEL_BUSY = "channel_busy"
    REFUSED = "refused"  # a setting that it does not take
    PEER_REFUSED = "peer_refused"  # no room for another device


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something to count and to log. text: what exactly, printable, never a key."""

    code: TroubleCode
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """It can't be used: the link has to be opened anew. code: silent, wrong_firmware or garbage."""

    code: str


RadioEvent = Ready | Reception | Verdict | Budget | Trouble | Broken | Damaged


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows from a call: bytes to write at once, and what happened, oldest first."""

    write: bytes = b""
    events: tuple[RadioEvent, ...] = ()


NOTHING = Turn()


class Radio(Protocol):
    """One radio from the moment its port is open. No call raises for what the hardware sends."""

    kind: RadioKind
    capabilities: Capabilities

    @property
    def wake_at_s(self) -> float | None:
        """When to call ``wake`` next; None: not before the next call of another kind."""
        ...

    def wake(self, now_s: float) -> Turn:
        """Do what is due. The first call starts the radio."""
        ...

    def receive(self, data: bytes, at_s: float) -> Turn:
        """Take bytes, cut anyhow. at_s: when they came, monotonic seconds."""
        ...

    def send(self, frame: Frame, now_s: float) -> Turn:
        """Put a frame on the air as soon as may be.

        Raises:
            ValueError: a field of the frame is out of its range.
        """
        ...

    def know(self, station: Station, now_s: float) -> Turn:
        """Speak for this station from now on, given whole; only changes are passed on."""
        ...
