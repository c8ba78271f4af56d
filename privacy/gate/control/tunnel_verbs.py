"""What the hub may ask about tunnels on control.sock: a ticket for one, and what became of it."""

from collections.abc import Mapping
from pathlib import Path

from privacy.conversation import Declined, Handler
from privacy.decide import EgressRequest
from privacy.gate.tunnels.tunnels import Tunnels
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Language
from privacy.standing import OwnerEntry
from privacy.vocabulary import DataCategory

Fields = Mapping[str, object]
_LONGEST_NAME = 512  # characters of anything that a question names
_CATEGORIES = {category.value: category for category in DataCategory}


def table(tunnels: Tunnels) -> Mapping[str, Handler]:
    """The questions ``tunnel.open`` and ``tunnel.outcome``."""

    async def open_(question: Fields) -> Fields:
        answer = await tunnels.ticket(request_of(question))
        if isinstance(answer, Reason):
            raise Declined(answer.value, answer.text(Language.EN))
        ticket, to = answer
        ca_file = to.ca_file if isinstance(to, Recipient) else None
        pinned = isinstance(to, OwnerEntry) and to.certificate_sha256 is not None
        where = {"host": to.host, "port": to.port, "ca_pem": _pem(ca_file), "gate_speaks_tls": pinned}
        return {"word": ticket.word, **where}

    async def outcome(question: Fields) -> Fields:
        try:
            told = tunnels.outcome(_text(question, "word"))
        except KeyError as error:
            raise Declined("unknown_tunnel", "word: no tunnel of that ticket is remembered") from error
        if told is None:
            return {"result": "running", "what": "", "code": None, "sent": 0, "received": 0}
        return {
            "result": told.ending.value,
            "what": told.what if told.reason is None else told.reason.text(Language.EN),
            "code": None if told.reason is None else told.reason.value,
            "sent": told.sent,
            "received": told.received,
        }

    return {"tunnel.open": open_, "tunnel.outcome": outcome}


def request_of(question: Fields) -> EgressRequest:
    """What the hub asks for, as decide.py reads it.

    Raises:
        Declined: a field of another form.
    """
    named = question.get("categories")
    if not isinstance(named, list) or not all(name in _CATEGORIES for name in named if isinstance(name, str)):
        raise Declined("bad_field", f"categories: allowed is a list of {', '.join(sorted(_CATEGORIES))}")
    return EgressRequest(
        activity=_text(question, "activity"),
        recipient=_text(question, "recipient"),
        categories=frozenset(_CATEGORIES[name] for name in named if isinstance(name, str)),
        payload_sha256=None,
        addressee=_text(question, "addressee"),
        ticket=_text(question, "ticket"),
    )


def _text(question: Fields, name: str) -> str:
    value = question.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_NAME:
        raise Declined("bad_field", f"{name}: allowed is text of at most {_LONGEST_NAME} characters")
    return value


def _pem(ca_file: str | None) -> str | None:
    """Whom the hub shall trust there; the file is the owner's, and outside of the jail."""
    if ca_file is None:
        return None
    try:
        return Path(ca_file).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Declined("ca_unreadable", f"ca_file of the recipient: {error}") from error
