"""Messages to the household that were sent, or were to be, with what became of each. Parts of jobs.

Table: messages. The text of one stays as long as the owner keeps them; the outbox and the exact copy have
rules of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import cast

from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Transaction

EXPIRES = {  # those of which nobody wants to hear later
    "mail.send": timedelta(hours=12),
    "sms.send": timedelta(hours=2),
    "push.send": timedelta(hours=2),
}
# whether one arrived is asked so long after it left, then so long after each question; then nobody knows
ASK_AFTER_S = (30.0, 120.0, 600.0, 3600.0)


class Fate(Enum):
    """What became of a message."""

    WAITING = "waiting"  # it is tried, or tried again
    SENT = "sent"  # the service took it
    DELIVERED = "delivered"  # its receipt says that it arrived
    UNKNOWN = "unknown"  # the service took it, and no receipt came
    FAILED = "failed"  # it was refused, or its receipt says so
    EXPIRED = "expired"  # too old to be tried again
    WITHDRAWN = "withdrawn"  # the consent ended first


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of them. what: the last attempt in words; receipt: the service's own word, or its id of it.

    grant: the consent's number; ask: when the service is asked whether it arrived, None: not any more; asked:
    how often it was.
    """

    transfer: str
    activity: str
    recipient: str
    addressee: str
    text: str
    at: datetime
    fate: Fate = Fate.WAITING
    what: str = ""
    receipt: str = ""
    grant: int = 0
    asked: int = 0
    ask: datetime | None = None


def keep(tx: Transaction, row: Message) -> None:
    """Write a new one."""
    tx.execute(
        "INSERT INTO messages"
        " (transfer, activity, recipient, addressee, text, at_ms, fate, what, receipt, grant_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.transfer, row.activity, row.recipient, row.addressee, row.text, to_ms(row.at)),
            *(row.fate.value, row.what, row.receipt, row.grant),
        ),
    )


def ended(tx: Transaction, transfer: str, fate: Fate, what: str = "", receipt: str = "") -> None:
    """Say what became of one; of no message where none has that id."""
    tx.execute(
        "UPDATE messages SET fate = ?, what = ?, receipt = ? WHERE transfer = ?",
        (fate.value, what[:300], receipt, transfer),
    )


def withdrawn(tx: Transaction, grant_id: int) -> None:
    """Those that wait under that consent leave no more, and nobody is asked whether those that left arrived.

    Before the outbox forgets them.
    """
    tx.execute(
        "UPDATE messages SET fate = ? WHERE transfer IN (SELECT transfer FROM outbox WHERE grant_id = ?)",
        (Fate.WITHDRAWN.value, grant_id),
    )
    tx.execute(
        "UPDATE messages SET fate = ?, what = 'receipt_ended', ask_ms = NULL"
        " WHERE grant_id = ? AND ask_ms IS NOT NULL",
        (Fate.UNKNOWN.value, grant_id),
    )


# receipts


def ask_at(tx: Transaction, transfer: str, at: datetime, asked: int = 0) -> None:
    """Its service is asked then whether it arrived. asked: how often it was until now."""
    tx.execute("UPDATE messages SET ask_ms = ?, asked = ? WHERE transfer = ?", (to_ms(at), asked, transfer))


def settled(tx: Transaction, transfer: str, fate: Fate, what: str) -> None:
    """What the service says of one that it is asked about; it is asked no more."""
    tx.execute(
        "UPDATE messages SET fate = ?, what = ?, ask_ms = NULL WHERE transfer = ? AND ask_ms IS NOT NULL",
        (fate.value, what[:300], transfer),
    )


def to_ask(tx: Transaction, until: datetime) -> list[Message]:
    """Those whose service is to be asked by then, the next one first."""
    rows = tx.execute(f"{_ALL} WHERE ask_ms <= ? ORDER BY ask_ms, transfer LIMIT 100", (to_ms(until),))
    return [_read(row) for row in rows]


def latest(tx: Transaction, limit: int) -> list[Message]:
    """The newest first."""
    return [_read(row) for row in tx.execute(f"{_ALL} ORDER BY at_ms DESC, transfer LIMIT ?", (limit,))]


def fates(tx: Transaction, transfers: Sequence[str]) -> list[Message]:
    """Those of these ids that are known."""
    found = []
    for transfer in transfers:
        row = tx.execute(f"{_ALL} WHERE transfer = ?", (transfer,)).fetchone()
        if row is not None:
            found.append(_read(row))
    return found


def newest(tx: Transaction) -> dict[tuple[str, str], Message]:
    """The newest one, by activity and addressee."""
    # SQLite takes all other columns from the row that has the maximum
    rows = tx.execute(f"{_ALL} GROUP BY activity, addressee HAVING max(at_ms)")
    found = map(_read, rows)
    return {(one.activity, one.addressee): one for one in found}


def last_sent(tx: Transaction) -> dict[tuple[str, str], datetime]:
    """When a service last took one, by activity and addressee."""
    rows = tx.execute(
        "SELECT activity, addressee, max(at_ms) FROM messages WHERE fate IN (?, ?, ?)"
        " GROUP BY activity, addressee",
        (Fate.SENT.value, Fate.DELIVERED.value, Fate.UNKNOWN.value),
    )
    return {(str(activity), str(addressee)): _at(at) for activity, addressee, at in rows}


def forget(tx: Transaction, activity: str | None = None, addressee: str | None = None) -> int:
    """Erase all, or those of one activity, to one addressee; what still waits stays until it is over."""
    wanted = {"activity": activity, "addressee": addressee}
    values = {column: value for column, value in wanted.items() if value is not None}
    which = " AND ".join(["fate <> 'waiting'", *(f"{column} = ?" for column in values)])
    return tx.execute(f"DELETE FROM messages WHERE {which}", tuple(values.values())).rowcount  # noqa: S608 -- constants


def sweep(tx: Transaction, before: datetime) -> int:
    """Erase what is older."""
    return tx.execute("DELETE FROM messages WHERE at_ms < ?", (to_ms(before),)).rowcount


_ALL = (
    "SELECT transfer, activity, recipient, addressee, text, at_ms, fate, what, receipt, grant_id, asked,"
    " ask_ms FROM messages"
)


def _read(row: Sequence[object]) -> Message:
    return Message(
        transfer=str(row[0]),
        activity=str(row[1]),
        recipient=str(row[2]),
        addressee=str(row[3]),
        text=str(row[4]),
        at=_at(row[5]),
        fate=Fate(str(row[6])),
        what=str(row[7]),
        receipt=str(row[8]),
        grant=cast("int", row[9]),
        asked=cast("int", row[10]),
        ask=None if row[11] is None else _at(row[11]),
    )


def _at(value: object) -> datetime:
    return from_ms(cast("int", value))
