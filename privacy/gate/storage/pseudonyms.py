"""Pseudonyms of the monitoring and their keys, in the gate's store: one for each recipient and week.

Parts of jobs, inside one transaction. A key is random, of one recipient, and destroyed with its week, a
withdrawal or an objection; from then on nobody, this home neither, can say which pseudonym was its own.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast

from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.records import PREVIEW_KEPT, drop_copies_for
from privacy.gate.storage.store import Row, Transaction

ACTIVITY = "monitor.device"
KEY_SIZE = 32
SIZE = 16  # bytes of a pseudonym
_COLUMNS = "recipient, week, key, body, made_ms, at_ms, agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The next message to one recipient. body: exactly what leaves at ``at``; agreed: under a consent."""

    recipient: str
    week: str
    key: bytes
    body: bytes
    made: datetime
    at: datetime
    agreed: bool


def pseudonym(key: bytes, recipient: str, week: str) -> str:
    """What one recipient calls this home in one week."""
    return hmac.digest(key, f"{recipient}\n{week}".encode(), sha256)[:SIZE].hex()


def find(tx: Transaction, recipient: str) -> Prepared | None:
    """The next message to that recipient, or None."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM monitoring WHERE recipient = ?", (recipient,)).fetchone()  # noqa: S608 -- constant
    return None if row is None else _prepared(row)


def keep(tx: Transaction, row: Prepared) -> None:
    """Write it, in the place of the one before."""
    tx.execute(
        f"INSERT OR REPLACE INTO monitoring ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- constant
        (row.recipient, row.week, row.key, row.body, to_ms(row.made), to_ms(row.at), row.agreed),
    )


def spent(tx: Transaction, week: str, allowed: Iterable[str], at: datetime) -> list[str]:
    """Whose keys are of past weeks, of recipients that are not ``allowed`` any more, or of old previews."""
    names = frozenset(allowed)
    return [
        row.recipient
        for row in map(_prepared, tx.execute(f"SELECT {_COLUMNS} FROM monitoring").fetchall())  # noqa: S608 -- constant
        if row.week < week or (row.recipient not in names and (row.agreed or at - row.made >= PREVIEW_KEPT))
    ]


def destroy(tx: Transaction, week: str, allowed: Iterable[str], at: datetime) -> None:
    """Destroy those keys."""
    for name in spent(tx, week, allowed, at):
        tx.execute("DELETE FROM monitoring WHERE recipient = ?", (name,))


def withdrawn(tx: Transaction, activity: str, recipient: str | None) -> None:
    """A consent is taken back: that recipient's key goes with it, and our copies of what left; or all."""
    if activity == ACTIVITY:
        tx.execute("DELETE FROM monitoring WHERE ? IS NULL OR recipient = ?", (recipient, recipient))
        drop_copies_for(tx, activity, recipient)


def agree(tx: Transaction, recipient: str) -> None:
    """What was shown is under a consent now."""
    tx.execute("UPDATE monitoring SET agreed = 1 WHERE recipient = ?", (recipient,))


def _prepared(row: Row) -> Prepared:
    return Prepared(
        recipient=str(row[0]),
        week=str(row[1]),
        key=cast("bytes", row[2]),
        body=cast("bytes", row[3]),
        made=from_ms(cast("int", row[4])),
        at=from_ms(cast("int", row[5])),
        agreed=bool(row[6]),
    )
