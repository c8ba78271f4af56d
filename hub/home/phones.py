"""Phones of a home, as operations see them; hub/remote has them, the wiring introduces it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from privacy import base64url

from .permits import Permit, State

_ROUTE = 4  # where it stands in a way by a relay
ID_SIZE = 8  # bytes of a session key: what tells a phone from others, and opens nothing


def phone_id(session_key: bytes) -> str:
    """What people and programs call a phone: 16 hex digits."""
    return session_key[:ID_SIZE].hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneInfo:
    """A phone, or a browser that may agree and has no sessions (``permit`` None).

    permit: None also while nobody confirmed it. last_seen: of its latest session. may_agree: whether its key
    counts at the gate; None: it has none, or the gate is away.
    """

    id: str
    name: str
    permit: Permit | None
    state: State
    since: datetime
    last_seen: datetime | None
    connected: bool
    may_agree: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOffer:
    """A slot at a relay for the phone of a code. wss_port: 0 for none."""

    relay: str
    wss_port: int
    route: bytes
    slot: int
    password: str = field(repr=False)


def relays_left_out(slots: Iterable[SlotOffer], ways: Iterable[str]) -> tuple[str, ...]:
    """Relays of these slots that the ways of a code do not name."""
    named = {way.split(",")[_ROUTE] for way in ways if way.startswith("r,")}
    return tuple(slot.relay for slot in slots if base64url.encode(slot.route) not in named)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCode:
    """What a code is made of. without: relays that had no slot for it."""

    hub_key: bytes
    pairing: bytes
    secret: bytes = field(repr=False)
    slots: tuple[SlotOffer, ...]
    without: tuple[str, ...]
    expires_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPhone:
    """A phone whose six words wait to be compared."""

    pairing: bytes
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPairing:
    """A pairing that ended without a phone.

    why: expired, shown_twice, refused, not_written, full, cancelled.
    """

    pairing: bytes
    why: str


class KeyLeft(Enum):
    """What a removal did with the phone's key at the gate."""

    REMOVED = "removed"
    NONE = "none"  # it had none
    KEPT = "kept"  # the last that may agree goes on the console alone
    AWAY = "away"  # the gate is told when it is back


class Phones(Protocol):
    """Whoever has the phones."""

    async def all(self) -> Sequence[PhoneInfo]:
        """All of them, oldest first."""
        ...

    async def code(self, *, relays: bool) -> PhoneCode:
        """Begin a pairing. Raises Refused: too_many_codes, too_many_phones; StoreError: there is none."""
        ...

    async def ways(self, code: PhoneCode) -> tuple[str, ...]:
        """How its phone finds this home, in the spelling of a code. Raises Refused: gate_away."""
        ...

    async def left_out(self, pairing: bytes, relays: Sequence[str]) -> None:
        """Whoever drew the code left these relays out: their slots are free again."""
        ...

    async def waiting(self) -> tuple[Sequence[WaitingPhone], Sequence[EndedPairing]]:
        """Whose words wait, and what ended of late."""
        ...

    async def admit(self, pairing: bytes, name: str, permit: Permit) -> PhoneInfo:
        """The words are the same: let it in. Raises Refused: unknown_phone; StoreError: it is not."""
        ...

    async def refuse(self, pairing: bytes) -> None:
        """The words differ, or the code was shown by mistake. Raises Refused: unknown_phone."""
        ...

    async def change(self, phone: str, name: str, permit: Permit, *, keep_owner: bool = False) -> PhoneInfo:
        """Give it another name or permit, at once. keep_owner: the last owner's phone stays an owner's.

        Raises:
            Refused: unknown_phone, last_owner.
            StoreError: as before.
        """
        ...

    async def remove(self, phone: str, *, keep_owner: bool = False) -> KeyLeft:
        """Let it go: its session ends at once. keep_owner: the last owner's phone stays.

        Raises:
            Refused: unknown_phone, last_owner.
        """
        ...
