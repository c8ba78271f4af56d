"""What a phone may state under its signature: a closed set of payloads, read strictly.

Pure. jws.py has seen that the bytes are canonical; here every member is known, wanted and of its form.
Source: docs/protocols/gate.md, "Statements".
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from privacy.attest import NONCE
from privacy.jws import BadStatement
from privacy.register import Form, Language
from privacy.vocabulary import DataCategory

Nonce = Annotated[str, Meta(pattern=NONCE)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Time = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$")]
Name = Annotated[str, Meta(max_length=64)]
Point = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{87}$")]  # base64url of 65 bytes
OfferId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{22}$")]  # of 16 bytes
SessionKey = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]  # of 32 bytes
Kid = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]


class _Stated(Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """What all have in common. at: the phone's clock."""

    challenge: Nonce
    at: Time


class GrantStatement(_Stated, frozen=True, tag="homebase.grant/1"):
    """A yes. until: for that form, else null. payload: SHA-256 of what was shown and is sent at once.

    For ``once`` it has to be there, for ``standing`` it may: a message as a test, for example.
    """

    activity: Name
    addressee: Annotated[str, Meta(max_length=512)]
    categories: list[DataCategory]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    form: Form
    groups: list[Name]
    host: Annotated[str, Meta(max_length=253)]
    language: Language
    payload: Sha256 | None
    recipient: Name
    text: Sha256
    ticket: Annotated[str, Meta(max_length=40)]
    until: Time | None


class OfferStatement(_Stated, frozen=True, tag="homebase.key-offer/1"):
    """A later phone's own keys, stated under the first of them: whoever offers it has it."""

    grant_key: Point
    session_key: SessionKey


class KeyStatement(_Stated, frozen=True, tag="homebase.key/1"):
    """Another phone's keys, as offered and compared, and whether it may sign statements of its own."""

    grant_key: Point
    may_grant: bool
    offer: OfferId
    session_key: SessionKey


class RemovalStatement(_Stated, frozen=True, tag="homebase.key-removal/1"):
    """That key counts no more."""

    kid: Kid


class EpochStatement(_Stated, frozen=True, tag="homebase.epoch/1"):
    """After a restore: these consents (by their marks) go on, all others are withdrawn."""

    epoch: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    keep: Annotated[list[Nonce], Meta(max_length=64)]


class ClockStatement(_Stated, frozen=True, tag="homebase.clock/1"):
    """``at`` is the right time."""


class EraseStatement(_Stated, frozen=True, tag="homebase.erase/1"):
    """Erase one person (by name), one category, or, with both null, everything, for good."""

    category: DataCategory | None
    person: Name | None


class LiftStatement(_Stated, frozen=True, tag="homebase.lift/1"):
    """An objection (subject: an activity) or a restriction (subject: a category) is taken back."""

    kind: Literal["objected", "restricted"]
    subject: Name


class DeregisterStatement(_Stated, frozen=True, tag="homebase.deregister/1"):
    """Everybody's access and all consents end, then all data is erased."""


Stated = (
    GrantStatement
    | OfferStatement
    | KeyStatement
    | RemovalStatement
    | EpochStatement
    | ClockStatement
    | EraseStatement
    | LiftStatement
    | DeregisterStatement
)
_DECODER: msgspec.json.Decoder[Stated] = msgspec.json.Decoder(Stated)


def decode(payload: bytes) -> Stated:
    """Read a payload.

    Raises:
        BadStatement: naming the member.
    """
    try:
        stated: Stated = _DECODER.decode(payload)
    except msgspec.ValidationError as error:
        raise BadStatement(f"payload: {error}") from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadStatement("payload: not JSON") from error
    moment(stated.at)
    match stated:
        case GrantStatement():
            for name, values in (
                ("categories", [category.value for category in stated.categories]),
                ("groups", stated.groups),
            ):
                if values != sorted(set(values)):
                    raise BadStatement(f"payload: {name} are not sorted, or one stands there twice")
            if (stated.until is None) == (stated.form is Form.UNTIL):
                raise BadStatement("payload: until stands exactly where form is until")
            if stated.payload is None and stated.form is Form.ONCE:
                raise BadStatement("payload: payload has to stand where form is once")
            if stated.payload is not None and stated.form is Form.UNTIL:
                raise BadStatement("payload: payload is null where form is until")
            if stated.until is not None:
                moment(stated.until)
        case EraseStatement() if stated.category is not None and stated.person is not None:
            raise BadStatement("payload: one person or one category, not both")
        case _:
            pass
    return stated


def moment(text: str) -> datetime:
    """The time that ``text`` (RFC 3339, UTC, milliseconds) names.

    Raises:
        BadStatement: no such time.
    """
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadStatement(f"payload: {text} is no time") from error
