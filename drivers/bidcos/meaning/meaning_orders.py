"""Orders (type 11) in words. Pure.

Codes from 80 on mean another thing for each class: with a model they are explained, without one only shown.
Source: docs/protocols/bidcos.md, "Commands", "Class commands", "Thermostats".
"""

from collections.abc import Callable, Mapping

from ..codec.frames import Frame
from ..codec.messages import (
    AllLedsOrder,
    ColourOrder,
    ColourProgramOrder,
    CountOrder,
    JalousieOrder,
    LedOrder,
    LockOrder,
    MelodyOrder,
    RemoteDisplayOrder,
    SetParty,
    WindowOrder,
    decode_time8,
    decode_time16,
    parse_climate_order,
)
from ..devices import Model, family
from .meaning_status import SWITCHES, Meaning, level_text, party_words

_THERMOSTAT_ORDERS = {
    0x80: "auto_mode",
    0x81: "manual_mode",
    0x82: "party_mode",
    0x83: "boost_mode",
    0x84: "comfort_mode",
    0x85: "lowering_mode",
    0x86: "set_temperature",
    0x87: "adaption_drive",
}
_LEVELS = {0xC9: "previous level (C9)", 0xCA: "unchanged (CA)"}
_LOCK = {0x00: "lock", 0x01: "unlock", 0xC8: "open"}
_COLOURS = ("off", "red", "green", "orange")


def explain_order(frame: Frame, model: Model | None) -> Meaning:
    """Type 11."""
    data = frame.payload
    if not data:
        return {}
    channel: Meaning = {"channel": data[1]} if len(data) > 1 else {}
    if data[0] == 0x02 and len(data) >= 3:
        return {"subtype": "set_level", **channel, **_set_level(data, model)}
    if data[0] == 0x04:
        return {"subtype": "reset"}
    if data[0] in {0x00, 0x01, 0x03}:
        return {"subtype": ("inhibit_off", "inhibit_on", "", "stop")[data[0]], **channel}
    if data[0] == 0xCA:
        return {"subtype": "enter_bootloader"}
    if data[0] in _THERMOSTAT_ORDERS and (
        data[0] == 0x86 or (model is not None and model.cls in {"RT", "TCIT"})
    ):
        return {"subtype": _THERMOSTAT_ORDERS[data[0]], **channel, **_climate(data)}
    return {
        "subtype": "class_command",
        "command": data[:1].hex().upper(),
        **channel,
        "data": data[2:].hex().upper(),
        **_of_class(data, model),
    }


def _climate(data: bytes) -> Meaning:
    """A mode with a value; the values of a holiday too."""
    if data[0] not in {0x81, 0x82, 0x86} or len(data) < 3:
        return {}
    said: Meaning = {"set_temperature_c": level_text(data[2])}
    order = parse_climate_order(data)
    return said | party_words(order.party) if isinstance(order, SetParty) else said


def _set_level(data: bytes, model: Model | None) -> Meaning:
    level = data[2]
    said: Meaning = {}
    of = family(model.kind_at(data[1])) if model is not None else None
    switch = of in SWITCHES
    if of == "REGULATOR":
        return {"set_temperature_c": level / 2}
    if (switch or model is None) and level in {0x00, 0xC8}:
        said["set_state"] = "on" if level else "off"
    if not switch or level not in {0x00, 0xC8}:
        said = {"set_level_percent": _LEVELS.get(level, level / 2), **said}
    for name, at in (("ramp", 3), ("on", 5)):
        if len(data) >= at + 2:
            said[f"{name}_time_s"] = decode_time16(int.from_bytes(data[at : at + 2], "big"))
            said[f"{name}_raw"] = data[at : at + 2].hex().upper()
    return said


def _of_class(data: bytes, model: Model | None) -> Meaning:
    if model is None or len(data) < 2:
        return {}
    of = family(model.kind_at(data[1]) or next(iter(model.channels.values()), None))
    explain = _CLASSES.get(of)
    return {} if explain is None else explain(data)


def _lock(data: bytes) -> Meaning:
    told = LockOrder.parse(data)
    if told is None:
        return {}
    order = _LOCK.get(told.level, f"unknown ({told.level:02X})")
    return {"order": order, **_relock(told.relock)}


def _relock(value: int) -> Meaning:
    return {"relock_delay_s": "never" if value == 0xFF else decode_time8(value)}


def _window(data: bytes) -> Meaning:
    told = WindowOrder.parse(data)
    if told is None:
        return {}
    level = "lock" if told.level == 0xFF else told.level / 2
    return {"set_level_percent": level, **_relock(told.relock), "speed_percent": told.speed / 2}


def _jalousie(data: bytes) -> Meaning:
    told = JalousieOrder.parse(data)
    if told is None:
        return {}
    level, slats = (_LEVELS.get(value, value / 2) for value in (told.level, told.slats))
    return {"set_level_percent": level, "set_slat_level_percent": slats}


def _led(data: bytes) -> Meaning:
    if (one := LedOrder.parse(data)) is not None:
        return {"colour": _COLOURS[one.colour]}
    if (every := AllLedsOrder.parse(data)) is not None:
        return {"leds": [_COLOURS[colour] for colour in every.colours]}
    sleep = CountOrder.parse(data)
    return {"sleep": bool(sleep.count)} if sleep is not None and sleep.code == 0x82 else {}


def _melody(data: bytes) -> Meaning:
    told = MelodyOrder.parse(data)
    if told is None:
        return {}
    duration: Meaning = {} if told.duration is None else {"duration_s": decode_time16(told.duration)}
    return {
        "volume_percent": told.volume / 2,
        "repeats": told.repeats,
        "items": list(told.items),
        **duration,
    }


def _remote_display(data: bytes) -> Meaning:
    if (told := RemoteDisplayOrder.parse(data)) is not None:
        text = told.text.decode("latin-1").strip()
        return {"text": text, "symbols": told.symbols, "unit": told.unit, "signal": told.signal}
    count = CountOrder.parse(data)
    return {} if count is None else {"alarms" if count.code == 0x81 else "service_messages": count.count}


def _colour(data: bytes) -> Meaning:
    told = ColourOrder.parse(data) or ColourProgramOrder.parse(data)
    if told is None:
        return {}
    if isinstance(told, ColourOrder):
        said: Meaning = {"colour": told.colour}
    else:
        said = {"program": told.program, "low": told.low, "high": told.high}
    times = {"ramp_time_s": decode_time16(told.ramp), "on_time_s": decode_time16(told.on)}
    return {"brightness_percent": told.brightness / 2, **said, **times}


_CLASSES: Mapping[str, Callable[[bytes], Meaning]] = {
    "KEYMATIC": _lock,
    "WINMATIC": _window,
    "JALOUSIE": _jalousie,
    "LED": _led,
    "MELODY_LED": _melody,
    "MELODY_CHIME": _melody,
    "REMOTE_DISPLAY": _remote_display,
    "COLOUR": _colour,
}
