"""BidCoS frames: plain bytes as the stick or module hands them over, to a Frame and back.

No I/O, no clock, no logging. Whitening, obfuscation and CRC are the stick's work.
Source: docs/protocols/bidcos.md, "Frame".
"""

from dataclasses import dataclass
from enum import IntFlag

HEADER_SIZE = 9  # counter, flags, kind, sender (3), receiver (3); the length byte excludes itself
MAX_PAYLOAD_SIZE = 54  # firmware blocks reach about 0x35 bytes; normal traffic stops at 17
BROADCAST = bytes(3)


class Flag(IntFlag):
    """Bits of the flags byte. UNNAMED is seen in real answers, its meaning is unknown."""

    WAKEUP = 0x01
    WAKEMEUP = 0x02
    BCAST = 0x04
    UNNAMED = 0x08
    BURST = 0x10
    BIDI = 0x20
    RPTED = 0x40
    RPTEN = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One radio frame.

    counter: 0-255; an answer repeats the counter of its question.
    flags: Flag bits, 0-255. kind: message type, 0-255.
    sender, receiver: 3 bytes; receiver 000000 is everybody.
    payload: 0-54 bytes.
    rssi_dbm: received power, -138.0 to -10.5 dBm in steps of 0.5; None when not known.
    """

    counter: int
    flags: int
    kind: int
    sender: bytes
    receiver: bytes
    payload: bytes
    rssi_dbm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Damaged:
    """Bytes that are not a frame. Noise is normal on air: an event, not an exception."""

    data: bytes
    reason: str


def decode_frame(data: bytes, rssi_dbm: float | None = None) -> Frame | Damaged:
    """Read a frame that begins with its length byte. Never raises."""
    if len(data) < HEADER_SIZE + 1:
        return Damaged(data=data, reason=f"{len(data)} bytes, a frame has at least {HEADER_SIZE + 1}")
    if data[0] != len(data) - 1:
        return Damaged(data=data, reason=f"length byte says {data[0]}, {len(data) - 1} bytes follow")
    if len(data) > 1 + HEADER_SIZE + MAX_PAYLOAD_SIZE:
        return Damaged(data=data, reason=f"payload over {MAX_PAYLOAD_SIZE} bytes")
    return Frame(
        counter=data[1],
        flags=data[2],
        kind=data[3],
        sender=data[4:7],
        receiver=data[7:10],
        payload=data[10:],
        rssi_dbm=rssi_dbm,
    )


def encode_frame(frame: Frame) -> bytes:
    """Write a frame with its length byte.

    Raises:
        ValueError: a field is out of its range.
    """
    if len(frame.sender) != 3 or len(frame.receiver) != 3:
        raise ValueError("sender and receiver have 3 bytes")
    if len(frame.payload) > MAX_PAYLOAD_SIZE:
        raise ValueError(f"payload of {len(frame.payload)} bytes, at most {MAX_PAYLOAD_SIZE}")
    head = bytes((HEADER_SIZE + len(frame.payload), frame.counter, frame.flags, frame.kind))
    return head + frame.sender + frame.receiver + frame.payload
