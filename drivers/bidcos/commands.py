"""What setting a parameter means on the air, by kind of channel. Pure.

Source: docs/protocols/bidcos.md, "Commands", "Thermostats".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.contract.datapoints import Value

from .devices import Model
from .messages import (
    ClassCommand,
    ConfigEnd,
    ConfigStart,
    Inhibit,
    Message,
    SetLevel,
    Stop,
    TimeReply,
    WritePairs,
    encode_time16,
)
from .messages_set import FULL, LEVEL_KEEP

EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_RAMP_S = 0.5  # as the CCU has it
TIME_PARAMETERS = ("ON_TIME", "RAMP_TIME")  # kept by the driver for the next level


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """What was set before the level: seconds, None when not set."""

    on_s: float | None = None
    ramp_s: float | None = None


def message_for(kind: str, channel: int, parameter: str, value: Value, times: Times) -> Message | None:
    """The message that sets ``parameter``, already checked against its description; None: there is none."""
    build = _BUILDERS.get((_FAMILY.get(kind, kind), parameter))
    return build(channel, value, times) if build is not None else None


def _number(value: Value) -> float:
    return float(value) if not isinstance(value, str) else 0.0


def _half_degrees(value: Value) -> int:
    return max(9, min(61, round(_number(value) * 2)))


def _on_time(times: Times) -> int | None:
    return None if times.on_s is None else encode_time16(times.on_s)


def _state(channel: int, value: Value, times: Times) -> Message:
    return SetLevel(channel=channel, level=FULL if value else 0, ramp=0, on=_on_time(times))


def _level(channel: int, value: Value, times: Times) -> Message:
    ramp = encode_time16(DEFAULT_RAMP_S if times.ramp_s is None else times.ramp_s)
    return SetLevel(channel=channel, level=round(_number(value) * FULL), ramp=ramp, on=_on_time(times))


def _height(channel: int, value: Value, times: Times) -> Message:
    return SetLevel(channel=channel, level=round(_number(value) * FULL), ramp=None)


def _slats(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x80, channel=channel, data=bytes((LEVEL_KEEP, round(_number(value) * FULL))))


def _jalousie(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x80, channel=channel, data=bytes((round(_number(value) * FULL), LEVEL_KEEP)))


def _stop(channel: int, value: Value, times: Times) -> Message:
    return Stop(channel=channel)


def _inhibit(channel: int, value: Value, times: Times) -> Message:
    return Inhibit(channel=channel, on=bool(value))


def _set_temperature(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x86, channel=channel, data=bytes((_half_degrees(value),)))


def _manual(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x81, channel=channel, data=bytes((_half_degrees(value),)))


def _mode(code: int) -> Callable[[int, Value, Times], Message]:
    return lambda channel, _value, _times: ClassCommand(code=code, channel=channel)


def _setpoint(channel: int, value: Value, times: Times) -> Message:
    return SetLevel(channel=channel, level=_half_degrees(value), ramp=None)


def _lock(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x80, channel=channel, data=bytes((0x01 if value else 0x00, 0xFF)))


def _open(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x80, channel=channel, data=b"\xc8\xff")


def _window(channel: int, value: Value, times: Times) -> Message:
    level = 0xFF if _number(value) < 0 else round(_number(value) * FULL)
    return ClassCommand(code=0x81, channel=channel, data=bytes((level, 0x14, 0x64)))


def _arm(channel: int, value: Value, times: Times) -> Message:
    level = (0x00, 0x32, 0xC8, 0xFF)[int(_number(value)) & 3]
    return SetLevel(channel=channel, level=level, ramp=0)


def _led(channel: int, value: Value, times: Times) -> Message:
    return ClassCommand(code=0x80, channel=channel, data=bytes((int(_number(value)) & 3,)))


_FAMILY = {"SIGNAL": "SWITCH", "SIREN": "SWITCH", "VIRTUAL_DIMMER": "DIMMER", "IT": "RT"}
_BUILDERS: Mapping[tuple[str, str], Callable[[int, Value, Times], Message]] = {
    ("SWITCH", "STATE"): _state,
    ("SWITCH", "INHIBIT"): _inhibit,
    ("DIMMER", "LEVEL"): _level,
    ("DIMMER", "STOP"): _stop,
    ("DIMMER", "INHIBIT"): _inhibit,
    ("BLIND", "LEVEL"): _height,
    ("BLIND", "STOP"): _stop,
    ("BLIND", "INHIBIT"): _inhibit,
    ("JALOUSIE", "LEVEL"): _jalousie,
    ("JALOUSIE", "LEVEL_SLATS"): _slats,
    ("JALOUSIE", "STOP"): _stop,
    ("JALOUSIE", "INHIBIT"): _inhibit,
    ("RT", "SET_TEMPERATURE"): _set_temperature,
    ("RT", "MANU_MODE"): _manual,
    ("RT", "AUTO_MODE"): _mode(0x80),
    ("RT", "BOOST_MODE"): _mode(0x83),
    ("RT", "COMFORT_MODE"): _mode(0x84),
    ("RT", "LOWERING_MODE"): _mode(0x85),
    ("REGULATOR", "SETPOINT"): _setpoint,
    ("KEYMATIC", "STATE"): _lock,
    ("KEYMATIC", "OPEN"): _open,
    ("WINMATIC", "LEVEL"): _window,
    ("WINMATIC", "STOP"): _stop,
    ("ARMING", "ARMSTATE"): _arm,
    ("LED", "LED_STATUS"): _led,
}
STATUS_KINDS = frozenset(
    {
        "SWITCH",
        "SIGNAL",
        "SIREN",
        "DIMMER",
        "VIRTUAL_DIMMER",
        "BLIND",
        "JALOUSIE",
        "KEYMATIC",
        "WINMATIC",
        "ARMING",
        "RAIN",
    }
)
"""Kinds of channels that answer a status request."""


def status_channels(model: Model) -> tuple[int, ...]:
    """The channels of a model that can be asked for their state."""
    return tuple(index for index, kind in model.channels.items() if kind in STATUS_KINDS)


def owner_messages(central: bytes, *, owned: bool) -> tuple[Message, Message, Message]:
    """Write, or erase, whom a device belongs to: register list 0."""
    address = central if owned else bytes(3)
    registers = ((0x02, 0x01 if owned else 0x00), (0x0A, address[0]), (0x0B, address[1]), (0x0C, address[2]))
    return (
        ConfigStart(channel=0, list_index=0),
        WritePairs(channel=0, registers=registers),
        ConfigEnd(channel=0),
    )


def time_reply(now: datetime) -> TimeReply:
    """What a thermostat is told: the time, and how far the house's clocks are from UTC."""
    offset = now.astimezone().utcoffset() or timedelta()
    seconds = int((now - EPOCH_2000).total_seconds())
    return TimeReply(zone=int(offset / timedelta(minutes=30)), seconds=max(seconds, 0))
