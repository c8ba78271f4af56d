"""What a request says that it is: a delivery or a request for deletion, by its labels; else why not.

Pure. The rules are those of clause 6.6; where they stand for others: docs/support.md, "On the wire".
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from privacy.consent import TICKET
from privacy.payload import LONGEST_KEPT, PayloadRefused, check_bundle, timestamp
from privacy.received import TRANSFER_PATTERN
from privacy.recipients import HOST

from .exchange import Request

PATH = "/homebase/1"
DIAGNOSIS, DELETION = "diagnosis.remote", "deletion.request"
ASKEW = timedelta(minutes=5)  # that the home's clock may be ahead of ours
HOSTNAME = HOST  # what a home takes as the host of a recipient
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_TRANSFER = re.compile(TRANSFER_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is to be kept. sealed: an age file, unopened."""

    transfer: str
    ticket: str
    delete_by: datetime
    sealed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """What is to be deleted."""

    transfer: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why it is not taken. code: of privacy/received.py."""

    code: str


class _Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    ticket: str
    transfer: str


def read(request: Request, at: datetime) -> Delivery | Deletion | Refused:
    """Say what ``request`` is. at: now, aware."""
    if request.method != "POST" or request.path != PATH:
        return Refused(code="no_such_place")
    activity = request.headers.get("homebase-activity")
    if activity == DELETION:
        return _deletion(request)
    if activity != DIAGNOSIS:
        return Refused(code="label" if activity is None else "purpose")
    ticket = request.headers.get("homebase-ticket") or ""
    transfer = request.headers.get("homebase-transfer") or ""
    until = _moment(request.headers.get("homebase-delete-by") or "")
    if not TICKET.fullmatch(ticket) or not _TRANSFER.fullmatch(transfer) or until is None:
        return Refused(code="label")
    if not at < until <= at + LONGEST_KEPT + ASKEW:
        return Refused(code="too_long")
    # never longer than our own clock allows, whatever the label says
    until = min(until, at + LONGEST_KEPT)
    return Delivery(transfer=transfer, ticket=ticket, delete_by=until, sealed=request.body)


def mismatch(request: Request, bundle: bytes) -> str | None:
    """Why the opened ``bundle`` is not what the labels say, a code of privacy/received.py; None: it is."""
    try:
        inside = check_bundle(bundle)
    except PayloadRefused:
        return "not_a_diagnosis"
    outside = (request.headers.get("homebase-ticket"), request.headers.get("homebase-delete-by"))
    return None if (inside.ticket, inside.delete_by) == outside else "not_as_labelled"


def _deletion(request: Request) -> Deletion | Refused:
    try:
        wanted = msgspec.json.decode(request.body, type=_Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refused(code="label")
    fits = TICKET.fullmatch(wanted.ticket) and _TRANSFER.fullmatch(wanted.transfer)
    if not fits or request.headers.get("homebase-ticket") != wanted.ticket:
        return Refused(code="label")
    return Deletion(transfer=wanted.transfer, ticket=wanted.ticket)


def _moment(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if timestamp(moment) == text else None
