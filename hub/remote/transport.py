"""Messages of an established session: sealed, numbered, padded; a repeat is dropped, a gap is told. Pure.

Each direction has a key and a count; every 2^16 messages the key is replaced (Noise REKEY), by count alone.
Source: docs/protocols/remote.md, "Transport messages".
"""

from dataclasses import dataclass

from .noise import TAG_SIZE, CipherState
from .padding import SIZES, pad, unpad

EPOCH = 1 << 16  # messages under one key
NUMBER_SIZE = 8
WIRE_SIZES = frozenset(NUMBER_SIZE + size + TAG_SIZE for size in SIZES)
MOST_WIRE = max(WIRE_SIZES)
TOO_MUCH_WIRE = MOST_WIRE + 1  # aiohttp refuses what is as long as its limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The next message, authentic and in its place. content: None where its padding is not ours."""

    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Not authentic, not one of our sizes, or a repeat. Normal on a network: an event, not an error."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Authentic, and one or more before it are missing."""

    missing: int


class Sealer:
    """Our direction."""

    def __init__(self, cipher: CipherState) -> None:
        self._cipher = cipher

    def seal(self, content: bytes) -> bytes:
        """The next message.

        Raises:
            ValueError: more than padding.MOST bytes.
        """
        padded = pad(content)
        number = self._cipher.nonce
        if number and number % EPOCH == 0:
            self._cipher = self._cipher.rekeyed()
        return number.to_bytes(NUMBER_SIZE) + self._cipher.encrypt(b"", padded)


class Opener:
    """The other side's direction."""

    def __init__(self, cipher: CipherState) -> None:
        self._cipher = cipher
        self._next_cipher: CipherState | None = None  # made when a message of the next epoch first comes

    def open(self, wire: bytes) -> Opened | Dropped | Gap:
        """Judge a message from the network. Never raises."""
        if len(wire) not in WIRE_SIZES:
            return Dropped(reason="size")
        number, expected = int.from_bytes(wire[:NUMBER_SIZE]), self._cipher.nonce
        if number < expected:
            return Dropped(reason="repeated")
        cipher = self._of_epoch(number)
        if cipher is None:
            return Dropped(reason="number")
        padded = cipher.decrypt_at(number, b"", wire[NUMBER_SIZE:])
        if padded is None:
            return Dropped(reason="not authentic")
        if number > expected:
            return Gap(missing=number - expected)
        if cipher is not self._cipher:
            self._cipher, self._next_cipher = cipher, None
        self._cipher.nonce = number + 1
        return Opened(content=unpad(padded))

    def _of_epoch(self, number: int) -> CipherState | None:
        """The key of that message, if it is this epoch's or the next one's."""
        # the key changes with the first message of an epoch: until it came, its predecessor's key is here
        ahead = number // EPOCH - max(self._cipher.nonce - 1, 0) // EPOCH
        if ahead == 0:
            return self._cipher
        if ahead > 1:
            return None
        if self._next_cipher is None:
            self._next_cipher = self._cipher.rekeyed()
        return self._next_cipher
