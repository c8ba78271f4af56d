"""Files that wait to leave: a row for each, and its encrypted bytes in a folder beside the store.

The row is written when the file is whole and on the disk; a file without a row is a leftover, and goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from privacy.gate.storage.store import Transaction

FOLDER = "staged"
PART = 4 << 20  # bytes of one upload: what is sent again at most after an interruption


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """One file. sha256, size: in the clear; sealed_…: as it lies there.

    addressee: the keys that it is encrypted to. parts: how many of its uploads the receiver has acknowledged.
    """

    transfer: str
    activity: str
    recipient: str
    addressee: str
    sha256: str
    size: int
    sealed_sha256: str
    sealed_size: int
    at_ms: int
    parts: int = 0

    @property
    def all_parts(self) -> int:
        """How many uploads it takes."""
        return -(-self.sealed_size // PART)

    @property
    def left(self) -> int:
        """Bytes that were not acknowledged yet."""
        return max(0, self.sealed_size - self.parts * PART)


def place(folder: Path, transfer: str) -> Path:
    """Where the bytes lie. folder: the store's."""
    return folder / FOLDER / f"{transfer}.age"


def keep(tx: Transaction, row: Staged) -> None:
    """Write it down."""
    tx.execute(
        "INSERT INTO staged (transfer, activity, recipient, addressee, sha256, size, sealed_sha256,"
        " sealed_size, parts, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.transfer, row.activity, row.recipient, row.addressee, row.sha256, row.size),
            *(row.sealed_sha256, row.sealed_size, row.parts, row.at_ms),
        ),
    )


def find(tx: Transaction, transfer: str) -> Staged | None:
    """The file of that transfer, or None."""
    row = tx.execute(
        "SELECT transfer, activity, recipient, addressee, sha256, size, sealed_sha256, sealed_size, at_ms,"
        " parts FROM staged WHERE transfer = ?",
        (transfer,),
    ).fetchone()
    if row is None:
        return None
    return Staged(
        transfer=str(row[0]),
        activity=str(row[1]),
        recipient=str(row[2]),
        addressee=str(row[3]),
        sha256=str(row[4]),
        size=cast("int", row[5]),
        sealed_sha256=str(row[6]),
        sealed_size=cast("int", row[7]),
        at_ms=cast("int", row[8]),
        parts=cast("int", row[9]),
    )


def landed(tx: Transaction, transfer: str, parts: int) -> None:
    """The receiver acknowledged so many of its uploads."""
    tx.execute("UPDATE staged SET parts = ? WHERE transfer = ?", (parts, transfer))


def forget(tx: Transaction) -> frozenset[str]:
    """Drop what neither waits to leave nor to be agreed to; return the transfers that are left."""
    tx.execute(
        "DELETE FROM staged WHERE transfer NOT IN (SELECT transfer FROM outbox)"
        " AND transfer NOT IN (SELECT id FROM previews)"
    )
    return frozenset(str(transfer) for (transfer,) in tx.execute("SELECT transfer FROM staged"))


def sweep(folder: Path, is_known: Callable[[str], bool]) -> int:
    """Delete every file of a transfer that is not known; return how many."""
    gone = 0
    for path in (folder / FOLDER).glob("*") if (folder / FOLDER).is_dir() else ():
        if not is_known(path.name.removesuffix(".age")):
            path.unlink(missing_ok=True)
            gone += 1
    return gone
