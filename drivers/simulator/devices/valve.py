"""HM-CC-TC and HM-CC-VD: a room's regulator that moves valve drives itself, every few minutes (type 58).

The drive hears its regulator because it knows the time of its next frame; a hub can't stand in for one.
Source: docs/protocols/bidcos.md, "Thermostats".
"""

from collections.abc import Mapping
from typing import ClassVar

from .. import payloads
from .channel import Channel
from .links import PeerEvent
from .room import Room
from .surface import OwnDevice, Status
from .touch import number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 64.0
SETPOINT, DRIVE = 0x02, 0x58
MIN_HALF, MAX_HALF = 12, 60
ENDS = frozenset({0x00, 0xC8})  # valve shut, valve open
DRIVE_COMMAND = 0x03
DRIVE_FLAGS = 0xA2
PER_PERCENT = 2.56
OPENING, CLOSING = 0x10, 0x20
TRAVEL_S = 20.0
HUMIDITY = 47


class Regulator(Channel):
    """Set temperature, room and valve of an HM-CC-TC."""

    __slots__ = ("_half", "_humidity", "room")
    verbs: ClassVar[Mapping[str, str]] = {"turn": "6 to 30", "window": "open|closed"}

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._half = 40
        self._humidity = HUMIDITY
        self.room = Room(19.0, device.surroundings.home_s())

    def start(self) -> None:
        """Begin the cycle."""
        self.device.agenda.after(1.0, self._cycle)

    def status(self) -> Status | None:
        """Set temperature."""
        return Status(value=self._half)

    def execute(self, order: int, data: bytes) -> bool:
        """Set temperature."""
        if order != SETPOINT or not data or not (MIN_HALF <= data[0] <= MAX_HALF or data[0] in ENDS):
            return False
        self._half = data[0]
        self.device.status_changed(self.index, 2.0)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Turn the wheel, open the window."""
        if verb == "turn":
            self._half = round(number(args, 0, 6, 30) * 2)
            self.device.status_changed(self.index, 1.0)
        else:
            self.room.window_open = args[:1] == ("open",)

    def state(self) -> Mapping[str, object]:
        """What its display shows."""
        self._live()
        valve = self.room.valve_percent
        return {"set": self._half / 2, "actual": round(self.room.celsius, 1), "valve_percent": valve}

    def _live(self) -> None:
        surroundings = self.device.surroundings
        self.room.live(surroundings.home_s(), surroundings.outside_celsius(), self._half / 2)

    def _cycle(self) -> None:
        """Tell the room (70), move the drives (58), ask for the time."""
        self._live()
        device = self.device
        weather = payloads.temperature15(self.room.celsius, device.low_battery) + bytes((self._humidity,))
        device.inform(0x70, weather, device.blueprint.cyclic_flags)
        valve = min(0xFF, round(self.room.valve_percent * PER_PERCENT))
        drive = bytes((DRIVE_COMMAND, valve))
        device.agenda.after(
            0.5, lambda: device.event(DRIVE, self.index, drive, flags=DRIVE_FLAGS, central=False)
        )
        device.agenda.after(5.0, device.ask_time)
        device.agenda.after(CYCLE_MIN_S + CYCLE_SPREAD_S * device.surroundings.uniform(), self._cycle)


class WindowOfRegulator(Channel):
    """Listens to window contacts for the regulator of its device."""

    __slots__ = ()

    def from_peer(self, event: PeerEvent) -> bool:
        """An open window closes the valve."""
        regulators = self.device.siblings(Regulator)
        if not regulators or event.value is None:
            return False
        regulators[0].room.window_open = event.value >= 0x32
        return True


class ValveDrive(Channel):
    """A valve drive that goes where its regulator says."""

    __slots__ = ("_arrives_s", "_from", "_target")

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._from = self._target = 0.0
        self._arrives_s = float("-inf")

    def status(self) -> Status | None:
        """Position in half per cent, direction of the motor."""
        moving = self.device.agenda.now_s < self._arrives_s
        flags = (OPENING if self._target > self._from else CLOSING) if moving else 0
        return Status(value=min(199, round(self._target * 2)), flags=flags)

    def from_peer(self, event: PeerEvent) -> bool:
        """Go to the valve position of a 58."""
        if event.kind != DRIVE or len(event.frame.payload) < 2:
            return False
        target = event.frame.payload[1] / PER_PERCENT
        if abs(target - self._target) >= 1.0:
            self._from, self._target = self._target, target
            self._arrives_s = self.device.agenda.now_s + TRAVEL_S
            self.device.status_changed(self.index, TRAVEL_S + 1.0)
        return True

    def state(self) -> Mapping[str, object]:
        """How far it is open."""
        return {"valve_percent": round(self._target, 1)}
