"""What left and what was refused, by quarters of an hour: for the home's day as it is shown; decides nothing.

Each timezone's midnight is at the start of a quarter, so a timezone may be entered or changed later.
"""

from datetime import datetime, timedelta
from typing import cast

from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction

KEPT = timedelta(days=2)
_QUARTER_MS = 900_000


def quarter_of(at: datetime) -> int:
    """Quarters of an hour since 1970."""
    return to_ms(at) // _QUARTER_MS


def add(
    tx: Transaction, activity: str, recipient: str, at: datetime, *, amount: int = 0, refused: int = 0
) -> None:
    """Count bytes, or refusals."""
    tx.execute(
        "INSERT INTO counts (quarter, activity, recipient, bytes, refused) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes, refused = refused + excluded.refused",
        (quarter_of(at), activity, recipient, amount, refused),
    )


def take_off(tx: Transaction, activity: str, recipient: str, amount: int) -> None:
    """Bytes that were counted and did not leave: the newest ones."""
    rows = tx.execute(
        "SELECT quarter, bytes FROM counts WHERE activity = ? AND recipient = ? AND bytes > 0"
        " ORDER BY quarter DESC",
        (activity, recipient),
    ).fetchall()
    for quarter, counted in rows:
        taken = min(amount, cast("int", counted))
        amount -= taken
        tx.execute(
            "UPDATE counts SET bytes = bytes - ? WHERE quarter = ? AND activity = ? AND recipient = ?",
            (taken, quarter, activity, recipient),
        )
        if not amount:
            return


def refused_since(tx: Transaction, began: datetime) -> dict[str, int]:
    """Refusals by activity. began: of today, or of yesterday."""
    rows = tx.execute(
        "SELECT activity, sum(refused) FROM counts WHERE quarter >= ? AND refused > 0 GROUP BY 1",
        (quarter_of(began),),
    )
    return {str(activity): cast("int", count) for activity, count in rows}


def spent_since(tx: Transaction, began: datetime) -> dict[str, dict[str, int]]:
    """Bytes that began to leave, by activity and recipient. began: of today, or of yesterday."""
    told: dict[str, dict[str, int]] = {}
    rows = tx.execute(
        "SELECT activity, recipient, sum(bytes) FROM counts WHERE quarter >= ? AND bytes > 0"
        " GROUP BY 1, 2 ORDER BY recipient",
        (quarter_of(began),),
    )
    for activity, recipient, count in rows:
        told.setdefault(str(activity), {})[str(recipient)] = cast("int", count)
    return told


def sweep(tx: Transaction, at: datetime) -> None:
    """Drop what is older than any today."""
    tx.execute("DELETE FROM counts WHERE quarter < ?", (quarter_of(at - KEPT),))
