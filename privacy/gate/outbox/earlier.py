"""Asks whoever got an earlier transfer about it, in a few bytes: decide, look up, connect, send.

What stands in the book of it, before and after, is the asker's: deletion_requests.py, ticket_states.py. No
consent is needed, and nobody else can be asked: the transfer itself is what it rests on.
"""

from collections.abc import Sequence
from hashlib import sha256

from privacy import canonical, received
from privacy.closed_schema import FieldRefused
from privacy.decide import EgressRequest, Refusal, decide
from privacy.delivered import check_body
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.storage import amounts
from privacy.gate.storage.deletions import DeletionRequest
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.vocabulary import DataCategory

Told = dict[str, canonical.Json]


def body_of(row: DeletionRequest) -> bytes:
    """The bytes of such a question: which transfer, under which ticket."""
    told: Told = {"transfer": row.transfer, "ticket": row.ticket}
    return canonical.encode(told)


async def permitted(desk: Desk, activity: str, row: DeletionRequest) -> Recipient | Reason:
    """Whom to ask; or why not, which is recorded.

    Raises:
        StoreError: what was sent today can't be read.
    """
    at, body = desk.time.instant(), body_of(row)
    spent = await desk.store.read(lambda tx: amounts.sent_today(tx, activity, row.recipient, at.at))
    request = EgressRequest(
        activity=activity,
        recipient=row.recipient,
        categories=frozenset({DataCategory.CONSENT_RECORD}),
        payload_sha256=sha256(body).hexdigest(),
        ticket=row.ticket,
        size=len(body),
        sent_today=spent,
        transfer=row.transfer,
    )
    verdict = decide(request, desk.register, desk.recipients, desk.standing, at)
    reason = verdict.reason if isinstance(verdict, Refusal) else _unfit(desk, activity, body)
    if reason is not None:
        await desk.refuse(activity, row.recipient, reason, row.ticket)
        return reason
    assert not isinstance(verdict, Refusal)
    assert isinstance(verdict.recipient, Recipient)  # only these get transfers
    return verdict.recipient


def _unfit(desk: Desk, activity: str, body: bytes) -> Reason | None:
    if desk.unwritten:
        return Reason.LEDGER_NOT_WRITABLE
    try:
        check_body(desk.register.activities[activity], body)
    except FieldRefused:
        return Reason.UNKNOWN_FIELD
    return None


def begun(activity: str, row: DeletionRequest) -> Told:
    """What the book says of it before the first byte, beside its id and where it goes."""
    body = body_of(row)
    return {
        "activity": activity,
        "ticket": row.ticket,
        "bytes": len(body),
        "sha256": sha256(body).hexdigest(),
    }


async def asked(
    desk: Desk, activity: str, row: DeletionRequest, to: Recipient, servers: Sequence[str]
) -> tuple[bytes | None, str]:
    """The answer, None where there is none of success; and what became of it, in one line.

    servers: of names, as the book has them.
    """
    try:
        target = await outside.target(to, tuple(servers), desk.random_bytes, row.attempts)
        headers = (("Homebase-Activity", activity), ("Homebase-Ticket", row.ticket))
        answer = await Upload(target, headers, body_of(row)).run()
    except (TransferFailed, resolver.LookupFailed) as error:
        return None, str(error)
    what = received.answered(answer.status, answer.body)
    return (answer.body if 200 <= answer.status < 300 else None), what
