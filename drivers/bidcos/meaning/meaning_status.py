"""The state of a channel in words: type 10/06, 02/01 and the thermostats' own messages. Pure.

Source: docs/protocols/bidcos.md, "Device classes", "Thermostats".
"""

from collections.abc import Callable, Mapping

from ..codec.messages import Party
from ..codec.messages_climate import Moment
from ..devices import Model, family
from ..translation.readings_climate import signed10
from ..translation.readings_status import ALARM, without_auth

Meaning = dict[str, object]

_DIRECTIONS = ("none", "up", "down", "undefined")
MODES = ("auto", "manual", "party", "boost")
RT_FAULTS = (
    "none",
    "valve tight",
    "adjust range too large",
    "adjust range too small",
    "communication error",
    "unknown (5)",
    "low battery",
    "valve error position",
)
_VD_ERRORS = ("none", "blocked", "loose", "adjust range too small", "battery critical")
_VD_MOTOR = ("stop", "opening", "closing", "undefined")
_KM_ERRORS = ("none", "clutch failure", "motor aborted")
_WM_ERRORS = ("none", "turn error", "tilt error")
_AKKU = ("trickle", "charge", "discharge", "unknown")
_STATES: Mapping[str, Mapping[int, str]] = {
    "CONTACT": {0x00: "closed", 0xC8: "open"},
    "HANDLE": {0x00: "closed", 0x64: "tilted", 0xC8: "open"},
    "TILT": {0x00: "closed", 0xC8: "open"},
    "WATER": {0x00: "dry", 0x64: "damp", 0xC8: "wet"},
    "CO2": {0x00: "normal", 0x64: "added", 0xC8: "strong"},
    "RAIN": {0x00: "dry", 0xC8: "rain"},
    "KEYMATIC": {0x00: "locked", 0x01: "unlocked", 0xC8: "open", 0xFF: "locked"},
    "ARMING": {0x00: "disarmed", 0x32: "external armed", 0xC8: "all armed", 0xFF: "blocked"},
}
SWITCHES = frozenset({"SWITCH", "DOOR_DRIVE", "SPRINKLER", "MELODY_LED", "MELODY_CHIME"})
_COLOURS = ("off", "red", "green", "orange")


def level_text(half_degrees: int) -> float | str:
    """A set temperature in °C; the two ends by their names."""
    if half_degrees < 10:
        return "off (4.5)"
    return "on (30.5)" if half_degrees > 60 else half_degrees / 2


_SMOKE_CALLS = {0x96: "team call (test)", 0x97: "repeated team call", 0xC7: "tone off (silenced)"}
_NO_SMOKE = 0x33  # below it there is no alarm


def state_text(kind: str | None, value: int) -> str | None:
    """The name of a sensor's value, if it has one."""
    return smoke_text(value) if kind == "SMOKE" else _STATES.get(kind or "", {}).get(value)


def smoke_text(value: int) -> str | None:
    """What a smoke detector or its team says; None for what nobody has explained."""
    if value in _SMOKE_CALLS:
        return _SMOKE_CALLS[value]
    if value >= ALARM:
        return "alarm"
    return "off/no alarm" if value < _NO_SMOKE else None


def rssi_dbm(byte: int) -> int | None:
    """How the device hears the other side; None when it does not say."""
    return None if byte in {0x00, 0x80} else -byte


def status(data: bytes, model: Model | None, *, acknowledging: bool) -> Meaning:
    """Channel, value, flags and what follows; an acknowledgement may end with authentication bytes."""
    said: Meaning = {"channel": data[0]} if data else {}
    if len(data) < 2:
        return said
    kind = _kind(model, data[0])
    explain = _level if kind is None else _READERS.get(kind, _level)
    value, flags, tail, auth = data[1], data[2] if len(data) > 2 else None, data[3:], b""
    if acknowledging:
        tail, auth = without_auth(kind or "", tail)
    said |= explain(kind, value, flags, tail)
    if flags is not None and model is not None and model.cls == "SD2":
        said |= {"alarm_test_failed": bool(flags & 0x02), "smoke_chamber_degraded": bool(flags & 0x04)}
    if tail:
        at = "real_level_percent" if "real_level_percent" in said else None
        real = said.pop(at) if at else None
        said["rssi_dbm"] = rssi_dbm(tail[0])
        if at:
            said[at] = real
    if auth:
        said["auth_bytes"] = auth.hex().upper()
    return said


def _kind(model: Model | None, channel: int) -> str | None:
    """The kind of the channel; channel 0 speaks for the device, so for its first channel.

    None for a model or a channel of which no more is known than what all have in common.
    """
    if model is None or not model.channels:
        return None
    return family(model.kind_at(channel) or next(iter(model.channels.values()))) or None


def _flags(flags: int, *, timer: bool = True) -> Meaning:
    said: Meaning = {"flags_raw": f"{flags:02X}", "working_direction": _DIRECTIONS[flags >> 4 & 3]}
    if timer:
        said["timer_running"] = bool(flags & 0x40)
    said["bit7_lowbat_or_unused"] = bool(flags & 0x80)
    return said


def _level(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    """Actuators; an unknown model gets the level, and the state where the level has one."""
    said: Meaning = {}
    if kind not in SWITCHES:
        said["level_percent"] = value / 2
    if kind in SWITCHES or (kind is None and value in {0x00, 0xC8}):
        said["state"] = "on" if value else "off"
    if flags is not None:
        said |= _flags(flags, timer=kind != "BLIND")
    if len(tail) > 1 and kind not in SWITCHES | {"BLIND"}:
        said["real_level_percent"] = tail[1] / 2
    if kind is None and flags is not None:  # as a sensor would mean it
        said |= {"low_battery": bool(flags & 0x80), "sabotage_or_cover": flags >> 1 & 7 == 7}
    errors = 0 if flags is None else flags >> 1 & 7
    if errors and kind in SWITCHES | {"ARMING"}:
        said |= _named(errors, ("power_failure", "sabotage", "battery_defect"))
    elif errors and kind == "DIMMER":
        said |= _named(errors, ("overload", "overheat", "reduced_power"))
    return said


def _named(bits: int, names: tuple[str, ...]) -> Meaning:
    return {name: True for at, name in enumerate(names) if bits >> at & 1}


def _arming(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"state": state_text(kind, value) or f"unknown ({value:02X})"}
    if flags is not None:
        said |= {"low_battery": bool(flags & 0x80), "sabotage_or_cover": bool(flags & 0x04)}
    return said


def _key(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"level_raw": value}
    return said if flags is None else {**said, "low_battery": bool(flags & 0x80)}


def _input(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    text = state_text("CONTACT", value)
    return _key(kind, value, flags, tail) | ({"state": text} if text else {})


def _led(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"state": _COLOURS[value & 3]}
    if len(tail) >= 5:
        bits = int.from_bytes(tail[1:5], "big")
        said["leds"] = [_COLOURS[bits >> 2 * at & 3] for at in range(16)]
    return said


def _colour(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    return {"colour_or_program": value, **(_flags(flags) if flags is not None else {})}


def _jalousie(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"level_percent": value / 2, **(_flags(flags, timer=False) if flags is not None else {})}
    if len(tail) > 1:
        said["slat_level_percent"] = tail[1] / 2
    if len(tail) > 2:
        said["slat_direction"] = _DIRECTIONS[tail[2] & 3]
    return said


def _sensor(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {}
    if kind == "FILLING":
        said["filling_level_percent"] = value / 2
    elif kind == "MOTION":
        said["brightness"] = value
    else:
        said["state"] = state_text(kind, value) or f"unknown ({value:02X})"
    if flags is not None:
        said["low_battery"] = bool(flags & 0x80)
        if kind != "SMOKE":
            said["sabotage_or_cover"] = flags >> 1 & 7 == 7
    return said


def _valve_drive(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"valve_position_percent": value / 2}
    if flags is not None:
        said |= {
            "low_battery": bool(flags & 0x80),
            "error": _text(_VD_ERRORS, flags >> 1 & 7),
            "motor": _VD_MOTOR[flags >> 4 & 3],
        }
    return said


def _keymatic(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"state": state_text(kind, value) or f"unknown ({value:02X})"}
    if flags is not None:
        said |= {
            "low_battery": bool(flags & 0x80),
            "error": _text(_KM_ERRORS, flags >> 1 & 7),
            "working_direction": _DIRECTIONS[flags >> 4 & 3],
            "uncertain": bool(flags >> 4 & 3),
        }
    return said


def _winmatic(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"level_percent": "locked" if value == 0xFF else value / 2}
    if flags is not None:
        said |= {"low_battery": bool(flags & 0x80)}
        said |= {"error": _text(_WM_ERRORS, flags >> 1 & 7), "working_direction": _DIRECTIONS[flags >> 4 & 3]}
    return said


def _akku(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    charging: Meaning = {"charging": _AKKU[flags >> 4 & 3]} if flags is not None else {}
    return {"battery_percent": value / 2, **charging}


def _thermostat(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    said: Meaning = {"set_temperature_c": level_text(value & 0x3F)}
    if flags is not None:
        said["low_battery"] = bool(flags & 0x80)
        if kind == "RT":
            said["fault"] = RT_FAULTS[flags >> 1 & 7]
        else:
            said |= {
                "communication_reporting": bool(flags & 0x04),
                "window_open_reporting": bool(flags & 0x02),
            }
    if len(tail) > 1:
        said |= {"mode": MODES[tail[1] >> 6], "byte5_low6": tail[1] & 0x3F}
        if tail[1] >> 6 == 2:
            said |= _party(tail[1], tail[2:])
    return said


def _regulator(kind: str | None, value: int, flags: int | None, tail: bytes) -> Meaning:
    return {"set_temperature_c": value / 2}


def _text(texts: tuple[str, ...], index: int) -> str:
    return texts[index] if index < len(texts) else f"unknown ({index})"


_READERS: Mapping[str, Callable[[str | None, int, int | None, bytes], Meaning]] = {
    "JALOUSIE": _jalousie,
    "CONTACT": _sensor,
    "HANDLE": _sensor,
    "TILT": _sensor,
    "WATER": _sensor,
    "CO2": _sensor,
    "RAIN": _sensor,
    "FILLING": _sensor,
    "MOTION": _sensor,
    "INPUT": _input,
    "INPUT_BYTE": _key,
    "KEY": _key,
    "DISPLAY": _key,
    "LED": _led,
    "COLOUR": _colour,
    "ARMING": _arming,
    "SMOKE": _sensor,
    "VALVE_DRIVE": _valve_drive,
    "KEYMATIC": _keymatic,
    "WINMATIC": _winmatic,
    "ROOF_WINDOW": _winmatic,
    "AKKU": _akku,
    "RT": _thermostat,
    "IT": _thermostat,
    "REGULATOR": _regulator,
}


def rt_info(rest: bytes, model: Model | None) -> Meaning:
    """Type 10/0A of HM-CC-RT-DN."""
    said: Meaning = {"subtype": "rt_info", "channel": 4}
    if len(rest) < 5:
        return said
    temperatures = int.from_bytes(rest[:2], "big")
    said |= {
        "set_temperature_c": level_text(temperatures >> 10),
        "actual_temperature_c": (temperatures & 0x3FF) / 10,
        "fault": RT_FAULTS[rest[2] >> 5],
        "battery_v": round((rest[2] & 0x1F) / 10 + 1.5, 1),
        "valve_percent": rest[3] & 0x7F,
        "mode": MODES[rest[4] >> 6],
        "byte5_low6": rest[4] & 0x3F,
    }
    if model is not None and model.kind_at(4) == "RT_BOM":
        said["window_open"] = bool(rest[3] & 0x80)
    if rest[4] >> 6 == 2:
        said |= _party(rest[4], rest[5:])
    return said


def it_info(rest: bytes, model: Model | None) -> Meaning:
    """Type 10/0B of HM-TC-IT-WM-W-EU."""
    said: Meaning = {"subtype": "tc_it_info", "channel": 2}
    if len(rest) < 4:
        return said
    temperatures = int.from_bytes(rest[:2], "big")
    said |= {
        "set_temperature_c": level_text(temperatures >> 10),
        "actual_temperature_c": signed10(temperatures & 0x3FF) / 10,
        "low_battery": bool(rest[2] & 0x80),
        "communication_reporting": bool(rest[2] & 0x40),
        "window_open_reporting": bool(rest[2] & 0x20),
        "battery_v": round((rest[2] & 0x1F) / 10 + 1.5, 1),
        "mode": MODES[rest[3] >> 6],
        "byte4_low6": rest[3] & 0x3F,
    }
    if rest[3] >> 6 == 2:
        said |= _party(rest[3], rest[4:])
    return said


def _party(low6: int, rest: bytes) -> Meaning:
    """Start and end of a holiday in a report."""
    party = Party.parse_report(low6, rest)
    return {} if party is None else party_words(party)


def party_words(party: Party) -> Meaning:
    """A holiday."""
    return {
        "party_start": _moment(party.start),
        "party_end": _moment(party.end),
        "party_temperature_c": party.half_degrees / 2,
    }


def _moment(at: Moment) -> str:
    time = f"{at.half_hours // 2:02d}:{at.half_hours % 2 * 30:02d}"
    return f"20{at.year:02d}-{at.month:02d}-{at.day:02d} {time}"
