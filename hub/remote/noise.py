"""The Noise Protocol Framework for 25519, AESGCM and SHA256: messages in, messages out. Pure.

One machine for all patterns; randomness is handed in. What the other side sends never raises: a message that
is not authentic gives None, and that handshake is over. Read downwards: Handshake → _write / _read → mixing.
Source: The Noise Protocol Framework, revision 34; docs/protocols/remote.md, "Handshake".
"""

import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.ports import RandomBytes

from .noise_patterns import Pattern, pattern

KEY_SIZE = 32  # of a public key, a private key, a psk
TAG_SIZE = 16
MOST = 65_535  # bytes of a Noise message
LAST_NONCE = 2**64 - 1  # reserved for rekeying

PskOf = Callable[[bytes | None], bytes | None]
"""Gives the next pre-shared key for a peer of that static key (None: not known yet); None refuses it."""


class CipherState:
    """A key and a counter; without a key (None) it passes everything on."""

    __slots__ = ("_aead", "_key", "nonce")

    def __init__(self, key: bytes | None = None, nonce: int = 0) -> None:
        self._key = key
        self._aead = None if key is None else AESGCM(key)
        self.nonce = nonce

    @property
    def has_key(self) -> bool:
        """Whether it encrypts."""
        return self._aead is not None

    def encrypt(self, ad: bytes, plaintext: bytes) -> bytes:
        """Encrypt under the next nonce.

        Raises:
            ValueError: 2^64 - 1 messages were sent.
        """
        if self._aead is None:
            return plaintext
        if self.nonce >= LAST_NONCE:
            raise ValueError("this key has encrypted all that it may")
        sealed = self._aead.encrypt(_nonce(self.nonce), plaintext, ad)
        self.nonce += 1
        return sealed

    def decrypt(self, ad: bytes, sealed: bytes) -> bytes | None:
        """Decrypt under the next nonce; None: not authentic, and the nonce stays."""
        if self._aead is None:
            return sealed
        if self.nonce >= LAST_NONCE:
            return None
        plaintext = self.decrypt_at(self.nonce, ad, sealed)
        if plaintext is not None:
            self.nonce += 1
        return plaintext

    def decrypt_at(self, nonce: int, ad: bytes, sealed: bytes) -> bytes | None:
        """Decrypt under that nonce (0 to 2^64 - 2); None: not authentic."""
        assert self._aead is not None
        try:
            return self._aead.decrypt(_nonce(nonce), sealed, ad)
        except InvalidTag:
            return None

    def rekeyed(self) -> "CipherState":
        """The same with the next key (section 4.2, REKEY); the counter goes on."""
        assert self._aead is not None
        return CipherState(
            self._aead.encrypt(_nonce(LAST_NONCE), bytes(KEY_SIZE), b"")[:KEY_SIZE], self.nonce
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What a finished handshake gives. hash: the same on both sides and nowhere else (section 11.2)."""

    sending: CipherState
    receiving: CipherState
    hash: bytes


class Handshake:
    """One side of one handshake.

    name: of the pattern, for example "IKpsk1". static: our private key, where the pattern has one; remote:
    the peer's public key, where we know it beforehand. psk_of: asked for each psk token.
    """

    def __init__(
        self,
        name: str,
        *,
        initiator: bool,
        prologue: bytes,
        random_bytes: RandomBytes,
        static: bytes | None = None,
        remote: bytes | None = None,
        psk_of: PskOf = lambda _: None,
    ) -> None:
        self._pattern = pattern(name)
        self._initiator = initiator
        self._random_bytes = random_bytes
        self._psk_of = psk_of
        self._static = None if static is None else X25519PrivateKey.from_private_bytes(static)
        self._ephemeral: X25519PrivateKey | None = None
        self.remote_static = remote
        self._remote_ephemeral: bytes | None = None
        self._left: Iterator[tuple[str, ...]] = iter(self._pattern.messages)
        protocol = f"Noise_{name}_25519_AESGCM_SHA256".encode()
        self._hash = protocol.ljust(32, b"\0") if len(protocol) <= 32 else sha256(protocol).digest()
        self._chaining = self._hash
        self._cipher = CipherState()
        self._messages = 0
        self._dead = False
        self._mix_hash(prologue)
        self._mix_known(self._pattern)

    @property
    def done(self) -> bool:
        """Whether all messages were exchanged."""
        return not self._dead and self._messages == len(self._pattern.messages)

    def write(self, payload: bytes = b"") -> bytes:
        """Our next message.

        Raises:
            ValueError: it is not our turn, a key is missing, or the message would be too long.
        """
        if self._dead or self.done or (self._messages % 2 == 0) != self._initiator:
            raise ValueError("it is not this side's turn to write")
        message = b"".join(map(self._write, next(self._left))) + self._encrypt(payload)
        if len(message) > MOST:
            raise ValueError(f"{len(message)} bytes, allowed are {MOST}")
        self._messages += 1
        return message

    def read(self, message: bytes) -> bytes | None:
        """The payload of the peer's next message; None: not authentic, and this handshake is over."""
        if self._dead or self.done or (self._messages % 2 == 0) == self._initiator or len(message) > MOST:
            self._dead = True
            return None
        rest: bytes | None = message
        for word in next(self._left):
            rest = self._read(word, rest)
            if rest is None:
                self._dead = True
                return None
        assert rest is not None
        payload = self._decrypt(rest)
        if payload is None:
            self._dead = True
            return None
        self._messages += 1
        return payload

    def split(self) -> Split:
        """The two transport keys.

        Raises:
            ValueError: the handshake is not done.
        """
        if not self.done:
            raise ValueError("the handshake is not done")
        first, second = _hkdf(self._chaining, b"", 2)
        up, down = CipherState(first), CipherState(second)
        sending, receiving = (up, down) if self._initiator else (down, up)
        return Split(sending=sending, receiving=receiving, hash=self._hash)

    # tokens

    def _write(self, word: str) -> bytes:
        if word == "e":
            self._ephemeral = X25519PrivateKey.from_private_bytes(self._random_bytes(KEY_SIZE))
            public = self._ephemeral.public_key().public_bytes_raw()
            self._mix_ephemeral(public)
            return public
        if word == "s":
            assert self._static is not None
            return self._encrypt(self._static.public_key().public_bytes_raw())
        if not self._mix_secret(word):
            raise ValueError(f"no key for {word!r}")
        return b""

    def _read(self, word: str, rest: bytes | None) -> bytes | None:
        assert rest is not None
        if word == "e":
            if len(rest) < KEY_SIZE:
                return None
            self._remote_ephemeral, rest = rest[:KEY_SIZE], rest[KEY_SIZE:]
            self._mix_ephemeral(self._remote_ephemeral)
            return rest
        if word == "s":
            size = KEY_SIZE + (TAG_SIZE if self._cipher.has_key else 0)
            if len(rest) < size:
                return None
            self.remote_static = self._decrypt(rest[:size])
            return None if self.remote_static is None else rest[size:]
        return rest if self._mix_secret(word) else None

    def _mix_secret(self, word: str) -> bool:
        if word == "psk":
            psk = self._psk_of(self.remote_static)
            if psk is None:
                return False
            self._chaining, hashed, key = _hkdf(self._chaining, psk, 3)
            self._mix_hash(hashed)
            self._cipher = CipherState(key)
            return True
        initiators, responders = (
            word[0],
            word[1],
        )  # "es": the initiator's ephemeral, the responder's static key
        ours, theirs = (initiators, responders) if self._initiator else (responders, initiators)
        private = self._ephemeral if ours == "e" else self._static
        public = self._remote_ephemeral if theirs == "e" else self.remote_static
        if private is None or public is None:
            return False
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:  # a point of small order
            return False
        self._mix_key(shared)
        return True

    # mixing, section 5.2

    def _mix_known(self, known: Pattern) -> None:
        own = None if self._static is None else self._static.public_key().public_bytes_raw()
        sides = ((known.initiator_known, self._initiator), (known.responder_known, not self._initiator))
        for is_known, is_ours in sides:
            if not is_known:
                continue
            key = own if is_ours else self.remote_static
            if key is None:
                raise ValueError("the pattern needs a static key that is not there")
            self._mix_hash(key)

    def _mix_ephemeral(self, public: bytes) -> None:
        self._mix_hash(public)
        if self._pattern.psk:
            self._mix_key(public)

    def _mix_hash(self, data: bytes) -> None:
        self._hash = sha256(self._hash + data).digest()

    def _mix_key(self, material: bytes) -> None:
        self._chaining, key = _hkdf(self._chaining, material, 2)
        self._cipher = CipherState(key)

    def _encrypt(self, plaintext: bytes) -> bytes:
        sealed = self._cipher.encrypt(self._hash, plaintext)
        self._mix_hash(sealed)
        return sealed

    def _decrypt(self, sealed: bytes) -> bytes | None:
        plaintext = self._cipher.decrypt(self._hash, sealed)
        self._mix_hash(sealed)
        return plaintext


def public_key(private: bytes) -> bytes:
    """The X25519 public key of 32 private bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)  # four zero bytes, then 64 bits (section 12.3)


def _hkdf(chaining: bytes, material: bytes, count: int) -> tuple[bytes, ...]:
    """HKDF of section 4.3: that of RFC 5869 with an empty info."""
    secret = hmac.digest(chaining, material, sha256)
    outputs = [b""]
    for number in range(1, count + 1):
        outputs.append(hmac.digest(secret, outputs[-1] + bytes([number]), sha256))
    return tuple(outputs[1:])
