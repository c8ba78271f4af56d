"""Bodies of frames that are JSON, as types; what another side sends is read, never trusted. Pure.

Source: docs/protocols/remote.md, "Bodies".
"""

from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from hub.operations.permit_messages import HoursInfo, expires_told, hours_told, rooms_told
from privacy import base64url

from .account import MARK_SIZE
from .phone import Phone

ID_SIZE = 16  # random bytes of a request's id
FOLLOW = "events.follow"  # the one request that is answered by events instead of an answer
T = TypeVar("T")


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A phone's first frame. name: what its person calls it, when it pairs; language: of texts for people.

    account: the mark of the home's account, in a session by a relay.
    """

    client: str
    name: str = ""
    language: str = ""
    account: str = ""


class PhoneFacts(msgspec.Struct, frozen=True):
    """What a phone may do. rooms: ids, None for all; hours: None for always; expires: RFC 3339 or None.

    account: the mark by which it identifies the home's account by a relay; unset: it is not told here.
    """

    name: str
    role: str
    rooms: tuple[str, ...] | None = None
    expires: str | None = None
    hours: HoursInfo | None = None
    account: str | UnsetType = UNSET


def facts_of(phone: Phone, mark: bytes = b"") -> PhoneFacts | None:
    """What a phone is told that it may; None: nobody confirmed it. mark: of the account, empty: not now."""
    permit = phone.permit
    if permit is None:
        return None
    return PhoneFacts(
        name=phone.name,
        role=permit.role.value,
        rooms=rooms_told(permit),
        expires=expires_told(permit),
        hours=hours_told(permit),
        account=base64url.encode(mark) if mark else UNSET,
    )


def mark_told(facts: PhoneFacts) -> bytes:
    """The account's mark that a hub told; empty: none."""
    mark = base64url.decode(facts.account) if isinstance(facts.account, str) else None
    return mark if mark is not None and len(mark) == MARK_SIZE else b""


class Welcome(msgspec.Struct, frozen=True):
    """The hub's first frame. boot: made at each of its starts; another one: it forgot what it executed."""

    home: str
    version: str
    boot: str
    phone: PhoneFacts | None = None


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation. id: 16 random bytes, base64url; the same again is the same request."""

    id: str
    name: str
    body: msgspec.Raw = msgspec.Raw(b"{}")


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """ok: ``body`` is the operation's answer; else ``problem`` is a problem document (RFC 9457)."""

    ok: bool
    body: msgspec.Raw = msgspec.Raw(b"null")
    problem: msgspec.Raw = msgspec.Raw(b"null")


def encode(message: msgspec.Struct) -> bytes:
    """Its JSON."""
    return msgspec.json.encode(message)


def decode(body: bytes, kind: type[T]) -> T | None:
    """The message; None: another form."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None


def is_id(text: str) -> bool:
    """Whether ``text`` may be a request's id."""
    data = base64url.decode(text)
    return data is not None and len(data) == ID_SIZE
