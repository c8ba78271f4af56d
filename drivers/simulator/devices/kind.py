"""What makes one kind of device different from another; the rest is device.py.

Source: docs/protocols/bidcos.md, "Receive modes", "Device classes".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from drivers.bidcos.frames import Frame

from ..agenda import Uniform
from .memory import ListId, Registers

if TYPE_CHECKING:
    from .device import Device


class ActRefused(ValueError):
    """Somebody asked a device to do what it has no button for; the text names what it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Data of one model.

    code: two bytes of the device info. info_tail: device class, peer channels A and B, one unknown byte.
    channels: without the device's own channel 0.
    sleeps: listens only in its windows. burst: a long carrier wakes it. burst_if_set: only with register 01.
    event_flags: flags of its frames that want an acknowledgement.
    """

    name: str
    code: int
    firmware: int
    info_tail: bytes
    channels: int
    sleeps: bool = False
    burst: bool = False
    burst_if_set: bool = False
    event_flags: int = 0xA4
    defaults: Mapping[ListId, Registers] = field(default_factory=dict)


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
    outside_celsius: weather at that moment. uniform: chance.
    """

    home_s: Callable[[], float]
    outside_celsius: Callable[[], float]
    uniform: Uniform


class Kind(Protocol):
    """The behaviour of one kind. Payloads come from the air: any bytes, and nothing may raise for them."""

    model: Model

    def start(self, device: "Device") -> None:
        """Take the device's radio and begin with the device's own timers."""
        ...

    def status(self, channel: int) -> Status | None:
        """Tell the state of a channel; None when it has none."""
        ...

    def execute(self, payload: bytes) -> bool:
        """Obey a type-11 command of the central; False is answered with NACK."""
        ...

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """React to the event of a peer at one of our channels; False stays unanswered."""
        ...

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Let somebody or something in the home touch the device.

        Raises:
            ActRefused: it can't do that.
        """
        ...

    def state(self) -> Mapping[str, object]:
        """What a person standing before it would see."""
        ...
