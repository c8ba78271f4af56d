"""HM-LC-Dim1T-Pl: a dimmer with ramps, on-times and working flags.

Source: docs/protocols/bidcos.md, "Dimmer (D / DR)".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from ..agenda import Appointment
from ..payloads import seconds16
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .switch import LAST, ON, TIMER_RUNS, switch_list
from .touch import number

RAMP_S = 0.5
UP, DOWN = 0x10, 0x20
REPORT_DELAY_S = 0.5

DIMMER = Model(
    name="HM-LC-Dim1T-Pl",
    code=0x0057,
    firmware=0x14,
    info_tail=b"\x20\x41\x01\x00",
    channels=1,
    defaults={ListId(channel=1, number=1): switch_list()},
)


class Dimmer:
    """One dimmed lamp."""

    model = DIMMER

    def __init__(self) -> None:
        self._from = self._target = 0.0
        self._last_on = float(ON)
        self._begun_s = self._ramp_s = 0.0
        self._on_timer: Appointment | None = None
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Say that power came back."""
        self._device = device
        device.status_changed(1)

    @property
    def level(self) -> float:
        """Level at this moment, 0 to 200."""
        if self._device is None or self._ramp_s <= 0.0:
            return self._target
        passed = (self._device.agenda.now_s - self._begun_s) / self._ramp_s
        return self._target if passed >= 1.0 else self._from + (self._target - self._from) * passed

    @property
    def is_ramping(self) -> bool:
        """Whether the level is on its way."""
        return self._device is not None and self._device.agenda.now_s < self._begun_s + self._ramp_s

    def status(self, channel: int) -> Status | None:
        """Level, direction while ramping, timer."""
        if channel != 1:
            return None
        flags = TIMER_RUNS if self._on_timer is not None else 0
        if self.is_ramping:
            flags |= UP if self._target > self._from else DOWN
        return Status(value=round(self.level), flags=flags)

    def execute(self, payload: bytes) -> bool:
        """Set with ramp and on-time, stop."""
        if len(payload) < 2 or payload[1] != 1:
            return False
        if payload[0] == 0x03:
            self._go(self.level, 0.0)
            return True
        if payload[0] != 0x02 or len(payload) < 3 or payload[2] > LAST:
            return payload[0] in {0x00, 0x01}
        level = self._last_on if payload[2] == LAST else float(payload[2])
        ramp_s = seconds16(payload[3:5]) if len(payload) >= 5 else RAMP_S
        self._go(level, ramp_s if ramp_s is not None else RAMP_S, on_for_s=seconds16(payload[5:7]))
        return True

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Toggle for a key, follow a sensor's value."""
        if frame.kind == 0x40:
            self._go(0.0 if self._target > 0 else self._last_on, RAMP_S)
        elif frame.kind == 0x41 and len(frame.payload) >= 3:
            self._go(self._last_on if frame.payload[2] >= 0x32 else 0.0, RAMP_S)
        return channel == 1

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the button on the device."""
        match verb:
            case "on" | "off" | "toggle" | "press":
                on = {"on": True, "off": False}.get(verb, self._target == 0)
                self._go(self._last_on if on else 0.0, RAMP_S)
            case "level":
                self._go(number(args, 0, 0, 100) * 2, RAMP_S)
            case _:
                raise ActRefused("HM-LC-Dim1T-Pl knows: on, off, toggle, level 0 to 100")

    def state(self) -> Mapping[str, object]:
        """The lamp."""
        return {"level_percent": round(self.level / 2, 1), "ramping": self.is_ramping}

    def _go(self, level: float, ramp_s: float, *, on_for_s: float | None = None) -> None:
        device = self._device
        if device is None:
            return
        if self._on_timer is not None:
            self._on_timer.cancel()
            self._on_timer = None
        self._from, self._target = self.level, level
        self._begun_s, self._ramp_s = device.agenda.now_s, ramp_s
        if level > 0:
            self._last_on = level
            if on_for_s:
                self._on_timer = device.agenda.after(ramp_s + on_for_s, self._time_is_up)
        device.status_changed(1, ramp_s + REPORT_DELAY_S)

    def _time_is_up(self) -> None:
        self._on_timer = None
        self._go(0.0, RAMP_S)
