"""Grants, previews, the outbox and copies of what left in the gate's store.

Like book.py: parts of jobs, inside one transaction. Times are Unix milliseconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast

import msgspec

from privacy.consent import Grant
from privacy.gate.storage import amounts, messages
from privacy.gate.storage.attempt import Outcome
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Transaction
from privacy.reasons import Reason

PREVIEW_KEPT = timedelta(minutes=30)  # of what was shown and not agreed to
_GROUPS = msgspec.json.Decoder(frozenset[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Bytes that were shown, ready to be agreed to. delete_by stands inside them too."""

    id: str
    activity: str
    ticket: str
    groups: frozenset[str]
    sha256: str
    body: bytes
    delete_by: datetime
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A transfer that began and has not arrived. attempts: how often it was tried."""

    transfer: str
    grant_id: int
    groups: frozenset[str]
    sha256: str
    body: bytes
    delete_by: datetime
    first: datetime
    next: datetime
    attempts: int = 0


def fresh(grant: Grant, body: bytes, at: datetime, transfer: str, delete_by: datetime) -> Outgoing:
    """Bytes of an activity without groups, to be sent at once under that consent."""
    return Outgoing(
        transfer=transfer,
        grant_id=grant.id,
        groups=frozenset(),
        sha256=sha256(body).hexdigest(),
        body=body,
        delete_by=delete_by,
        first=at,
        next=at,
    )


def begun(shown: Preview, grant: Grant, at: datetime, transfer: str) -> Outgoing:
    """What was shown, or would be, to be sent at once under that consent."""
    return Outgoing(
        transfer=transfer,
        grant_id=grant.id,
        groups=shown.groups,
        sha256=shown.sha256,
        body=shown.body,
        delete_by=shown.delete_by,
        first=at,
        next=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of a transfer. body: exactly what was sent; result: delivered, failed or cut.

    refused: why the recipient did not take it, a code of privacy/received.py; behind ``result`` in the table.
    """

    transfer: str
    activity: str
    recipient: str
    ticket: str
    sha256: str
    body: bytes
    at: datetime
    delete_by: datetime
    running_by_s: float
    result: str
    receipt: str | None
    refused: str = ""


def meta(tx: Transaction, key: str) -> bytes | None:
    """A value of the gate's own, or None."""
    row = tx.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else cast("bytes", row[0])


def set_meta(tx: Transaction, key: str, value: bytes) -> None:
    """Keep a value of the gate's own."""
    tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))


def close_entry(tx: Transaction, activity: str) -> None:
    """Remember that the owner took back what an entry in homebase.toml allows."""
    set_meta(tx, f"closed:{activity}", b"withdrawn")


def reopen_entry(tx: Transaction, activity: str) -> None:
    """Forget that."""
    tx.execute("DELETE FROM meta WHERE key = ?", (f"closed:{activity}",))


def is_entry_closed(tx: Transaction, activity: str) -> bool:
    """Whether the owner took an entry back."""
    return meta(tx, f"closed:{activity}") is not None


# grants


def next_grant_id(tx: Transaction) -> int:
    """A number that no grant ever had."""
    row = tx.execute("SELECT coalesce(max(id), 0) + 1 FROM grants").fetchone()
    assert row is not None
    return cast("int", row[0])


def keep_grant(tx: Transaction, grant: Grant, proof: str | None = None) -> None:
    """Write a live grant, new or changed. proof: the signed statement of a new one."""
    tx.execute(
        "INSERT INTO grants (id, live, body, proof) VALUES (?, 1, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET live = 1, reason = NULL, ended_ms = NULL, body = excluded.body",
        (grant.id, msgspec.json.encode(grant), proof),
    )


def end_grant(tx: Transaction, grant: Grant, reason: Reason, at: datetime) -> None:
    """Mark a grant as ended; it stays as proof."""
    tx.execute(
        "INSERT INTO grants (id, live, reason, ended_ms, body) VALUES (?, 0, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET live = 0, reason = excluded.reason, ended_ms = excluded.ended_ms,"
        " body = excluded.body",
        (grant.id, reason.value, to_ms(at), msgspec.json.encode(grant)),
    )


def drop_grants(tx: Transaction, before: datetime) -> None:
    """Drop consents that ended before that time: nobody needs their proof any more."""
    tx.execute(
        "DELETE FROM grants WHERE live = 0 AND ended_ms < ? AND id < (SELECT max(id) FROM grants)",
        (to_ms(before),),  # the last one stays: its number is never given again
    )


def grants(tx: Transaction) -> Iterator[tuple[Grant, Reason | None]]:
    """All grants, oldest first, with the reason why they ended."""
    for body, reason in tx.execute("SELECT body, reason FROM grants ORDER BY id"):
        grant = msgspec.json.decode(cast("bytes", body), type=Grant)
        yield grant, None if reason is None else Reason(reason)


def live_grants(tx: Transaction) -> list[Grant]:
    """Grants that have not ended on the disk."""
    rows = tx.execute("SELECT body FROM grants WHERE live = 1")
    return [msgspec.json.decode(cast("bytes", body), type=Grant) for (body,) in rows]


# previews


def keep_preview(tx: Transaction, row: Preview) -> None:
    """Keep what is shown until it expires."""
    tx.execute(
        "INSERT INTO previews (id, activity, ticket, groups, sha256, body, delete_by_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.id, row.activity, row.ticket, _spelled(row.groups), row.sha256, row.body),
            *(to_ms(row.delete_by), to_ms(row.expires)),
        ),
    )


def preview(tx: Transaction, number: str) -> Preview | None:
    """A preview that was shown, or None; it may have expired."""
    row = tx.execute(
        "SELECT id, activity, ticket, groups, sha256, body, delete_by_ms, expires_ms"
        " FROM previews WHERE id = ?",
        (number,),
    ).fetchone()
    if row is None:
        return None
    return Preview(
        id=str(row[0]),
        activity=str(row[1]),
        ticket=str(row[2]),
        groups=_GROUPS.decode(str(row[3])),
        sha256=str(row[4]),
        body=cast("bytes", row[5]),
        delete_by=_at(row[6]),
        expires=_at(row[7]),
    )


def preview_of(tx: Transaction, activity: str, sha256: str) -> Preview | None:
    """The latest preview of exactly those bytes, or None; it may have expired."""
    row = tx.execute(
        "SELECT id FROM previews WHERE activity = ? AND sha256 = ? ORDER BY expires_ms DESC LIMIT 1",
        (activity, sha256),
    ).fetchone()
    return None if row is None else preview(tx, str(row[0]))


def drop_previews(tx: Transaction, activity: str) -> None:
    """A withdrawal throws away what was shown and not agreed to."""
    tx.execute("DELETE FROM previews WHERE activity = ?", (activity,))


# outbox


def keep_outgoing(tx: Transaction, row: Outgoing) -> None:
    """Write a transfer that is to be tried (again)."""
    tx.execute(
        "INSERT OR REPLACE INTO outbox"
        " (transfer, grant_id, groups, sha256, body, delete_by_ms, first_ms, next_ms, attempts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.transfer, row.grant_id, _spelled(row.groups), row.sha256, row.body),
            *(to_ms(row.delete_by), to_ms(row.first), to_ms(row.next), row.attempts),
        ),
    )


def drop_outgoing(tx: Transaction, transfer: str) -> None:
    """It arrived, or must not be tried any more."""
    tx.execute("DELETE FROM outbox WHERE transfer = ?", (transfer,))


def purge_outbox(tx: Transaction, grant_ids: Sequence[int]) -> int:
    """Drop everything that waits under these grants; return how much."""
    for number in grant_ids:
        messages.withdrawn(tx, number)
    return sum(
        tx.execute("DELETE FROM outbox WHERE grant_id = ?", (number,)).rowcount for number in grant_ids
    )


def outgoing(tx: Transaction) -> list[Outgoing]:
    """Everything that waits, the next one first."""
    rows = tx.execute(
        "SELECT transfer, grant_id, groups, sha256, body, delete_by_ms, first_ms, next_ms, attempts"
        " FROM outbox ORDER BY next_ms"
    )
    return [
        Outgoing(
            transfer=str(row[0]),
            grant_id=cast("int", row[1]),
            groups=_GROUPS.decode(str(row[2])),
            sha256=str(row[3]),
            body=cast("bytes", row[4]),
            delete_by=_at(row[5]),
            first=_at(row[6]),
            next=_at(row[7]),
            attempts=cast("int", row[8]),
        )
        for row in rows
    ]


# copies of what left


def keep_sent(tx: Transaction, row: Sent) -> None:
    """Keep the exact copy of what left."""
    tx.execute(
        "INSERT OR REPLACE INTO sent (transfer, activity, recipient, ticket, sha256, body, at_ms,"
        " delete_by_ms, running_by_s, result, receipt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.transfer, row.activity, row.recipient, row.ticket, row.sha256, row.body, to_ms(row.at)),
            *(to_ms(row.delete_by), int(row.running_by_s), row.result, row.receipt),
        ),
    )


def end_sent(tx: Transaction, transfer: str, outcome: Outcome) -> None:
    """What became of it."""
    result = f"{outcome.result.value}.{outcome.refused}".rstrip(".")
    tx.execute(
        "UPDATE sent SET result = ?, receipt = ? WHERE transfer = ?", (result, outcome.receipt, transfer)
    )


def latest_sent(tx: Transaction, activity: str) -> Sent | None:
    """The latest copy of that activity, or None."""
    row = tx.execute(
        "SELECT transfer, activity, recipient, ticket, sha256, body, at_ms, delete_by_ms, running_by_s,"
        " result, receipt FROM sent WHERE activity = ? ORDER BY at_ms DESC LIMIT 1",
        (activity,),
    ).fetchone()
    if row is None:
        return None
    result, _, refused = str(row[9]).partition(".")
    return Sent(
        transfer=str(row[0]),
        activity=str(row[1]),
        recipient=str(row[2]),
        ticket=str(row[3]),
        sha256=str(row[4]),
        body=cast("bytes", row[5]),
        at=_at(row[6]),
        delete_by=_at(row[7]),
        running_by_s=float(cast("int", row[8])),
        result=result,
        receipt=None if row[10] is None else str(row[10]),
        refused=refused,
    )


def due_copies(tx: Transaction, at: datetime, running_s: float) -> list[str]:
    """Transfers whose copy is to go: by the clock or by running time, whichever comes first."""
    rows = tx.execute(
        "SELECT transfer FROM sent WHERE delete_by_ms <= ? OR running_by_s <= ?", (to_ms(at), int(running_s))
    )
    return [str(transfer) for (transfer,) in rows]


def drop_copies(tx: Transaction, transfers: Sequence[str]) -> None:
    """Delete these copies."""
    for transfer in transfers:
        tx.execute("DELETE FROM sent WHERE transfer = ?", (transfer,))


def drop_copies_for(tx: Transaction, activity: str, recipient: str | None) -> None:
    """Delete those of an activity, of that recipient or of all: its consent is taken back."""
    tx.execute(
        "DELETE FROM sent WHERE activity = ? AND (? IS NULL OR recipient = ?)",
        (activity, recipient, recipient),
    )


def sweep(tx: Transaction, at: datetime) -> None:
    """Drop what outlived its holding's retention and needs no entry in the ledger."""
    tx.execute("DELETE FROM previews WHERE expires_ms <= ?", (to_ms(at),))
    amounts.sweep(tx, at)


def _spelled(groups: frozenset[str]) -> str:
    return msgspec.json.encode(sorted(groups)).decode()


def _at(value: object) -> datetime:
    return from_ms(cast("int", value))


def last_sent_ms(tx: Transaction, grant: Grant) -> int:
    """When something was last sent (or tried) under a consent's activity, recipient and ticket; 0: never."""
    row = tx.execute(
        "SELECT coalesce(max(at_ms), 0) FROM sent WHERE activity = ? AND recipient = ? AND ticket = ?",
        (grant.activity, grant.recipient, grant.ticket),
    ).fetchone()
    assert row is not None
    return cast("int", row[0])
