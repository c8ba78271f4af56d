"""Which devices a simulated home has: twelve kinds first, then more of the common ones."""

from collections.abc import Callable, Sequence

from .blind import Blind
from .contact import Contact
from .dimmer import Dimmer
from .kind import Kind
from .motion import Motion
from .power_meter import PowerMeter
from .radiator_thermostat import RadiatorThermostat
from .remote import Remote
from .smoke import Smoke
from .switch import BATTERY, FLUSH_TWO, PLUG, Switch
from .wall_thermostat import WallThermostat
from .weather_sensor import INDOOR, WeatherSensor

TWELVE: Sequence[Callable[[], Kind]] = (
    lambda: Switch(PLUG),
    Dimmer,
    Blind,
    WallThermostat,
    RadiatorThermostat,
    Contact,
    Motion,
    Remote,
    WeatherSensor,
    Smoke,
    PowerMeter,
    lambda: Switch(BATTERY),
)
MORE: Sequence[Callable[[], Kind]] = (
    lambda: WeatherSensor(INDOOR),
    Contact,
    lambda: Switch(FLUSH_TWO),
    lambda: WeatherSensor(INDOOR),
    RadiatorThermostat,
    Contact,
    lambda: Switch(PLUG),
    Dimmer,
)
ADDRESS_BASE = 0x510000  # ours; not the range of real centrals or adapters


def kind_of(number: int) -> Kind:
    """The kind of device ``number``, counted from 1."""
    index = number - 1
    return TWELVE[index]() if index < len(TWELVE) else MORE[(index - len(TWELVE)) % len(MORE)]()


def serial_of(number: int) -> str:
    """SIM0000001 and so on."""
    return f"SIM{number:07d}"


def address_of(number: int) -> bytes:
    """The radio address of device ``number``."""
    return (ADDRESS_BASE + number).to_bytes(3, "big")
