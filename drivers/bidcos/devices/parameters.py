"""Words to describe a VALUES parameter with: what kinds of channels are made of. Pure.

Ranges and units are the CCU's.
"""

from collections.abc import Mapping

from hub.contract.datapoints import ParameterDescription, ParameterType
from privacy.vocabulary import DataCategory

ACTUATOR = DataCategory.ACTUATOR_STATE
CLIMATE = DataCategory.CLIMATE
PRESENCE = DataCategory.PRESENCE
SAFETY = DataCategory.SAFETY
ENERGY = DataCategory.ENERGY
LONGEST_S = 85825945.6  # of a 16-bit time
NEVER_S = 111600.0  # of an 8-bit time: the CCU's NOT_USED
Parameters = Mapping[str, ParameterDescription]


def boolean(category: DataCategory, *, writable: bool = False) -> ParameterDescription:
    """Yes or no."""
    return ParameterDescription(type=ParameterType.BOOL, category=category, writable=writable)


def order(category: DataCategory) -> ParameterDescription:
    """Do this now; there is no value."""
    return ParameterDescription(
        type=ParameterType.ACTION, category=category, readable=False, writable=True, event=False
    )


def press(category: DataCategory = PRESENCE) -> ParameterDescription:
    """It happened; there is no value."""
    return ParameterDescription(type=ParameterType.ACTION, category=category, readable=False)


def choice(category: DataCategory, texts: tuple[str, ...], *, writable: bool = False) -> ParameterDescription:
    """One of these."""
    last = len(texts) - 1
    return ParameterDescription(
        type=ParameterType.ENUM, category=category, enum=texts, min=0, max=last, step=1, writable=writable
    )


def integer(
    category: DataCategory, unit: str | None, low: float, high: float, *, writable: bool = False
) -> ParameterDescription:
    """A whole number."""
    return ParameterDescription(
        type=ParameterType.INTEGER,
        category=category,
        unit=unit,
        min=low,
        max=high,
        step=1,
        writable=writable,
    )


def real(
    category: DataCategory,
    unit: str | None,
    limits: tuple[float, float, float],
    *,
    writable: bool = False,
    special: Mapping[str, float] | None = None,
) -> ParameterDescription:
    """A number. limits: least, greatest, step."""
    low, high, step = limits
    return ParameterDescription(
        type=ParameterType.FLOAT,
        category=category,
        unit=unit,
        min=low,
        max=high,
        step=step,
        writable=writable,
        special=special or {},
    )


def words(category: DataCategory) -> ParameterDescription:
    """An order as a text, in the CCU's format."""
    return ParameterDescription(
        type=ParameterType.STRING, category=category, readable=False, writable=True, event=False
    )


def told(parameter: ParameterDescription) -> ParameterDescription:
    """The same as something that is only told to the device: never read, never reported."""
    return ParameterDescription(
        type=parameter.type,
        category=parameter.category,
        unit=parameter.unit,
        min=parameter.min,
        max=parameter.max,
        step=parameter.step,
        enum=parameter.enum,
        special=parameter.special,
        readable=False,
        writable=True,
        event=False,
    )


def error(*names: str, category: DataCategory = SAFETY) -> ParameterDescription:
    """Three bits of error: names of 0, 1, 2 …; what has no name has its number."""
    texts = (*names, *(str(number) for number in range(len(names), 8)))
    return choice(category, texts)


ON_TIME = told(real(ACTUATOR, "s", (0.0, LONGEST_S, 0.1)))
RAMP_TIME = ON_TIME
RELOCK_DELAY = told(real(PRESENCE, "s", (0.0, 65535.0, 0.1), special={"NOT_USED": NEVER_S}))
LEVEL = real(ACTUATOR, "", (0.0, 1.0, 0.005), writable=True)
INHIBIT = told(boolean(ACTUATOR))
WORKING = boolean(ACTUATOR)
DIRECTION = choice(ACTUATOR, ("NONE", "UP", "DOWN", "UNDEFINED"))
SABOTAGE = error("NO_ERROR", "1", "2", "3", "4", "5", "6", "SABOTAGE")
HUMIDITY = integer(CLIMATE, "%", 0, 100)  # the CCU says 99; devices say 100
TEMPERATURE = real(CLIMATE, "°C", (-40.0, 80.0, 0.1))
