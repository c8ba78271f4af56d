"""Requests and answers about phones, as JSON."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from .messages import _VISIBLE, Answer, Request, RoleName, RoomId, Time
from .permit_messages import HoursInfo

PhoneId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", description="what tells a phone from others")]
Pairing = Annotated[str, Meta(pattern="^[0-9a-f]{16}$", description="names a pairing")]
PhoneName = Annotated[str, Meta(max_length=60, pattern=rf"^$|{_VISIBLE}")]
Rooms = Annotated[list[RoomId], Meta(min_length=1, max_length=100)]
End = Annotated[str, Meta(max_length=40, description="RFC 3339 with a zone")]


class BeginCode(Request):
    """Begin a pairing. relays: whether its phone gets in from outside too."""

    relays: bool = True


class AdmitPhone(Request):
    """The six words are the same. name: empty: what it calls itself; rooms, hours, expires: null for all."""

    pairing: Pairing
    role: RoleName
    name: PhoneName = ""
    rooms: Rooms | None = None
    hours: HoursInfo | None = None
    expires: End | None = None


class OnePairing(Request):
    """Name a pairing."""

    pairing: Pairing


class ChangePhone(Request):
    """Change what a phone may, at once; a missing field leaves it, null takes a limit away."""

    id: PhoneId
    name: PhoneName | UnsetType = UNSET
    role: RoleName | UnsetType = UNSET
    rooms: Rooms | UnsetType | None = UNSET
    hours: HoursInfo | UnsetType | None = UNSET
    expires: End | UnsetType | None = UNSET


class OnePhone(Request):
    """Name a phone."""

    id: PhoneId


class Phone(Answer):
    """A phone. role: null while nobody confirmed it, and of a browser that may agree and has no sessions.

    rooms: ids of those that it is limited to; state: rests (it is none of its hours, or nobody vouches for
    the time) or over; last_seen: of its latest session; may_agree: null: it has no key at the gate.
    """

    id: str
    name: str
    role: RoleName | None
    rooms: tuple[str, ...] | None
    hours: HoursInfo | None
    expires: Time | None
    state: Literal["open", "rests", "over"]
    since: Time
    last_seen: Time | None
    connected: bool
    may_agree: bool | None


class PhoneList(Answer):
    """All phones, oldest first."""

    phones: tuple[Phone, ...]


class NewCode(Answer):
    """What a code is made of (docs/protocols/remote.md, "The code"), all base64url but ``pairing_id``.

    Whoever draws it puts in the gate key that it knows itself; CLAIM stays empty. pairing_id: for the other
    operations. without: relays that have no slot left for it; left_out: those that it does not name, as it
    names three at most, and those of homebase.toml alone.
    """

    pairing_id: Pairing
    hub_key: str
    pairing: str
    secret: str
    ways: tuple[str, ...]
    without: tuple[str, ...]
    left_out: tuple[str, ...]
    expires_in_s: float


class WaitingPhone(Answer):
    """A phone that shows these six words."""

    pairing: Pairing
    name: str
    words: tuple[str, ...]


Why = Literal["expired", "shown_twice", "refused", "not_written", "full", "cancelled"]


class EndedPairing(Answer):
    """A pairing that ended without a phone; shown_twice: somebody else has the code."""

    pairing: Pairing
    why: Why


class Waiting(Answer):
    """Phones whose words wait to be compared, and pairings that ended of late."""

    waiting: tuple[WaitingPhone, ...]
    ended: tuple[EndedPairing, ...]


Key = Literal["removed", "none", "kept", "away"]


class Removed(Answer):
    """The phone is out. key: what became of its key at the gate.

    kept: the last one that may agree is removed on the console alone; away: the gate is told when it is back.
    """

    key: Key
