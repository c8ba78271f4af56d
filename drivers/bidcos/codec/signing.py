"""Signatures: challenge and response, authentication bytes, key halves, team frames. Pure.

A challenger sends 6 bytes; who sent the message answers with 16 bytes that only a holder of the key can
make; the acknowledgement then carries 4 bytes that prove the challenger. Keys never leave the caller.
Source: docs/protocols/bidcos.md, "Signing".
"""

import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .frames import Flag, Frame, encode_frame

DEFAULT_KEY = bytes.fromhex("A4E375C6B09FD185F27C4E96FC273AE4")  # of every device fresh from the factory
KEY_SIZE = 16
FRESHNESS_SIZE = 6
CHALLENGE_SIZE = 6
KEY_EXCHANGE_MAGIC = bytes.fromhex("7E296FA5")
_TEAM_TAIL = bytes.fromhex("000000000005")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """data: the 16 bytes of the response; auth: the 4 bytes that the acknowledgement must carry."""

    data: bytes
    auth: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """inner: the decrypted block (freshness and head of the message); auth: for our acknowledgement."""

    inner: bytes
    auth: bytes


def passphrase_key(passphrase: str) -> bytes:
    """The key of a system passphrase, as the CCU makes it."""
    return hashlib.md5(passphrase.encode(), usedforsecurity=False).digest()


def sign(key: bytes, challenge: bytes, message: Frame, freshness: bytes) -> Signature:
    """Answer a challenge. challenge: 6 bytes; freshness: 6 bytes, random.

    Raises:
        ValueError: a size is wrong.
    """
    if len(freshness) != FRESHNESS_SIZE:
        raise ValueError(f"freshness of {len(freshness)} bytes, must be {FRESHNESS_SIZE}")
    head, rest = _split(message)
    temporary = _temporary_key(key, challenge)
    inner = _encrypt(temporary, freshness + head)
    return Signature(data=_encrypt(temporary, _xor(inner, rest)), auth=inner[:4])


def verify(key: bytes, challenge: bytes, message: Frame, response: bytes) -> Verified | None:
    """Check a response to our challenge; None when the key or the message is another."""
    inner = unseal(key, challenge, _split(message)[1], response)
    return inner if inner is not None and inner.inner[6:] == _split(message)[0] else None


def unseal(key: bytes, challenge: bytes, rest: bytes, response: bytes) -> Verified | None:
    """Open a response without comparing. rest: the message's payload after its first byte, 16 bytes."""
    if len(response) != KEY_SIZE or len(challenge) != CHALLENGE_SIZE:
        return None
    temporary = _temporary_key(key, challenge)
    inner = _xor(_decrypt(temporary, response), rest.ljust(KEY_SIZE, b"\x00"))
    return Verified(inner=_decrypt(temporary, inner), auth=inner[:4])


def seal_key_half(old_key: bytes, new_key: bytes, index: int, second: bool, freshness: bytes) -> bytes:
    """One of the two blocks that hand a new key over. index: of the new key; freshness: 2 random bytes."""
    half = new_key[8:] if second else new_key[:8]
    block = bytes((0x01, 2 * index + second)) + half + freshness[:2] + KEY_EXCHANGE_MAGIC
    return _encrypt(old_key, block)


def open_key_half(key: bytes, data: bytes) -> bytes:
    """Decrypt such a block: 01, key byte, 8 key bytes, 2 random bytes, magic."""
    return _decrypt(key, data)


def team_mac(key: bytes, message: Frame, counter16: bytes) -> bytes:
    """The 4 bytes that sign a smoke detector's team frame; its payload without counter and these bytes."""
    iv = b"\x49" + message.sender + message.receiver + counter16 + bytes((message.counter,)) + _TEAM_TAIL
    plain = bytes((message.counter, _unrepeated(message.flags))) + message.payload[:4]
    return _encrypt(key, _xor(_encrypt(key, iv), plain.ljust(KEY_SIZE, b"\x00")))[-4:]


def _split(message: Frame) -> tuple[bytes, bytes]:
    """The 10 signed bytes of the head (without length, without the repeated bit) and the padded rest."""
    plain = encode_frame(message)
    head = plain[1:2] + bytes((_unrepeated(plain[2]),)) + plain[3:11].ljust(8, b"\x00")
    return head, plain[11:27].ljust(KEY_SIZE, b"\x00")


def _unrepeated(flags: int) -> int:
    """Without the bit that a repeater sets."""
    return flags & ~Flag.RPTED & 0xFF


def _temporary_key(key: bytes, challenge: bytes) -> bytes:
    if len(key) != KEY_SIZE or len(challenge) != CHALLENGE_SIZE:
        raise ValueError(f"key of {len(key)} bytes and challenge of {len(challenge)}, must be 16 and 6")
    return _xor(key, challenge.ljust(KEY_SIZE, b"\x00"))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _encrypt(key: bytes, block: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 -- the radio's own scheme
    return cipher.update(block) + cipher.finalize()


def _decrypt(key: bytes, block: bytes) -> bytes:
    cipher = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305 -- the radio's own scheme
    return cipher.update(block) + cipher.finalize()
