"""Readings of meters and weather stations. Pure.

Source: docs/protocols/bidcos.md, "Device classes".
"""

from hub.contract.datapoints import Value

from .devices import Model
from .messages import Opaque, PowerEvent, Weather

Pairs = list[tuple[str, Value]]
MEASURE_KINDS = frozenset({0x53, 0x54})
IEC_KINDS = frozenset({0x60, 0x61})


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
        ("WIND_DIRECTION_RANGE", (wind >> 14) * 22.5),
        ("WIND_SPEED", (wind & 0x3FFF) / 10),
    ]
    if len(tail) >= 7:
        pairs += [
            ("WIND_DIRECTION", tail[4] * 5),
            ("SUNSHINEDURATION", tail[5]),
            ("BRIGHTNESS", tail[6]),
        ]
    return pairs


def opaque(message: Opaque, model: Model | None) -> list[tuple[int, str, Value]]:
    """Types whose layout depends on the model: light, gas, temperature differences, meters by IEC."""
    data = message.data
    if message.kind in IEC_KINDS and len(data) >= 12:
        watts = int.from_bytes(data[8:12], "big") / 100
        return [
            (data[0] & 0x3F or 1, "IEC_ENERGY_COUNTER", int.from_bytes(data[2:7], "big") / 10000),
            (data[0] & 0x3F or 1, "IEC_POWER", -watts if data[7] & 0x08 else watts),
        ]
    if message.kind not in MEASURE_KINDS or model is None:
        return []
    if model.cls == "LUX" and len(data) >= 6:
        lux = int.from_bytes(data[2:6], "big") / 100
        return [(1, "LUX", lux), (0, "LOWBAT", bool(data[0] & 0x80))]
    if model.cls == "PT" and len(data) >= 7:
        return [
            (1, "GAS_ENERGY_COUNTER", (int.from_bytes(data[:4], "big") & 0x7FFFFFFF) / 1000),
            (1, "GAS_POWER", int.from_bytes(data[4:7], "big") / 1000),
        ]
    if model.cls == "OT2":
        return [
            (data[at] & 0x3F, "TEMPERATURE", int.from_bytes(data[at + 1 : at + 3], "big", signed=True) / 10)
            for at in range(1, len(data) - 2, 3)
            if 1 <= data[at] & 0x3F <= 4
        ]
    if model.cls == "KFM" and len(data) >= 7:
        return [(1, "RAW_VALUE", 1408 - ((data[6] & 7) << 8) - data[5])]
    return []
