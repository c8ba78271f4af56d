"""What was sent and is to be deleted there again, with the answers. Parts of jobs; table: deletions.

A row per transfer from its begin entry on, so that a restart, or a home that was off, forgets none. Who asks:
outbox/deletion_requests.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from privacy.activity import Activity, Deletion
from privacy.consent import Grant
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Row, Transaction
from privacy.payload import timestamp
from privacy.standing import EarlierTransfer

AT_ONCE = 5  # asked in one round, so that other work of the minute goes on
AGAIN = timedelta(days=1)
LONGEST_ANSWER = 300
_COLUMNS = "transfer, recipient, ticket, due_ms, attempts, state, answer, had, activity"
_DUE = (
    f"SELECT {_COLUMNS} FROM deletions"  # noqa: S608 -- constant text
    " WHERE state <> 'confirmed' AND due_ms <= ? AND next_ms <= ? ORDER BY due_ms LIMIT ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionRequest:
    """One transfer whose deletion is asked for.

    state: waiting, asked, confirmed. answer: the latest word: a receipt, a code of privacy/received.py or of
    privacy/reasons.py, or what went wrong. had: the recipient gave a receipt for the transfer itself, or all
    of it went out and it did not refuse it. activity: "" for copies at far targets.
    """

    transfer: str
    recipient: str
    ticket: str
    due: datetime
    attempts: int
    state: str
    answer: str
    had: bool
    activity: str

    @property
    def has_ticket(self) -> bool:
        """Whether closing a ticket ends it; what has none stands under its activity, or under nothing."""
        return self.ticket not in {"", self.activity}


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
    """The recipient gave a receipt, or took all of it unrefused: it can't say later that it never came."""
    tx.execute("UPDATE deletions SET had = 1 WHERE transfer = ?", (transfer,))


def under(tx: Transaction, transfer: str, ticket: str) -> None:
    """The answer to it named a ticket: from now on it stands under that one, and ends with it."""
    tx.execute("UPDATE deletions SET ticket = ? WHERE transfer = ?", (ticket, transfer))


def open_ticket(tx: Transaction, activity: str, ticket: str) -> DeletionRequest | None:
    """The transfer that a ticket was opened for, while nobody asked for its deletion; None: no such one."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM deletions WHERE activity = ? AND ticket = ? AND ticket <> activity"  # noqa: S608 -- constant
        " AND state = 'waiting'",
        (activity, ticket),
    ).fetchall()
    return _row(rows[0]) if rows else None


def has(tx: Transaction, transfer: str) -> bool:
    """Whether its recipient has it, as far as is known here."""
    row = tx.execute("SELECT had FROM deletions WHERE transfer = ?", (transfer,)).fetchone()
    return row is not None and bool(row[0])


def replaced(tx: Transaction, activity: str, recipient: str, by: str, at: datetime) -> None:
    """Newer data is there: ask now for what that recipient got before it. by: the newer transfer."""
    tx.execute(
        "UPDATE deletions SET due_ms = ?1, next_ms = ?1 WHERE activity = ?2 AND recipient = ?3"
        " AND transfer <> ?4 AND state <> 'confirmed' AND due_ms > ?1",
        (to_ms(at), activity, recipient, by),
    )


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
        " WHERE ticket = ? AND ticket <> activity AND state <> 'confirmed' RETURNING transfer",
        (to_ms(at), to_ms(at), ticket),
    ).fetchall()
    return [str(transfer) for (transfer,) in rows]


def back(tx: Transaction, transfer: str, activity: str, at: datetime) -> bool:
    """One transfer of that activity is not wanted there any more: ask now, or again; whether there is one."""
    row = tx.execute(
        "UPDATE deletions SET due_ms = min(due_ms, ?1), next_ms = min(next_ms, ?1)"
        " WHERE transfer = ?2 AND activity = ?3 AND state <> 'confirmed' RETURNING transfer",
        (to_ms(at), transfer, activity),
    ).fetchone()
    return row is not None


def due(tx: Transaction, at: datetime) -> list[DeletionRequest]:
    """What is to be asked for now, AT_ONCE at most."""
    rows = tx.execute(_DUE, (to_ms(at), to_ms(at), AT_ONCE))
    return [_row(row) for row in rows]


def asked(tx: Transaction, transfer: str, at: datetime) -> None:
    """It is asked for at that moment; again in a day, unless it is confirmed."""
    tx.execute(
        "UPDATE deletions SET state = 'asked', attempts = attempts + 1, next_ms = ? WHERE transfer = ?",
        (to_ms(at + AGAIN), transfer),
    )


def put_off(tx: Transaction, transfer: str, at: datetime, why: str) -> None:
    """The gate itself refused to ask at that moment; again in a day. why: a code of privacy/reasons.py."""
    tx.execute(
        "UPDATE deletions SET next_ms = ?, answer = ? WHERE transfer = ?", (to_ms(at + AGAIN), why, transfer)
    )


def answered(tx: Transaction, transfer: str, answer: str) -> None:
    """What came back, or went wrong on the way, and is no confirmation."""
    tx.execute("UPDATE deletions SET answer = ? WHERE transfer = ?", (answer[:LONGEST_ANSWER], transfer))


def confirmed(tx: Transaction, transfer: str, receipt: str) -> None:
    """It is gone there; nobody asks again."""
    tx.execute("UPDATE deletions SET state = 'confirmed', answer = ? WHERE transfer = ?", (receipt, transfer))


def every(tx: Transaction) -> list[DeletionRequest]:
    """All of them, oldest first."""
    return [_row(row) for row in tx.execute(f"SELECT {_COLUMNS} FROM deletions ORDER BY due_ms")]  # noqa: S608 -- constant


def earlier_transfers(tx: Transaction) -> list[EarlierTransfer]:
    """What left and was not yet confirmed as deleted."""
    rows = tx.execute("SELECT transfer, recipient, ticket FROM deletions WHERE state <> 'confirmed'")
    return [EarlierTransfer(id=str(row[0]), recipient=str(row[1]), ticket=str(row[2])) for row in rows]


def told(row: DeletionRequest) -> dict[str, object]:
    """For people and programs."""
    return {
        "transfer": row.transfer,
        "recipient": row.recipient,
        "ticket": row.ticket if row.has_ticket else "",
        "activity": row.activity,
        "due": timestamp(row.due),
        "attempts": row.attempts,
        "state": row.state,
        "answer": row.answer,
    }


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
        activity=str(row[8]),
    )
