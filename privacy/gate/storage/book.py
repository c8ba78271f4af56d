"""The ledger in the gate's store: appended, read, proven, signed. ledger.py and merkle.py say what it means.

Every function is a part of a job: it takes the open transaction, so that an entry and what it is about are
written together or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import cast

from privacy import canonical, checkpoint, merkle
from privacy.checkpoint import Checkpoint
from privacy.gate.storage import unfinished
from privacy.gate.storage.store import Transaction
from privacy.ledger import SALT_SIZE, Entry, Finding, Kind, Record, content_of, record, verify
from privacy.ports import RandomBytes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE = 500  # entries read at once while the whole book is walked


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What has to be written: its kind and its data."""

    kind: Kind
    data: Mapping[str, canonical.Json]


def to_ms(at: datetime) -> int:
    """Unix milliseconds, cut off as ``timestamp`` cuts them off."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(at_ms: int) -> datetime:
    """The moment that ``to_ms`` gave."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def size(tx: Transaction) -> int:
    """How many entries there are."""
    row = tx.execute("SELECT coalesce(max(seq) + 1, 0) FROM entries").fetchone()
    assert row is not None
    return cast("int", row[0])


def append(tx: Transaction, news: Sequence[News], at: datetime, random_bytes: RandomBytes) -> tuple[int, ...]:
    """Write entries; return their numbers."""
    numbers = []
    for item in news:
        seq = size(tx)
        stored = record(Entry(seq=seq, at=at, kind=item.kind, data=item.data), random_bytes(SALT_SIZE))
        tx.execute(
            "INSERT INTO entries (seq, at_ms, leaf_hash, content) VALUES (?, ?, ?, ?)",
            (seq, to_ms(at), stored.leaf_hash, stored.content),
        )
        tx.execute("INSERT INTO salts (seq, salt) VALUES (?, ?)", (seq, stored.salt))
        for level, place, digest in merkle.appended(seq, stored.leaf_hash, _node(tx)):
            tx.execute("INSERT INTO nodes (level, place, hash) VALUES (?, ?, ?)", (level, place, digest))
        unfinished.note(tx, item.kind, item.data)
        numbers.append(seq)
    return tuple(numbers)


def erase(tx: Transaction, numbers: Sequence[int], why: str, at: datetime, random_bytes: RandomBytes) -> int:
    """Erase the content of entries and write down which; return the number of the entry that says so.

    Raises:
        ValueError: one of them says what was erased, or does not exist.
    """
    for number in numbers:
        stored = one(tx, number)
        value = content_of(stored) if stored is not None else None
        if value is None or value["kind"] == Kind.ERASED.value:
            raise ValueError(f"entry {number} can't be erased")
        tx.execute("UPDATE entries SET content = NULL WHERE seq = ?", (number,))
        tx.execute("DELETE FROM salts WHERE seq = ?", (number,))
    data: dict[str, canonical.Json] = {"entries": sorted(numbers), "reason": why}
    return append(tx, [News(kind=Kind.ERASED, data=data)], at, random_bytes)[0]


_OLDER = (
    "SELECT seq FROM entries WHERE at_ms < ? AND content IS NOT NULL"
    " AND json_extract(CAST(content AS TEXT), '$.kind') <> ? ORDER BY at_ms, seq LIMIT ?"
)


def older(tx: Transaction, than: datetime) -> list[int]:
    """Entries with content from before that time, at most a page; those that tell of an erasure stay."""
    rows = tx.execute(_OLDER, (to_ms(than), Kind.ERASED.value, PAGE))
    return [cast("int", seq) for (seq,) in rows]


def one(tx: Transaction, number: int) -> Record | None:
    """One entry as it is stored, or None."""
    return next(iter(page(tx, number - 1, 1)), None)


def page(tx: Transaction, after: int, limit: int) -> list[Record]:
    """Entries with a number greater than ``after``, oldest first."""
    rows = tx.execute(
        "SELECT entries.seq, leaf_hash, content, salt FROM entries LEFT JOIN salts USING (seq)"
        " WHERE entries.seq > ? ORDER BY entries.seq LIMIT ?",
        (after, limit),
    )
    return [
        Record(
            seq=cast("int", seq),
            leaf_hash=cast("bytes", leaf),
            content=content.encode() if isinstance(content, str) else cast("bytes | None", content),
            salt=cast("bytes | None", salt),
        )
        for seq, leaf, content, salt in rows
    ]


def walk(tx: Transaction) -> Iterator[Record]:
    """The whole book, a page at a time."""
    after = -1
    while rows := page(tx, after, PAGE):
        yield from rows
        after = rows[-1].seq


def root(tx: Transaction, count: int | None = None) -> bytes:
    """The root of the first ``count`` entries, or of all."""
    return merkle.root(size(tx) if count is None else count, _node(tx))


def inclusion(tx: Transaction, number: int, count: int) -> list[bytes]:
    """Proof that an entry is in the book of ``count`` entries.

    Raises:
        ValueError: it is not.
    """
    return merkle.inclusion_proof(number, count, _node(tx))


def consistency(tx: Transaction, old: int, new: int) -> list[bytes]:
    """Proof that the book only grew from ``old`` to ``new`` entries.

    Raises:
        ValueError: not 1 <= old <= new <= size.
    """
    if new > size(tx):
        raise ValueError(f"{new} is not in 1..{size(tx)}")
    return merkle.consistency_proof(old, new, _node(tx))


def sign(tx: Transaction, origin: str, seed: bytes, at: datetime) -> str:
    """Return a signed checkpoint of now; the one on file if nothing was added since."""
    count = size(tx)
    kept = tx.execute("SELECT note FROM checkpoints WHERE size = ?", (count,)).fetchone()
    if kept is not None:
        return str(kept[0])
    note = checkpoint.sign(Checkpoint(origin=origin, size=count, root=root(tx, count)), seed)
    tx.execute("INSERT INTO checkpoints (size, at_ms, note) VALUES (?, ?, ?)", (count, to_ms(at), note))
    return note


def latest(tx: Transaction) -> str | None:
    """The last signed checkpoint, or None."""
    row = tx.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    return None if row is None else str(row[0])


def check(tx: Transaction, origin: str, public_key: bytes) -> tuple[Finding, ...]:
    """Read the whole book against its last checkpoint and against the hashes that proofs are made from."""
    note = latest(tx)
    if note is None:
        return (Finding(seq=None, what="no checkpoint yet"),)
    try:
        state = checkpoint.verify(note, origin, public_key)
    except checkpoint.BadCheckpoint as error:
        return (Finding(seq=None, what=f"checkpoint: {error}"),)
    findings = verify(walk(tx), state.size, state.root)
    if findings:
        return findings
    node = _node(tx)
    for stored in walk(tx):
        for level, place, digest in merkle.appended(stored.seq, stored.leaf_hash, node):
            if node(level, place) != digest:
                return (Finding(seq=stored.seq, what="the stored tree is not that of the entries"),)
    return ()


def begin_anew(tx: Transaction, log: str) -> tuple[int, str | None]:
    """Put the book aside under the name ``log`` and begin an empty one; its size and last checkpoint."""
    count, note = size(tx), latest(tx)
    tx.execute(
        "INSERT OR REPLACE INTO past_entries (log, seq, at_ms, leaf_hash, content, salt)"
        " SELECT ?, seq, at_ms, leaf_hash, content, salt FROM entries LEFT JOIN salts USING (seq)",
        (log,),
    )
    for table in ("entries", "salts", "nodes", "checkpoints"):
        tx.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of the schema
    return count, note


def drop_past(tx: Transaction, before: datetime) -> int:
    """Erase entries of earlier books from before that time; how many."""
    return tx.execute("DELETE FROM past_entries WHERE at_ms < ?", (to_ms(before),)).rowcount


class Grown(Enum):
    """What became of a book since a checkpoint of it that somebody kept. The value is its word to phones."""

    GREW = "grew"
    ROLLED_BACK = "rolled_back"
    REWRITTEN = "rewritten"


def grown(tx: Transaction, seen: Checkpoint) -> Grown:
    """Compare by the hashes that proofs are made from, without reading the whole book."""
    if seen.size > size(tx):
        return Grown.ROLLED_BACK
    return Grown.GREW if not seen.size or root(tx, seen.size) == seen.root else Grown.REWRITTEN


def witnessed(tx: Transaction, seen: Checkpoint) -> str | None:
    """What is wrong with the book for somebody who saw that checkpoint of it; None: it only grew."""
    match grown(tx, seen):
        case Grown.ROLLED_BACK:
            return f"the book has {size(tx)} entries, and had {seen.size}: it was rolled back"
        case Grown.REWRITTEN:
            return f"the first {seen.size} entries are not those that were signed: it was rewritten"
        case Grown.GREW:
            pass
    return next((finding.what for finding in verify(walk(tx), seen.size, seen.root)), None)


def _node(tx: Transaction) -> merkle.Node:
    def node(level: int, place: int) -> bytes:
        row = tx.execute("SELECT hash FROM nodes WHERE level = ? AND place = ?", (level, place)).fetchone()
        return b"" if row is None else cast("bytes", row[0])  # a missing hash gives a root that fits nothing

    return node
