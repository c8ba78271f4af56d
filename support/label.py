"""What a request says that it is, by its labels: a delivery, its deletion, its state; else why not.

Pure. The rules are those of clause 6.6; where they stand for others: docs/support.md, "On the wire".
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from privacy.consent import TICKET
from privacy.payload import LONGEST_KEPT, PayloadRefused, check_bundle, timestamp
from privacy.received import TRANSFER_PATTERN
from privacy.recipients import HOST

from .exchange import Request

PATH = "/homebase/1"
DIAGNOSIS, DELETION = "diagnosis.remote", "deletion.request"
REPORT, STATE = "support.ticket", "support.state"
ASKEW = timedelta(minutes=5)  # that the home's clock may be ahead of ours
HOSTNAME = HOST  # what a home takes as the host of a recipient
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_TRANSFER = re.compile(TRANSFER_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is to be kept. sealed: an age file, unopened. opens: a report, which gets a ticket of its own."""

    transfer: str
    ticket: str
    delete_by: datetime
    sealed: bytes
    opens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What is to be deleted."""

    transfer: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAsked:
    """Whose state is asked for: the ticket that a report opened. transfer: of the report."""

    transfer: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why it is not taken. code: of privacy/received.py."""

    code: str


class _Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    ticket: str
    transfer: str


class _Report(Struct, frozen=True, forbid_unknown_fields=True):
    description: Annotated[str, Meta(min_length=1, max_length=1000)]
    email: Annotated[str, Meta(max_length=254)]
    serial: Annotated[str, Meta(max_length=40)] = ""


def read(request: Request, at: datetime) -> Delivery | Deletion | StateAsked | Refused:
    """Say what ``request`` is. at: now, aware."""
    if request.method != "POST" or request.path != PATH:
        return Refused(code="no_such_place")
    activity = request.headers.get("homebase-activity")
    if activity in {DELETION, STATE}:
        wanted = _about(request)
        if wanted is None:
            return Refused(code="label")
        kind = Deletion if activity == DELETION else StateAsked
        return kind(transfer=wanted.transfer, ticket=wanted.ticket)
    if activity not in {DIAGNOSIS, REPORT}:
        return Refused(code="label" if activity is None else "purpose")
    opens = activity == REPORT
    ticket = request.headers.get("homebase-ticket") or ""
    transfer = request.headers.get("homebase-transfer") or ""
    until = _moment(request.headers.get("homebase-delete-by") or "")
    fits = ticket == "" if opens else TICKET.fullmatch(ticket)
    if not fits or not _TRANSFER.fullmatch(transfer) or until is None:
        return Refused(code="label")
    if not at < until <= at + LONGEST_KEPT + ASKEW:
        return Refused(code="too_long")
    # never longer than our own clock allows, whatever the label says
    until = min(until, at + LONGEST_KEPT)
    return Delivery(transfer=transfer, ticket=ticket, delete_by=until, sealed=request.body, opens=opens)


def mismatch(request: Request, bundle: bytes) -> str | None:
    """Why the opened ``bundle`` is not what the labels say, a code of privacy/received.py; None: it is."""
    if request.headers.get("homebase-activity") == REPORT:
        return None if _is_report(bundle) else "not_a_report"
    try:
        inside = check_bundle(bundle)
    except PayloadRefused:
        return "not_a_diagnosis"
    outside = (request.headers.get("homebase-ticket"), request.headers.get("homebase-delete-by"))
    return None if (inside.ticket, inside.delete_by) == outside else "not_as_labelled"


def _is_report(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _about(request: Request) -> _Wanted | None:
    """The transfer and ticket that a question names, if its head names the same ticket."""
    try:
        wanted = msgspec.json.decode(request.body, type=_Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    fits = TICKET.fullmatch(wanted.ticket) and _TRANSFER.fullmatch(wanted.transfer)
    return wanted if fits and request.headers.get("homebase-ticket") == wanted.ticket else None


def _moment(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if timestamp(moment) == text else None
