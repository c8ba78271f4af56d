"""A connection's first message, from phone to hub, and the hub's answer to it: bytes and fields. Pure.

Source: docs/protocols/remote.md, "Opening".
"""

from dataclasses import dataclass

from .keys import CONNECTION_SIZE, PAIRING_SIZE, Mode

PATTERN = "IKpsk1"
VERSION = 1
SIZE = 280  # of both messages: the smallest size of all that follow, so that they look alike
_HEAD = 1 + CONNECTION_SIZE + PAIRING_SIZE
_MESSAGE_1, _MESSAGE_2 = 96, 48  # bytes of the two Noise messages with empty payloads
FIRST_PAYLOAD = bytes([VERSION]).ljust(SIZE - _HEAD - _MESSAGE_1, b"\0")
SECOND_PAYLOAD = bytes(SIZE - _MESSAGE_2)
NO_PAIRING = bytes(PAIRING_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The fields. pairing: zeros in a session; message: Noise message 1."""

    mode: Mode
    connection: bytes
    pairing: bytes = NO_PAIRING
    message: bytes

    def encode(self) -> bytes:
        """Its bytes."""
        return bytes([self.mode]) + self.connection + self.pairing + self.message


def decode(data: bytes) -> Opening | None:
    """The opening; None: it is none."""
    if len(data) != SIZE or data[0] not in (Mode.PAIR, Mode.SESSION):
        return None
    mode, end = Mode(data[0]), 1 + CONNECTION_SIZE
    opening = Opening(mode=mode, connection=data[1:end], pairing=data[end:_HEAD], message=data[_HEAD:])
    return opening if mode is Mode.PAIR or opening.pairing == NO_PAIRING else None


def connection_of(data: bytes) -> bytes | None:
    """The connection that an opening names; None: it is none."""
    opening = decode(data)
    return None if opening is None else opening.connection
