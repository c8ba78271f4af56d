"""Serial frames of the HM-MOD-RPI-PCB: bytes in, frames out, and back.

What they say is in uart_requests.py and uart_reports.py. No I/O, no clock, no logging. The
result does not depend on how the bytes were cut; no input raises.
Source: docs/protocols/bidcos.md, "Module frames".
"""

import re
from dataclasses import dataclass
from enum import IntEnum

START = 0xFD
ESCAPE = 0xFC
MAX_CONTENT_SIZE = 1024  # bytes from the destination on; a report has 60, a block of firmware some hundred
_MIN_CONTENT_SIZE = 3  # destination, counter, command
_CRC_START = 0xD77F
_CRC_POLYNOMIAL = 0x8005
_MAX_RAW_SIZE = 2 * (MAX_CONTENT_SIZE + 4)  # every byte escaped
_DAMAGED_SIZE = 80  # bytes kept of what is broken, to show it
_ESCAPED = re.compile(rb"\xfc(.)", re.DOTALL)
_TO_ESCAPE = re.compile(rb"[\xfc\xfd]")


class Destination(IntEnum):
    """Which program of the module a frame is for or from."""

    OS = 0x00  # boot loader and system
    APP = 0x01  # BidCoS
    DUAL = 0xFE  # firmware that speaks HmIP too
    DUAL_ERROR = 0xFF


class OsCommand(IntEnum):
    """Commands of destination OS."""

    GET_APP = 0x00
    GET_FIRMWARE = 0x02
    CHANGE_APP = 0x03
    ACK = 0x04
    CREDITS = 0x05  # from the module, unasked; towards it: a block of its firmware
    NORMAL_MODE = 0x06
    UPDATE_MODE = 0x07
    GET_CREDITS = 0x08
    ENABLE_CREDITS = 0x09
    ENABLE_CSMA = 0x0A
    GET_SERIAL = 0x0B
    SET_TIME = 0x0E


class AppCommand(IntEnum):
    """Commands of destination APP."""

    SET_ADDRESS = 0x00
    GET_ADDRESS = 0x01
    SEND = 0x02
    SET_CURRENT_KEY = 0x03
    ACK = 0x04
    RECEIVED = 0x05  # from the module
    ADD_PEER = 0x06
    REMOVE_PEER = 0x07
    GET_PEERS = 0x08
    PEER_ADD_AES = 0x09
    PEER_REMOVE_AES = 0x0A
    SET_TEMPORARY_KEY = 0x0B
    SET_PREVIOUS_KEY = 0x0F
    DEFAULT_ADDRESS = 0x10


class DualCommand(IntEnum):
    """Commands of destination DUAL: enough to see such a firmware and to leave it for the boot loader."""

    STARTED = 0x00  # from the module, with its name
    GET_APP = 0x01
    CHANGE_APP = 0x02
    ANSWER = 0x05  # from the module: 01 and its name


KEY_COMMANDS = frozenset(
    {AppCommand.SET_CURRENT_KEY, AppCommand.SET_TEMPORARY_KEY, AppCommand.SET_PREVIOUS_KEY}
)


class AckStatus(IntEnum):
    """First byte of an acknowledgement (command 04)."""

    REFUSED = 0x00  # unknown or malformed command
    OK = 0x01
    INFO = 0x02  # bytes follow
    RADIO_ANSWER = 0x03  # the device's answer follows
    NO_ANSWER = 0x04  # the device is silent
    NO_CREDITS = 0x05  # send time used up
    CHANNEL_BUSY = 0x06
    MULTI_PART = 0x07  # part, of, bytes
    BUSY = 0x08  # the command before is still running
    RADIO_ANSWER_VERIFIED = 0x0C  # the device's answer, its signature is good
    SIGNATURE_FAILED = 0x0D


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class UartFrame:
    """One frame on the module's serial line. destination, counter, command: 0-255; data: 0-1021 bytes."""

    destination: int
    counter: int
    command: int
    data: bytes = b""

    def __repr__(self) -> str:
        """Never a key: what carries one shows its size."""
        secret = self.destination == Destination.APP and self.command in KEY_COMMANDS
        data = f"{len(self.data)} bytes of key" if secret else self.data.hex().upper()
        return f"UartFrame({self.destination:02X} {self.counter:02X} {self.command:02X} {data})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class UartDamaged:
    """Bytes that are no frame. data: at most 80 of them, never shown: half a key may be in them."""

    data: bytes
    reason: str

    def __repr__(self) -> str:
        """The reason and how much."""
        return f"UartDamaged({len(self.data)} bytes: {self.reason})"


class UartDecoder:
    """Splits the module's bytes into frames, keeps the unfinished one. Bytes between frames are dropped."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""  # begins with a start byte, or is empty

    def feed(self, data: bytes) -> list[UartFrame | UartDamaged]:
        """Return the frames that ``data`` completes, oldest first. Never raises.

        A start byte always begins a frame: what was unfinished before it is damaged.
        """
        _, *chunks = (self._rest + data).split(b"\xfd")
        self._rest = b""
        events: list[UartFrame | UartDamaged] = []
        for at, chunk in enumerate(chunks, 1):
            event = _decode(chunk)
            if event is not None:
                events.append(event)
            elif at < len(chunks):
                events.append(_damaged(chunk, "cut short by the next frame"))
            else:
                self._rest = b"\xfd" + chunk
        return events


def _decode(chunk: bytes) -> UartFrame | UartDamaged | None:
    """Read what follows a start byte; None while bytes are missing. What follows its end is dropped."""
    raw = chunk[:_MAX_RAW_SIZE]
    body = _unescaped(raw) if ESCAPE in raw else raw
    if len(body) < 2:
        return None
    size = body[0] << 8 | body[1]
    if not _MIN_CONTENT_SIZE <= size <= MAX_CONTENT_SIZE:
        return _damaged(body[:2], f"length {size}, allowed are {_MIN_CONTENT_SIZE} to {MAX_CONTENT_SIZE}")
    end = size + 2
    if len(body) < end + 2:
        return None
    if crc16(b"\xfd" + body[:end]) != body[end] << 8 | body[end + 1]:
        return _damaged(body[: end + 2], "wrong checksum")
    return UartFrame(destination=body[2], counter=body[3], command=body[4], data=body[5:end])


def _unescaped(raw: bytes) -> bytes:
    """Without the escapes; an escape at the end, whose second byte is missing, is left out."""
    open_end = (len(raw) - len(raw.rstrip(b"\xfc"))) % 2 == 1
    return _ESCAPED.sub(_unescape, raw[:-1] if open_end else raw)


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes((match[1][0] | 0x80,))


def _damaged(data: bytes, reason: str) -> UartDamaged:
    return UartDamaged(data=data[:_DAMAGED_SIZE], reason=reason)


def encode_uart(frame: UartFrame) -> bytes:
    """Write a frame as it goes over the line.

    Raises:
        ValueError: a field is out of its range.
    """
    size = _MIN_CONTENT_SIZE + len(frame.data)
    if size > MAX_CONTENT_SIZE:
        raise ValueError(f"{len(frame.data)} bytes of data, at most {MAX_CONTENT_SIZE - _MIN_CONTENT_SIZE}")
    head = bytes((frame.destination, frame.counter, frame.command))
    plain = b"\xfd" + size.to_bytes(2, "big") + head + frame.data
    behind = plain[1:] + crc16(plain).to_bytes(2, "big")
    return b"\xfd" + _TO_ESCAPE.sub(_escape, behind)


def _escape(match: re.Match[bytes]) -> bytes:
    return bytes((ESCAPE, match[0][0] & 0x7F))


def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ (_CRC_POLYNOMIAL if value & 0x8000 else 0)) & 0xFFFF
        rows.append(value)
    return tuple(rows)


_TABLE = _table()


def crc16(data: bytes) -> int:
    """The checksum over unescaped bytes, start byte included: polynomial 8005, first value D77F."""
    value, table = _CRC_START, _TABLE
    for byte in data:
        value = (value << 8 & 0xFF00) ^ table[value >> 8 ^ byte]
    return value
