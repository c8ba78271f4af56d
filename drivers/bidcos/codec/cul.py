"""The text lines of a CUL stick: bytes in, events out; and the lines that start it and make it send.

No I/O, no clock. The result does not depend on how the bytes were cut; no input raises.
Source: docs/protocols/bidcos.md, "Stick lines".
"""

import re
from dataclasses import dataclass
from enum import Enum

from .frames import Damaged, Frame, decode_frame, encode_frame

MAX_LINE_SIZE = 200  # bytes kept of a line; what is longer is garbage
LISTEN = b"X21\nAr\n"  # report frames with their strength; AskSin reception on
VERSION_ATTEMPTS = 3
VERSION_WAIT_S = 3.0  # how long one V may stay without an answer
RADIO_WAIT_S = 0.3  # how long after Ar a stick without AskSin has for its "? (A is unknown)"
_RSSI_DBM = tuple((r - 256 if r >= 0x80 else r) / 2 - 74 for r in range(256))


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The stick's answer to V, for example "V 1.67 nanoCUL868"."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """The stick's own send-time credit, in ms (informational: AskSin sends are not charged to it)."""

    left_ms: int


class NoticeCode(Enum):
    """What a stick complains about."""

    CHANNEL_BUSY = "channel_busy"  # ERR:CCA: the frame was not sent
    LIMIT = "limit"  # LOVF: send time used up
    UNKNOWN_COMMAND = "unknown_command"  # ? (x is unknown) …


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A complaint of the stick. text: the line, at most 200 characters."""

    code: NoticeCode
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A line that is none of ours: another protocol's, or noise."""

    line: bytes


StickEvent = Frame | Damaged | Version | Credit | Notice | Foreign


class LineDecoder:
    """Splits the stick's bytes into lines and keeps the unfinished one."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[StickEvent]:
        """Return the events that ``data`` completes, oldest first. Never raises."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[: MAX_LINE_SIZE + 1]
        return [decode_line(line) for raw in lines if (line := raw[: MAX_LINE_SIZE + 1].strip())]


def decode_line(line: bytes) -> StickEvent:
    """Read one line without its end. Never raises."""
    if line[:1] == b"A":
        return _decode_frame_line(line)
    if len(line) > MAX_LINE_SIZE:
        return Damaged(data=line, reason=f"line over {MAX_LINE_SIZE} bytes")
    if line[:1] == b"V":
        return Version(text=_text(line))
    if line[:1] == b"?":
        return Notice(code=NoticeCode.UNKNOWN_COMMAND, text=_text(line))
    if line == b"ERR:CCA":
        return Notice(code=NoticeCode.CHANNEL_BUSY, text="ERR:CCA")
    if line == b"LOVF":
        return Notice(code=NoticeCode.LIMIT, text="LOVF")
    credit = re.fullmatch(rb"[0-9A-F]{2} +([0-9]{1,6})", line)
    return Credit(left_ms=int(credit[1]) * 10) if credit else Foreign(line=line)


def _decode_frame_line(line: bytes) -> Frame | Damaged:
    """The length byte tells whether one more byte follows: the RSSI."""
    try:
        data = bytes.fromhex(line[1:].decode("ascii"))
    except ValueError:
        return Damaged(data=line, reason="not hex digits")
    if len(data) * 2 + 1 != len(line) or len(data) == 0:  # fromhex skips blanks
        return Damaged(data=line, reason="not pairs of hex digits")
    size = data[0] + 1
    if len(data) == size + 1:
        return decode_frame(data[:size], _RSSI_DBM[data[size]])
    return decode_frame(data)


def _text(line: bytes) -> str:
    return line.decode("latin-1").encode("unicode_escape").decode("ascii")


def encode_send(frame: Frame) -> bytes:
    """The line that makes the stick send ``frame``.

    Raises:
        ValueError: a field is out of its range.
    """
    return b"As" + encode_frame(frame).hex().upper().encode("ascii") + b"\n"


class StartState(Enum):
    """How far the start-up is."""

    ASKING = "asking"  # V sent, no answer yet
    LISTENING = "listening"  # Ar sent; a stick without AskSin would complain now
    READY = "ready"
    SILENT = "silent"  # no answer to V
    WRONG_FIRMWARE = "wrong_firmware"  # it does not know AskSin


class StartUp:
    """Brings a stick from opened to listening; time is an argument, the caller writes and waits."""

    def __init__(self, now_s: float) -> None:
        self.state = StartState.ASKING
        self.version = ""
        self.wake_at_s = now_s
        self._attempts = 0

    @property
    def ended(self) -> bool:
        """Ready or failed: nothing more to wait for."""
        return self.state in {StartState.READY, StartState.SILENT, StartState.WRONG_FIRMWARE}

    def wake(self, now_s: float) -> bytes:
        """Called at ``wake_at_s``; returns what to write."""
        if self.ended or now_s < self.wake_at_s:
            return b""
        if self.state is StartState.LISTENING:
            self.state = StartState.READY
            return b""
        if self._attempts == VERSION_ATTEMPTS:
            self.state = StartState.SILENT
            return b""
        self._attempts += 1
        self.wake_at_s = now_s + VERSION_WAIT_S
        return b"\nV\n"  # the empty line ends a half-typed one

    def receive(self, event: StickEvent, now_s: float) -> bytes:
        """Take one of the stick's lines; returns what to write."""
        if self.state is StartState.ASKING and isinstance(event, Version):
            self.version = event.text
            self.state = StartState.LISTENING
            self.wake_at_s = now_s + RADIO_WAIT_S
            return LISTEN
        if self.state is StartState.LISTENING and isinstance(event, Notice):
            if event.code is NoticeCode.UNKNOWN_COMMAND and "(A" in event.text:
                self.state = StartState.WRONG_FIRMWARE
        elif self.state is StartState.LISTENING and isinstance(event, Frame):
            self.state = StartState.READY
        return b""
