"""Relays: on, off, on for a time; sirens and chimes are switched like them.

Source: docs/protocols/bidcos.md, "Switch (class S), battery switch (SB)", "Device classes".
"""

from collections.abc import Mapping
from typing import ClassVar

from ..agenda import Appointment
from ..payloads import seconds16
from .channel import Channel
from .links import PeerEvent, Reaction, decide
from .memory import ListId
from .surface import OwnDevice, Status

ON, OFF, LAST = 0xC8, 0x00, 0xC9
TIMER_RUNS = 0x40
STATUS_DELAY_REGISTER = 0x57
STATUS_DELAY = 0x24  # factory value: after 2 s and up to 1 s more
MP3 = 0x80
MODES = (0x80, 0x81, 0x82, 0x83)


def status_delay_s(device: OwnDevice, channel: int) -> float:
    """How long after a change its report comes: register 57 of list 1."""
    value = device.memory.register(STATUS_DELAY_REGISTER, STATUS_DELAY, ListId(channel=channel, number=1))
    return (value & 0x1F) * 0.5 + (value >> 5) * device.surroundings.uniform()


class Switch(Channel):
    """One relay."""

    __slots__ = ("_delayed", "_inhibited", "_level", "_timer")
    verbs: ClassVar[Mapping[str, str]] = dict.fromkeys(("on", "off", "toggle", "press"), "[channel]")

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._level = OFF
        self._timer: Appointment | None = None
        self._delayed: Appointment | None = None
        self._inhibited = False

    def start(self) -> None:
        """Say that power came back, for the first channel."""
        if self.index == next(iter(self.device.blueprint.channels)):
            self.device.status_changed(self.index)

    def status(self) -> Status | None:
        """Level and timer."""
        return Status(value=self._level, flags=TIMER_RUNS if self._timer is not None else 0)

    @property
    def is_on(self) -> bool:
        """Whether current flows."""
        return self._level == ON

    def execute(self, order: int, data: bytes) -> bool:
        """Set, stop, inhibit."""
        if order == 0x02 and data:
            if data[0] > ON and data[0] != LAST:
                return False
            self.set(data[0] != OFF, on_for_s=seconds16(data[3:5]))
            return True
        if order in {0x00, 0x01}:
            self._inhibited = order == 0x01
            return True
        return order == 0x03

    def from_peer(self, event: PeerEvent) -> bool:
        """Do what the link says."""
        if self._inhibited:
            return False
        reaction = decide(event, is_on=self.is_on)
        if reaction is not None and reaction.step == 0:
            self._react(reaction)
        return True

    def _react(self, reaction: Reaction) -> None:
        def do() -> None:
            self._delayed = None
            self.set(reaction.on, on_for_s=reaction.on_for_s)

        if self._delayed is not None:
            self._delayed.cancel()
            self._delayed = None
        if reaction.delay_s > 0:
            self._delayed = self.device.agenda.after(reaction.delay_s, do)
        else:
            do()

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the button on the device."""
        self.set({"on": True, "off": False}.get(verb, not self.is_on))

    def state(self) -> Mapping[str, object]:
        """The relay."""
        return {"on": [self.is_on]}

    def set(self, on: bool, *, on_for_s: float | None = None) -> None:
        """Switch, and report it as late as the channel's status delay says."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._level = ON if on else OFF
        if on and on_for_s:
            self._timer = self.device.agenda.after(on_for_s, self._time_is_up)
        self.device.status_changed(self.index, status_delay_s(self.device, self.index))

    def _time_is_up(self) -> None:
        self._timer = None
        self.set(False)


class TimedSwitch(Switch):
    """A valve of a garden timer, which has modes: automatic, by hand, holiday, off."""

    __slots__ = ("mode",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.mode = MODES[0]

    def execute(self, order: int, data: bytes) -> bool:
        """Take a mode; the rest as switches do."""
        if order not in MODES:
            return super().execute(order, data)
        self.mode = order
        return True


class Signal(Switch):
    """A siren's, a chime's or a flash light's channel; chimes take a list of pieces to play too."""

    __slots__ = ("played",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.played: bytes = b""

    def execute(self, order: int, data: bytes) -> bool:
        """Switch, or play: volume, repeats, duration, pieces."""
        if order == MP3 and data:
            self.played = data[:15]
            self.set(True)
            return True
        return super().execute(order, data)


class Arming(Channel):
    """The channel of a siren that says which sensors are armed."""

    __slots__ = ("_level",)
    STATES: ClassVar[frozenset[int]] = frozenset({0x00, 0x32, 0xC8, 0xFF})

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._level = 0x00

    def status(self) -> Status | None:
        """Disarmed, external, all, blocked."""
        return Status(value=self._level)

    def execute(self, order: int, data: bytes) -> bool:
        """Arm and disarm."""
        if order in {0x00, 0x01}:  # inhibited or not, no peer arms it
            return True
        if order != 0x02 or not data or data[0] not in self.STATES:
            return False
        self._level = data[0]
        self.device.status_changed(self.index, 1.0)
        return True

    def state(self) -> Mapping[str, object]:
        """What is armed."""
        return {"armed": self._level}
