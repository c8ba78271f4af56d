"""Which transfers began and have no end in the book yet; after a kill each gets one: none is left open.

Parts of jobs, inside the transaction that writes the entry itself. Table: ``unfinished``.
"""

from collections.abc import Mapping

from privacy import canonical
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind

RESULT = "interrupted"
WHAT = "the gate was stopped before the end was written; how much arrived is not known"
_ENDS = {Kind.TRANSFER_BEGIN: Kind.TRANSFER_END, Kind.DELETION: Kind.DELETION}


def note(tx: Transaction, kind: Kind, data: Mapping[str, canonical.Json]) -> None:
    """Look at an entry that is being written: one that begins a transfer, or ends it, is noted here."""
    transfer = data.get("transfer")
    if not isinstance(transfer, str):
        return
    match kind:
        case Kind.TRANSFER_BEGIN:
            _open(tx, transfer, kind)
        case Kind.TRANSFER_END | Kind.CUT:
            _close(tx, transfer, Kind.TRANSFER_BEGIN)
        case Kind.DELETION if "result" in data:
            _close(tx, transfer, kind)
        case Kind.DELETION:
            _open(tx, transfer, kind)
        case _:
            pass


def is_open(tx: Transaction, transfer: str) -> bool:
    """Whether a transfer's begin stands in the book, and its end not yet."""
    row = tx.execute(
        "SELECT 1 FROM unfinished WHERE transfer = ? AND kind = ?", (transfer, Kind.TRANSFER_BEGIN.value)
    ).fetchone()
    return row is not None


def ends(tx: Transaction) -> list[tuple[Kind, dict[str, canonical.Json]]]:
    """The entries that end all that is open; for the start, when nothing can run any more."""
    rows = tx.execute("SELECT transfer, kind FROM unfinished ORDER BY since").fetchall()
    found = []
    for transfer, begun in rows:
        kind = _ENDS[Kind(str(begun))]
        data: dict[str, canonical.Json] = {
            "transfer": str(transfer),
            "result": RESULT,
            "what": WHAT,
            "receipt": None,
        }
        if kind is Kind.TRANSFER_END:
            data["sent"] = None
            tx.execute(
                "UPDATE sent SET result = ? WHERE transfer = ? AND result = 'begun'", (RESULT, str(transfer))
            )
        found.append((kind, data))
    return found


def _open(tx: Transaction, transfer: str, kind: Kind) -> None:
    tx.execute(
        "INSERT OR IGNORE INTO unfinished (transfer, kind, since)"
        " VALUES (?, ?, (SELECT coalesce(max(since), 0) + 1 FROM unfinished))",
        (transfer, kind.value),
    )


def _close(tx: Transaction, transfer: str, kind: Kind) -> None:
    tx.execute("DELETE FROM unfinished WHERE transfer = ? AND kind = ?", (transfer, kind.value))
