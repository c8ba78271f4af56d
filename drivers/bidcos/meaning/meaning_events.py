"""Events of sensors, remotes and meters in words: types 3E to 70. Pure.

Source: docs/protocols/bidcos.md, "Device classes", "Thermostats".
"""

from collections.abc import Callable

from ..codec.frames import BROADCAST, Frame
from ..codec.messages import (
    FillingMeasurement,
    GasMeasurement,
    IecEvent,
    LightMeasurement,
    TemperatureMeasurement,
)
from ..devices import Model, family
from ..translation.readings_climate import signed10
from .meaning_status import MODES, Meaning, level_text, smoke_text, state_text

_TEAM_TAIL = 7  # 00, counter (2), signature (4) behind the value
LOW_BATTERY = 0x80


def switch_on_behalf(frame: Frame, _model: Model | None) -> Meaning:
    """Type 3E."""
    data = frame.payload
    if len(data) < 6:
        return {}
    said: Meaning = {
        "peer": data[:3].hex().upper(),
        "event_type": f"{data[3]:02X}",
        "channel": data[4] & 0x3F,
        "press": "long" if data[4] & 0x40 else "short",
        "event_counter": data[5],
    }
    if len(data) > 6:
        said["level_raw"] = data[6]
    return said


def remote_event(frame: Frame, model: Model | None) -> Meaning:
    """Type 40; of a smoke detectors' team its test."""
    data = frame.payload
    if not data:
        return {}
    said: Meaning = {
        "channel": data[0] & 0x3F,
        "press": "long" if data[0] & 0x40 else "short",
        "low_battery": bool(data[0] & LOW_BATTERY),
    }
    if len(data) > 1:
        said["event_counter"] = data[1]
    detectors = model is not None and "SMOKE" in {family(name) for name in model.channels.values()}
    return said | (_reporter(frame) if detectors else {})


def switch_level(frame: Frame, _model: Model | None) -> Meaning:
    """Type 42."""
    data = frame.payload
    if len(data) < 3:
        return {}
    return {
        "channel": data[0] & 0x3F,
        "low_battery": bool(data[0] & LOW_BATTERY),
        "event_counter": data[1],
        "level_raw": data[2],
    }


def sensor_data(frame: Frame, _model: Model | None) -> Meaning:
    """Type 44, of which nobody knows more."""
    return {"data": frame.payload.hex().upper()} if frame.payload else {}


def sensor_event(frame: Frame, model: Model | None) -> Meaning:
    """Type 41; without a model the raw value, and what it would be for a contact or a motion detector."""
    data = frame.payload
    if not data:
        return {}
    channel = data[0] & 0x3F
    said: Meaning = {"channel": channel, "low_battery": bool(data[0] & LOW_BATTERY)}
    if len(data) > 1:
        said["event_counter"] = data[1]
    if len(data) < 3:
        return said
    kind = family(model.kind_at(channel)) if model is not None else None
    value, tail = data[2], data[3:]
    if kind == "SMOKE" or (kind is None and len(tail) == _TEAM_TAIL):
        return said | _team(frame, value, tail)
    if kind == "MOTION":
        return said | {"brightness": value} | _next_transmission(tail)
    if kind == "FILLING":
        return said | {"filling_level_percent": value / 2}
    if kind in {"KEY", "LED", "DISPLAY"}:
        return said | {"press": "long" if data[0] & 0x40 else "short", "level_raw": value}
    text = state_text(kind if kind is not None else "CONTACT", value)
    if kind is None:
        both: Meaning = {"level_raw": value} | ({"state": text} if text else {})
        return said | both | ({"brightness": value} | _next_transmission(tail) if len(tail) == 1 else {})
    return said | ({"state": text} if text else {"level_raw": value})


def _reporter(frame: Frame) -> Meaning:
    """A team speaks under an address of its own; the receiver is the detector that reports."""
    if frame.receiver in {frame.sender, BROADCAST}:
        return {}
    return {"reporter": frame.receiver.hex().upper()}


def _team(frame: Frame, value: int, tail: bytes) -> Meaning:
    text = "all clear" if value == 0x00 else smoke_text(value)
    said: Meaning = {"team_state": value, "team_state_text": text or f"unknown ({value:02X})"}
    said |= _reporter(frame)
    if len(tail) >= _TEAM_TAIL:
        said |= {"signature_counter": tail[1:3].hex().upper(), "signature": tail[3:7].hex().upper()}
    return said


def _next_transmission(tail: bytes) -> Meaning:
    if not tail:
        return {}
    said: Meaning = {"next_transmission_raw": tail[0]}
    if tail[0] >> 4 >= 4:
        said["next_transmission_min_s"] = 15 << (tail[0] >> 4) - 4
    return said


def measure_event(frame: Frame, model: Model | None) -> Meaning:
    """Types 53 and 54: light, gas, temperatures, filling level; without a model what it looks like.

    What follows behind a known layout is passed over; a guess takes the whole payload or nothing.
    """
    data, cls = frame.payload, model.cls if model is not None else None
    if not data:
        return {}
    for of, size, explain in _MEASUREMENTS:
        if cls in {None, of} and (said := explain(data if cls is None else data[: size(len(data))])):
            return said
    return {"low_battery": bool(data[0] & LOW_BATTERY)}


def _filling(data: bytes) -> Meaning:
    told = FillingMeasurement.parse(data, cyclic=True)
    if told is None:
        return {}
    return {"low_battery": told.low_battery, "sequence": told.sequence, "raw_value": told.raw_value}


def _light(data: bytes) -> Meaning:
    told = LightMeasurement.parse(data, cyclic=True)
    if told is None:
        return {}
    return {"channel": told.channel, "low_battery": told.low_battery, "lux": told.hundredths / 100}


def _gas(data: bytes) -> Meaning:
    told = GasMeasurement.parse(data, cyclic=True)
    if told is None:
        return {}
    return {"boot": told.boot, "gas_volume_m3": told.volume / 1000, "gas_flow_m3_h": told.flow / 1000}


def _temperatures(data: bytes) -> Meaning:
    """Sensors by number, each once; an unknown one says that this is another class."""
    told = TemperatureMeasurement.parse(data, cyclic=True)
    if told is None or not told.tenths:
        return {}
    temperatures = {str(sensor & 0x3F): tenths / 10 for sensor, tenths in told.tenths}
    if len(temperatures) < len(told.tenths) or not temperatures.keys() <= _THERMOMETERS:
        return {}
    return {"channel": told.channel, "low_battery": told.low_battery, "temperatures_c": temperatures}


_THERMOMETERS = frozenset({"1", "2", "3", "4", "5"})
_MEASUREMENTS: tuple[tuple[str, Callable[[int], int], Callable[[bytes], Meaning]], ...] = (
    ("KFM", lambda _size: 7, _filling),
    ("OT2", lambda size: size - (size - 1) % 3, _temperatures),
    ("LUX", lambda _size: 6, _light),
    ("PT", lambda _size: 7, _gas),
)


def climate_event(frame: Frame, _model: Model | None) -> Meaning:
    """Type 58."""
    data = frame.payload
    if len(data) < 2:
        return {}
    percent = round(data[1] / 2.56)
    return {"adjust_command": data[0], "valve_target_percent": percent, "valve_raw": data[1]}


def team_temperature(frame: Frame, _model: Model | None) -> Meaning:
    """Type 59."""
    data = frame.payload
    if not data:
        return {}
    return {"set_temperature_c": level_text(data[0] >> 2), "mode": MODES[data[0] & 3]}


def thermal_control(frame: Frame, _model: Model | None) -> Meaning:
    """Type 5A."""
    data = frame.payload
    if len(data) < 2:
        return {}
    temperatures = int.from_bytes(data[:2], "big")
    said: Meaning = {
        "set_temperature_c": level_text(temperatures >> 10),
        "actual_temperature_c": signed10(temperatures & 0x3FF) / 10,
    }
    if len(data) > 2:
        said["humidity_percent"] = data[2]
    return said


def power_event(frame: Frame, _model: Model | None) -> Meaning:
    """Types 5E to 61."""
    data = frame.payload
    if frame.kind >= 0x60:
        return _iec(data)
    if len(data) < 6:
        return {}
    counter = int.from_bytes(data[:3], "big")
    said: Meaning = {
        "boot": bool(counter >> 23),
        "energy_wh": (counter & 0x7FFFFF) / 10,
        "power_w": int.from_bytes(data[3:6], "big") / 100,
    }
    if len(data) >= 11:
        said |= {
            "current_ma": int.from_bytes(data[6:8], "big"),
            "voltage_v": int.from_bytes(data[8:10], "big") / 10,
            "frequency_hz": round(50 + int.from_bytes(data[10:11], "big", signed=True) / 100, 2),
        }
    return said


def _iec(data: bytes) -> Meaning:
    told = IecEvent.parse_cyclic(data[:12])
    if told is None:
        return {}
    watts = told.power / 100
    return {
        "channel": told.channel,
        "low_battery": told.low_battery,
        "tariff": told.energy_tariff >> 4,
        "energy_unit": told.energy_tariff & 1,
        "energy_kwh": told.energy / 10000,
        "power_tariff": told.power_tariff >> 4,
        "power_unit": told.power_tariff & 1,
        "power_w": -watts if told.exported else watts,
    }


def weather_event(frame: Frame, model: Model | None) -> Meaning:
    """Type 70."""
    data = frame.payload
    if len(data) < 2:
        return {}
    head = int.from_bytes(data[:2], "big")
    temperature = (head & 0x3FFF) - (head & 0x4000)
    said: Meaning = {"temperature_c": temperature / 10, "low_battery": bool(head & 0x8000)}
    if len(data) > 2:
        said["humidity_percent"] = data[2]
    if model is not None and model.cls == "KS":
        return said | _station(data)
    if len(data) >= 5:
        said["air_pressure_hpa"] = int.from_bytes(data[3:5], "big")
    return said


def _station(data: bytes) -> Meaning:
    said: Meaning = {}
    if len(data) >= 7:
        rain, wind = int.from_bytes(data[3:5], "big"), int.from_bytes(data[5:7], "big")
        said |= {
            "raining": bool(rain & 0x8000),
            "rain_mm": round((rain & 0x7FFF) * 0.295, 3),
            "wind_direction_range_deg": (wind >> 14) * 22.5,
            "wind_speed_kmh": (wind & 0x3FFF) / 10,
        }
    for at, name, factor in ((7, "wind_direction_deg", 5), (8, "sunshine_min", 1), (9, "brightness", 1)):
        if len(data) > at:
            said[name] = data[at] * factor
    return said
