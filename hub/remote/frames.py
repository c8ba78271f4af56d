"""Frames inside a session: type, stream, length, body; a byte stream cut into them, within bounds. Pure.

Source: docs/protocols/remote.md, "Frames".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

HEADER_SIZE = 9  # type u8, stream u32, length u32, big-endian
MOST_DATA = 16_384
MOST_REQUEST = 66_048  # what HTTP takes, and its envelope
MOST_ANSWER = 16 << 20
_SMALL = 4096


class Kind(IntEnum):
    """The type of a frame. Below 8: on stream 0, about the session itself."""

    HELLO = 1
    WELCOME = 2
    CLOSE = 3
    PING = 4
    PONG = 5
    REQUEST = 8
    ANSWER = 9
    EVENT = 10
    DATA = 11
    CREDIT = 12
    END = 13
    RESET = 14
    SECRET = 16
    KEPT = 17
    PAIRED = 18


ON_STREAM_0 = frozenset(
    {Kind.HELLO, Kind.WELCOME, Kind.CLOSE, Kind.PING, Kind.PONG, Kind.SECRET, Kind.KEPT, Kind.PAIRED}
)
Limits = Mapping[Kind, tuple[int, int]]  # least and most bytes of a body
_BOTH: Limits = {
    Kind.CLOSE: (2, 2),
    Kind.PING: (8, 8),
    Kind.PONG: (8, 8),
    Kind.DATA: (1, MOST_DATA),
    Kind.CREDIT: (4, 4),
    Kind.END: (0, 0),
    Kind.RESET: (2, 2),
}
FROM_PHONE: Limits = {
    **_BOTH,
    Kind.HELLO: (2, _SMALL),
    Kind.REQUEST: (2, MOST_REQUEST),
    Kind.KEPT: (0, 0),
}
FROM_HUB: Limits = {
    **_BOTH,
    Kind.WELCOME: (2, _SMALL),
    Kind.ANSWER: (2, MOST_ANSWER),
    Kind.EVENT: (2, MOST_ANSWER),
    Kind.SECRET: (32, 32),
    Kind.PAIRED: (2, _SMALL),
}


class Code(IntEnum):
    """Why a session (CLOSE) or a stream (RESET) ends."""

    DONE = 0
    PROTOCOL = 1
    TOO_LARGE = 2
    FLOW = 3
    TOO_MANY = 4
    TOO_FAST = 5
    GAP = 6
    TOO_OLD = 7
    REPLACED = 8
    REVOKED = 9
    NOT_CONFIRMED = 10
    PAIRING_ENDED = 11
    STOPPING = 12
    SILENT = 13
    NOT_NOW = 14
    BROKEN_OFF = 15
    ACCOUNT = 16
    OVER = 17


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. stream: 0 for the session itself."""

    kind: Kind
    stream: int = 0
    body: bytes = b""

    def encode(self) -> bytes:
        """Its bytes."""
        return bytes([self.kind]) + self.stream.to_bytes(4) + len(self.body).to_bytes(4) + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """Not a frame that this side sends; nothing after it is read."""

    code: Code
    reason: str


class FrameDecoder:
    """Cuts what one side sends into frames and keeps the unfinished one, whose length is checked first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rest = bytearray()
        self._over = False

    def feed(self, content: bytes) -> list[Frame | Malformed]:
        """The frames that ``content`` completes, oldest first. Never raises; after Malformed none come."""
        events: list[Frame | Malformed] = []
        if self._over:
            return events
        self._rest += content
        start = 0
        while len(self._rest) - start >= HEADER_SIZE:
            kind = self._rest[start]
            stream = int.from_bytes(self._rest[start + 1 : start + 5])
            length = int.from_bytes(self._rest[start + 5 : start + HEADER_SIZE])
            fault = self._fault(kind, stream, length)
            if fault is not None:
                self._over = True
                self._rest.clear()
                return [*events, fault]
            end = start + HEADER_SIZE + length
            if end > len(self._rest):
                break
            body = bytes(self._rest[start + HEADER_SIZE : end])
            events.append(Frame(kind=Kind(kind), stream=stream, body=body))
            start = end
        del self._rest[:start]
        return events

    def _fault(self, kind: int, stream: int, length: int) -> Malformed | None:
        if kind not in self._limits:
            return Malformed(code=Code.PROTOCOL, reason=f"type {kind}")
        if (stream == 0) != (kind in ON_STREAM_0):
            return Malformed(code=Code.PROTOCOL, reason=f"type {kind} on stream {stream}")
        least, most = self._limits[Kind(kind)]
        if length > most:
            return Malformed(code=Code.TOO_LARGE, reason=f"type {kind} with {length} bytes")
        return Malformed(code=Code.PROTOCOL, reason=f"type {kind} too short") if length < least else None
