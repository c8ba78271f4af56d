"""Usage history on servers, in the gate's store: which series for which purpose, and the next message.

Parts of jobs, inside one transaction. A row is a purpose and a recipient with the key of their pseudonyms;
once its message left, it holds none until the next day. The key is destroyed with the consent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import cast

from privacy import usage_history
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.records import drop_copies_for
from privacy.gate.storage.store import Row, Transaction

_COLUMNS = "activity, recipient, key, addressee, day, transfer, body, inside, made_ms, at_ms, agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """body: exactly what leaves at ``at``, b"" when that day is done; inside: what is sealed in it, as JSON.

    addressee: the keys it is sealed to; agreed: under a consent.
    """

    activity: str
    recipient: str
    key: bytes
    addressee: str
    day: str
    transfer: str
    body: bytes
    inside: bytes
    made: datetime
    at: datetime
    agreed: bool

    @property
    def sha256(self) -> str:
        """Of what leaves."""
        return sha256(self.body).hexdigest()


NOTHING_KNOWN = b"[]"  # ``inside`` of a day of which none of the series has a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What left under a purpose, from our copy. size: in bytes; result, refused: as those of records.Sent."""

    transfer: str
    recipient: str
    day: str
    at: datetime
    size: int
    result: str
    refused: str


def find(tx: Transaction, activity: str, recipient: str) -> Kept | None:
    """That of one purpose and recipient, or None."""
    row = tx.execute(
        f"SELECT {_COLUMNS} FROM history WHERE activity = ? AND recipient = ?",  # noqa: S608 -- constant
        (activity, recipient),
    ).fetchone()
    return None if row is None else _kept(row)


def every(tx: Transaction) -> list[Kept]:
    """All of them."""
    return [_kept(row) for row in tx.execute(f"SELECT {_COLUMNS} FROM history")]  # noqa: S608 -- constant


def keep(tx: Transaction, row: Kept) -> None:
    """Write it, in the place of the one before."""
    tx.execute(
        f"INSERT OR REPLACE INTO history ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 -- constant
        (
            *(row.activity, row.recipient, row.key, row.addressee, row.day, row.transfer, row.body),
            *(row.inside, to_ms(row.made), to_ms(row.at), row.agreed),
        ),
    )


def forget(tx: Transaction, activity: str, recipient: str | None) -> None:
    """The key of its pseudonyms, what waits, and our copies of what left. recipient: None for all."""
    tx.execute(
        "DELETE FROM history WHERE activity = ? AND (? IS NULL OR recipient = ?)",
        (activity, recipient, recipient),
    )
    drop_copies_for(tx, activity, recipient)


def chosen(tx: Transaction, activity: str) -> tuple[str, ...]:
    """The datapoints that the owner chose for that purpose."""
    rows = tx.execute("SELECT datapoint FROM history_series WHERE activity = ? ORDER BY 1", (activity,))
    return tuple(str(datapoint) for (datapoint,) in rows)


def left(tx: Transaction, activity: str) -> list[Left]:
    """What left under that purpose, as long as our copies are kept; the latest first."""
    rows = tx.execute(
        "SELECT transfer, recipient, json_extract(CAST(body AS TEXT), '$.day'), at_ms, length(body), result"
        " FROM sent WHERE activity = ? ORDER BY at_ms DESC",
        (activity,),
    )
    return [_left(row) for row in rows]


def copy(tx: Transaction, transfer: str) -> bytes | None:
    """Exactly what left, or waits, under that name; None: it is of something else, or our copy is gone."""
    row = tx.execute(
        "SELECT body FROM sent WHERE transfer = ?1 AND activity LIKE ?2"
        " UNION ALL SELECT outbox.body FROM outbox JOIN grants ON grants.id = outbox.grant_id"
        " WHERE transfer = ?1 AND json_extract(CAST(grants.body AS TEXT), '$.activity') LIKE ?2",
        (transfer, f"{usage_history.PREFIX}%"),
    ).fetchone()
    return None if row is None else cast("bytes", row[0])


def choose(tx: Transaction, activity: str, datapoints: Iterable[str]) -> None:
    """Exactly these from now on; one of others that waits, or of which nothing was known, is made anew."""
    tx.execute("DELETE FROM history_series WHERE activity = ?", (activity,))
    for datapoint in datapoints:
        tx.execute("INSERT INTO history_series (activity, datapoint) VALUES (?, ?)", (activity, datapoint))
    tx.execute(
        "UPDATE history SET body = x'', inside = x'', day = '' WHERE activity = ?"
        " AND (body <> x'' OR inside = ?)",
        (activity, NOTHING_KNOWN),
    )


def again(tx: Transaction, activity: str, recipient: str) -> None:
    """The day whose message was dropped is not done."""
    tx.execute("UPDATE history SET day = '' WHERE activity = ? AND recipient = ?", (activity, recipient))


def _left(row: Row) -> Left:
    result, _, refused = str(row[5]).partition(".")
    return Left(
        transfer=str(row[0]),
        recipient=str(row[1]),
        day=str(row[2]),
        at=from_ms(cast("int", row[3])),
        size=cast("int", row[4]),
        result=result,
        refused=refused,
    )


def _kept(row: Row) -> Kept:
    return Kept(
        activity=str(row[0]),
        recipient=str(row[1]),
        key=cast("bytes", row[2]),
        addressee=str(row[3]),
        day=str(row[4]),
        transfer=str(row[5]),
        body=cast("bytes", row[6]),
        inside=cast("bytes", row[7]),
        made=from_ms(cast("int", row[8])),
        at=from_ms(cast("int", row[9])),
        agreed=bool(row[10]),
    )
