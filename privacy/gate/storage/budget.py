"""What anonymous answers cost this home, and the one of the running week, in the gate's store.

Parts of jobs, inside one transaction, as in records.py. A row is a week: planned (when), drawn (the answer is
kept so that nobody gets two of one week to average), sent, missed, or assumed: a copy of before was put back,
and what it can't know of counts as answered. What was spent stays for the home's life; the answer goes once
it is sent or its week is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from privacy import anonymise
from privacy.anonymise import EPSILON_MILLI, LIFE_MILLI, MOST_ANSWERS, Week
from privacy.gate.storage import records
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Row, Transaction

ACTIVITY = "telemetry.usage"
_DOUBTED = "telemetry_doubted_ms"  # in meta
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


def answered(tx: Transaction) -> list[str]:
    """Weeks that cost something, oldest first."""
    return [str(week) for (week,) in tx.execute("SELECT week FROM telemetry WHERE epsilon_milli ORDER BY 1")]


def doubt(tx: Transaction, since: datetime) -> None:
    """A copy of before was put back: what was spent from then on is not known. The earliest of all counts."""
    before = doubted(tx)
    at_ms = to_ms(since if before is None else min(since, before))
    records.set_meta(tx, _DOUBTED, str(at_ms).encode())


def doubted(tx: Transaction) -> datetime | None:
    """From when on it is not known what was spent; None: all is known."""
    found = records.meta(tx, _DOUBTED)
    return None if found is None else from_ms(int(found))


def settle_doubt(tx: Transaction, at: datetime) -> int:
    """Every week in doubt, this one too, counts as answered, up to the budget for good; how many."""
    since = doubted(tx)
    if since is None:
        return 0
    tx.execute("DELETE FROM meta WHERE key = ?", (_DOUBTED,))
    week = anonymise.week_of(at)
    found: list[Week] = []
    while week.ends > since and len(found) < MOST_ANSWERS:
        found.append(week)
        week = anonymise.week_of(week.begins - timedelta(days=1))
    return assume(tx, found)


def assume(tx: Transaction, weeks: Iterable[Week]) -> int:
    """Count these as answered, until the budget for good is used up; how many were not counted before."""
    count = 0
    for week in weeks:
        before = find(tx, week.label)
        if (before is not None and before.epsilon_milli) or spent(tx, week.month).life_milli >= LIFE_MILLI:
            continue
        tx.execute(
            f"INSERT OR REPLACE INTO telemetry ({_COLUMNS}) VALUES (?, ?, '', ?, NULL, ?, 'assumed')",  # noqa: S608 -- constant
            (week.label, week.month, to_ms(week.begins), EPSILON_MILLI),
        )
        count += 1
    return count


def _asked(row: Row) -> Asked:
    return Asked(
        week=str(row[0]),
        month=str(row[1]),
        metric=str(row[2]),
        at=from_ms(cast("int", row[3])),
        answer=cast("int | None", row[4]),
        epsilon_milli=cast("int", row[5]),
        state=str(row[6]),
    )
