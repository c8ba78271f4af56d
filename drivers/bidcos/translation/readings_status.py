"""The state of a channel (types 10/06 and 02/01) as parameters, by family of kinds. Pure.

A family tells all it can; what a kind does not have is left out by readings.py.
Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Callable, Iterator, Mapping

from .readings_climate import Pairs, thermostat_status
from .readings_measure import Reading

ALARM = 0xB4  # smoke: from here on it is an alarm
LEDS = 16
_LED_TAIL = 5  # signal strength or light, then two bits for each of 16 lights
_AUTH_SIZE = 4
_TAIL_SIZES: Mapping[str, frozenset[int]] = {  # bytes behind the flags when nothing is signed
    "RT": frozenset({1, 2, 9}),
    "IT": frozenset({1, 2, 9}),
    "JALOUSIE": frozenset({1, 3}),
    "LED": frozenset({1, 5}),
}
_USUAL_SIZES = frozenset({1, 2})
_THREE_STATES = frozenset({"HANDLE", "WATER", "CO2"})
_ARMED = {0x32: 1, 0xC8: 2, 0xFF: 3}


def status(family: str, value: int, flags: int | None, tail: bytes) -> Pairs:
    """What a channel of this family says. flags: 0-255; tail: signal strength and more.

    Flags that were not sent, as by HM-CC-TC: only what no flags could change.
    """
    read = _STATUS.get(family)
    if read is None:
        return []
    if flags is not None:
        return read(family, value, flags, tail)
    other = read(family, value, 0xFF, tail)
    return [pair for pair in read(family, value, 0x00, tail) if pair in other]


def without_auth(family: str, tail: bytes) -> tuple[bytes, bytes]:
    """The tail of an acknowledgement, and authentication bytes behind it; only its length tells of them."""
    if len(tail) - _AUTH_SIZE in _TAIL_SIZES.get(family, _USUAL_SIZES):
        return tail[:-_AUTH_SIZE], tail[-_AUTH_SIZE:]
    return tail, b""


def sensor_state(family: str, value: int) -> Pairs:
    """The state of a sensor, from its status or its event."""
    if family in _THREE_STATES:
        return [("STATE", 2 if value > 0x64 else 1 if value else 0)]
    if family == "SMOKE":
        return [("STATE", value >= ALARM)]
    if family == "FILLING":
        return [("FILLING_LEVEL", min(value // 2, 100))]
    if family == "RAIN":
        return [("STATE", int(value > 0))]
    if family == "INPUT_BYTE":
        return [("STATE", value)]
    return [("STATE", value > 0)]


def all_leds(tail: bytes) -> Iterator[Reading]:
    """HM-OU-LED16 tells all of its lights when one changes."""
    if len(tail) >= _LED_TAIL:
        bits = int.from_bytes(tail[1:_LED_TAIL], "big")
        yield from (Reading(at + 1, "LED_STATUS", bits >> 2 * at & 3) for at in range(LEDS))


def _direction(flags: int) -> Pairs:
    direction = flags >> 4 & 3
    return [("WORKING", direction in {1, 2} or bool(flags & 0x40)), ("DIRECTION", direction)]


def _switch(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [
        ("STATE", value > 0),
        ("WORKING", bool(flags & 0x70)),
        ("ERROR_POWER", flags >> 1 & 1),
        ("ERROR_SABOTAGE", flags >> 2 & 1),
        ("ERROR_BATTERY", flags >> 3 & 1),
    ]


def _sprinkler(family: str, value: int, flags: int, tail: bytes) -> Pairs:
    pairs: Pairs = [*_switch(family, value, flags, tail), ("FAULT_REPORTING", flags >> 1 & 7)]
    return [*pairs, ("CONTROL_MODE", tail[1] & 3)] if len(tail) > 1 else pairs


def _dimmer(_family: str, value: int, flags: int, tail: bytes) -> Pairs:
    pairs: Pairs = [
        ("LEVEL", min(value, 200) / 200),
        *_direction(flags),
        ("ERROR_OVERLOAD", bool(flags & 0x02)),
        ("ERROR_OVERHEAT", bool(flags & 0x04)),
        ("ERROR_REDUCED", bool(flags & 0x08)),
        ("ERROR", flags >> 1 & 7),
    ]
    return [*pairs, ("LEVEL_REAL", min(tail[1], 200) / 200)] if len(tail) > 1 else pairs


def _colour(_family: str, value: int, _flags: int, _tail: bytes) -> Pairs:
    return [("COLOR", value), ("PROGRAM", value)]


def _blind(_family: str, value: int, flags: int, tail: bytes) -> Pairs:
    pairs: Pairs = [("LEVEL", min(value, 200) / 200), *_direction(flags)]
    if len(tail) > 1:
        pairs.append(("LEVEL_SLATS", min(tail[1], 200) / 200))
    if len(tail) > 2:  # bits 2-0 as bits 6-4 of the flags
        direction = tail[2] & 3
        working = direction in {1, 2} or bool(tail[2] & 4)
        pairs += [("WORKING_SLATS", working), ("DIRECTION_SLATS", direction)]
    return pairs


def _contact(family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [*sensor_state(family, value), ("ERROR", flags >> 1 & 7)]


def _smoke(family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    tested: Pairs = [("ERROR_ALARM_TEST", flags >> 1 & 1), ("ERROR_SMOKE_CHAMBER", flags >> 2 & 1)]
    return [*sensor_state(family, value), *tested]


def _motion(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [("BRIGHTNESS", value), ("ERROR", flags >> 1 & 7)]


def _keymatic(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    direction = flags >> 4 & 3
    return [
        ("STATE", value not in {0x00, 0xFF}),
        ("STATE_UNCERTAIN", direction != 0),
        ("DIRECTION", direction),
        ("ERROR", flags >> 1 & 7),
    ]


def _window(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [
        ("LEVEL", -0.005 if value == 0xFF else min(value, 200) / 200),
        *_direction(flags),
        ("STATE_UNCERTAIN", flags >> 4 & 3 == 3),
        ("ERROR", flags >> 1 & 7),
    ]


def _akku(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [("LEVEL", min(value, 200) / 200), ("STATUS", flags >> 4 & 3)]


def _valve_drive(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    return [("VALVE_STATE", min(value // 2, 100)), ("ERROR", flags >> 1 & 7)]


def _arming(_family: str, value: int, flags: int, _tail: bytes) -> Pairs:
    state: Pairs = [("ARMSTATE", _ARMED.get(value, 0)), ("WORKING", bool(flags & 0x70))]
    return [*state, ("ERROR_SABOTAGE", flags >> 2 & 1)]


def _led(_family: str, value: int, _flags: int, _tail: bytes) -> Pairs:
    return [("LED_STATUS", value & 3)]


def _regulator(_family: str, value: int, _flags: int, _tail: bytes) -> Pairs:
    return [("SETPOINT", value / 2)]


_STATUS: Mapping[str, Callable[[str, int, int, bytes], Pairs]] = {
    "SWITCH": _switch,
    "DOOR_DRIVE": _switch,
    "MELODY_LED": _switch,
    "MELODY_CHIME": _switch,
    "SPRINKLER": _sprinkler,
    "DIMMER": _dimmer,
    "COLOUR": _colour,
    "BLIND": _blind,
    "JALOUSIE": _blind,
    "CONTACT": _contact,
    "HANDLE": _contact,
    "TILT": _contact,
    "WATER": _contact,
    "CO2": _contact,
    "FILLING": _contact,
    "RAIN": _contact,
    "INPUT": _contact,
    "INPUT_BYTE": _contact,
    "SMOKE": _smoke,
    "MOTION": _motion,
    "KEYMATIC": _keymatic,
    "WINMATIC": _window,
    "ROOF_WINDOW": _window,
    "AKKU": _akku,
    "VALVE_DRIVE": _valve_drive,
    "ARMING": _arming,
    "LED": _led,
    "REGULATOR": _regulator,
    "RT": thermostat_status,
    "IT": thermostat_status,
}
