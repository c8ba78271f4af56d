"""How values of the door are spelled as JSON, once for the console and the app. No I/O."""

import base64
from collections.abc import Callable, Iterable, Mapping

from privacy import received
from privacy.consent import Grant
from privacy.gate.door.door import Given
from privacy.gate.door.withdrawing import Withdrawn
from privacy.gate.outbox import failed_words
from privacy.gate.storage.attempt import Outcome
from privacy.gate.storage.records import Preview, Sent
from privacy.instant import Instant
from privacy.ledger import Record, content_of
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Form, Language

Words = Callable[[str, Language], str]


def grant(row: Grant) -> dict[str, object]:
    """A consent."""
    return {
        "id": row.id,
        "activity": row.activity,
        "recipient": row.recipient,
        "addressee": row.addressee,
        "host": row.host,
        "country": row.country,
        "form": row.form.value,
        "groups": sorted(row.groups),
        "ticket": row.ticket,
        "since": timestamp(row.given),
        "until": None if row.until is None or row.form is Form.ONCE else timestamp(row.until),
        "via": row.via.value,
    }


def state(row: Grant, at: Instant) -> str:
    """A live consent in one word: active, used, expired or suspended."""
    if row.form is Form.ONCE and row.began is not None:
        return "active" if row.resumable(at) else "used"
    if row.expired(at):
        return "expired"
    return "active" if at.sure or row.form is not Form.UNTIL else "suspended"


def ended(reason: Reason) -> str:
    """A consent that is over, in one word."""
    return {Reason.WITHDRAWN: "withdrawn", Reason.USED_UP: "used"}.get(reason, "expired")


def preview(row: Preview) -> dict[str, object]:
    """What would be sent; ``text`` is exactly the bytes."""
    return {
        "preview": row.id,
        "activity": row.activity,
        "ticket": row.ticket,
        "groups": sorted(row.groups),
        "sha256": row.sha256,
        "bytes": len(row.body),
        "text": row.body.decode(),
        "delete_by": timestamp(row.delete_by),
        "expires_at": timestamp(row.expires),
    }


def sent(row: Sent) -> dict[str, object]:
    """What left; ``text`` is exactly the bytes."""
    return {
        "transfer": row.transfer,
        "recipient": row.recipient,
        "ticket": row.ticket,
        "sha256": row.sha256,
        "bytes": len(row.body),
        "text": row.body.decode(),
        "at": timestamp(row.at),
        "delete_by": timestamp(row.delete_by),
        "result": row.result,
        "receipt": row.receipt,
    }


def outcome(row: Outcome | None, language: Language, words: Words = failed_words.told) -> dict[str, object]:
    """What became of an attempt. words: of what was wrong, by code or line."""
    if row is None:
        return {"result": "running", "what": "", "receipt": None, "bytes": 0, "retried": False}
    return {
        "result": row.result.value,
        "what": words(row.what, language) if row.reason is None else row.reason.text(language),
        "reason": None if row.reason is None else row.reason.value,
        "receipt": row.receipt,
        "bytes": row.sent,
        "retried": row.again,
        **({"ticket": ticket} if (ticket := received.number(row.answer)) else {}),
    }


def given(row: Given, language: Language, words: Words = failed_words.told) -> dict[str, object]:
    """A consent that was just given. words: as outcome's."""
    return {"grant": grant(row.grant), "delivery": outcome(row.outcome, language, words)}


def withdrawn(row: Withdrawn) -> dict[str, object]:
    """A consent that was just taken back. bytes_after: that left after the decision."""
    return {
        "grants": [one.id for one in row.grants],
        "cut": len(row.cuts),
        "bytes_after": sum(cut.after for cut in row.cuts),
        "within_ms": row.within_ms,
        "entry": row.entry,
        "recorded": row.entry is not None,
    }


def entry(row: Record) -> dict[str, object]:
    """An entry of the ledger with its hash; erased ones say so."""
    content: Mapping[str, object] | None = content_of(row)
    told = {"seq": row.seq, "erased": True} if content is None else dict(content)
    return {**told, "leaf_hash": row.leaf_hash.hex()}


def exported(row: Record) -> dict[str, object]:
    """An entry with its salt, so that a stranger can check the hash."""
    return {**entry(row), "salt": None if row.salt is None else row.salt.hex()}


def proof(steps: Iterable[bytes]) -> list[str]:
    """Hashes of a proof, base64."""
    return [base64.b64encode(step).decode() for step in steps]
