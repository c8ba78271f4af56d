"""A message and a model, to the CCU's parameters with their values in units. Pure.

Returns (channel, parameter, value) triples. What a model's channel does not have is not reported.
Source: docs/protocols/bidcos.md, "Device classes", "Thermostats".
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from hub.contract.datapoints import Value

from .devices import Model
from .frames import Frame
from .messages import (
    AckStatus,
    ItInfo,
    KeyPress,
    Message,
    Opaque,
    PowerEvent,
    RtInfo,
    SensorEvent,
    Status,
    TeamTemperature,
    ThermalControl,
    Weather,
)
from .readings_measure import opaque, power, weather

_LOW_BATTERY = 0x80
_ALARM = 0xB4  # smoke: from here on it is an alarm
_TEAM_CALLS = {0x96, 0x97}
_SENSOR_STATES: Mapping[str, tuple[int, ...]] = {"HANDLE": (0, 0x64, 0xC8), "WATER": (0, 0x64, 0xC8)}
Pairs = list[tuple[str, Value]]


class Reading(NamedTuple):
    """One value; channel 0 is the device."""

    channel: int
    parameter: str
    value: Value


def read_message(message: Message, frame: Frame, model: Model | None) -> list[Reading]:
    """The readings of one message. Without a model: only what every class would say."""
    match message:
        case Status() | AckStatus():
            return _status(message, model)
        case KeyPress():
            name = "PRESS_LONG" if message.long else "PRESS_SHORT"
            return [
                Reading(message.channel, name, True),
                *_low_battery(model, message.low_battery),
            ]
        case SensorEvent():
            return _event(message, model)
        case Weather():
            channel = _weather_channel(model)
            readings = _at(channel, weather(message, model))
            return [*readings, *_low_battery(model, message.low_battery)]
        case RtInfo():
            return [*_at(4, _rt(message)), *_low_battery(model, message.fault == 6)]
        case ItInfo():
            return [*_at(2, _it(message)), *_low_battery(model, bool(message.battery & 0x80))]
        case ThermalControl():
            return _at(
                2,
                [
                    *_temperatures(message.set_half_degrees, message.actual_tenths),
                    ("ACTUAL_HUMIDITY", message.humidity),
                ],
            )
        case TeamTemperature():
            return _at(2, [("SET_TEMPERATURE", message.set_half_degrees / 2), ("CONTROL_MODE", message.mode)])
        case PowerEvent():
            return _at(1 if model is not None and model.cls == "PT" else 2, power(message))
        case Opaque():
            return [Reading(*reading) for reading in opaque(message, model)]
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


def _status(message: Status | AckStatus, model: Model | None) -> list[Reading]:
    channel, value, flags = message.channel, message.value, message.flags
    if model is None:
        name, state = ("STATE", value > 0) if value in {0x00, 0xC8} else ("LEVEL", value / 200)
        return [Reading(channel, name, state)]
    kind = model.kind_at(channel)
    read = _STATUS.get(kind or "")
    readings = _at(channel, read(kind or "", value, flags, message.tail)) if read is not None else []
    if model.has_battery:
        readings.append(Reading(0, "LOWBAT", bool(flags & _LOW_BATTERY)))
    return readings


def _switch(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("STATE", value > 0), ("WORKING", bool(flags & 0x40))]


def _siren(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    errors: Pairs = [("ERROR_POWER", bool(flags & 0x02)), ("ERROR_SABOTAGE", bool(flags & 0x04))]
    return [*_switch(kind, value, flags, tail), *errors, ("ERROR_BATTERY", bool(flags & 0x08))]


def _dimmer(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    direction = flags >> 4 & 3
    pairs: Pairs = [
        ("LEVEL", value / 200),
        ("WORKING", direction != 0),
        ("DIRECTION", direction),
        ("ERROR_OVERLOAD", bool(flags & 0x02)),
        ("ERROR_OVERHEAT", bool(flags & 0x04)),
        ("ERROR_REDUCED", bool(flags & 0x08)),
    ]
    if len(tail) > 1:
        pairs.append(("LEVEL_REAL", min(tail[1], 200) / 200))
    return pairs


def _blind(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    direction = flags >> 4 & 3
    pairs: Pairs = [("LEVEL", value / 200), ("WORKING", direction != 0), ("DIRECTION", direction)]
    if kind == "JALOUSIE" and len(tail) > 1:
        pairs.append(("LEVEL_SLATS", tail[1] / 200))
    return pairs


def _contact(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    pairs: Pairs = _sensor_state(kind, value)
    if kind in {"CONTACT", "HANDLE"}:
        pairs.append(("ERROR_SABOTAGE", flags >> 1 & 7 == 7))
    return pairs


def _sensor_state(kind: str, value: int) -> Pairs:
    if kind in {"HANDLE", "WATER", "CO2"}:
        return [("STATE", 2 if value > 0x64 else 1 if value else 0)]
    if kind == "SMOKE":
        return [("STATE", value >= _ALARM)]
    if kind == "FILLING":
        return [("FILLING_LEVEL", value / 2)]
    return [("STATE", value > 0)]


def _motion(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("BRIGHTNESS", value), ("ERROR_SABOTAGE", flags >> 1 & 7 == 7)]


def _keymatic(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    uncertain = flags >> 4 & 3 != 0
    return [("STATE", value not in {0x00, 0xFF}), ("STATE_UNCERTAIN", uncertain), ("ERROR", flags >> 1 & 7)]


def _winmatic(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    direction = flags >> 4 & 3
    level = -0.005 if value == 0xFF else value / 200
    error: Pairs = [("ERROR", flags >> 1 & 7)]
    return [("LEVEL", level), ("WORKING", direction != 0), ("DIRECTION", direction), *error]


def _akku(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("LEVEL", value / 200), ("STATUS", flags >> 4 & 3)]


def _valve_drive(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("VALVE_STATE", value / 2), ("ERROR", flags >> 1 & 7)]


def _arming(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("ARMSTATE", {0x32: 1, 0xC8: 2, 0xFF: 3}.get(value, 0))]


def _led(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("LED_STATUS", value & 3)]


def _regulator(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    return [("SETPOINT", value / 2)]


def _thermostat(kind: str, value: int, flags: int, tail: bytes) -> Pairs:
    pairs: Pairs = [("SET_TEMPERATURE", (value & 0x3F) / 2)]
    if kind == "RT":
        pairs.append(("FAULT_REPORTING", flags >> 1 & 7))
    else:
        pairs += [
            ("COMMUNICATION_REPORTING", bool(flags & 0x04)),
            ("WINDOW_OPEN_REPORTING", bool(flags & 0x02)),
        ]
    if len(tail) > 1:
        pairs += _mode(tail[1] >> 6, tail[1] & 0x3F)
    return pairs


def _mode(mode: int, low6: int) -> Pairs:
    return [("CONTROL_MODE", mode), ("BOOST_STATE", low6 if mode == 3 else 0)]


_STATUS: Mapping[str, Callable[[str, int, int, bytes], Pairs]] = {
    "SWITCH": _switch,
    "SIGNAL": _switch,
    "SIREN": _siren,
    "DIMMER": _dimmer,
    "VIRTUAL_DIMMER": _dimmer,
    "BLIND": _blind,
    "JALOUSIE": _blind,
    "CONTACT": _contact,
    "HANDLE": _contact,
    "TILT": _contact,
    "WATER": _contact,
    "CO2": _contact,
    "FILLING": _contact,
    "RAIN": _contact,
    "SMOKE": _contact,
    "MOTION": _motion,
    "KEYMATIC": _keymatic,
    "WINMATIC": _winmatic,
    "AKKU": _akku,
    "VALVE_DRIVE": _valve_drive,
    "ARMING": _arming,
    "LED": _led,
    "REGULATOR": _regulator,
    "RT": _thermostat,
    "IT": _thermostat,
}
_EVENT_STATES = frozenset({"CONTACT", "HANDLE", "TILT", "WATER", "CO2", "FILLING", "RAIN", "SMOKE"})


def _event(message: SensorEvent, model: Model | None) -> list[Reading]:
    kind = model.kind_at(message.channel) if model is not None else None
    channel, value, tail = message.channel, message.value, message.tail
    battery = _low_battery(model, message.low_battery)
    if model is None:
        state = [Reading(channel, "STATE", value > 0)] if value in {0x00, 0xC8} else []
        return [*state, *battery]
    if kind == "MOTION":
        pairs: Pairs = [("MOTION", True), ("BRIGHTNESS", value)]
        if tail and tail[0] >> 4 >= 4:
            pairs.append(("NEXT_TRANSMISSION", 15 << (tail[0] >> 4) - 4))
        return [*_at(channel, pairs), *battery]
    if kind == "SMOKE" and value in _TEAM_CALLS:
        return battery
    if kind in _EVENT_STATES:
        return [*_at(channel, _sensor_state(kind, value)), *battery]
    if kind == "KEY":
        name = "PRESS_LONG" if message.long else "PRESS_SHORT"
        return [Reading(channel, name, True), *battery]
    return [Reading(channel, "DECISION_VALUE", value), *battery] if kind == "EVENT" else battery


def _temperatures(half_degrees: int, tenths: int) -> Pairs:
    return [("SET_TEMPERATURE", half_degrees / 2), ("ACTUAL_TEMPERATURE", tenths / 10)]


def _rt(message: RtInfo) -> Pairs:
    return [
        *_temperatures(message.set_half_degrees, message.actual_tenths),
        ("VALVE_STATE", message.valve & 0x7F),
        *_mode(message.mode, message.low6),
        ("BATTERY_STATE", round(message.battery_tenths / 10 + 1.5, 1)),
        ("FAULT_REPORTING", message.fault),
    ]


def _it(message: ItInfo) -> Pairs:
    return [
        *_temperatures(message.set_half_degrees, message.actual_tenths),
        *_mode(message.mode, message.low6),
        ("BATTERY_STATE", round((message.battery & 0x1F) / 10 + 1.5, 1)),
        ("COMMUNICATION_REPORTING", bool(message.battery & 0x40)),
        ("WINDOW_OPEN_REPORTING", bool(message.battery & 0x20)),
    ]
