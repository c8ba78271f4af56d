"""The receiving end of an age file, written from the format's text, not from the library that the gate uses.

Source: C2SP age.md. X25519 stanzas only; anything that is not exactly as described raises ValueError.
"""

import base64
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"age-encryption.org/v1"
CHUNK, TAG = 65_536, 16
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@dataclass(frozen=True, slots=True)
class Stanza:
    kind: str
    words: tuple[str, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class AgeFile:
    stanzas: tuple[Stanza, ...]
    signed: bytes  # the header up to and with "---"
    mac: bytes
    payload: bytes

    @property
    def kinds(self) -> list[str]:
        """The stanzas that somebody could open; the others are there to keep readers tolerant."""
        return [stanza.kind for stanza in self.stanzas if not stanza.kind.endswith("-grease")]


def parse(data: bytes) -> AgeFile:
    head, place, stanzas = data.split(b"\n", 1)[0], 0, []
    if head != VERSION:
        raise ValueError("no age file")
    place = len(head) + 1
    while data[place : place + 3] == b"-> ":
        line, place = _line(data, place)
        kind, *words = line[3:].decode("ascii").split(" ")
        body = b""
        while True:
            part, place = _line(data, place)
            body += part
            if len(part) < 64:
                break
        stanzas.append(Stanza(kind, tuple(words), _unbase64(body)))
    line, after = _line(data, place)
    if line[:4] != b"--- ":
        raise ValueError("no end of the header")
    return AgeFile(tuple(stanzas), data[: place + 3], _unbase64(line[4:]), data[after:])


def decrypt(data: bytes, secret: str) -> bytes:
    """Open it as the owner of that secret key; ValueError for everybody else."""
    file = parse(data)
    for stanza in file.stanzas:
        if stanza.kind == "X25519" and (key := _file_key(stanza, secret)) is not None:
            return _payload(file, key)
    raise ValueError("not for this key")


def _file_key(stanza: Stanza, secret: str) -> bytes | None:
    private = X25519PrivateKey.from_private_bytes(unbech32(secret.lower(), "age-secret-key-"))
    share, ours = _unbase64(stanza.words[0].encode()), private.public_key().public_bytes_raw()
    shared = private.exchange(X25519PublicKey.from_public_bytes(share))
    wrapping = _hkdf(shared, share + ours, b"age-encryption.org/v1/X25519")
    try:
        return ChaCha20Poly1305(wrapping).decrypt(bytes(12), stanza.body, None)
    except InvalidTag:
        return None


def _payload(file: AgeFile, key: bytes) -> bytes:
    mac = HMAC(_hkdf(key, b"", b"header"), SHA256())
    mac.update(file.signed)
    try:
        mac.verify(file.mac)
    except InvalidSignature as error:
        raise ValueError("the header was changed") from error
    cipher = ChaCha20Poly1305(_hkdf(key, file.payload[:16], b"payload"))
    rest, number, opened = file.payload[16:], 0, b""
    while True:
        chunk, rest = rest[: CHUNK + TAG], rest[CHUNK + TAG :]
        nonce = number.to_bytes(11) + (b"\0" if rest else b"\1")
        try:
            opened += cipher.decrypt(nonce, chunk, None)
        except InvalidTag as error:
            raise ValueError("the payload was changed") from error
        if not rest:
            return opened
        number += 1


def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _line(data: bytes, place: int) -> tuple[bytes, int]:
    end = data.index(b"\n", place)
    return data[place:end], end + 1


def _unbase64(text: bytes) -> bytes:
    return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)


def unbech32(text: str, prefix: str) -> bytes:
    """The 32 bytes of a key; its checksum is the library's and the gate's to look at."""
    if not text.startswith(prefix + "1"):
        raise ValueError("another kind of key")
    number = 0
    digits = text[len(prefix) + 1 : -6]
    for letter in digits:
        number = number << 5 | _ALPHABET.index(letter)
    return (number >> (len(digits) * 5 - 256)).to_bytes(32)
