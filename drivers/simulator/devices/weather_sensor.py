"""HM-WDS10-TH-O and HM-WDS40-TH-I: temperature and humidity, outside and in a room, sent in a cycle.

Source: docs/protocols/bidcos.md, "Temperature / humidity / weather (type 70)".
"""

from collections.abc import Mapping
from dataclasses import replace

from drivers.bidcos.frames import Frame

from .. import payloads
from ..weather import outside_humidity_percent
from .device import Device
from .kind import ActRefused, Model, Status
from .touch import battery, number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 60.0
FLAGS = 0x86

WEATHER = Model(
    name="HM-WDS10-TH-O",
    code=0x003D,
    firmware=0x13,
    info_tail=b"\x70\x01\x01\x00",
    channels=1,
    sleeps=True,
    event_flags=0xA2,
)
INDOOR = replace(WEATHER, name="HM-WDS40-TH-I", code=0x003F, firmware=0x11)
INDOOR_CELSIUS, INDOOR_SHARE = 19.5, 0.15  # a room follows the weather a little
INDOOR_HUMIDITY = 48


class WeatherSensor:
    """One sensor."""

    def __init__(self, model: Model = WEATHER) -> None:
        self.model = model
        self._override: tuple[float, int] | None = None
        self._low_battery = False
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Begin the cycle."""
        self._device = device
        device.agenda.after(2.0, self._cycle)

    def status(self, channel: int) -> Status | None:
        """Has none."""
        return None

    def execute(self, payload: bytes) -> bool:
        """Has nothing to command."""
        return False

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Listens to nobody."""
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Breathe on it, wear the battery; each is sent at once."""
        match verb:
            case "weather":
                self._override = (number(args, 0, -40, 80), round(number(args, 1, 1, 99, default=50)))
            case "press":
                self._override = None
            case "battery":
                self._low_battery = battery(args)
            case _:
                raise ActRefused(
                    f"{self.model.name} knows: weather -40 to 80 1 to 99, press, battery low|full"
                )
        self.send()

    def state(self) -> Mapping[str, object]:
        """What it measures."""
        celsius, humidity = self._measure()
        return {"celsius": round(celsius, 1), "humidity": humidity}

    def send(self) -> None:
        """Send what it measures, now."""
        if self._device is not None:
            celsius, humidity = self._measure()
            payload = payloads.temperature15(celsius, self._low_battery) + bytes((humidity,))
            self._device.inform(0x70, payload, FLAGS)

    def _measure(self) -> tuple[float, int]:
        if self._override is not None or self._device is None:
            return self._override or (10.0, 50)
        surroundings = self._device.surroundings
        noise = surroundings.uniform() * 0.4 - 0.2
        outside = surroundings.outside_celsius() + noise
        if self.model is INDOOR:
            return INDOOR_CELSIUS + outside * INDOOR_SHARE, INDOOR_HUMIDITY + round(noise * 5)
        return outside, outside_humidity_percent(surroundings.home_s())

    def _cycle(self) -> None:
        self.send()
        if self._device is not None:
            self._device.agenda.after(
                CYCLE_MIN_S + CYCLE_SPREAD_S * self._device.surroundings.uniform(), self._cycle
            )
