"""The ledger in its store: appended, proven, signed, erased, and every meddling found."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy import checkpoint, merkle
from privacy.gate.storage import book
from privacy.gate.storage.book import News
from privacy.gate.storage.store import Store
from privacy.ledger import Kind
from tests.privacy import house

SEED = bytes(range(32))
KEY = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
ORIGIN = "homebase/0011223344556677"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path, os.urandom)
    write(opened, 21)
    yield opened
    opened.close()


def write(store: Store, count: int) -> None:
    news = [News(kind=Kind.REFUSAL, data={"activity": "diagnosis.remote", "number": n}) for n in range(count)]
    store.write(lambda tx: book.append(tx, news, house.START, os.urandom))
    store.write(lambda tx: book.sign(tx, ORIGIN, SEED, house.START))


def findings(store: Store) -> list[str]:
    return [finding.what for finding in store.read(lambda tx: book.check(tx, ORIGIN, KEY))]


def test_every_entry_proves_under_the_signed_root(store: Store) -> None:
    note = store.read(book.latest)
    assert note is not None
    state = checkpoint.verify(note, ORIGIN, KEY)
    for stored in store.read(lambda tx: book.page(tx, -1, 100)):
        proof = store.read(partial(book.inclusion, number=stored.seq, count=state.size))
        assert merkle.verify_inclusion(stored.leaf_hash, stored.seq, state.size, proof, state.root)
    assert findings(store) == []


def test_growth_is_proven_between_two_checkpoints(store: Store) -> None:
    old = store.read(book.root)
    write(store, 14)
    steps = store.read(lambda tx: book.consistency(tx, 21, 35))
    assert merkle.verify_consistency(21, 35, steps, old, store.read(book.root))
    with pytest.raises(ValueError, match="is not in"):
        store.read(lambda tx: book.consistency(tx, 21, 36))


def test_erased_content_is_gone_and_the_book_still_proves(store: Store) -> None:
    number = store.write(lambda tx: book.erase(tx, [4, 2], "retention", house.START, os.urandom))
    stored = store.read(lambda tx: book.one(tx, 4))
    assert stored is not None
    assert stored.content is None
    assert stored.salt is None
    assert number == 21
    assert findings(store) == []
    with pytest.raises(ValueError, match="can't be erased"):
        store.write(lambda tx: book.erase(tx, [4], "again", house.START, os.urandom))
    with pytest.raises(ValueError, match="can't be erased"):
        store.write(lambda tx: book.erase(tx, [21], "the trace", house.START, os.urandom))


@pytest.mark.parametrize(
    "meddling",
    [
        "UPDATE entries SET content = replace(content, 'refusal', 'canary') WHERE seq = 3",
        "UPDATE entries SET content = NULL WHERE seq = 3",
        "UPDATE salts SET salt = zeroblob(32) WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 3",
        "DELETE FROM entries WHERE seq > 12",
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE seq = 20",
        "UPDATE nodes SET hash = zeroblob(32) WHERE level = 2 AND place = 1",
        "DELETE FROM nodes WHERE level = 4",
        "UPDATE checkpoints SET note = replace(note, '21', '20')",
        "DELETE FROM checkpoints",
    ],
)
def test_meddling_with_the_rows_is_found(store: Store, meddling: str) -> None:
    assert findings(store) == []
    store.write(lambda tx: tx.execute(meddling))
    assert findings(store)


@pytest.mark.parametrize(
    ("question", "values", "index"),
    [
        (book._OLDER, (0, "erased", book.PAGE), "entries_to_erase"),
        ("SELECT count(*) FROM entries", (), "entries_by_time"),
    ],
    ids=["what is old", "how many"],
)
def test_what_is_asked_each_minute_reads_neither_the_whole_book_nor_what_was_erased(
    store: Store, question: str, values: tuple[object, ...], index: str
) -> None:
    plan = store.read(lambda tx: tx.execute(f"EXPLAIN QUERY PLAN {question}", values).fetchall())
    assert [index in str(row[3]) for row in plan] == [True]
