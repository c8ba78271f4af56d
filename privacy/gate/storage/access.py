"""Access data of services, in the gate's store alone. Parts of jobs; table: access_data."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction

Job = Callable[[Transaction], object]
"""Changes it, inside a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessData:
    """How to log in to a recipient's server. sender: whom mails and SMS come from; of push its contact."""

    recipient: str
    sender: str
    user: str
    password: str = field(repr=False)


def access_data(tx: Transaction, recipient: str) -> AccessData | None:
    """Of that recipient, or None."""
    row = tx.execute(
        "SELECT recipient, sender, user, password FROM access_data WHERE recipient = ?", (recipient,)
    ).fetchone()
    if row is None:
        return None
    return AccessData(recipient=str(row[0]), sender=str(row[1]), user=str(row[2]), password=str(row[3]))


def keep_access_data(tx: Transaction, row: AccessData, at: datetime) -> None:
    """Set or replace it."""
    tx.execute(
        "INSERT OR REPLACE INTO access_data (recipient, sender, user, password, since_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (row.recipient, row.sender, row.user, row.password, to_ms(at)),
    )


def drop_access_data(tx: Transaction, recipient: str) -> bool:
    """Forget it; whether there was any."""
    return tx.execute("DELETE FROM access_data WHERE recipient = ?", (recipient,)).rowcount > 0


def end_all(tx: Transaction) -> None:
    """A deregistration: only what is needed to delete copies at far targets stays until they are gone."""
    tx.execute("DELETE FROM access_data WHERE recipient NOT IN (SELECT recipient FROM far_copies)")
