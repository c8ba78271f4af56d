"""Copies that this gate put at far targets, so that each can be asked back. Parts of jobs; table: far_copies.

A row stands there from the begin entry of the first attempt on, so that no kill leaves a copy that nobody
knows of; it goes when the target confirmed that the copy is gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from privacy.activity import Activity
from privacy.consent import Grant
from privacy.gate.backups import copies
from privacy.gate.storage import deletions
from privacy.gate.storage.store import Transaction
from privacy.recipients import Recipient
from privacy.standing import EarlierTransfer

BACKUP = "backup.cloud"


def places(recipients: Mapping[str, Recipient]) -> tuple[str, ...]:
    """Names of those that copies may go to, once that is agreed to."""
    rows = recipients.values()
    return tuple(sorted(row.name for row in rows if row.is_far and BACKUP in row.activities))


def begun(tx: Transaction, transfer: str, recipient: str, name: str) -> None:
    """A copy is on its way there; an earlier attempt stays the one that it is asked back by."""
    tx.execute(
        "INSERT OR IGNORE INTO far_copies (transfer, recipient, name) VALUES (?, ?, ?)",
        (transfer, recipient, name),
    )


def gone(tx: Transaction, recipient: str, name: str) -> None:
    """It was deleted there; what asks for that has its answer."""
    rows = tx.execute(
        "DELETE FROM far_copies WHERE recipient = ? AND name = ? RETURNING transfer", (recipient, name)
    ).fetchall()
    for (transfer,) in rows:
        deletions.confirmed(tx, str(transfer), "deleted")


def give_up(tx: Transaction, recipient: str, name: str, at: datetime) -> None:
    """A copy goes no further: what lies there of it is to be deleted, as parts cost money, too."""
    rows = tx.execute("SELECT transfer FROM far_copies WHERE recipient = ? AND name = ?", (recipient, name))
    for (transfer,) in rows.fetchall():
        deletions.expect(tx, str(transfer), recipient, "", at)


def name_of(tx: Transaction, transfer: str) -> str | None:
    """The copy that a transfer brought there, or None."""
    row = tx.execute("SELECT name FROM far_copies WHERE transfer = ?", (transfer,)).fetchone()
    return None if row is None else str(row[0])


def kept_at(tx: Transaction) -> frozenset[str]:
    """Recipients that still have copies: their access data is needed to delete them."""
    return frozenset(str(name) for (name,) in tx.execute("SELECT DISTINCT recipient FROM far_copies"))


def withdrawn(
    tx: Transaction,
    row: Activity | None,
    recipient: str | None,
    gone: Sequence[Grant],
    at: datetime,
    *,
    all_of: bool,
) -> None:
    """These were taken back: what was put somewhere under one of them is to be deleted there.

    all_of: what left under consents of before, too: the whole activity was taken back.
    """
    if row is not None:
        deletions.withdrawn(tx, row, recipient, None if all_of else gone, at)
    for grant in gone:
        if grant.activity == BACKUP:
            ask_back(tx, grant.recipient, at)


def ask_back(tx: Transaction, recipient: str | None, at: datetime) -> list[EarlierTransfer]:
    """A yes was taken back, or (None) all of them: every copy there is to be deleted, from now on.

    What is on its way there goes no further: a later yes gets a copy of another name, this one's is deleted.
    """
    for place in copies.sending(tx) if recipient is None else (recipient,):
        copies.keep_sending(tx, place, None)
    rows = tx.execute(
        "SELECT transfer, recipient FROM far_copies WHERE ? IN (recipient, '')", (recipient or "",)
    ).fetchall()
    found = [EarlierTransfer(id=str(row[0]), recipient=str(row[1]), ticket="") for row in rows]
    for one in found:
        deletions.expect(tx, one.id, one.recipient, one.ticket, at)
    return found
