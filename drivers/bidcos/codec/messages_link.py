"""Messages that carry the link itself: device info, answers, signing, wake-up, time. Pure.

Source: docs/protocols/bidcos.md, "Messages", "Signing".
"""

from dataclasses import dataclass
from typing import ClassVar, Self

SERIAL_SIZE = 10
DEVICE_INFO_MIN = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque:
    """A type or layout that we do not know; kept as it came."""

    kind: int
    data: bytes

    def payload(self) -> bytes:
        """As it came."""
        return self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """A device introduces itself (type 00).

    firmware: one byte, high nibble major, low nibble minor. model: the code of the model table.
    serial: 10 characters, ASCII in devices of the maker; others write any bytes, which are read as Latin-1.
    tail: opaque, three bytes (peer channels A and B, unknown), in firmware of others fewer or more.
    """

    kind: ClassVar[int] = 0x00
    firmware: int
    model: int
    serial: str
    device_class: int
    tail: bytes = b"\x00\x00\x00"

    @property
    def channels(self) -> int:
        """The first byte of the tail, whose low bits look like a number of channels; 0 without one."""
        return self.tail[0] if self.tail else 0

    def payload(self) -> bytes:
        """14 bytes and the tail."""
        serial = self.serial.encode("latin-1")
        if len(serial) != SERIAL_SIZE:
            raise ValueError(f"serial {self.serial!r} must have {SERIAL_SIZE} characters")
        head = bytes((self.firmware,)) + self.model.to_bytes(2, "big")
        return head + serial + bytes((self.device_class,)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 14 bytes."""
        if len(payload) < DEVICE_INFO_MIN:
            return None
        return cls(
            firmware=payload[0],
            model=int.from_bytes(payload[1:3], "big"),
            serial=payload[3 : 3 + SERIAL_SIZE].decode("latin-1"),
            device_class=payload[13],
            tail=payload[14:],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Understood. auth: 4 authentication bytes when the message was signed, else what came with it."""

    kind: ClassVar[int] = 0x02
    auth: bytes = b""

    def payload(self) -> bytes:
        """1 byte and what came with it."""
        return b"\x00" + self.auth


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack2:
    """Understood, as smoke detectors say it while they are taught in; data: what came with it."""

    kind: ClassVar[int] = 0x02
    data: bytes = b""

    def payload(self) -> bytes:
        """1 byte and what came with it."""
        return b"\x02" + self.data


@dataclass(frozen=True, slots=True, kw_only=True)
class AckStatus:
    """Understood, and this is my state now.

    flags: None when the frame ends before. tail: what follows them: RSSI as the device hears us, further
    state, authentication bytes.
    """

    kind: ClassVar[int] = 0x02
    channel: int
    value: int
    flags: int | None
    tail: bytes = b""

    def payload(self) -> bytes:
        """3 bytes, flags and the tail."""
        head = bytes((0x01, self.channel, self.value))
        return head if self.flags is None else head + bytes((self.flags,)) + self.tail


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Prove that you hold the key. challenge: 6 bytes; key_byte: 2 x key index."""

    kind: ClassVar[int] = 0x02
    challenge: bytes
    key_byte: int

    def payload(self) -> bytes:
        """8 bytes."""
        return b"\x04" + self.challenge + bytes((self.key_byte,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nack:
    """Refused. code: 80 not accepted, 82 no room for a peer, 84 target not known, 85 unknown cause."""

    kind: ClassVar[int] = 0x02
    code: int
    data: bytes = b""

    def payload(self) -> bytes:
        """1 byte and what came with it."""
        return bytes((self.code,)) + self.data


def parse_answer(payload: bytes) -> Ack | Ack2 | AckStatus | Challenge | Nack | None:
    """Read type 02; None for what is not known."""
    if not payload:
        return None
    if payload[0] == 0x00:
        return Ack(auth=payload[1:])
    if payload[0] == 0x01 and len(payload) >= 3:
        flags = payload[3] if len(payload) > 3 else None
        return AckStatus(channel=payload[1], value=payload[2], flags=flags, tail=payload[4:])
    if payload[0] == 0x02:
        return Ack2(data=payload[1:])
    if payload[0] == 0x04 and len(payload) == 8:
        return Challenge(challenge=payload[1:7], key_byte=payload[7])
    if payload[0] & 0x80:
        return Nack(code=payload[0], data=payload[1:])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AesResponse:
    """The signature of a challenged message: 16 bytes."""

    kind: ClassVar[int] = 0x03
    data: bytes

    def payload(self) -> bytes:
        """16 bytes."""
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None unless 16 bytes."""
        return cls(data=payload) if len(payload) == 16 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyExchange:
    """One encrypted half of a new key: 16 bytes."""

    kind: ClassVar[int] = 0x04
    data: bytes

    def payload(self) -> bytes:
        """16 bytes."""
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None unless 16 bytes."""
        return cls(data=payload) if len(payload) == 16 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HaveData:
    """The central wakes a device: stay awake, I have something for you."""

    kind: ClassVar[int] = 0x12

    def payload(self) -> bytes:
        """Empty."""
        return b""

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None unless empty."""
        return None if payload else cls()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRequest:
    """A thermostat asks what time it is."""

    kind: ClassVar[int] = 0x3F

    def payload(self) -> bytes:
        """Empty."""
        return b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReply:
    """The time. zone: offset from UTC in half hours, -24 to 28; seconds: since 2000-01-01 00:00 UTC."""

    kind: ClassVar[int] = 0x3F
    zone: int
    seconds: int

    def payload(self) -> bytes:
        """6 bytes."""
        return b"\x02" + self.zone.to_bytes(1, "big", signed=True) + self.seconds.to_bytes(4, "big")


def parse_time(payload: bytes) -> TimeRequest | TimeReply | None:
    """Read type 3F."""
    if not payload:
        return TimeRequest()
    if len(payload) != 6 or payload[0] != 0x02:
        return None
    return TimeReply(
        zone=int.from_bytes(payload[1:2], "big", signed=True), seconds=int.from_bytes(payload[2:], "big")
    )
