"""What a device offers to its own parts: channels, guard, configuration. No behaviour here.

It keeps the parts from importing the device, which imports them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from drivers.bidcos.codec.frames import BROADCAST, Frame

from ..agenda import Agenda, Uniform
from ..places import Place
from .blueprint import Blueprint
from .memory import Memory

S = TypeVar("S")
QUIRKS = {
    "sequences": "tells every list as sequences (10/03)",
    "same-counter": "gives all frames of a list the question's counter",
    "burst": "answers with a burst, as some homebrew does: its frame ends 380 to 400 ms after the question",
    "double": "sends every answer twice",
    "stray": "sends a status with the next counter after each answer",
    "short-status": "leaves the signal strength out of its status",
}
"""What devices of other makers or other firmware were seen to do; none of it is against the protocol."""
LOW_BATTERY = 0x80  # in status flags and in the channel byte of events
COVER_OPEN = 7 << 1  # in status flags


class ActRefused(ValueError):
    """Somebody asked a device to do what it has no button for; the text names what it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What 02/01 and 10/06 say of a channel. tail: bytes that follow the RSSI."""

    value: int
    flags: int = 0
    tail: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a device can know of the world.

    home_s: seconds since the midnight before the simulation began; runs faster than the radio with --speed.
    outside_celsius: weather at that moment. uniform: chance. speed: home seconds in one second.
    """

    home_s: Callable[[], float]
    outside_celsius: Callable[[], float]
    uniform: Uniform
    speed: float = 1.0


class OwnDevice(Protocol):
    """A device as its parts see it. low_battery, cover_open: what somebody did to it. quirks: of QUIRKS."""

    blueprint: Blueprint
    serial: str
    address: bytes
    agenda: Agenda
    surroundings: Surroundings
    memory: Memory
    place: Place
    low_battery: bool
    cover_open: bool
    told_local_s: float | None
    quirks: set[str]

    @property
    def is_learning(self) -> bool:
        """Whether an unpaired device takes an owner now."""
        ...

    def introduce(self, receiver: bytes) -> None:
        """Tell a central that called it by its serial number who it is, and listen for a while."""
        ...

    def factory_reset(self) -> None:
        """Forget owner, peers and settings."""
        ...

    def power_loss(self) -> None:
        """Lose what is not in its memory."""
        ...

    def siblings(self, kind: type[S]) -> list[S]:
        """The device's channels of one kind, in their order."""
        ...

    def stay_awake(self, seconds: float) -> None:
        """Keep the receiver on for at least so long."""
        ...

    def answer(self, question: Frame, payload: bytes, *, receiver: bytes | None = None) -> None:
        """Answer a question that wants one, after the turn-round, with its counter."""
        ...

    def answer_status(self, question: Frame, channel: int, *, receiver: bytes | None = None) -> None:
        """Acknowledge with the state of a channel, or plainly where it has none."""
        ...

    def answer_pages(self, question: Frame, pages: Sequence[bytes]) -> None:
        """Send the frames of a list one by one, each acknowledged before the next."""
        ...

    def send_later(self, frame: Frame) -> None:
        """Send a frame after the turn-round."""
        ...

    def answer_with(self, data: bytes) -> None:
        """Send a ready answer after the turn-round; meanwhile one frame fits into the receiver."""
        ...

    def transmit(self, data: bytes) -> None:
        """Send a ready frame once."""
        ...

    def event(
        self, kind: int, channel: int, payload: bytes, *, flags: int | None = None, central: bool = True
    ) -> None:
        """Tell the central, unless not wanted, and the channel's peers, until they acknowledge it."""
        ...

    def inform(self, kind: int, payload: bytes, flags: int, receiver: bytes = BROADCAST) -> None:
        """Send to whoever listens; nobody acknowledges it."""
        ...

    def status_changed(self, channel: int, delay_s: float = 0.0) -> None:
        """Report the state of a channel as it is after ``delay_s``; a later wish replaces it."""
        ...

    def ask_time(self) -> None:
        """Ask the central for the time, unless it was told."""
        ...

    def next_counter(self) -> int:
        """Count one more message."""
        ...
