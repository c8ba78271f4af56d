"""Phones' keys: who may say yes for this home, and how a first phone proves that it read the QR code.

Pure. A key's id is its thumbprint. The claim secret of the QR code is never sent.
Source: docs/protocols/gate.md, "Keys".
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from privacy import base64url
from privacy.instant import Instant
from privacy.jws import public_key, thumbprint
from privacy.ports import RandomBytes

CLAIM_SIZE = 16  # bytes of the secret in the QR code
CLAIM_LIFE_S = 600.0
CLAIM_TRIES = 5
SESSION_KEY_SIZE = 32
MOST = 64  # keys of one home


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneKey:
    """One phone. point: its P-256 key, 65 bytes; session_key: X25519, 32 bytes; by: what enrolled it.

    may_grant: an owner's; others withdraw, which needs no signature, and state nothing.
    """

    kid: str
    point: bytes
    session_key: bytes
    may_grant: bool
    since: datetime
    by: str


def make(point: bytes, session_key: bytes, *, may_grant: bool, since: datetime, by: str) -> PhoneKey:
    """Return the key with its id.

    Raises:
        ValueError: not a point of the curve, or not 32 bytes.
    """
    public_key(point)
    if len(session_key) != SESSION_KEY_SIZE:
        raise ValueError(f"session_key: {len(session_key)} bytes, allowed is {SESSION_KEY_SIZE}")
    return PhoneKey(
        kid=thumbprint(point),
        point=point,
        session_key=session_key,
        may_grant=may_grant,
        since=since,
        by=by,
    )


class Keyring:
    """The keys that count now."""

    def __init__(self, keys: Iterable[PhoneKey] = ()) -> None:
        self._keys = {key.kid: key for key in keys}
        self.endings = 0  # how often all ended: what was begun before one of them enrols nobody after it

    def add(self, key: PhoneKey) -> None:
        """Let it count."""
        self._keys[key.kid] = key

    def remove(self, kid: str) -> PhoneKey | None:
        """Let it count no more; return what it was."""
        return self._keys.pop(kid, None)

    def end_all(self) -> None:
        """Let none count any more."""
        self._keys.clear()
        self.endings += 1

    def get(self, kid: str) -> PhoneKey | None:
        """The key of that id, or None."""
        return self._keys.get(kid)

    def all(self) -> tuple[PhoneKey, ...]:
        """All of them, oldest first."""
        return tuple(sorted(self._keys.values(), key=lambda key: (key.since, key.kid)))

    def is_last_owner(self, kid: str) -> bool:
        """Whether no other key could say yes."""
        return [key.kid for key in self._keys.values() if key.may_grant] == [kid]


def claim_mac(secret: bytes, point: bytes, session_key: bytes, nonce: str) -> bytes:
    """What a phone sends instead of the secret: HMAC(secret, "enrol" ‖ grant key ‖ session key ‖ nonce)."""
    return hmac.digest(secret, b"enrol" + point + session_key + nonce.encode(), sha256)


class Claim:
    """The one open claim, if any: ten minutes, one phone, five tries."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._secret: bytes | None = None
        self._since_s = 0.0
        self._tries = 0

    def open(self, at: Instant) -> str:
        """The secret, base64url: the open one, wherever it was drawn, or a new one; for ten minutes more."""
        if self._secret is None or at.running_s - self._since_s >= CLAIM_LIFE_S:
            self._secret, self._tries = self._random_bytes(CLAIM_SIZE), 0
        self._since_s = at.running_s
        return base64url.encode(self._secret)

    @property
    def is_open(self) -> bool:
        """Whether there is one that nobody used yet; it may be too old."""
        return self._secret is not None

    def close(self) -> None:
        """End it."""
        self._secret = None

    def accept(self, mac: bytes, point: bytes, session_key: bytes, nonce: str, at: Instant) -> bool:
        """Whether ``mac`` shows the secret; then it is used up."""
        if self._secret is None or at.running_s - self._since_s >= CLAIM_LIFE_S:
            return False
        self._tries += 1
        right = hmac.compare_digest(mac, claim_mac(self._secret, point, session_key, nonce))
        if right or self._tries >= CLAIM_TRIES:
            self._secret = None
        return right
