"""The gate's epoch: a new one on a new or restored store, in which no earlier consent counts until confirmed.

A store that was put back is of another epoch, or knows fewer entries, than the file ``head`` beside it tells,
which is written after each minute's entries; a restore leaves the file ``restored``. Whoever puts a whole
folder back, ``head`` included, meets the wall clock and the phones' checkpoints.
"""

import contextlib
from pathlib import Path

from privacy import canonical
from privacy.gate.storage import book, records
from privacy.gate.storage.book import News
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind
from privacy.ports import RandomBytes

EPOCH_SIZE = 16
HEAD, RESTORED = "head", "restored"


def why_new(tx: Transaction, folder: Path) -> str | None:
    """Why a new epoch begins; None: it does not."""
    epoch = records.meta(tx, "epoch")
    if epoch is None or records.meta(tx, "signing_seed") is None:
        return "new"
    if (folder / RESTORED).exists():
        return "restored"
    told, _, size = _noted(folder).partition(" ")
    if not size.isdigit() or told == (records.meta(tx, "epoch_before") or b"").decode():
        return None  # no note, or one of before this epoch began: it could not be written then
    return "rolled back" if told != epoch.decode() or book.size(tx) < int(size) else None


def begin(tx: Transaction, reason: str, random_bytes: RandomBytes) -> News:
    """Begin one with an empty book; return its first entry, which tells what was before."""
    epoch, before = random_bytes(EPOCH_SIZE).hex(), records.meta(tx, "epoch")
    records.set_meta(tx, "epoch", epoch.encode())
    told: dict[str, canonical.Json] = {"epoch": epoch, "reason": reason}
    if before is not None:
        records.set_meta(tx, "epoch_before", before)
        size, note = book.begin_anew(tx, before.decode())
        told |= {"before": before.decode(), "entries": size, "checkpoint": note}
    return News(kind=Kind.EPOCH, data=told)


def head(tx: Transaction) -> str:
    """Epoch and number of entries, as ``head`` notes them."""
    return f"{(records.meta(tx, 'epoch') or b'').decode()} {book.size(tx)}"


def remember_head(folder: Path, told: str) -> None:
    """Note how far the book got, after it was written; a lost note is only an older one."""
    new = folder / f"{HEAD}.new"
    with contextlib.suppress(OSError):
        new.write_text(told)
        new.replace(folder / HEAD)


def settled(folder: Path, told: str) -> None:
    """The epoch is on the disk: what asked for it goes."""
    remember_head(folder, told)
    (folder / RESTORED).unlink(missing_ok=True)


def _noted(folder: Path) -> str:
    try:
        return (folder / HEAD).read_text()
    except (OSError, ValueError):
        return ""
