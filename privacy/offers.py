"""Keys that later phones offer, until an owner's phone names one: what people compare, and for how long.

Pure. Chance comes into the words when the key is fixed: trying keys until they look right is no use.
Source: docs/protocols/gate.md, "Later phones".
"""

from dataclasses import dataclass
from hashlib import sha256

from privacy import base64url
from privacy.instant import Instant
from privacy.jws import thumbprint, unbase64url
from privacy.ports import RandomBytes

LIFE_S = 600.0
MOST = 8  # open at once; none makes room for another, or a hub could draw words at will
SIZE = 16  # bytes of an offer's id
CONTEXT = b"homebase key offer\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One phone's keys. id: made by the gate, base64url; since_s: running time when it was offered last."""

    id: str
    point: bytes
    session_key: bytes
    since_s: float

    @property
    def kid(self) -> str:
        """The id of its key."""
        return thumbprint(self.point)

    def left_s(self, at: Instant) -> float:
        """Seconds until it is over; 0 or less: it is."""
        return LIFE_S - (at.running_s - self.since_s)


def fingerprint(gate_key: bytes, point: bytes, session_key: bytes, offer: str) -> bytes:
    """What both phones show as six words: 32 bytes.

    Raises:
        BadStatement: ``offer`` is not base64url.
    """
    return sha256(CONTEXT + gate_key + point + session_key + unbase64url(offer)).digest()


class Offers:
    """Those that are open, in memory: a restart ends them."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._open: dict[str, Offer] = {}
        self._taken: dict[str, Offer] = {}  # being written down; removing the phone ends these too

    def make(self, point: bytes, session_key: bytes, at: Instant) -> Offer | None:
        """Offer these keys, for ten minutes; the same again is the same offer. None: there are too many."""
        mine = [one for one in self.all(at) if (one.point, one.session_key) == (point, session_key)]
        if not mine and len(self._open) >= MOST:
            return None
        made = Offer(
            id=mine[0].id if mine else base64url.encode(self._random_bytes(SIZE)),
            point=point,
            session_key=session_key,
            since_s=at.running_s,
        )
        self._open[made.id] = made
        return made

    def all(self, at: Instant) -> tuple[Offer, ...]:
        """Those that are open now, oldest first."""
        self._open = {one.id: one for one in self._open.values() if one.left_s(at) > 0}
        return tuple(self._open.values())

    def take(self, name: str, at: Instant) -> Offer | None:
        """Use one up, to write its key down; ``settle`` or ``put_back`` follows. None: it is not open."""
        found = next((one for one in self.all(at) if one.id == name), None)
        if found is not None:
            self._taken[found.id] = self._open.pop(found.id)
        return found

    def put_back(self, offer: Offer) -> None:
        """It was not written down: it is open as before, unless its phone was removed meanwhile."""
        if self.settle(offer):
            self._open[offer.id] = offer

    def settle(self, offer: Offer) -> bool:
        """It was written down; False: its phone was removed meanwhile."""
        return self._taken.pop(offer.id, None) is not None

    def drop(self, session_key: bytes) -> None:
        """The phone whose session key is that, or begins so, is removed: it offers nothing any more."""
        for some in (self._open, self._taken):
            for one in [one for one in some.values() if one.session_key.startswith(session_key)]:
                del some[one.id]

    def close(self) -> None:
        """End all."""
        self.drop(b"")
