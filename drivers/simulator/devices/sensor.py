"""Sensors that know a few states: contacts, handles, tilt, water, CO2, rain; and filling levels.

They send an event with each change and their status in a long cycle.
Source: docs/protocols/bidcos.md, "Contacts and sensors".
"""

from collections.abc import Mapping
from typing import ClassVar

from .channel import Channel
from .surface import LOW_BATTERY, OwnDevice, Status
from .touch import number

CLOSED, HALF, OPEN = 0x00, 0x64, 0xC8
DAY_S = 86_400.0


class Sensor(Channel):
    """A sensor with named states; the first of ``values`` is the one it starts with."""

    __slots__ = ("_events", "value")
    values: ClassVar[Mapping[str, int]] = {"close": CLOSED, "open": OPEN}
    name: ClassVar[str] = "open"

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self.value = next(iter(self.values.values()), CLOSED)
        self._events = 0

    def start(self) -> None:
        """Begin the cycle, for the first channel of its kind."""
        self.device.agenda.after(self._period_s() * self.device.surroundings.uniform(), self._cycle)

    def status(self) -> Status | None:
        """The state."""
        return Status(value=self.value)

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Bring about one of its states."""
        self.move(self.values[verb])

    def state(self) -> Mapping[str, object]:
        """What it sees."""
        return {self.name: self.value != CLOSED}

    def move(self, value: int) -> None:
        """Change the state; no event when it already is so."""
        if value == self.value:
            return
        self.value = value
        self._events = (self._events + 1) & 0xFF
        head = self.index | (LOW_BATTERY if self.device.low_battery else 0)
        self.device.event(0x41, self.index, bytes((head, self._events, value)))

    def _cycle(self) -> None:
        self.refresh()
        self.device.agenda.after(self._period_s(), self._cycle)

    def _period_s(self) -> float:
        return self.device.blueprint.pause_s or DAY_S


class Contact(Sensor):
    """A window or door."""

    __slots__ = ()
    verbs: ClassVar[Mapping[str, str]] = {"close": "[channel]", "open": "[channel]"}
    has_cover: ClassVar[bool] = True
    closing: ClassVar[tuple[str, str] | None] = ("cover", "closed")


class Handle(Sensor):
    """A window's handle."""

    __slots__ = ()
    values: ClassVar[Mapping[str, int]] = {"close": CLOSED, "tilt": HALF, "open": OPEN}
    verbs: ClassVar[Mapping[str, str]] = dict.fromkeys(values, "[channel]")
    has_cover: ClassVar[bool] = True
    closing: ClassVar[tuple[str, str] | None] = ("cover", "closed")

    def state(self) -> Mapping[str, object]:
        """How it stands."""
        return {"handle": next(name for name, value in self.values.items() if value == self.value)}


class Tilt(Sensor):
    """A garage door's tilt."""

    __slots__ = ()
    verbs: ClassVar[Mapping[str, str]] = {"close": "[channel]", "open": "[channel]"}


class Water(Sensor):
    """Water on the floor."""

    __slots__ = ()
    values: ClassVar[Mapping[str, int]] = {"dry": CLOSED, "damp": HALF, "wet": OPEN}
    verbs: ClassVar[Mapping[str, str]] = dict.fromkeys(values, "")
    name: ClassVar[str] = "wet"

    def start(self) -> None:
        """Tell the state at start, as these detectors do, then in the cycle."""
        self.refresh()
        super().start()


class CarbonDioxide(Sensor):
    """CO2 in the air."""

    __slots__ = ()
    values: ClassVar[Mapping[str, int]] = {"normal": CLOSED, "added": HALF, "strong": OPEN}
    verbs: ClassVar[Mapping[str, str]] = dict.fromkeys(values, "")
    name: ClassVar[str] = "co2"


class Rain(Sensor):
    """Rain on the sensor."""

    __slots__ = ()
    values: ClassVar[Mapping[str, int]] = {"dry": CLOSED, "rain": OPEN}
    verbs: ClassVar[Mapping[str, str]] = dict.fromkeys(values, "")
    name: ClassVar[str] = "rain"


class Filling(Sensor):
    """How full a tank is."""

    __slots__ = ()
    verbs: ClassVar[Mapping[str, str]] = {"fill": "0 to 100"}

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Fill the tank."""
        self.move(round(number(args, 0, 0, 100) * 2))

    def state(self) -> Mapping[str, object]:
        """How full."""
        return {"filling_percent": self.value / 2}


class ByteInput(Sensor):
    """Eight wires read as one number."""

    __slots__ = ()
    verbs: ClassVar[Mapping[str, str]] = {"byte": "0 to 255"}

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Let somebody else's device put a number on the wires."""
        self.move(round(number(args, 0, 0, 255)))

    def state(self) -> Mapping[str, object]:
        """The number."""
        return {"byte": self.value}
