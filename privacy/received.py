"""What a recipient answers: received, refused, deleted. Read by the gate, written by ``homebase support``.

Pure. A closed form: of what comes back nothing is kept but a receipt, a moment and codes that stand here.
Source: docs/support.md, "On the wire".
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from privacy import canonical

Ticket = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}\Z")]
TRANSFER_PATTERN = r"^[0-9a-f]{16,32}\Z"
Receipt = Annotated[str, Meta(min_length=1, max_length=200)]

# code → English, German: what a receiver may say instead of a receipt
REFUSALS = {
    "ticket_not_open": ("no such ticket is open there", "dort ist kein solches Ticket offen"),
    "label": (
        "purpose, ticket, transfer or delete-by date is missing",
        "Zweck, Ticket, Übertragung oder Löschdatum fehlt",
    ),
    "purpose": ("that is not what it takes", "das nimmt er nicht an"),
    "too_long": (
        "the delete-by date is past, or more than 28 days away",
        "das Löschdatum ist vorbei oder mehr als 28 Tage entfernt",
    ),
    "too_large": ("it is larger than a diagnosis can be", "es ist größer, als eine Ferndiagnose sein kann"),
    "not_for_this_key": ("it is not encrypted to its key", "es ist nicht für seinen Schlüssel verschlüsselt"),
    "not_a_diagnosis": ("what is in it is no diagnosis", "der Inhalt ist keine Ferndiagnose"),
    "not_a_report": (
        "what is in it is no report of a problem",
        "der Inhalt ist keine Meldung eines Problems",
    ),
    "not_as_labelled": (
        "ticket or delete-by date inside are not those outside",
        "Ticket oder Löschdatum darin sind nicht die außen",
    ),
    "deleted": ("it was deleted there already", "es ist dort schon gelöscht"),
    "other_ticket": ("it came for another ticket", "es kam zu einem anderen Ticket"),
    "full": ("it has no room for more", "dort ist kein Platz mehr"),
    "no_such_place": (
        "there is nothing under that path or method",
        "unter diesem Pfad oder so gibt es nichts",
    ),
    "busy": ("it is busy; try again", "er ist beschäftigt; versuche es wieder"),
}
NOT_CONFIRMED, OTHER_TRANSFER, DENIED = "no_confirmation", "other_transfer", "denied"


class Deleted(Struct, frozen=True, kw_only=True):
    """The answer to a request for deletion. state: absent means that nothing of that transfer ever came."""

    receipt: Receipt
    transfer: Annotated[str, Meta(pattern=TRANSFER_PATTERN)]
    state: Literal["deleted", "absent"]
    deleted_at: str | None = None


class TicketState(Struct, frozen=True, kw_only=True):
    """The answer to a question about a ticket."""

    ticket: Ticket
    state: Literal["open", "closed"]


class _Numbered(Struct, frozen=True):
    ticket: Ticket


class _Refused(Struct, frozen=True):
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Why an answer does not say that the data is gone. code: of the three above."""

    code: str


def deleted(body: bytes, transfer: str, *, had: bool) -> str | Unconfirmed:
    """Return the receipt of an answer that says that ``transfer`` is deleted there.

    had: it gave a receipt for that transfer before, or took all of it without refusing it; then
    "never came" is not to be believed.
    """
    try:
        said = msgspec.json.decode(body, type=Deleted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Unconfirmed(code=NOT_CONFIRMED)
    if not said.receipt.isprintable():
        return Unconfirmed(code=NOT_CONFIRMED)
    if said.transfer != transfer:
        return Unconfirmed(code=OTHER_TRANSFER)
    return Unconfirmed(code=DENIED) if had and said.state == "absent" else said.receipt


def number(body: bytes) -> str:
    """The ticket that an answer to a report names; "" where it names none of our form."""
    try:
        return msgspec.json.decode(body, type=_Numbered).ticket
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


def state(body: bytes, ticket: str) -> Literal["open", "closed"] | None:
    """What an answer says of that ticket; None where it says nothing of it."""
    try:
        said = msgspec.json.decode(body, type=TicketState)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return said.state if said.ticket == ticket else None


def refusal(body: bytes) -> str | None:
    """The code of a refusal that stands above; None for anything else."""
    try:
        code = msgspec.json.decode(body, type=_Refused).refused
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return code if code in REFUSALS else None


def answered(status: int, body: bytes, *, fits: bool = True) -> str:
    """Status and refusal in English, as the ledger keeps them; never the receiver's own words.

    fits: False where a receipt is missing.
    """
    code = refusal(body)
    if code is not None:
        return f"answered {status}: {REFUSALS[code][0]}"
    return f"answered {status}" if fits else f"answered {status} without a receipt"


def as_received(receipt: str, ticket: str = "") -> bytes:
    """The answer to a delivery that is kept. ticket: that a report opened."""
    return canonical.encode({"receipt": receipt, **({"ticket": ticket} if ticket else {})})


def as_state(said: TicketState) -> bytes:
    """The answer to a question about a ticket."""
    return canonical.encode(msgspec.to_builtins(said))


def as_refused(code: str) -> bytes:
    """The answer to anything that is not taken. code: of REFUSALS."""
    if code not in REFUSALS:
        raise ValueError(code)
    return canonical.encode({"refused": code})


def as_deleted(said: Deleted) -> bytes:
    """The answer to a request for deletion."""
    return canonical.encode(msgspec.to_builtins(said))
