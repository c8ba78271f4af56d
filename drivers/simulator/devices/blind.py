"""HM-LC-Bl1-FM: a roller shutter that needs time to move and can be stopped.

Source: docs/protocols/bidcos.md, "Blind (B), jalousie (J)".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from ..agenda import Appointment
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .switch import LAST, ON, switch_list
from .touch import number

UP, DOWN = 0x10, 0x20
TIME_DOWN_REGISTER, TIME_UP_REGISTER = 0x0B, 0x0D  # running times, 16 bit, 0.1 s
RUNNING_S = 20.0  # of the simulated shutter in both directions; real ones leave the factory with 50 s
START_REPORT_S = 0.4

BLIND = Model(
    name="HM-LC-Bl1-FM",
    code=0x0005,
    firmware=0x24,
    info_tail=b"\x30\x41\x01\x00",
    channels=1,
    defaults={ListId(channel=1, number=1): switch_list() | {0x0B: 0, 0x0C: 200, 0x0D: 0, 0x0E: 200}},
)


class Blind:
    """One shutter; level 0 is closed, 200 is open."""

    model = BLIND

    def __init__(self) -> None:
        self._from = self._target = float(ON)
        self._begun_s = 0.0
        self._last_up = True
        self._arrival: Appointment | None = None
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Say that power came back."""
        self._device = device
        device.status_changed(1)

    @property
    def level(self) -> float:
        """Position at this moment, 0 to 200."""
        if self._device is None or self._arrival is None:
            return self._target
        way = (self._device.agenda.now_s - self._begun_s) / self._full_way_s() * ON
        distance = self._target - self._from
        return self._from + max(-way, distance) if distance < 0 else self._from + min(way, distance)

    def status(self, channel: int) -> Status | None:
        """Position and direction."""
        if channel != 1:
            return None
        flags = 0 if self._arrival is None else UP if self._target > self._from else DOWN
        return Status(value=round(self.level), flags=flags)

    def execute(self, payload: bytes) -> bool:
        """Go to a level, stop."""
        if len(payload) < 2 or payload[1] != 1:
            return False
        if payload[0] == 0x03:
            self._stop()
            return True
        if payload[0] == 0x02 and len(payload) >= 3 and payload[2] <= ON:
            self._go(float(payload[2]))
            return True
        if payload[0] == 0x02 and len(payload) >= 3 and payload[2] == LAST:
            self._go(float(ON))
            return True
        return payload[0] in {0x00, 0x01}

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """A key stops a moving shutter and sends a standing one the other way."""
        if frame.kind == 0x40:
            self._press()
        return channel == 1

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Use the buttons on the device."""
        match verb:
            case "up" | "down":
                self._go(float(ON) if verb == "up" else 0.0)
            case "stop":
                self._stop()
            case "press" | "toggle":
                self._press()
            case "level":
                self._go(number(args, 0, 0, 100) * 2)
            case _:
                raise ActRefused("HM-LC-Bl1-FM knows: up, down, stop, toggle, level 0 to 100")

    def state(self) -> Mapping[str, object]:
        """The shutter."""
        return {"level_percent": round(self.level / 2, 1), "moving": self._arrival is not None}

    def _press(self) -> None:
        if self._arrival is not None:
            self._stop()
        else:
            self._go(0.0 if self._last_up else float(ON))

    def _go(self, level: float) -> None:
        device = self._device
        if device is None:
            return
        here = self.level
        if self._arrival is not None:
            self._arrival.cancel()
            self._arrival = None
        self._from, self._target, self._begun_s = here, level, device.agenda.now_s
        if here == level:
            device.status_changed(1, START_REPORT_S)
            return
        self._last_up = level > here
        self._arrival = device.agenda.after(abs(level - here) / ON * self._full_way_s(), self._arrive)
        device.status_changed(1, START_REPORT_S)

    def _stop(self) -> None:
        self._from = self._target = self.level
        self._arrive()

    def _arrive(self) -> None:
        if self._arrival is not None:
            self._arrival.cancel()
        self._arrival = None
        self._from = self._target
        if self._device is not None:
            self._device.status_changed(1, START_REPORT_S)

    def _full_way_s(self) -> float:
        if self._device is None:
            return RUNNING_S
        register = TIME_UP_REGISTER if self._target > self._from else TIME_DOWN_REGISTER
        target = ListId(channel=1, number=1)
        high, low = (self._device.memory.register(register + step, 0, target) for step in (0, 1))
        return max(0.1, (high << 8 | low) * 0.1)
