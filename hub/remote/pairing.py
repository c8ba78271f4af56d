"""Pairings: one code, one phone, ten minutes; a secret shown twice ends them. Pure.

A pairing is told what happened and returns what has to be done; what opens is on the disk before it acts:
Spend → SendSecret → Store → (a person compares six words) → Admit. Secrets live in memory alone: a restart
ends every pairing. Read downwards: Pairings → Pairing.
Source: docs/protocols/remote.md, "Pairing".
"""

from dataclasses import dataclass, field
from enum import Enum

from privacy.ports import RandomBytes

from .keys import PAIRING_SIZE, PSK_SIZE, SECRET_SIZE, pairing_psk
from .words import words

LIFE_S = 600.0  # of a secret; and again of a phone that waits for somebody to confirm it
MOST_OPEN = 8
MOST_NAME = 60  # characters


class State(Enum):
    """How far a pairing is."""

    OPEN = "open"  # nobody showed the secret yet
    SPENDING = "spending"  # it is being written that it is spent
    SENT = "sent"  # the phone has the key of later sessions, and has not said that it keeps it
    STORING = "storing"
    PENDING = "pending"  # the phone is stored, without rights
    ADMITTED = "admitted"
    OVER = "over"


class Over(Enum):
    """Why a pairing is over without a phone. What is said at home is text for this."""

    EXPIRED = "expired"
    SHOWN_TWICE = "shown_twice"  # somebody else has the code
    REFUSED = "refused"  # a person said that the words differ
    NOT_WRITTEN = "not_written"
    FULL = "full"  # the home has as many phones as it may
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Write down, with fsync, that the secret is spent; then ``spent``."""

    pairing: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSecret:
    """Send the phone the key of all later sessions."""

    pairing: bytes
    psk: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """Write the phone down, pending; then ``stored``."""

    pairing: bytes
    phone_key: bytes
    psk: bytes
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Show the six words where the code was shown, and let a person compare them."""

    pairing: bytes
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """End the phone's session and remove the phone, if it was stored; say at home why."""

    pairing: bytes
    phone_key: bytes | None
    over: Over


Command = Spend | SendSecret | Store | Ask | Dismiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a code holds of the hub's."""

    pairing: bytes
    secret: bytes


@dataclass(slots=True, kw_only=True)
class Pairing:
    """One pairing. until_s: when it is over by itself."""

    code: Code
    until_s: float
    state: State = State.OPEN
    phone_key: bytes | None = None
    psk: bytes = b""
    name: str = ""
    words: tuple[str, ...] = ()
    over: Over | None = None

    def end(self, over: Over) -> list[Command]:
        """It is over; nothing happens where it was already, or where the phone has its rights."""
        if self.state in {State.OVER, State.ADMITTED}:
            return []
        self.state, self.over, self.psk = State.OVER, over, b""
        return [Dismiss(pairing=self.code.pairing, phone_key=self.phone_key, over=over)]


@dataclass(slots=True)
class Pairings:
    """All pairings of a hub that are not forgotten yet. hub_key: its public key."""

    hub_key: bytes
    random_bytes: RandomBytes
    _known: dict[bytes, Pairing] = field(default_factory=dict)

    def open(self, now_s: float) -> Code | None:
        """Make a code; None: MOST_OPEN wait already."""
        self._known = {key: one for key, one in self._known.items() if one.state is not State.OVER}
        if len(self._known) >= MOST_OPEN:
            return None
        code = Code(pairing=self.random_bytes(PAIRING_SIZE), secret=self.random_bytes(SECRET_SIZE))
        self._known[code.pairing] = Pairing(code=code, until_s=now_s + LIFE_S)
        return code

    def get(self, pairing: bytes) -> Pairing | None:
        """That pairing, while it is remembered."""
        return self._known.get(pairing)

    def all(self) -> tuple[Pairing, ...]:
        """All of them, oldest first."""
        return tuple(self._known.values())

    # what phones do

    def psk(self, pairing: bytes, route: bytes, now_s: float) -> bytes | None:
        """What a secret gives on that route, also when it is spent: showing it again is noticed."""
        known = self._known.get(pairing)
        if known is None or known.state in {State.OVER, State.ADMITTED} or now_s >= known.until_s:
            return None
        return pairing_psk(known.code.secret, self.hub_key, route)

    def proved(self, pairing: bytes, phone_key: bytes) -> tuple[bool, list[Command]]:
        """A new message 1 was authentic under the secret: whether it is answered, and what has to be done.

        The phone that spent it may have lost its connection: its own proof is not answered, and no alarm.
        """
        known = self._known.get(pairing)
        if known is None or known.state is State.OVER:
            return False, []
        if known.state is State.OPEN:
            return True, []
        return False, [] if known.phone_key == phone_key else known.end(Over.SHOWN_TWICE)

    def reached(
        self, pairing: bytes, phone_key: bytes, name: str, handshake_hash: bytes, now_s: float
    ) -> list[Command]:
        """The first transport message of a phone decrypted: the first one wins."""
        known = self._known.get(pairing)
        if known is None or known.state in {State.OVER, State.ADMITTED}:
            return []
        if known.state is not State.OPEN:
            return [] if known.phone_key == phone_key else known.end(Over.SHOWN_TWICE)
        if now_s >= known.until_s:
            return known.end(Over.EXPIRED)
        known.state, known.phone_key = State.SPENDING, phone_key
        known.name, known.words = name[:MOST_NAME], words(handshake_hash)
        return [Spend(pairing=pairing)]

    def kept(self, pairing: bytes, phone_key: bytes, now_s: float) -> list[Command]:
        """The phone says that it keeps the key."""
        known = self._known.get(pairing)
        if known is None or known.state is not State.SENT or known.phone_key != phone_key:
            return []
        known.state, known.until_s = State.STORING, now_s + LIFE_S
        return [Store(pairing=pairing, phone_key=phone_key, psk=known.psk, name=known.name)]

    # what the disk says

    def spent(self, pairing: bytes) -> list[Command]:
        """It is on the disk that the secret is spent."""
        known = self._known.get(pairing)
        if known is None or known.state is not State.SPENDING:
            return []
        known.state, known.psk = State.SENT, self.random_bytes(PSK_SIZE)
        return [SendSecret(pairing=pairing, psk=known.psk)]

    def stored(self, pairing: bytes) -> list[Command]:
        """The phone is on the disk, pending."""
        known = self._known.get(pairing)
        if known is None or known.state is not State.STORING:
            # it ended while the phone was being written: what was written goes again
            over = known.over if known is not None else None
            key = known.phone_key if known is not None else None
            return [Dismiss(pairing=pairing, phone_key=key, over=over or Over.CANCELLED)]
        known.state, known.psk = State.PENDING, b""
        return [Ask(pairing=pairing, name=known.name, words=known.words)]

    def not_written(self, pairing: bytes) -> list[Command]:
        """The disk failed: nothing opens."""
        known = self._known.get(pairing)
        return [] if known is None else known.end(Over.NOT_WRITTEN)

    # what people say

    def admit(self, pairing: bytes) -> bytes | None:
        """The words are the same: the key of the phone that gets its rights; None: no phone waits."""
        known = self._known.get(pairing)
        if known is None or known.state is not State.PENDING:
            return None
        known.state = State.ADMITTED
        del self._known[pairing]
        return known.phone_key

    def cancel(self, pairing: bytes, over: Over) -> list[Command]:
        """It ended: the words differ, the code was shown by mistake, or there is no room for the phone."""
        known = self._known.get(pairing)
        return [] if known is None else known.end(over)

    # time

    def wake(self, now_s: float) -> list[Command]:
        """End what is over by itself."""
        due = [one for one in self._known.values() if now_s >= one.until_s]
        return [command for one in due for command in one.end(Over.EXPIRED)]
