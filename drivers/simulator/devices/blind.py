"""Roller shutters and jalousies: they need time to move and can be stopped.

Source: docs/protocols/bidcos.md, "Blind (B), jalousie (J)".
"""

from collections.abc import Mapping
from typing import ClassVar

from ..agenda import Appointment
from .channel import Channel
from .links import PeerEvent, decide
from .memory import ListId
from .surface import OwnDevice, Status
from .switch import LAST, ON
from .touch import number

UP, DOWN = 0x10, 0x20
SLATS_UP = 0x01  # bits 1-0, as bits 5-4 of the flags
TIME_DOWN_REGISTER, TIME_UP_REGISTER = 0x0B, 0x0D  # running times, 16 bit, 0.1 s
START_REPORT_S = 0.4
COMBINED = 0x80
UNCHANGED = 0xCA
SLATS_S = 2.0  # from closed to open


class Blind(Channel):
    """One shutter; level 0 is closed, 200 is open."""

    __slots__ = ("_arrival", "_begun_s", "_from", "_inhibited", "_last_up", "_target")
    verbs: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("up", "down", "stop", "press", "toggle"), "[channel]"),
        "level": "0 to 100",
    }

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._from = self._target = float(ON)
        self._begun_s = 0.0
        self._last_up = True
        self._arrival: Appointment | None = None
        self._inhibited = False

    def start(self) -> None:
        """Say that power came back, for the first channel."""
        if self.index == next(iter(self.device.blueprint.channels)):
            self.device.status_changed(self.index)

    @property
    def level(self) -> float:
        """Position at this moment, 0 to 200."""
        if self._arrival is None:
            return self._target
        way = (self.device.agenda.now_s - self._begun_s) / self._full_way_s() * ON
        distance = self._target - self._from
        return self._from + max(-way, distance) if distance < 0 else self._from + min(way, distance)

    def status(self) -> Status | None:
        """Position and direction."""
        flags = 0 if self._arrival is None else UP if self._target > self._from else DOWN
        return Status(value=round(self.level), flags=flags)

    def execute(self, order: int, data: bytes) -> bool:
        """Go to a level, stop, inhibit."""
        if order == 0x03:
            self._stop()
            return True
        if order == 0x02 and data and data[0] <= LAST:
            self._go(float(ON if data[0] == LAST else data[0]))
            return True
        if order in {0x00, 0x01}:
            self._inhibited = order == 0x01
            return True
        return False

    def from_peer(self, event: PeerEvent) -> bool:
        """Stop a moving shutter; send a standing one where the link says."""
        if self._inhibited:
            return False
        reaction = decide(event, is_on=self._last_up)
        if reaction is not None and self._arrival is not None and event.value is None:
            self._stop()
        elif reaction is not None:
            self._go(float(min(reaction.level, ON)) if reaction.on else 0.0)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the buttons on the device."""
        if verb in {"up", "down"}:
            self._go(float(ON) if verb == "up" else 0.0)
        elif verb == "level":
            self._go(number(args, 0, 0, 100) * 2)
        elif verb == "stop" or self._arrival is not None:
            self._stop()
        else:
            self._go(0.0 if self._last_up else float(ON))

    def state(self) -> Mapping[str, object]:
        """The shutter."""
        return {"level_percent": round(self.level / 2, 1), "moving": self._arrival is not None}

    def _go(self, level: float) -> None:
        device, here = self.device, self.level
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        self._from, self._target, self._begun_s = here, level, device.agenda.now_s
        if here != level:
            self._last_up = level > here
            self._arrival = device.agenda.after(abs(level - here) / ON * self._full_way_s(), self._arrive)
        device.status_changed(self.index, START_REPORT_S)

    def _stop(self) -> None:
        self._from = self._target = self.level
        self._arrive()

    def _arrive(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
        self._arrival = None
        self._from = self._target
        self.device.status_changed(self.index, START_REPORT_S)

    def _full_way_s(self) -> float:
        register = TIME_UP_REGISTER if self._target > self._from else TIME_DOWN_REGISTER
        target = ListId(channel=self.index, number=1)
        high, low = (self.device.memory.register(register + step, 0, target) for step in (0, 1))
        return max(0.1, (high << 8 | low) * 0.1)


class Jalousie(Blind):
    """A blind whose slats turn; its status tells their level and direction behind the rest."""

    __slots__ = ("_slats", "_slats_until_s")

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._slats = ON
        self._slats_until_s = float("-inf")

    def status(self) -> Status | None:
        """Position, direction, slats."""
        plain = super().status()
        turning = self.device.agenda.now_s < self._slats_until_s
        tail = bytes((self._slats, SLATS_UP if turning else 0))
        return None if plain is None else Status(value=plain.value, flags=plain.flags, tail=tail)

    def execute(self, order: int, data: bytes) -> bool:
        """Go to a level and turn the slats."""
        if order != COMBINED:
            return super().execute(order, data)
        if len(data) < 2 or any(each > ON and each != UNCHANGED for each in data[:2]):
            return False
        if data[1] != UNCHANGED:
            self._slats = data[1]
            self._slats_until_s = self.device.agenda.now_s + SLATS_S
        if data[0] != UNCHANGED:
            self._go(float(data[0]))
        else:
            self.device.status_changed(self.index, SLATS_S + START_REPORT_S)
        return True

    def state(self) -> Mapping[str, object]:
        """The shutter and its slats."""
        return {**super().state(), "slats_percent": self._slats / 2}
