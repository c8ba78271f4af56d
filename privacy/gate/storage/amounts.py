"""How much left and how often something was refused in each UTC day: budgets are kept by it.

Parts of jobs, inside one transaction, as in records.py. The home's own day is counted in counts.py.
"""

from datetime import UTC, datetime, timedelta
from typing import cast

from privacy.gate.storage import counts
from privacy.gate.storage.store import Transaction
from privacy.ports import DERIVED
from privacy.reasons import Reason


def day_of(at: datetime) -> str:
    """The UTC day, 2026-03-01."""
    return at.astimezone(UTC).date().isoformat()


def sent_today(tx: Transaction, activity: str, recipient: str, at: datetime) -> int:
    """Bytes that began to leave in this UTC day: no timezone that somebody names gives a second allowance."""
    row = tx.execute(
        "SELECT bytes FROM budgets WHERE activity = ? AND recipient = ? AND day = ?",
        (activity, recipient, day_of(at)),
    ).fetchone()
    return 0 if row is None else cast("int", row[0])


def spend(tx: Transaction, activity: str, recipient: str, at: datetime, amount: int) -> None:
    """Count bytes before they leave."""
    counts.add(tx, activity, recipient, at, amount=amount)
    tx.execute(
        "INSERT INTO budgets (activity, recipient, day, bytes) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes",
        (activity, recipient, day_of(at), amount),
    )


def give_back(tx: Transaction, activity: str, recipient: str, day: str, amount: int) -> None:
    """Take bytes off a day's count that were reserved and did not leave."""
    tx.execute(
        "UPDATE budgets SET bytes = max(0, bytes - ?) WHERE activity = ? AND recipient = ? AND day = ?",
        (amount, activity, recipient, day),
    )
    counts.take_off(tx, activity, recipient, amount)


def count_refusal(tx: Transaction, activity: str, recipient: str, reason: Reason, at: datetime) -> int:
    """Count a refusal; return how often it happened in this UTC day, this one included."""
    counts.add(tx, activity, recipient, at, refused=1)
    row = tx.execute(
        "INSERT INTO refusals (day, activity, recipient, reason, count) VALUES (?, ?, ?, ?, 1)"
        " ON CONFLICT DO UPDATE SET count = count + 1 RETURNING count",
        (day_of(at), activity, recipient, reason.value),
    ).fetchone()
    assert row is not None
    return cast("int", row[0])


def sweep(tx: Transaction, at: datetime) -> None:
    """Drop the days that outlived their holding's retention."""
    counts.sweep(tx, at)
    tx.execute("DELETE FROM budgets WHERE day < ?", (day_of(at - timedelta(days=7)),))
    tx.execute("DELETE FROM refusals WHERE day < ?", (day_of(at - DERIVED),))
