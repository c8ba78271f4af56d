"""Dimmers with ramps, on-times and working flags; models with virtual channels tell the real level too.

Source: docs/protocols/bidcos.md, "Dimmer (D / DR)".
"""

from collections.abc import Mapping
from typing import ClassVar

from ..agenda import Appointment
from ..payloads import seconds16
from .channel import Channel
from .links import PeerEvent, decide
from .surface import OwnDevice, Status
from .switch import LAST, ON, TIMER_RUNS
from .touch import number

RAMP_S = 0.5
UP, DOWN = 0x10, 0x20
REPORT_DELAY_S = 0.5
SET_ORDER = 0x02
COLOUR_ORDERS = frozenset({0x80, 0x81})


class Dimmer(Channel):
    """One dimmed lamp."""

    __slots__ = ("_begun_s", "_from", "_inhibited", "_last_on", "_on_timer", "_ramp_s", "_target")
    verbs: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("on", "off", "toggle", "press"), "[channel]"),
        "level": "0 to 100",
    }

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._from = self._target = 0.0
        self._last_on = float(ON)
        self._begun_s = self._ramp_s = 0.0
        self._on_timer: Appointment | None = None
        self._inhibited = False

    def start(self) -> None:
        """Say that power came back, for the first channel."""
        if self.index == next(iter(self.device.blueprint.channels)):
            self.device.status_changed(self.index)

    @property
    def level(self) -> float:
        """Level at this moment, 0 to 200."""
        if self._ramp_s <= 0.0:
            return self._target
        passed = (self.device.agenda.now_s - self._begun_s) / self._ramp_s
        return self._target if passed >= 1.0 else self._from + (self._target - self._from) * passed

    @property
    def is_ramping(self) -> bool:
        """Whether the level is on its way."""
        return self.device.agenda.now_s < self._begun_s + self._ramp_s

    def status(self) -> Status | None:
        """Level, direction while ramping, timer; the real level where the model has virtual channels."""
        flags = TIMER_RUNS if self._on_timer is not None else 0
        if self.is_ramping:
            flags |= UP if self._target > self._from else DOWN
        level = round(self.level)
        tail = bytes((level,)) if self.device.blueprint.cls == "DR" else b""
        return Status(value=level, flags=flags, tail=tail)

    def execute(self, order: int, data: bytes) -> bool:
        """Set with ramp and on-time, stop, inhibit."""
        if order == 0x03:
            self._go(self.level, 0.0)
            return True
        if order in {0x00, 0x01}:
            self._inhibited = order == 0x01
            return True
        if order != 0x02 or not data or data[0] > LAST:
            return False
        level = self._last_on if data[0] == LAST else float(data[0])
        ramp_s = seconds16(data[1:3]) if len(data) >= 3 else RAMP_S
        self._go(level, ramp_s if ramp_s is not None else RAMP_S, on_for_s=seconds16(data[3:5]))
        return True

    def from_peer(self, event: PeerEvent) -> bool:
        """Do what the link says: switch, or dim a step."""
        if self._inhibited:
            return False
        reaction = decide(event, is_on=self._target > 0)
        if reaction is None:
            return True
        if reaction.step:
            self._go(max(0.0, min(float(ON), self._target + reaction.step)), RAMP_S)
            return True
        level = self._last_on if reaction.level > ON else float(reaction.level)
        ramp_s = RAMP_S if reaction.ramp_s is None else reaction.ramp_s
        self._go(level if reaction.on else 0.0, ramp_s, on_for_s=reaction.on_for_s)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the button on the device."""
        if verb == "level":
            self._go(number(args, 0, 0, 100) * 2, RAMP_S)
        else:
            on = {"on": True, "off": False}.get(verb, self._target == 0)
            self._go(self._last_on if on else 0.0, RAMP_S)

    def state(self) -> Mapping[str, object]:
        """The lamp."""
        return {"level_percent": round(self.level / 2, 1), "ramping": self.is_ramping}

    def _go(self, level: float, ramp_s: float, *, on_for_s: float | None = None) -> None:
        device = self.device
        if self._on_timer is not None:
            self._on_timer.cancel()
            self._on_timer = None
        self._from, self._target = self.level, level
        self._begun_s, self._ramp_s = device.agenda.now_s, ramp_s
        if level > 0:
            self._last_on = level
            if on_for_s:
                self._on_timer = device.agenda.after(ramp_s + on_for_s, self._time_is_up)
        device.status_changed(self.index, ramp_s + REPORT_DELAY_S)

    def _time_is_up(self) -> None:
        self._on_timer = None
        self._go(0.0, RAMP_S)


class Colour(Dimmer):
    """A channel of a colour controller: its orders carry brightness, colour or program, and times."""

    __slots__ = ("chosen",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.chosen = 0

    def execute(self, order: int, data: bytes) -> bool:
        """Take brightness and colour, or brightness and program; the rest as dimmers do."""
        if order not in COLOUR_ORDERS:
            return super().execute(order, data)
        if len(data) < 2 or data[0] > LAST:
            return False
        self.chosen = data[1]
        return super().execute(SET_ORDER, data[:1] + data[-4:])

    def state(self) -> Mapping[str, object]:
        """The lamp, and the colour or program."""
        return {**super().state(), "chosen": [self.chosen]}
