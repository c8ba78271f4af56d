"""Asks whoever got something to delete it: when its ticket is closed, and at the latest when its term ends.

A row per transfer from its begin entry on, so that a restart, or a home that was off, forgets none. The
answer is recorded; what is not confirmed is asked again daily and shown until it is. Table: ``deletions``.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

from privacy import canonical, received
from privacy.activity import Activity, Deletion
from privacy.closed_schema import FieldRefused
from privacy.consent import Grant
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.delivered import check_body
from privacy.gate.desk import Desk
from privacy.gate.network import resolver
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.gate.storage import amounts
from privacy.gate.storage.book import News, from_ms, to_ms
from privacy.gate.storage.store import Row, StoreError, Transaction
from privacy.ledger import Kind
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.standing import EarlierTransfer
from privacy.vocabulary import DataCategory

log = logging.getLogger(__name__)

ACTIVITY = "deletion.request"
AGAIN = timedelta(days=1)
AT_ONCE = 5  # asked in one round, so that other work of the minute goes on
_COLUMNS = "transfer, recipient, ticket, due_ms, attempts, state, answer, had"
_DUE = (
    f"SELECT {_COLUMNS} FROM deletions"  # noqa: S608 -- constant text
    " WHERE state <> 'confirmed' AND due_ms <= ? AND next_ms <= ? ORDER BY due_ms LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionRequest:
    """One transfer whose deletion is asked for.

    state: waiting, asked, confirmed. answer: the latest word: a receipt, a code of privacy/received.py or of
    privacy/reasons.py, or what went wrong. had: the recipient gave a receipt for the transfer itself.
    """

    transfer: str
    recipient: str
    ticket: str
    due: datetime
    attempts: int
    state: str
    answer: str
    had: bool


Elsewhere = Callable[[DeletionRequest], Awaitable[bool]]
"""Asks for a deletion in another way, and says whether there is one."""


class DeletionRequests:
    """One per gate; ``once`` is called by the upkeep each minute. elsewhere: asked first for each."""

    def __init__(self, desk: Desk, elsewhere: Elsewhere) -> None:
        self._desk, self._elsewhere = desk, elsewhere

    async def once(self) -> None:
        """Ask for what is due.

        Raises:
            StoreError: the store can't be read or written; nothing was asked then.
        """
        at = self._desk.time.instant().at
        for row in await self._desk.store.read(lambda tx: due(tx, at)):
            if not await self._elsewhere(row):
                await self._ask(row)

    async def _ask(self, row: DeletionRequest) -> None:
        desk, at = self._desk, self._desk.time.instant()
        told: dict[str, canonical.Json] = {"transfer": row.transfer, "ticket": row.ticket}
        body = canonical.encode(told)
        spent = await desk.store.read(lambda tx: amounts.sent_today(tx, ACTIVITY, row.recipient, at.at))
        request = EgressRequest(
            activity=ACTIVITY,
            recipient=row.recipient,
            categories=frozenset({DataCategory.CONSENT_RECORD}),
            payload_sha256=sha256(body).hexdigest(),
            ticket=row.ticket,
            size=len(body),
            sent_today=spent,
            transfer=row.transfer,
        )
        permit = self._checked(decide(request, desk.register, desk.recipients, desk.standing, at), body)
        if isinstance(permit, Reason):
            await desk.refuse(ACTIVITY, row.recipient, permit, row.ticket)
            await desk.store.write(lambda tx: _later(tx, row, at.at, permit.value))
            return
        assert isinstance(permit.recipient, Recipient)  # only these get transfers
        await self._send(row, permit.recipient, body)

    def _checked(self, verdict: Permit | Refusal, body: bytes) -> Permit | Reason:
        if isinstance(verdict, Refusal):
            return verdict.reason
        if self._desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        try:
            check_body(self._desk.register.activities[ACTIVITY], body)
        except FieldRefused:
            return Reason.UNKNOWN_FIELD
        return verdict

    async def _send(self, row: DeletionRequest, to: Recipient, body: bytes) -> None:
        servers = resolver.servers()
        await self._desk.store.write(lambda tx: self._begin(tx, row, to, body, servers))
        receipt, what, denied = None, "", ""
        try:
            found = await resolver.look_up(to.host, servers, self._desk.random_bytes)
            if not found.outside:
                raise TransferFailed(f"{to.host}: no address outside the house")
            address = found.outside[row.attempts % len(found.outside)]
            target = Target(host=to.host, address=address, port=to.port, path=to.path, ca_file=to.ca_file)
            headers = (("Homebase-Activity", ACTIVITY), ("Homebase-Ticket", row.ticket))
            answer = await Upload(target, headers, body).run()
            what = received.answered(answer.status, answer.body)
            if 200 <= answer.status < 300:
                said_there = received.deleted(answer.body, row.transfer, had=row.had)
                if isinstance(said_there, str):
                    receipt = said_there
                else:
                    denied = said_there.code
        except (TransferFailed, resolver.LookupFailed) as error:
            what = str(error)
        data: dict[str, canonical.Json] = {
            "transfer": row.transfer,
            "result": "confirmed" if receipt is not None else "unconfirmed",
            "what": f"{what}: {denied}" if denied else what[:300],
            "receipt": receipt,
        }
        state, said = ("confirmed", receipt) if receipt is not None else ("asked", denied or what[:300])

        def job(tx: Transaction) -> None:
            self._desk.append(tx, News(kind=Kind.DELETION, data=data))
            tx.execute(
                "UPDATE deletions SET state = ?, answer = ? WHERE transfer = ?", (state, said, row.transfer)
            )

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError:
            self._desk.unwritten.append(job)

    def _begin(
        self, tx: Transaction, row: DeletionRequest, to: Recipient, body: bytes, servers: Sequence[str]
    ) -> None:
        """On the disk before the first question to anybody."""
        at = self._desk.time.instant().at
        data: dict[str, canonical.Json] = {
            "transfer": row.transfer,
            "activity": ACTIVITY,
            "recipient": to.name,
            "host": to.host,
            "port": to.port,
            "country": to.country,
            "ticket": row.ticket,
            "bytes": len(body),
            "sha256": sha256(body).hexdigest(),
            "attempt": row.attempts + 1,
        }
        lookup: dict[str, canonical.Json] = {
            "transfer": row.transfer,
            "name": to.host,
            "servers": list(servers),
        }
        self._desk.append(tx, News(kind=Kind.DELETION, data=data), News(kind=Kind.LOOKUP, data=lookup))
        amounts.spend(tx, ACTIVITY, to.name, at, len(body))
        tx.execute(
            "UPDATE deletions SET state = 'asked', attempts = attempts + 1, next_ms = ? WHERE transfer = ?",
            (to_ms(at + AGAIN), row.transfer),
        )


def ticket_of(grant: Grant) -> str:
    """What a deletion is asked for under; what has no ticket is named by what it was for."""
    return grant.ticket or grant.activity


def earlier(transfer: str, grant: Grant) -> EarlierTransfer:
    """A transfer that is beginning: from then on its deletion can be asked for."""
    return EarlierTransfer(id=transfer, recipient=grant.recipient, ticket=ticket_of(grant))


def expect(
    tx: Transaction, transfer: str, recipient: str, ticket: str, by: datetime, activity: str = ""
) -> None:
    """Note with a transfer's begin entry that its deletion is to be asked for ``by`` then at the latest.

    activity: "" for copies at far targets, which far_copies.py asks back.
    """
    tx.execute(
        "INSERT OR IGNORE INTO deletions"
        " (transfer, recipient, ticket, due_ms, next_ms, attempts, state, answer, activity)"
        " VALUES (?, ?, ?, ?, ?, 0, 'waiting', '', ?)",
        (transfer, recipient, ticket, to_ms(by), to_ms(by), activity),
    )


def had(tx: Transaction, transfer: str) -> None:
    """The recipient gave a receipt: it can't say later that the transfer never came."""
    tx.execute("UPDATE deletions SET had = 1 WHERE transfer = ?", (transfer,))


def withdrawn(
    tx: Transaction, row: Activity, recipient: str | None, tickets: Iterable[Grant] | None, at: datetime
) -> None:
    """A yes was taken back: ask now for what left under it, where the register says that this ends it.

    recipient: None for all. tickets: consents whose tickets are meant; None for all that ever left.
    """
    if Deletion.WITHDRAWAL not in row.delete_on:
        return
    meant = [(None, recipient)] if tickets is None else [(ticket_of(one), one.recipient) for one in tickets]
    for ticket, to in meant:
        tx.execute(
            "UPDATE deletions SET due_ms = min(due_ms, ?1), next_ms = min(next_ms, ?1) WHERE activity = ?2"
            " AND recipient = coalesce(?3, recipient) AND ticket = coalesce(?4, ticket)"
            " AND state <> 'confirmed'",
            (to_ms(at), row.id, to, ticket),
        )


def close_ticket(tx: Transaction, ticket: str, at: datetime) -> list[str]:
    """A ticket is closed: ask now for all that left under it; the transfers."""
    rows = tx.execute(
        "UPDATE deletions SET due_ms = min(due_ms, ?), next_ms = min(next_ms, ?)"
        " WHERE ticket = ? AND state <> 'confirmed' RETURNING transfer",
        (to_ms(at), to_ms(at), ticket),
    ).fetchall()
    return [str(transfer) for (transfer,) in rows]


def due(tx: Transaction, at: datetime) -> list[DeletionRequest]:
    """What is to be asked for now, AT_ONCE at most."""
    rows = tx.execute(_DUE, (to_ms(at), to_ms(at), AT_ONCE))
    return [_row(row) for row in rows]


def every(tx: Transaction) -> list[DeletionRequest]:
    """All of them, oldest first."""
    return [_row(row) for row in tx.execute(f"SELECT {_COLUMNS} FROM deletions ORDER BY due_ms")]  # noqa: S608 -- constant


def told(row: DeletionRequest) -> dict[str, object]:
    """For people and programs."""
    return {
        "transfer": row.transfer,
        "recipient": row.recipient,
        "ticket": row.ticket,
        "due": timestamp(row.due),
        "attempts": row.attempts,
        "state": row.state,
        "answer": row.answer,
    }


def _later(tx: Transaction, row: DeletionRequest, at: datetime, why: str) -> None:
    tx.execute(
        "UPDATE deletions SET next_ms = ?, answer = ? WHERE transfer = ?",
        (to_ms(at + AGAIN), why, row.transfer),
    )


def _row(row: Row) -> DeletionRequest:
    return DeletionRequest(
        transfer=str(row[0]),
        recipient=str(row[1]),
        ticket=str(row[2]),
        due=from_ms(cast("int", row[3])),
        attempts=cast("int", row[4]),
        state=str(row[5]),
        answer=str(row[6]),
        had=bool(row[7]),
    )
