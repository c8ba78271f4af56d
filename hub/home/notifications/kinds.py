"""Of what people are told, as data: kinds with their class, and which values of devices mean one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from hub.contract import ParameterDescription, Value


class Class(Enum):
    """How urgent it is, most urgent first."""

    DANGER = "danger"  # to life and house: goes out at any hour
    ALARM = "alarm"  # somebody may be where they should not be
    DEVICE = "device"  # something needs a hand: a battery, a stick
    INFO = "info"


class Kind(Enum):
    """What happened. Lasting ones end by themselves, when what they are about is over."""

    SMOKE = "smoke"
    WATER = "water"
    OVERHEATED = "overheated"
    SABOTAGE = "sabotage"
    UNREACHABLE = "unreachable"
    BATTERY_LOW = "battery_low"
    RADIO_LOST = "radio_lost"
    AIRTIME_USED_UP = "airtime_used_up"
    CLOCK_UNSURE = "clock_unsure"
    DRILL_DUE = "drill_due"


CLASSES: Mapping[Kind, Class] = {
    Kind.SMOKE: Class.DANGER,
    Kind.WATER: Class.DANGER,
    Kind.OVERHEATED: Class.DANGER,
    Kind.SABOTAGE: Class.ALARM,
    Kind.UNREACHABLE: Class.DEVICE,
    Kind.BATTERY_LOW: Class.DEVICE,
    Kind.RADIO_LOST: Class.DEVICE,
    Kind.AIRTIME_USED_UP: Class.DEVICE,
    Kind.CLOCK_UNSURE: Class.INFO,
    Kind.DRILL_DUE: Class.INFO,
}
# what comes again so soon after its end is the same matter
AGAIN: Mapping[Class, timedelta] = {
    Class.DANGER: timedelta(minutes=10),
    Class.ALARM: timedelta(minutes=10),
    Class.DEVICE: timedelta(days=1),
    Class.INFO: timedelta(days=1),
}
URGENT = frozenset({Class.DANGER, Class.ALARM})  # wait for somebody to acknowledge them, also when over
# has to last so long before anybody is told: a stick may be plugged in again, a clock be set
SETTLE: Mapping[Kind, timedelta] = {
    Kind.RADIO_LOST: timedelta(minutes=1),
    Kind.CLOCK_UNSURE: timedelta(minutes=15),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """A parameter that tells. on: True of a BOOL, names of an ENUM; channels: types, empty for any."""

    kind: Kind
    parameter: str
    on: frozenset[object]
    channels: frozenset[str] = frozenset()


_TRUE = frozenset[object]({True})
_SIGNS = (
    _Sign(kind=Kind.SMOKE, parameter="STATE", on=_TRUE, channels=frozenset({"SMOKE_DETECTOR"})),
    _Sign(
        kind=Kind.WATER,
        parameter="STATE",
        on=frozenset({"WET", "WATER"}),
        channels=frozenset({"WATERDETECTIONSENSOR"}),
    ),
    _Sign(kind=Kind.OVERHEATED, parameter="ERROR_OVERHEAT", on=_TRUE),
    _Sign(kind=Kind.SABOTAGE, parameter="ERROR", on=frozenset({"SABOTAGE"})),
    _Sign(kind=Kind.BATTERY_LOW, parameter="LOWBAT", on=_TRUE),
    _Sign(kind=Kind.BATTERY_LOW, parameter="LOWBAT_SENSOR", on=_TRUE),
    _Sign(kind=Kind.BATTERY_LOW, parameter="FAULT_REPORTING", on=frozenset({"LOWBAT"})),
)


def sign(
    channel: str, parameter: str, description: ParameterDescription, value: Value
) -> tuple[Kind, bool] | None:
    """What a value says: a kind, and whether it is so now; None: nothing that people are told."""
    said: object = value
    if description.enum and isinstance(value, int) and not isinstance(value, bool):
        said = description.enum[value] if 0 <= value < len(description.enum) else ""
    for one in _SIGNS:
        if (
            one.parameter == parameter
            and (not one.channels or channel in one.channels)
            and _could_say(one, description)
        ):
            return one.kind, said in one.on
    return None


def _could_say(one: _Sign, description: ParameterDescription) -> bool:
    return bool(one.on & {*description.enum}) if description.enum else one.on == _TRUE
