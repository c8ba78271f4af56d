"""What anonymous answers cost this home, and the one of the running week, in the gate's store.

Parts of jobs, inside one transaction, as in records.py. A row is a week: planned (when), drawn (the answer is
kept so that nobody gets two of one week to average), sent, or missed. What was spent stays for the home's
life; the answer goes once it is sent or its week is over.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Row, Transaction

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "week, month, metric, at_ms, answer, epsilon_milli, state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One week. at: when its message leaves; answer: the drawn one, None before and afterwards."""

    week: str
    month: str
    metric: str
    at: datetime
    answer: int | None
    epsilon_milli: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Thousandths of ε."""

    month_milli: int
    life_milli: int


def find(tx: Transaction, week: str) -> Asked | None:
    """That week, or None."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM telemetry WHERE week = ?", (week,)).fetchone()  # noqa: S608 -- constant
    return None if row is None else _asked(row)


def every(tx: Transaction) -> list[Asked]:
    """All weeks, oldest first."""
    return [_asked(row) for row in tx.execute(f"SELECT {_COLUMNS} FROM telemetry ORDER BY week")]  # noqa: S608 -- constant


def spent(tx: Transaction, month: str) -> Spent:
    """What was spent in ``month``, and ever."""
    row = tx.execute(
        "SELECT coalesce(sum(epsilon_milli * (month = ?)), 0), coalesce(sum(epsilon_milli), 0)"
        " FROM telemetry",
        (month,),
    ).fetchone()
    assert row is not None
    return Spent(month_milli=cast("int", row[0]), life_milli=cast("int", row[1]))


def plan(tx: Transaction, asked: Asked) -> None:
    """Write a week down before anything is drawn; one that stands there already stays."""
    tx.execute(
        f"INSERT OR IGNORE INTO telemetry ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- constant
        (
            asked.week,
            asked.month,
            asked.metric,
            to_ms(asked.at),
            asked.answer,
            asked.epsilon_milli,
            asked.state,
        ),
    )


def draw(tx: Transaction, week: str, answer: int, epsilon_milli: int) -> None:
    """Keep the answer and count what it costs, in one."""
    tx.execute(
        "UPDATE telemetry SET answer = ?, epsilon_milli = ?, state = 'drawn' WHERE week = ?",
        (answer, epsilon_milli, week),
    )


def later(tx: Transaction, week: str, at: datetime) -> None:
    """The same answer at another moment."""
    tx.execute("UPDATE telemetry SET at_ms = ? WHERE week = ?", (to_ms(at), week))


def settle(tx: Transaction, week: str, state: str) -> None:
    """It is sent, or missed; what was spent is not given back."""
    tx.execute("UPDATE telemetry SET state = ?, answer = NULL WHERE week = ?", (state, week))


def close_others(tx: Transaction, week: str) -> None:
    """Weeks that are over take their answers with them."""
    tx.execute(
        "UPDATE telemetry SET state = 'missed', answer = NULL"
        " WHERE week <> ? AND state IN ('planned', 'drawn')",
        (week,),
    )


def _asked(row: Row) -> Asked:
    return Asked(
        week=str(row[0]),
        month=str(row[1]),
        metric=str(row[2]),
        at=_EPOCH + timedelta(milliseconds=cast("int", row[3])),
        answer=cast("int | None", row[4]),
        epsilon_milli=cast("int", row[5]),
        state=str(row[6]),
    )
