"""Motion detectors: after each event they keep quiet for a while.

Source: docs/protocols/bidcos.md, "Contacts and sensors" (class M).
"""

from collections.abc import Mapping
from typing import ClassVar

from ..weather import brightness
from .channel import Channel
from .memory import ListId
from .surface import LOW_BATTERY, OwnDevice, Status
from .touch import number

CYCLE_S = 3000.0  # of models whose pause is not known
INTERVAL_REGISTER = 0x02  # bits 2-0: 0 is 15 s, each step doubles, 4 is 240 s
INTERVAL_STEPS = 4


class Motion(Channel):
    """One detector in a hall."""

    __slots__ = ("_brightness", "_quiet_until_s", "events")
    verbs: ClassVar[Mapping[str, str]] = {"motion": "0 to 255", "press": "0 to 255"}
    has_cover: ClassVar[bool] = True
    closing: ClassVar[tuple[str, str] | None] = ("cover", "closed")

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.events = 0
        self._brightness = 60
        self._quiet_until_s = float("-inf")

    def start(self) -> None:
        """Begin the cycle."""
        self.device.agenda.after(60.0 + self._period_s() * self.device.surroundings.uniform(), self._cycle)

    def status(self) -> Status | None:
        """Brightness."""
        return Status(value=self._brightness)

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Walk by."""
        home_s = self.device.surroundings.home_s()
        self.walk_by(round(number(args, 0, 0, 255, default=brightness(home_s))))

    def state(self) -> Mapping[str, object]:
        """What it saw last."""
        return {"events": self.events, "brightness": self._brightness}

    def walk_by(self, light: int) -> None:
        """Somebody moves; within the minimum interval nothing is sent."""
        device = self.device
        if device.agenda.now_s < self._quiet_until_s:
            return
        interval = device.memory.register(INTERVAL_REGISTER, 0, ListId(channel=self.index, number=1))
        step = min(INTERVAL_STEPS, interval & 0x07)
        self._quiet_until_s = device.agenda.now_s + 15.0 * 2**step
        self._brightness = light
        self.events = (self.events + 1) & 0xFF
        head = self.index | (LOW_BATTERY if device.low_battery else 0)
        device.event(0x41, self.index, bytes((head, self.events, light, (4 + step) << 4)))

    def _period_s(self) -> float:
        return self.device.blueprint.pause_s or CYCLE_S

    def _cycle(self) -> None:
        self._brightness = brightness(self.device.surroundings.home_s())
        self.refresh()
        self.device.agenda.after(self._period_s(), self._cycle)
