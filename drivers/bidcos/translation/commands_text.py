"""Orders that the CCU takes as texts: holidays, melodies, displays, several values at once. Pure.

Source: docs/protocols/bidcos.md, "Class commands", "Thermostats".
"""

import re
from collections.abc import Mapping
from datetime import date

from hub.contract.datapoints import Value

from ..codec.messages import (
    AllLedsOrder,
    JalousieOrder,
    MelodyOrder,
    Message,
    Moment,
    Party,
    RemoteDisplayOrder,
    SetParty,
    display_parts,
    encode_time16,
)
from ..codec.messages_order import MELODY_SIZE, REMOTE_TEXT_SIZE
from ..codec.messages_set import FULL
from ..devices.signals import SYMBOLS

Stored = Mapping[str, Value]
ENDLESS_S = 108_000  # of a melody: as long as it lasts
MAX_DISPLAY_SIZE = 150  # bytes: six lines with 12 characters, a colour and a symbol each
DISPLAY_BEGIN, DISPLAY_END = 0x02, 0x03
_COMMA = 1 << len(SYMBOLS)
_UNITS = (0x00, 0x01, 0x02, 0x04, 0x08)
_PARTY_FORMAT = "temperature,minute,day,month,year of start and of end: 17.5,600,24,12,26,1080,2,1,27"
_MELODY_FORMAT = "volume 0-1,repeats 1-255,seconds 0-108000,then 1-10 numbers 1-255: 0.5,1,108000,3,7"
_DISPLAY_FORMAT = "bytes 0x02 … 0x03 with commas between, at most 150"
_BYTES = re.compile(r"0[xX][0-9a-fA-F]{1,2}(,\s*0[xX][0-9a-fA-F]{1,2})*")


class BadText(ValueError):
    """Not in its format. allowed: the format, in English."""

    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def party(channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """A holiday as the CCU writes it: PARTY_MODE_SUBMIT."""
    parts = str(value).split(",")
    try:
        degrees, numbers = float(parts[0]), [int(part) for part in parts[1:]]
    except ValueError:
        raise BadText(_PARTY_FORMAT) from None
    if len(numbers) != 8 or not 5 <= degrees <= 30:
        raise BadText(_PARTY_FORMAT)
    return (_set_party(channel, degrees, numbers),)


def party_of(channel: int, value: Value, stored: Stored) -> tuple[Message, ...]:
    """A holiday whose start and stop were stored before: PARTY_TEMPERATURE."""
    names = [f"PARTY_{end}_{part}" for end in ("START", "STOP") for part in ("TIME", "DAY", "MONTH", "YEAR")]
    if missing := [name for name in names if name not in stored]:
        raise BadText(f"PARTY_TEMPERATURE after {missing[0]}")
    return (_set_party(channel, float(value), [int(stored[name]) for name in names]),)


def _set_party(channel: int, degrees: float, numbers: list[int]) -> SetParty:
    start, end = _moment(numbers[:4]), _moment(numbers[4:])
    order = (start.year, start.month, start.day, start.half_hours)
    if order >= (end.year, end.month, end.day, end.half_hours):
        raise BadText(_PARTY_FORMAT)
    return SetParty(channel=channel, party=Party(start=start, end=end, half_degrees=round(degrees * 2)))


def _moment(numbers: list[int]) -> Moment:
    """Minutes, day, month, year; a device knows half hours only."""
    minutes, day, month, year = numbers
    try:
        date(2000 + year, month, day)
    except (ValueError, OverflowError):
        raise BadText(_PARTY_FORMAT) from None
    if not 0 <= minutes < 1440 or not 0 <= year <= 99:
        raise BadText(_PARTY_FORMAT)
    return Moment(year=year, month=month, day=day, half_hours=minutes // 30)


def melody(channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """Sounds of a chime: SUBMIT."""
    return (_melody(channel, value, FULL),)


def lights(channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """Colours of its light: SUBMIT. In the place of the volume is 1, or 0 to stop."""
    return (_melody(channel, value, 1),)


def _melody(channel: int, value: Value, full: int) -> MelodyOrder:
    parts = str(value).split(",")
    try:
        volume, (repeats, seconds, *items) = float(parts[0]), (int(part) for part in parts[1:])
    except ValueError:
        raise BadText(_MELODY_FORMAT) from None
    good = 0 <= volume <= 1 and 1 <= repeats <= 255 and 0 <= seconds <= ENDLESS_S
    if not good or not 1 <= len(items) <= MELODY_SIZE or any(not 1 <= item <= 255 for item in items):
        raise BadText(_MELODY_FORMAT)
    return MelodyOrder(
        channel=channel,
        volume=round(volume * full),
        repeats=repeats,
        items=tuple(items),
        duration=encode_time16(seconds),
    )


def slats(channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """Height and slats at once: LEVEL_COMBINED, two bytes 00-CA."""
    both = _bytes(str(value), "two bytes 0x00-0xCA: 0x64,0xC8")
    if len(both) != 2 or any(byte > 0xCA for byte in both):
        raise BadText("two bytes 0x00-0xCA: 0x64,0xC8")
    return (JalousieOrder(channel=channel, level=both[0], slats=both[1]),)


def led_bits(_channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """Sixteen lights at once: ALL_LEDS, a number of 32 bits."""
    allowed = "a number 0-4294967295, two bits for each light"
    try:
        bits = int(str(value), 0)
    except ValueError:
        raise BadText(allowed) from None
    if not 0 <= bits <= 0xFFFFFFFF:
        raise BadText(allowed)
    return (AllLedsOrder(bits=bits),)


def display(channel: int, value: Value, _stored: Stored) -> tuple[Message, ...]:
    """The lines of a display: SUBMIT, bytes in hex from 02 to 03."""
    text = _bytes(str(value), _DISPLAY_FORMAT)
    if len(text) > MAX_DISPLAY_SIZE or text[:1] != b"\x02" or text[-1:] != b"\x03":
        raise BadText(_DISPLAY_FORMAT)
    return display_parts(channel, text)


def _bytes(text: str, allowed: str) -> bytes:
    if _BYTES.fullmatch(text.strip()) is None:
        raise BadText(allowed)
    return bytes(int(part, 16) for part in text.split(","))


def remote_display(channel: int, _value: Value, stored: Stored) -> tuple[Message, ...]:
    """A remote's display: what was stored before. A comma may stand before the last character."""
    text = str(stored.get("TEXT", ""))
    symbols = sum(1 << at for at, name in enumerate(SYMBOLS) if stored.get(name))
    if len(text) >= 2 and text[-2] in ",.":
        text, symbols = text[:-2] + text[-1], symbols | _COMMA
    try:
        shown = text.rjust(REMOTE_TEXT_SIZE).encode("latin-1")
    except UnicodeEncodeError:
        shown = b""
    if len(shown) != REMOTE_TEXT_SIZE:
        raise BadText("TEXT of at most 5 characters, a comma before the last")
    signal = int(stored.get("BEEP", 0)) & 3 | (int(stored.get("BACKLIGHT", 0)) & 3) << 2
    unit = _UNITS[int(stored.get("UNIT", 0)) % len(_UNITS)]
    return (RemoteDisplayOrder(channel=channel, text=shown, symbols=symbols, unit=unit, signal=signal),)
