"""HM-Sec-MDIR-2: a motion detector that keeps quiet for a while after each event.

Source: docs/protocols/bidcos.md, "Contacts and sensors" (class M).
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from ..weather import brightness
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .touch import battery, number

COVER_OPEN = 7 << 1
LOW_BATTERY = 0x80
CYCLE_S = 540.0  # the hub misses it after 20 min
INTERVAL_REGISTER = 0x02  # bits 2-0: 0 is 15 s, each step doubles, 4 is 240 s
INTERVAL_STEPS = 4

MOTION = Model(
    name="HM-Sec-MDIR-2",
    code=0x00C0,
    firmware=0x16,
    info_tail=b"\x81\x01\x01\x00",
    channels=1,
    sleeps=True,
    event_flags=0xA2,
    defaults={ListId(channel=1, number=1): {0x01: 0x00, INTERVAL_REGISTER: 0x00, 0x08: 0}},
)


class Motion:
    """One detector in a hall."""

    model = MOTION

    def __init__(self) -> None:
        self.events = 0
        self._brightness = 60
        self._quiet_until_s = float("-inf")
        self._cover_open = False
        self._low_battery = False
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Begin the cycle."""
        self._device = device
        device.agenda.after(60.0 + CYCLE_S * device.surroundings.uniform(), self._cycle)

    def status(self, channel: int) -> Status | None:
        """Brightness, cover, battery."""
        if channel > 1:
            return None
        flags = (COVER_OPEN if self._cover_open else 0) | (LOW_BATTERY if self._low_battery else 0)
        return Status(value=self._brightness, flags=flags)

    def execute(self, payload: bytes) -> bool:
        """Has nothing to command."""
        return False

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Listens to nobody."""
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Walk by, open the cover, wear the battery."""
        match verb:
            case "motion" | "press":
                home_s = self._device.surroundings.home_s() if self._device is not None else 0.0
                self.walk_by(round(number(args, 0, 0, 255, default=brightness(home_s))))
            case "cover":
                self._cover_open = args[:1] == ("open",)
                self._report()
            case "battery":
                self._low_battery = battery(args)
                self._report()
            case _:
                raise ActRefused("HM-Sec-MDIR-2 knows: motion 0 to 255, cover open|closed, battery low|full")

    def state(self) -> Mapping[str, object]:
        """What it saw last."""
        return {"events": self.events, "brightness": self._brightness}

    def walk_by(self, light: int) -> None:
        """Somebody moves; within the minimum interval nothing is sent."""
        device = self._device
        if device is None or device.agenda.now_s < self._quiet_until_s:
            return
        step = min(
            INTERVAL_STEPS, device.memory.register(INTERVAL_REGISTER, 0, ListId(channel=1, number=1)) & 0x07
        )
        self._quiet_until_s = device.agenda.now_s + 15.0 * 2**step
        self._brightness = light
        self.events = (self.events + 1) & 0xFF
        head = 0x01 | (LOW_BATTERY if self._low_battery else 0)
        device.event(0x41, 1, bytes((head, self.events, light, (4 + step) << 4)))

    def _report(self) -> None:
        if self._device is not None:
            self._device.status_changed(1)

    def _cycle(self) -> None:
        device = self._device
        if device is not None:
            self._brightness = brightness(device.surroundings.home_s())
            self._report()
            device.agenda.after(CYCLE_S, self._cycle)
