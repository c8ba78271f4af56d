"""Types 11 and 3E: what a central orders. Pure.

Source: docs/protocols/bidcos.md, "Commands".
"""

from dataclasses import dataclass
from typing import ClassVar, Self

FULL = 0xC8  # level 100 %
LEVEL_LAST = 0xC9
LEVEL_KEEP = 0xCA
_TIME_MANTISSA_LIMIT = 0x7FF


def encode_time16(seconds: float) -> int:
    """Seconds as mantissa and exponent, 0 = none; from 6.5 million seconds on FFFF (for ever).

    Raises:
        ValueError: negative or not a number.
    """
    if not seconds >= 0:
        raise ValueError(f"{seconds} s is not a time")
    tenths, exponent = seconds * 10, 0
    while tenths >= _TIME_MANTISSA_LIMIT:
        tenths, exponent = tenths / 2, exponent + 1
        if exponent > 0x1F:
            return 0xFFFF
    return round(tenths) << 5 | exponent


def decode_time16(value: int) -> float:
    """Seconds of a 16-bit time; FFFF is the longest, about for ever."""
    return float((value >> 5) * (1 << (value & 0x1F))) / 10


_UNITS_8_S = (0.1, 1, 5, 10, 60, 300, 600, 3600)
NEVER_8 = 0xFF  # 111600 s: the CCU's "not used"


def encode_time8(seconds: float) -> int:
    """Seconds as unit and count, 0 = none; from 111,600 s (31 hours) on FF.

    Raises:
        ValueError: negative or not a number.
    """
    if not seconds >= 0:
        raise ValueError(f"{seconds} s is not a time")
    for index, unit_s in enumerate(_UNITS_8_S):
        if round(seconds / unit_s, 6) <= 31:
            return index << 5 | min(31, round(seconds / unit_s))
    return NEVER_8


def decode_time8(value: int) -> float:
    """Seconds of an 8-bit time."""
    return float(_UNITS_8_S[value >> 5] * (value & 0x1F))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevel:
    """Go to a level. level: 00-C8, C9 last, CA keep; ramp, on: 16-bit times, left out when None."""

    kind: ClassVar[int] = 0x11
    channel: int
    level: int
    ramp: int | None = 0
    on: int | None = None

    def payload(self) -> bytes:
        """3, 5 or 7 bytes. ``on`` needs ``ramp``."""
        data = bytes((0x02, self.channel, self.level))
        if self.ramp is not None:
            data += self.ramp.to_bytes(2, "big")
            if self.on is not None:
                data += self.on.to_bytes(2, "big")
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop a movement or a ramp."""

    kind: ClassVar[int] = 0x11
    channel: int

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((0x03, self.channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibit:
    """Lock a channel against its direct links, or unlock it."""

    kind: ClassVar[int] = 0x11
    channel: int
    on: bool

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((int(self.on), self.channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """Back to factory defaults."""

    kind: ClassVar[int] = 0x11

    def payload(self) -> bytes:
        """2 bytes."""
        return b"\x04\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCommand:
    """A command whose meaning depends on the class of device. code: 80-FF (86: set temperature)."""

    kind: ClassVar[int] = 0x11
    code: int
    channel: int
    data: bytes = b""

    def payload(self) -> bytes:
        """2 bytes and the data."""
        return bytes((self.code, self.channel)) + self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterBootLoader:
    """Get ready for new firmware."""

    kind: ClassVar[int] = 0x11

    def payload(self) -> bytes:
        """1 byte."""
        return b"\xca"


SetMessage = SetLevel | Stop | Inhibit | Reset | EnterBootLoader | ClassCommand


def parse_set(payload: bytes) -> SetMessage | None:
    """Read type 11; None for what is not known."""
    if payload == b"\xca":
        return EnterBootLoader()
    if len(payload) < 2:
        return None
    code, channel, rest = payload[0], payload[1], payload[2:]
    if code & 0x80:
        return ClassCommand(code=code, channel=channel, data=rest)
    if code == 0x02 and len(rest) in {1, 3, 5}:
        ramp = int.from_bytes(rest[1:3], "big") if len(rest) >= 3 else None
        on = int.from_bytes(rest[3:5], "big") if len(rest) == 5 else None
        return SetLevel(channel=channel, level=rest[0], ramp=ramp, on=on)
    if rest:
        return None
    if code in {0, 1}:
        return Inhibit(channel=channel, on=bool(code))
    if code == 0x03:
        return Stop(channel=channel)
    return Reset() if payload == b"\x04\x00" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOnBehalf:
    """An actuator shall act as if ``peer`` had sent this. event: 40 key or 41 level; key: its first byte."""

    kind: ClassVar[int] = 0x3E
    peer: bytes
    event: int
    key: int
    counter: int
    level: int | None = None

    def payload(self) -> bytes:
        """6 or 7 bytes."""
        tail = b"" if self.level is None else bytes((self.level,))
        return self.peer + bytes((self.event, self.key, self.counter)) + tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it has another length."""
        if len(payload) not in {6, 7}:
            return None
        level = payload[6] if len(payload) == 7 else None
        return cls(peer=payload[:3], event=payload[3], key=payload[4], counter=payload[5], level=level)
