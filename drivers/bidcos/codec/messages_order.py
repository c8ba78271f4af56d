"""Orders of type 11 to locks, windows, jalousies, LEDs, chimes, displays and colour lights. Pure.

They share their codes (80-82), so a frame alone tells only ``ClassCommand``; each class here reads its own.
Source: docs/protocols/bidcos.md, "Class commands".
"""

from dataclasses import dataclass
from typing import ClassVar, Self

LEDS = 16
MELODY_SIZE = 10  # places for sounds or colours
DISPLAY_PART_SIZE = 14  # bytes of a display's text in one frame
REMOTE_TEXT_SIZE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOrder:
    """KeyMatic. level: 00 lock, 01 unlock, C8 open; relock: 8-bit time until it locks again, FF never."""

    kind: ClassVar[int] = 0x11
    channel: int
    level: int
    relock: int = 0xFF

    def payload(self) -> bytes:
        """4 bytes."""
        return bytes((0x80, self.channel, self.level, self.relock))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 4 or payload[0] != 0x80:
            return None
        return cls(channel=payload[1], level=payload[2], relock=payload[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOrder:
    """WinMatic. level: 00-C8, FF lock; relock: 8-bit time, FF never; speed: 00-C8."""

    kind: ClassVar[int] = 0x11
    channel: int
    level: int
    relock: int = 0xFF
    speed: int = 0x64

    def payload(self) -> bytes:
        """5 bytes."""
        return bytes((0x81, self.channel, self.level, self.relock, self.speed))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 5 or payload[0] != 0x81:
            return None
        return cls(channel=payload[1], level=payload[2], relock=payload[3], speed=payload[4])


@dataclass(frozen=True, slots=True, kw_only=True)
class JalousieOrder:
    """Jalousie. level, slats: 00-C8, C9 the last, CA as it is."""

    kind: ClassVar[int] = 0x11
    channel: int
    level: int
    slats: int

    def payload(self) -> bytes:
        """4 bytes."""
        return bytes((0x80, self.channel, self.level, self.slats))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 4 or payload[0] != 0x80:
            return None
        return cls(channel=payload[1], level=payload[2], slats=payload[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class LedOrder:
    """HM-OU-LED16, one light. colour: 0 off, 1 red, 2 green, 3 orange."""

    kind: ClassVar[int] = 0x11
    channel: int
    colour: int

    def payload(self) -> bytes:
        """3 bytes."""
        return bytes((0x80, self.channel, self.colour))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 3 or payload[0] != 0x80 or payload[2] > 3:
            return None
        return cls(channel=payload[1], colour=payload[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class AllLedsOrder:
    """HM-OU-LED16, all at once. bits: 32, two per light, the first light in the lowest."""

    kind: ClassVar[int] = 0x11
    bits: int
    channel: int = 0

    @property
    def colours(self) -> tuple[int, ...]:
        """Of the 16 lights, 0-3 each."""
        return tuple(self.bits >> 2 * at & 3 for at in range(LEDS))

    def payload(self) -> bytes:
        """6 bytes."""
        return bytes((0x81, self.channel)) + self.bits.to_bytes(4, "big")

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 6 or payload[0] != 0x81:
            return None
        return cls(channel=payload[1], bits=int.from_bytes(payload[2:], "big"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOrder:
    """One byte under code 81 or 82: alarms and service messages of HM-RC-19, sleep of HM-OU-LED16."""

    kind: ClassVar[int] = 0x11
    code: int
    channel: int
    count: int

    def payload(self) -> bytes:
        """3 bytes."""
        return bytes((self.code, self.channel, self.count))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 3 or payload[0] not in {0x81, 0x82}:
            return None
        return cls(code=payload[0], channel=payload[1], count=payload[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyOrder:
    """HM-OU-CFM: a row of sounds or colours.

    volume: 00-C8 (the light: 01 on, 00 off); repeats: 1-255; items: up to 10, 1-255 each; duration: 16-bit
    time, None: until the row has ended.
    """

    kind: ClassVar[int] = 0x11
    channel: int
    volume: int
    repeats: int
    items: tuple[int, ...]
    duration: int | None = None

    def payload(self) -> bytes:
        """14 or 16 bytes."""
        row = bytes(self.items).ljust(MELODY_SIZE, b"\x00")
        tail = b"" if self.duration is None else self.duration.to_bytes(2, "big")
        return bytes((0x80, self.channel, self.volume, self.repeats)) + row + tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order or the row has a gap."""
        if len(payload) not in {14, 16} or payload[0] != 0x80:
            return None
        items = payload[4:14].rstrip(b"\x00")
        if 0 in items:
            return None
        duration = int.from_bytes(payload[14:], "big") if len(payload) == 16 else None
        channel, volume, repeats = payload[1:4]
        return cls(channel=channel, volume=volume, repeats=repeats, items=tuple(items), duration=duration)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDisplayOrder:
    """HM-RC-19. text: 5 characters (Latin-1); symbols: 12 bits, bulb (0) to comma (11); unit: 4 bits.

    signal: bits 1-0 beep, bits 3-2 backlight.
    """

    kind: ClassVar[int] = 0x11
    channel: int
    text: bytes
    symbols: int
    unit: int
    signal: int

    def payload(self) -> bytes:
        """10 bytes."""
        low, high = self.symbols & 0xFF, self.symbols >> 8 & 0x0F | self.unit << 4
        return bytes((0x80, self.channel)) + self.text + bytes((low, high, self.signal))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 10 or payload[0] != 0x80:
            return None
        symbols = payload[7] | (payload[8] & 0x0F) << 8
        text = payload[2:7]
        return cls(channel=payload[1], text=text, symbols=symbols, unit=payload[8] >> 4, signal=payload[9])


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayPart:
    """HM-Dis-WM55, HM-Dis-EP-WM55: up to 14 bytes of a text that begins with 02 and ends with 03."""

    kind: ClassVar[int] = 0x11
    channel: int
    data: bytes

    def payload(self) -> bytes:
        """2 bytes and the part."""
        return bytes((0x80, self.channel)) + self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) < 3 or payload[0] != 0x80:
            return None
        return cls(channel=payload[1], data=payload[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourOrder:
    """HM-LC-RGBW-WM. brightness, colour: 00-C8 (colour C8: white); ramp, on: 16-bit times."""

    kind: ClassVar[int] = 0x11
    channel: int
    brightness: int
    colour: int
    ramp: int
    on: int

    def payload(self) -> bytes:
        """8 bytes."""
        head = bytes((0x80, self.channel, self.brightness, self.colour))
        return head + self.ramp.to_bytes(2, "big") + self.on.to_bytes(2, "big")

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 8 or payload[0] != 0x80:
            return None
        ramp, on = int.from_bytes(payload[4:6], "big"), int.from_bytes(payload[6:], "big")
        return cls(channel=payload[1], brightness=payload[2], colour=payload[3], ramp=ramp, on=on)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColourProgramOrder:
    """HM-LC-RGBW-WM. brightness: 00-C8; program: 0-6; low, high: its colours; ramp, on: 16-bit times."""

    kind: ClassVar[int] = 0x11
    channel: int
    brightness: int
    program: int
    low: int
    high: int
    ramp: int
    on: int

    def payload(self) -> bytes:
        """10 bytes."""
        head = bytes((0x81, self.channel, self.brightness, self.program, self.low, self.high))
        return head + self.ramp.to_bytes(2, "big") + self.on.to_bytes(2, "big")

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it is another order."""
        if len(payload) != 10 or payload[0] != 0x81:
            return None
        channel, brightness, program, low, high = payload[1:6]
        ramp, on = int.from_bytes(payload[6:8], "big"), int.from_bytes(payload[8:], "big")
        return cls(
            channel=channel, brightness=brightness, program=program, low=low, high=high, ramp=ramp, on=on
        )


ClassOrder = (
    LockOrder
    | WindowOrder
    | JalousieOrder
    | LedOrder
    | AllLedsOrder
    | CountOrder
    | MelodyOrder
    | RemoteDisplayOrder
    | DisplayPart
    | ColourOrder
    | ColourProgramOrder
)


def display_parts(channel: int, text: bytes) -> tuple[DisplayPart, ...]:
    """A display's text, cut for the air."""
    size = DISPLAY_PART_SIZE
    return tuple(DisplayPart(channel=channel, data=text[at : at + size]) for at in range(0, len(text), size))
