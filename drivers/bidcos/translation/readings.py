"""A message and a model, to the CCU's parameters with their values in units. Pure.

Read downwards: read_message → what a message tells of which channel. A status: readings_status.py.
What a model's channel does not have is not reported. Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Iterable, Iterator

from hub.contract.datapoints import Value

from ..codec.frames import Flag, Frame
from ..codec.messages import (
    AckStatus,
    ClimateEvent,
    IecEvent,
    ItInfo,
    KeyPress,
    Measurement,
    Message,
    PowerEvent,
    RtInfo,
    SensorEvent,
    Status,
    TeamTemperature,
    ThermalControl,
    Weather,
)
from ..devices import Model, family
from ..devices.kinds import kind_values
from .readings_climate import Pairs, it_info, rt_info, team_temperature, thermal_control
from .readings_measure import Reading, iec, measurement, power, weather
from .readings_status import all_leds, sensor_state, status, without_auth

_LOW_BATTERY = 0x80
_TEAM_CALLS = {0x96, 0x97}
_POWERED_ON = frozenset({"SWITCH", "SPRINKLER", "MELODY_LED", "MELODY_CHIME", "DIMMER", "COLOUR", "ARMING"})
_EVENT_STATES = frozenset({"CONTACT", "HANDLE", "TILT", "WATER", "CO2", "FILLING", "RAIN", "SMOKE"})
_PRESSES = frozenset({"KEY", "INPUT", "LED", "DISPLAY"})


def read_message(message: Message, frame: Frame, model: Model | None) -> list[Reading]:
    """The readings of one message. Without a model: only what every class would say."""
    told = _tell(message, frame, model)
    return list(told) if model is None else [reading for reading in told if _has(model, reading)]


def read_held(message: KeyPress, frame: Frame, model: Model) -> list[Reading]:
    """The readings of a press that was already told: a key that is still held, or let go now."""
    if not message.long:
        return []
    name = "PRESS_LONG_RELEASE" if _let_go(frame) else "PRESS_CONT"
    reading = Reading(message.channel, name, True)
    return [reading] if _has(model, reading) else []


def _has(model: Model, reading: Reading) -> bool:
    """Of channel 0 only a low battery is read from frames."""
    channel, parameter, _ = reading
    return parameter in kind_values(model.channels.get(channel)) if channel else parameter == "LOWBAT"


def _tell(message: Message, frame: Frame, model: Model | None) -> Iterable[Reading]:
    match message:
        case Status() | AckStatus():
            return _status(message, model)
        case KeyPress():
            return [*_press(message, frame, model), *_low_battery(model, message.low_battery)]
        case SensorEvent():
            return [*_event(message, model), *_low_battery(model, message.low_battery)]
        case Weather():
            pairs = _at(_weather_channel(model), weather(message, model))
            return [*pairs, *_low_battery(model, message.low_battery)]
        case Measurement() | IecEvent():
            return _measured(message, model)
        case PowerEvent():
            return _at(1 if model is not None and model.cls == "PT" else 2, power(message))
        case _:
            return _climate(message, model)


def _climate(message: Message, model: Model | None) -> Iterable[Reading]:
    match message:
        case RtInfo():
            return [*_at(4, rt_info(message)), *_low_battery(model, message.fault == 6)]
        case ItInfo():
            return [*_at(2, it_info(message)), *_low_battery(model, bool(message.battery & _LOW_BATTERY))]
        case ThermalControl():
            return _at(2, thermal_control(message))
        case TeamTemperature():
            return _at(_thermostat_channel(model), team_temperature(message))
        case ClimateEvent():
            return _at(2, [("ADJUSTING_COMMAND", message.command), ("ADJUSTING_DATA", message.valve)])
        case _:
            return []


def _at(channel: int, pairs: Iterable[tuple[str, Value]]) -> list[Reading]:
    return [Reading(channel, name, value) for name, value in pairs]


def _low_battery(model: Model | None, low: bool) -> list[Reading]:
    if model is None:
        return [Reading(0, "LOWBAT", True)] if low else []
    return [Reading(0, "LOWBAT", low)] if model.has_battery else []


def _weather_channel(model: Model | None) -> int:
    if model is None:
        return 1
    if model.cls == "WS":
        return 10
    return 5 if model.cls == "OT2" else 1


def _thermostat_channel(model: Model | None) -> int:
    if model is None:
        return 2
    return next((at for at, name in model.channels.items() if family(name) in {"RT", "IT"}), 2)


def _measured(message: Measurement | IecEvent, model: Model | None) -> Iterator[Reading]:
    if isinstance(message, IecEvent):
        yield from iec(message)
        yield from _low_battery(model, message.low_battery)
    elif model is not None:
        for told in measurement(message, model):
            yield from _low_battery(model, bool(told[2])) if told[1] == "LOWBAT" else (told,)


def _status(message: Status | AckStatus, model: Model | None) -> list[Reading]:
    channel, value, flags, tail = message.channel, message.value, message.flags, message.tail
    if model is None:
        named = ("STATE", value > 0) if value in {0x00, 0xC8} else ("LEVEL", value / 200)
        return [Reading(channel, *named)]
    of = family(model.channels.get(channel))
    if isinstance(message, AckStatus):
        tail, _ = without_auth(of, tail)
    if channel == 0 and value == 0:
        told = _powered_on(model, flags, tail)
    else:
        told = _at(channel, status(of, value, flags, tail))
    if of == "LED":
        told += all_leds(tail)
    if model.has_battery:
        told.append(Reading(0, "LOWBAT", bool(flags & _LOW_BATTERY)))
    return told


def _powered_on(model: Model, flags: int, tail: bytes) -> list[Reading]:
    """Channel 0 and value 0 come from actuators that just got power: all of their channels are off."""
    families = ((at, family(name)) for at, name in model.channels.items())
    return [told for at, of in families if of in _POWERED_ON for told in _at(at, status(of, 0, flags, tail))]


def _let_go(frame: Frame) -> bool:
    """The last frame of a long press wants an answer of us alone."""
    return frame.flags & (Flag.BIDI | Flag.BCAST) == Flag.BIDI


def _press(message: KeyPress, frame: Frame, model: Model | None) -> list[Reading]:
    names = ["PRESS_LONG" if message.long else "PRESS_SHORT"]
    if model is not None:
        names += ["PRESS", "SEQUENCE_OK"]
        if message.long and _let_go(frame):
            names.append("PRESS_LONG_RELEASE")
    return [Reading(message.channel, name, True) for name in names]


def _event(message: SensorEvent, model: Model | None) -> list[Reading]:
    channel, value, tail = message.channel, message.value, message.tail
    if model is None:
        return [Reading(channel, "STATE", value > 0)] if value in {0x00, 0xC8} else []
    of = family(model.kind_at(channel))
    if of == "MOTION":
        pairs: Pairs = [("MOTION", True), ("BRIGHTNESS", value)]
        if tail and tail[0] >> 4 >= 4:
            pairs.append(("NEXT_TRANSMISSION", 15 << (tail[0] >> 4) - 4))
        return _at(channel, pairs)
    if of == "SMOKE" and value in _TEAM_CALLS:
        return []
    if of in _EVENT_STATES or of in {"INPUT", "INPUT_BYTE"}:
        return _at(channel, sensor_state(of, value))
    if of in _PRESSES:
        return [Reading(channel, "PRESS_LONG" if message.long else "PRESS_SHORT", True)]
    return [Reading(channel, "DECISION_VALUE", value)] if of == "EVENT" else []


__all__ = ["Reading", "read_held", "read_message"]
