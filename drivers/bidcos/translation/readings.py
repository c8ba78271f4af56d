"""A message and a model, to the CCU's parameters with their values in units. Pure.

Read downwards: read_message → what a message tells of which channel. A status: readings_status.py.
What a model's channel does not have is not reported. Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Iterable

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
from .readings_climate import Pairs, it_info, rt_info, team_temperature, thermal_control
from .readings_measure import Reading, iec, measurement, power, weather
from .readings_status import all_leds, sensor_state, status, without_auth

Told = Iterable[tuple[int, Pairs]]  # what a channel tells, before it is known that the model has it
_LOW_BATTERY = 0x80
_TEAM_CALLS = {0x96, 0x97}
_POWERED_ON = frozenset({"SWITCH", "SPRINKLER", "MELODY_LED", "MELODY_CHIME", "DIMMER", "COLOUR", "ARMING"})
_EVENT_STATES = frozenset({"CONTACT", "HANDLE", "TILT", "WATER", "CO2", "FILLING", "RAIN", "SMOKE"})
_PRESSES = frozenset({"KEY", "INPUT", "LED", "DISPLAY"})


def read_message(message: Message, frame: Frame, model: Model | None) -> list[Reading]:
    """The readings of one message. Without a model: only what every class would say."""
    told = _tell(message, frame, model)
    if model is None:
        return [Reading(channel, *pair) for channel, pairs in told for pair in pairs]
    return [
        Reading(channel, name, value)
        for channel, pairs in told
        if (names := model.told.get(channel)) is not None
        for name, value in pairs
        if name in names
    ]


def read_held(message: KeyPress, frame: Frame, model: Model) -> list[Reading]:
    """The readings of a press that was already told: a key that is still held, or let go now."""
    if not message.long:
        return []
    name = "PRESS_LONG_RELEASE" if _let_go(frame) else "PRESS_CONT"
    has = name in model.told.get(message.channel, ())
    return [Reading(message.channel, name, True)] if has else []


def _tell(message: Message, frame: Frame, model: Model | None) -> Told:
    match message:
        case Status() | AckStatus():
            return _status(message, model)
        case KeyPress():
            return [*_press(message, frame, model), *_low_battery(model, message.low_battery)]
        case SensorEvent():
            return [*_event(message, frame, model), *_low_battery(model, message.low_battery)]
        case Weather():
            pairs = weather(message, model)
            return [(_weather_channel(model), pairs), *_low_battery(model, message.low_battery)]
        case Measurement() | IecEvent():
            return _measured(message, model)
        case PowerEvent():
            return [(1 if model is not None and model.cls == "PT" else 2, power(message))]
        case _:
            return _climate(message, model)


def _climate(message: Message, model: Model | None) -> Told:
    match message:
        case RtInfo():
            return [(4, rt_info(message)), *_low_battery(model, message.fault == 6)]
        case ItInfo():
            return [(2, it_info(message)), *_low_battery(model, bool(message.battery & _LOW_BATTERY))]
        case ThermalControl():
            return [(2, thermal_control(message))]
        case TeamTemperature():
            return [(_thermostat_channel(model), team_temperature(message))]
        case ClimateEvent():
            return [(2, [("ADJUSTING_COMMAND", message.command), ("ADJUSTING_DATA", message.valve)])]
        case _:
            return []


def _low_battery(model: Model | None, low: bool) -> list[tuple[int, Pairs]]:
    tells = low if model is None else model.tells_low_battery
    return [(0, [("LOWBAT", low)])] if tells else []


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


def _measured(message: Measurement | IecEvent, model: Model | None) -> Told:
    if isinstance(message, IecEvent):
        return [*_each(iec(message)), *_low_battery(model, message.low_battery)]
    told = [] if model is None else list(measurement(message, model))
    low = [reading for reading in told if reading.parameter == "LOWBAT"]
    batteries = [pair for reading in low for pair in _low_battery(model, bool(reading.value))]
    return [*_each(reading for reading in told if reading not in low), *batteries]


def _each(readings: Iterable[Reading]) -> Told:
    return [(reading.channel, [(reading.parameter, reading.value)]) for reading in readings]


def _status(message: Status | AckStatus, model: Model | None) -> Told:
    channel, value, flags, tail = message.channel, message.value, message.flags, message.tail
    if model is None:
        return [(channel, [("STATE", value > 0) if value in {0x00, 0xC8} else ("LEVEL", value / 200)])]
    of = family(model.channels.get(channel))
    if isinstance(message, AckStatus):
        tail, _ = without_auth(of, tail)
    if channel == 0 and value == 0:
        told = _powered_on(model, flags, tail)
    else:
        told = [(channel, status(of, value, flags, tail))]
    if of == "LED":
        told += _each(all_leds(tail))
    return told if flags is None else [*told, *_low_battery(model, bool(flags & _LOW_BATTERY))]


def _powered_on(model: Model, flags: int | None, tail: bytes) -> list[tuple[int, Pairs]]:
    """Channel 0 and value 0 come from actuators that just got power: all of their channels are off."""
    families = ((at, family(name)) for at, name in model.channels.items())
    return [(at, status(of, 0, flags, tail)) for at, of in families if of in _POWERED_ON]


def _let_go(frame: Frame) -> bool:
    """The last frame of a long press wants an answer of us alone."""
    return frame.flags & (Flag.BIDI | Flag.BCAST) == Flag.BIDI


def _press(message: KeyPress | SensorEvent, frame: Frame, model: Model | None) -> Told:
    names = ["PRESS_LONG" if message.long else "PRESS_SHORT"]
    if model is not None:
        names += ["PRESS", "SEQUENCE_OK"]
        if message.long and _let_go(frame):
            names.append("PRESS_LONG_RELEASE")
    return [(message.channel, [(name, True) for name in names])]


def _event(message: SensorEvent, frame: Frame, model: Model | None) -> Told:
    value, tail = message.value, message.tail
    pairs: Pairs = []
    if model is None:
        return [(message.channel, [("STATE", value > 0)])] if value in {0x00, 0xC8} else []
    of = family(model.kind_at(message.channel))
    if of == "MOTION":
        pairs = [("MOTION", True), ("BRIGHTNESS", value)]
        if tail and tail[0] >> 4 >= 4:
            pairs.append(("NEXT_TRANSMISSION", 15 << (tail[0] >> 4) - 4))
    elif of == "SMOKE" and value in _TEAM_CALLS:
        pass
    elif of in _EVENT_STATES or of in {"INPUT", "INPUT_BYTE"}:
        pairs = sensor_state(of, value)
    elif of in _PRESSES:
        return _press(message, frame, model)
    elif of == "EVENT":
        pairs = [("DECISION_VALUE", value)]
    return [(message.channel, pairs)]


__all__ = ["Reading", "read_held", "read_message"]
