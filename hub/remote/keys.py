"""What is derived from secrets, and what both sides bind a handshake to. Pure.

Source: docs/protocols/remote.md, "Handshake" and "Pairing".
"""

import hmac
from enum import IntEnum
from hashlib import sha256

NAME = b"homebase/1"
ROUTE_SIZE = 16  # names the hub at a relay
CONNECTION_SIZE = 16  # random, made by the phone for each connection
PAIRING_SIZE = 8  # names an open pairing; nothing is derived from it
SECRET_SIZE = 16  # of a pairing, in the QR code
PSK_SIZE = 32
KEY_SIZE = 32
AT_HOME = bytes(ROUTE_SIZE)  # the route of a connection that no relay carries
_DIGEST = 32


def fingerprint(key: bytes) -> str:
    """A key for people to compare: half of its SHA-256, in groups of four digits."""
    digits = sha256(key).hexdigest()[:_DIGEST]
    return " ".join(digits[at : at + 4] for at in range(0, _DIGEST, 4))


class Mode(IntEnum):
    """What a connection is for; its first byte."""

    PAIR = 1
    SESSION = 2


def prologue(mode: Mode, route: bytes, connection: bytes, hub_key: bytes) -> bytes:
    """What both sides mix into the handshake first: who speaks where, and about what."""
    return NAME + bytes([mode]) + route + connection + hub_key


def pairing_psk(secret: bytes, hub_key: bytes, route: bytes) -> bytes:
    """The pre-shared key of a pairing over that route."""
    return hkdf(secret, hub_key + route, b"homebase/1 pairing", PSK_SIZE)


def hkdf(material: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256 (RFC 5869), at most 32 bytes: one block is all that is needed here."""
    assert size <= _DIGEST
    secret = hmac.digest(salt or bytes(_DIGEST), material, sha256)
    return hmac.digest(secret, info + b"\x01", sha256)[:size]
