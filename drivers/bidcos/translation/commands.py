"""What setting a parameter means on the air, by family of channels. Pure.

Texts (holidays, melodies, displays) are read in commands_text.py. A stored parameter is kept by the driver
and goes along with the next order of its channel.
Source: docs/protocols/bidcos.md, "Commands", "Class commands".
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from hub.contract.datapoints import Value

from ..codec.messages import (
    AllLedsOrder,
    ClassCommand,
    ColourOrder,
    ColourProgramOrder,
    ConfigEnd,
    ConfigStart,
    CountOrder,
    Inhibit,
    JalousieOrder,
    LedOrder,
    LockOrder,
    Message,
    ModeOrder,
    SetLevel,
    SetMode,
    SetTemperature,
    Stop,
    TimeReply,
    WindowOrder,
    WritePairs,
    encode_time8,
    encode_time16,
)
from ..codec.messages_set import FULL, LEVEL_KEEP, LEVEL_LAST, NEVER_8
from ..devices import MAINTENANCE_FAMILY, Model, family
from .commands_text import Stored, display, led_bits, lights, melody, party, party_of, remote_display, slats

EPOCH_2000 = datetime(2000, 1, 1, tzinfo=UTC)
OWNED_REGISTER, OWNED = (
    0x02,
    0x01,
)  # of list 0: bit 0 there is an owner, bit 7 keys of an actuator are visible
DEFAULT_RAMP_S = 0.5  # as the CCU has it
DEFAULT_SPEED = 0.5  # of a window drive, as the CCU has it
_OPENER_ON = 0x00A0  # a door drive's contact closes for 0.5 s
_ARMED = (0x00, 0x32, 0xC8, 0xFF)
_VALVE_CHANNEL = 4  # of a radiator thermostat
_LCD_CODE = 0x88  # HM-CC-RT-DN-BoM: bit 1 clears the window symbol, bit 0 shows that it heats
_TIMES = frozenset({"ON_TIME", "RAMP_TIME"})
_COLOUR_STORE = frozenset(
    {
        *("ON_TIME_STORE", "RAMP_TIME_STORE", "ACT_BRIGHTNESS_STORE"),
        *("ACT_MIN_BORDER_STORE", "ACT_MAX_BORDER_STORE"),
    }
)
_PARTY_STORE = frozenset(
    f"PARTY_{end}_{part}" for end in ("START", "STOP") for part in ("TIME", "DAY", "MONTH", "YEAR")
)
_STORED: Mapping[str, frozenset[str]] = {
    "KEYMATIC": frozenset({"RELOCK_DELAY"}),
    "WINMATIC": frozenset({"RELOCK_DELAY", "SPEED"}),
    "COLOUR": _TIMES | _COLOUR_STORE,
    "RT": _PARTY_STORE,
    "IT": _PARTY_STORE,
}
_SENDING = frozenset(
    {"SUBMIT", "ALARM_COUNT", "SERVICE_COUNT"}
)  # of a remote's display; the others are stored


def is_stored(family: str, parameter: str) -> bool:
    """Whether setting this sends nothing yet."""
    if family == "REMOTE_DISPLAY":
        return parameter not in _SENDING
    return parameter in _STORED.get(family, _TIMES)


def messages_for(
    family: str, channel: int, parameter: str, value: Value, stored: Stored
) -> tuple[Message, ...] | None:
    """What sets ``parameter``, already checked against its description; None: it cannot be set.

    stored: what was set before and waits for this.

    Raises:
        BadText: a text that is not in its format, or that lacks something stored.
    """
    if (several := _TEXTS.get((family, parameter))) is not None:
        return several(channel, value, stored)
    build = _BUILDERS.get((_ALIKE.get(family, family), parameter))
    return None if build is None else (build(channel, value, stored),)


def _number(value: Value) -> float:
    return float(value) if not isinstance(value, str) else 0.0


def _stored(stored: Stored, name: str, default: float) -> float:
    return _number(stored.get(name, default))


def _level_byte(value: Value) -> int:
    return round(_number(value) * FULL)


def _half_degrees(value: Value) -> int:
    return max(9, min(61, round(_number(value) * 2)))


def _on_time(stored: Stored) -> int | None:
    return encode_time16(on_s) if (on_s := _stored(stored, "ON_TIME", 0.0)) else None


def _ramp(stored: Stored) -> int:
    return encode_time16(_stored(stored, "RAMP_TIME", DEFAULT_RAMP_S))


def _state(channel: int, value: Value, stored: Stored) -> Message:
    return SetLevel(channel=channel, level=FULL if value else 0, ramp=0, on=_on_time(stored))


def _open_door(channel: int, _value: Value, _stored: Stored) -> Message:
    return SetLevel(channel=channel, level=FULL, ramp=0, on=_OPENER_ON)


def _level(channel: int, value: Value, stored: Stored) -> Message:
    return SetLevel(channel=channel, level=_level_byte(value), ramp=_ramp(stored), on=_on_time(stored))


def _old_level(channel: int, _value: Value, stored: Stored) -> Message:
    return SetLevel(channel=channel, level=LEVEL_LAST, ramp=_ramp(stored), on=_on_time(stored))


def _raw_level(channel: int, value: Value, stored: Stored) -> Message:
    return SetLevel(channel=channel, level=int(_number(value)), ramp=_ramp(stored), on=_on_time(stored))


def _height(channel: int, value: Value, _stored: Stored) -> Message:
    return SetLevel(channel=channel, level=_level_byte(value), ramp=None)


def _slats(channel: int, value: Value, _stored: Stored) -> Message:
    return JalousieOrder(channel=channel, level=LEVEL_KEEP, slats=_level_byte(value))


def _jalousie(channel: int, value: Value, _stored: Stored) -> Message:
    return JalousieOrder(channel=channel, level=_level_byte(value), slats=LEVEL_KEEP)


def _stop(channel: int, _value: Value, _stored: Stored) -> Message:
    return Stop(channel=channel)


def _inhibit(channel: int, value: Value, _stored: Stored) -> Message:
    return Inhibit(channel=channel, on=bool(value))


def _set_temperature(channel: int, value: Value, _stored: Stored) -> Message:
    return SetTemperature(channel=channel, half_degrees=_half_degrees(value))


def _manual(channel: int, value: Value, _stored: Stored) -> Message:
    return SetTemperature(channel=channel, half_degrees=_half_degrees(value), manual=True)


def _mode(order: ModeOrder) -> Callable[[int, Value, Stored], Message]:
    return lambda channel, _value, _stored: SetMode(channel=channel, order=order)


def _adapt(_channel: int, _value: Value, _stored: Stored) -> Message:
    return SetMode(channel=_VALVE_CHANNEL, order=ModeOrder.ADAPTION_DRIVE)


def _lcd(bit: int) -> Callable[[int, Value, Stored], Message]:
    return lambda channel, value, _stored: ClassCommand(
        code=_LCD_CODE, channel=channel, data=bytes((bit if value else 0,))
    )


def _setpoint(channel: int, value: Value, _stored: Stored) -> Message:
    return SetLevel(channel=channel, level=round(_number(value) * 2), ramp=None)


def _vent(channel: int, value: Value, _stored: Stored) -> Message:
    return SetLevel(channel=channel, level=FULL if value else 0, ramp=None)


def _relock(stored: Stored) -> int:
    return encode_time8(_number(stored["RELOCK_DELAY"])) if "RELOCK_DELAY" in stored else NEVER_8


def _lock(channel: int, value: Value, stored: Stored) -> Message:
    return LockOrder(channel=channel, level=int(bool(value)), relock=_relock(stored))


def _open(channel: int, _value: Value, stored: Stored) -> Message:
    return LockOrder(channel=channel, level=FULL, relock=_relock(stored))


def _window_level(value: Value) -> int:
    return 0xFF if _number(value) < 0 else _level_byte(value)


def _window(channel: int, value: Value, stored: Stored) -> Message:
    speed = _level_byte(_stored(stored, "SPEED", DEFAULT_SPEED))
    return WindowOrder(channel=channel, level=_window_level(value), relock=_relock(stored), speed=speed)


def _roof_window(channel: int, value: Value, _stored: Stored) -> Message:
    return SetLevel(channel=channel, level=_window_level(value), ramp=None)


def _arm(channel: int, value: Value, stored: Stored) -> Message:
    return SetLevel(channel=channel, level=_ARMED[int(_number(value)) & 3], ramp=0, on=_on_time(stored))


def _led(channel: int, value: Value, _stored: Stored) -> Message:
    return LedOrder(channel=channel, colour=int(_number(value)) & 3)


def _led_sleep(channel: int, value: Value, _stored: Stored) -> Message:
    return CountOrder(code=0x82, channel=channel, count=int(_number(value)))


def _every_led(_channel: int, value: Value, _stored: Stored) -> Message:
    return AllLedsOrder(bits=int(_number(value)))


def _count(code: int) -> Callable[[int, Value, Stored], Message]:
    return lambda channel, value, _stored: CountOrder(code=code, channel=channel, count=int(_number(value)))


def _colour(channel: int, value: Value, stored: Stored) -> Message:
    return ColourOrder(
        channel=channel,
        brightness=int(_stored(stored, "ACT_BRIGHTNESS_STORE", FULL)),
        colour=int(_number(value)),
        ramp=encode_time16(_stored(stored, "RAMP_TIME_STORE", DEFAULT_RAMP_S)),
        on=encode_time16(_stored(stored, "ON_TIME_STORE", 0.0)),
    )


def _colour_program(channel: int, value: Value, stored: Stored) -> Message:
    return ColourProgramOrder(
        channel=channel,
        brightness=int(_stored(stored, "ACT_BRIGHTNESS_STORE", FULL)),
        program=int(_number(value)),
        low=int(_stored(stored, "ACT_MIN_BORDER_STORE", 0)),
        high=int(_stored(stored, "ACT_MAX_BORDER_STORE", 0)),
        ramp=encode_time16(_stored(stored, "RAMP_TIME_STORE", DEFAULT_RAMP_S)),
        on=encode_time16(_stored(stored, "ON_TIME_STORE", 0.0)),
    )


_ALIKE = {"SPRINKLER": "SWITCH", "MELODY_LED": "SWITCH", "MELODY_CHIME": "SWITCH", "IT": "RT"}
_BUILDERS: Mapping[tuple[str, str], Callable[[int, Value, Stored], Message]] = {
    **{
        (of, "INHIBIT"): _inhibit
        for of in (
            *("SWITCH", "DOOR_DRIVE", "DIMMER", "COLOUR", "BLIND", "JALOUSIE", "KEYMATIC", "WINMATIC"),
            *("ROOF_WINDOW", "ARMING", MAINTENANCE_FAMILY),
        )
    },
    **{(of, "STOP"): _stop for of in ("BLIND", "JALOUSIE", "WINMATIC", "ROOF_WINDOW")},
    ("SWITCH", "STATE"): _state,
    ("SWITCH", "AUTO_MODE"): _mode(ModeOrder.AUTO),
    ("SWITCH", "MANU_MODE"): lambda channel, _value, _stored: ClassCommand(code=0x81, channel=channel),
    ("SWITCH", "HOLIDAY_MODE"): lambda channel, _value, _stored: ClassCommand(code=0x82, channel=channel),
    ("SWITCH", "INACTIVE_MODE"): lambda channel, _value, _stored: ClassCommand(code=0x83, channel=channel),
    ("DOOR_DRIVE", "STATE"): _open_door,
    ("DIMMER", "LEVEL"): _level,
    ("DIMMER", "OLD_LEVEL"): _old_level,
    ("DIMMER", "RAMP_STOP"): _stop,
    ("COLOUR", "COLOR"): _raw_level,
    ("COLOUR", "PROGRAM"): _raw_level,
    ("COLOUR", "ACT_HSV_COLOR_VALUE_STORE"): _colour,
    ("COLOUR", "ACT_COLOR_PROGRAM_STORE"): _colour_program,
    ("BLIND", "LEVEL"): _height,
    ("JALOUSIE", "LEVEL"): _jalousie,
    ("JALOUSIE", "LEVEL_SLATS"): _slats,
    ("RT", "SET_TEMPERATURE"): _set_temperature,
    ("RT", "MANU_MODE"): _manual,
    ("RT", "AUTO_MODE"): _mode(ModeOrder.AUTO),
    ("RT", "BOOST_MODE"): _mode(ModeOrder.BOOST),
    ("RT", "COMFORT_MODE"): _mode(ModeOrder.COMFORT),
    ("RT", "LOWERING_MODE"): _mode(ModeOrder.LOWERING),
    ("RT", "CLEAR_WINDOW_OPEN_SYMBOL"): _lcd(2),
    ("RT", "SET_SYMBOL_FOR_HEATING_PHASE"): _lcd(1),
    (MAINTENANCE_FAMILY, "ADAPTION_DRIVE"): _adapt,
    (MAINTENANCE_FAMILY, "LED_STATUS"): _every_led,
    ("REGULATOR", "SETPOINT"): _setpoint,
    ("REGULATOR", "STATE"): _vent,
    ("KEYMATIC", "STATE"): _lock,
    ("KEYMATIC", "OPEN"): _open,
    ("WINMATIC", "LEVEL"): _window,
    ("ROOF_WINDOW", "LEVEL"): _roof_window,
    ("ARMING", "ARMSTATE"): _arm,
    ("LED", "LED_STATUS"): _led,
    ("LED", "LED_SLEEP_MODE"): _led_sleep,
    ("REMOTE_DISPLAY", "ALARM_COUNT"): _count(0x81),
    ("REMOTE_DISPLAY", "SERVICE_COUNT"): _count(0x82),
}
_TEXTS: Mapping[tuple[str, str], Callable[[int, Value, Stored], tuple[Message, ...]]] = {
    **{(of, "PARTY_MODE_SUBMIT"): party for of in ("RT", "IT")},
    **{(of, "PARTY_TEMPERATURE"): party_of for of in ("RT", "IT")},
    ("MELODY_CHIME", "SUBMIT"): melody,
    ("MELODY_LED", "SUBMIT"): lights,
    ("JALOUSIE", "LEVEL_COMBINED"): slats,
    ("LED", "ALL_LEDS"): led_bits,
    ("DISPLAY", "SUBMIT"): display,
    ("REMOTE_DISPLAY", "SUBMIT"): remote_display,
}
STATUS_FAMILIES = frozenset(
    {
        *("SWITCH", "DOOR_DRIVE", "SPRINKLER", "MELODY_LED", "MELODY_CHIME", "DIMMER", "COLOUR"),
        *("BLIND", "JALOUSIE", "KEYMATIC", "WINMATIC", "ROOF_WINDOW", "ARMING", "RAIN", "LED"),
    }
)
"""Families of channels that answer a status request."""


def status_channels(model: Model) -> tuple[int, ...]:
    """The channels of a model that can be asked for their state."""
    return tuple(index for index, kind in model.channels.items() if family(kind) in STATUS_FAMILIES)


def owner_messages(central: bytes, *, owned: bool, others: int = 0) -> tuple[Message, Message, Message]:
    """Write, or erase, whom a device belongs to: register list 0.

    others: the bits beside ours in the register that says whether there is an owner.
    """
    address = central if owned else bytes(3)
    kept = others & ~OWNED & 0xFF
    registers = (
        (OWNED_REGISTER, kept | OWNED if owned else kept),
        (0x0A, address[0]),
        (0x0B, address[1]),
        (0x0C, address[2]),
    )
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
