"""What is measured outside and inside: temperature, humidity, wind, rain, light; sent in a cycle.

Source: docs/protocols/bidcos.md, "Temperature / humidity / weather (type 70)", "Contacts and sensors" (LUX).
"""

from collections.abc import Mapping
from typing import ClassVar

from .. import payloads
from ..weather import brightness, outside_humidity_percent
from .channel import Channel
from .surface import LOW_BATTERY, OwnDevice
from .touch import number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 60.0
INDOOR_CELSIUS, INDOOR_SHARE = 19.5, 0.15  # a room follows the weather a little
INDOOR_HUMIDITY = 48
PRESSURE_HPA = 1013


class WeatherSensor(Channel):
    """Temperature and humidity. Models whose name says so ("-I") hang in a room."""

    __slots__ = ("_override",)
    verbs: ClassVar[Mapping[str, str]] = {"weather": "-40 to 80 1 to 99", "press": ""}
    kind: ClassVar[int] = 0x70

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._override: tuple[float, int] | None = None

    def start(self) -> None:
        """Begin the cycle."""
        self.device.agenda.after(2.0, self._cycle)

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Breathe on it, or let it measure; each is sent at once."""
        self._override = None
        if verb == "weather":
            self._override = (number(args, 0, -40, 80), round(number(args, 1, 1, 99, default=50)))
        self.refresh()

    def refresh(self) -> None:
        """Send what it measures, now."""
        self.device.inform(self.kind, self.payload(), self.device.blueprint.cyclic_flags)

    def state(self) -> Mapping[str, object]:
        """What it measures."""
        celsius, humidity = self.measure()
        return {"celsius": round(celsius, 1), "humidity": humidity}

    def payload(self) -> bytes:
        """What is sent."""
        celsius, humidity = self.measure()
        return payloads.temperature15(celsius, self.device.low_battery) + bytes((humidity,))

    def measure(self) -> tuple[float, int]:
        """Celsius and humidity in percent."""
        if self._override is not None:
            return self._override
        surroundings = self.device.surroundings
        noise = surroundings.uniform() * 0.4 - 0.2
        outside = surroundings.outside_celsius() + noise
        if "-I" in self.device.blueprint.name:
            return INDOOR_CELSIUS + outside * INDOOR_SHARE, INDOOR_HUMIDITY + round(noise * 5)
        return outside, outside_humidity_percent(surroundings.home_s())

    def _cycle(self) -> None:
        self.refresh()
        self.device.agenda.after(
            CYCLE_MIN_S + CYCLE_SPREAD_S * self.device.surroundings.uniform(), self._cycle
        )


class PressureSensor(WeatherSensor):
    """A base station: air pressure too."""

    __slots__ = ()

    def payload(self) -> bytes:
        """Two bytes of pressure behind the rest."""
        return super().payload() + PRESSURE_HPA.to_bytes(2, "big")


class WeatherStation(WeatherSensor):
    """Rain, wind, sun and light on a mast."""

    __slots__ = ("_rain",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._rain = 0

    def payload(self) -> bytes:
        """All of it in twelve bytes."""
        surroundings = self.device.surroundings
        gust = round(30 + 90 * surroundings.uniform())  # 0.1 km/h
        light = brightness(surroundings.home_s())
        direction = round(40 + 8 * surroundings.uniform())  # 5 degrees
        sunshine = int(surroundings.home_s() // 60) & 0xFF
        rain = (self._rain & 0x7FFF).to_bytes(2, "big")
        wind = (1 << 14 | gust).to_bytes(2, "big")
        return super().payload() + rain + wind + bytes((direction, sunshine, light))


class Thermometers(WeatherSensor):
    """Two probes and their differences, told together by the first channel (type 53)."""

    __slots__ = ()
    kind: ClassVar[int] = 0x53

    def start(self) -> None:
        """Only the first channel speaks, for all."""
        if self.index == 1:
            super().start()

    def payload(self) -> bytes:
        """Index and tenths of a degree, four times."""
        one, _ = self.measure()
        two = one + 6.5
        head = bytes((LOW_BATTERY if self.device.low_battery else 0,))
        values = enumerate((one, two, one - two, two - one), 1)
        tenths = (bytes((at,)) + (round(each * 10) & 0xFFFF).to_bytes(2, "big") for at, each in values)
        return head + b"".join(tenths)


class LightSensor(WeatherSensor):
    """Lux, times 100 (type 54)."""

    __slots__ = ()
    kind: ClassVar[int] = 0x54

    def payload(self) -> bytes:
        """Channel, a counter that stays, four bytes of light."""
        lux = brightness(self.device.surroundings.home_s()) * 40
        head = self.index | (LOW_BATTERY if self.device.low_battery else 0)
        return bytes((head, 0)) + (lux * 100).to_bytes(4, "big")


class FillingKit(WeatherSensor):
    """The level in a rainwater tank, as a kit measures it (type 53)."""

    __slots__ = ("_filling", "_sequence")
    verbs: ClassVar[Mapping[str, str]] = {"fill": "0 to 1408"}
    kind: ClassVar[int] = 0x53

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._filling = 700
        self._sequence = 0

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Let it rain."""
        self._filling = round(number(args, 0, 0, 1408))
        self.refresh()

    def payload(self) -> bytes:
        """1408 minus the level, in the low bits of the last two bytes."""
        self._sequence = (self._sequence + 1) & 0x0F
        raw = 1408 - self._filling
        return bytes((self.index, 0x40 | self._sequence, 2, 0, 0, raw & 0xFF, raw >> 8 & 7))

    def state(self) -> Mapping[str, object]:
        """How full."""
        return {"filling": self._filling}
