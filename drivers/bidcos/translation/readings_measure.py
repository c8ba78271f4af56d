"""Readings of meters and weather stations. Pure.

Source: docs/protocols/bidcos.md, "Measurements", "Power", "Temperature / humidity / weather (type 70)".
"""

from collections.abc import Iterator
from typing import NamedTuple

from hub.contract.datapoints import Value

from ..codec.messages import (
    FillingMeasurement,
    GasMeasurement,
    IecEvent,
    LightMeasurement,
    Measurement,
    PowerEvent,
    TemperatureMeasurement,
    Weather,
)
from ..devices import Model

Pairs = list[tuple[str, Value]]
_LIGHT_SIZE, _GAS_SIZE, _FILLING_SIZE = 6, 7, 7  # what follows is not ours
_SOIL_SIZE = 7


class Reading(NamedTuple):
    """One value; channel 0 is the device."""

    channel: int
    parameter: str
    value: Value


def power(message: PowerEvent) -> Pairs:
    """Types 5E and 5F."""
    pairs: Pairs = [
        ("BOOT", message.boot),
        ("ENERGY_COUNTER", message.energy / 10),
        ("POWER", message.power / 100),
    ]
    if message.current is not None and message.voltage is not None and message.frequency is not None:
        pairs += [
            ("CURRENT", float(message.current)),
            ("VOLTAGE", message.voltage / 10),
            ("FREQUENCY", round(50 + message.frequency / 100, 2)),
        ]
    return pairs


def iec(message: IecEvent) -> list[Reading]:
    """Types 60 and 61."""
    channel = message.channel or 1
    watts = message.power / 100
    return [
        Reading(channel, "IEC_ENERGY_COUNTER", message.energy / 10000),
        Reading(channel, "IEC_POWER", -watts if message.exported else watts),
    ]


def weather(message: Weather, model: Model | None) -> Pairs:
    """Type 70."""
    pairs: Pairs = [("TEMPERATURE", message.temperature / 10)]
    if message.humidity:  # 0 and absent: not measured
        pairs.append(("HUMIDITY", message.humidity))
    tail = message.tail
    if model is not None and model.cls == "KS" and len(tail) >= 4:
        pairs += _station(tail)
    elif model is not None and model.cls == "WS" and len(tail) >= 2:
        pairs.append(("AIR_PRESSURE", int.from_bytes(tail[:2], "big")))
    return pairs


def _station(tail: bytes) -> Pairs:
    rain, wind = int.from_bytes(tail[:2], "big"), int.from_bytes(tail[2:4], "big")
    pairs: Pairs = [
        ("RAINING", bool(rain & 0x8000)),
        ("RAIN_COUNTER", round((rain & 0x7FFF) * 0.295, 3)),
        ("WIND_DIRECTION_RANGE", (wind >> 14) * 45 // 2),
        ("WIND_SPEED", (wind & 0x3FFF) / 10),
    ]
    names = (("WIND_DIRECTION", 5), ("SUNSHINEDURATION", 1), ("BRIGHTNESS", 1))
    return [*pairs, *((name, byte * factor) for (name, factor), byte in zip(names, tail[4:7], strict=False))]


def measurement(message: Measurement, model: Model) -> Iterator[Reading]:
    """Types 53 and 54, whose layout depends on the class; LOWBAT goes where the caller puts it."""
    data, cyclic = message.data, message.cyclic
    if model.cls == "LUX" and (light := LightMeasurement.parse(data[:_LIGHT_SIZE], cyclic=cyclic)):
        yield Reading(1, "LUX", light.hundredths / 100)
        yield Reading(0, "LOWBAT", light.low_battery)
    elif model.cls == "PT" and (gas := GasMeasurement.parse(data[:_GAS_SIZE], cyclic=cyclic)):
        yield Reading(1, "BOOT", gas.boot)
        yield Reading(1, "GAS_ENERGY_COUNTER", gas.volume / 1000)
        yield Reading(1, "GAS_POWER", gas.flow / 1000)
    elif model.cls == "OT2" and data:
        whole = data[: len(data) - (len(data) - 1) % 3]
        if told := TemperatureMeasurement.parse(whole, cyclic=cyclic):
            yield from (Reading(sensor & 0x3F, "TEMPERATURE", tenths / 10) for sensor, tenths in told.tenths)
            yield Reading(0, "LOWBAT", told.low_battery)
    elif model.cls == "KFM" and (filling := FillingMeasurement.parse(data[:_FILLING_SIZE], cyclic=cyclic)):
        yield Reading(1, "RAW_VALUE", filling.raw_value)
        yield Reading(0, "LOWBAT", filling.low_battery)
    elif "SOIL" in model.channels.values() and len(data) >= _SOIL_SIZE:
        yield from _soil(data)


def _soil(data: bytes) -> Iterator[Reading]:
    """The sensors of a sprinkler timer: channel in b1, humidity in b2, fault in b6."""
    channel = data[1] & 0x3F
    yield Reading(channel, "LOWBAT_SENSOR", bool(data[0] & 0x80))
    yield Reading(channel, "HUMIDITY", data[2] & 7)
    yield Reading(channel, "FAULT_REPORTING", data[6] & 7)
