"""The book: what is written is proven, what is erased is named, what is changed is noticed."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import merkle
from privacy.ledger import Entry, Kind, Record, content_of, record, verify
from tests.privacy import house


def book(count: int, erased: tuple[int, ...] = ()) -> list[Record]:
    records = []
    for seq in range(count):
        at = house.START + timedelta(seconds=seq)
        entry = Entry(seq=seq, at=at, kind=Kind.REFUSAL, data={"activity": "diagnosis.remote", "number": seq})
        if erased and seq == count - 1:
            entry = Entry(seq=seq, at=at, kind=Kind.ERASED, data={"entries": list(erased)})
        records.append(record(entry, sha256(bytes([seq])).digest()))
    return [replace(row, content=None, salt=None) if row.seq in erased else row for row in records]


def root(records: list[Record]) -> bytes:
    edge = merkle.Edge()
    for row in records:
        edge.append(row.leaf_hash)
    return edge.root()


def findings(records: list[Record], against: list[Record] | None = None) -> list[str]:
    true = against or records
    return [finding.what for finding in verify(records, len(true), root(true))]


def test_a_sound_book_has_no_findings() -> None:
    assert findings(book(0)) == findings(book(1)) == findings(book(20)) == []


def test_an_entry_erased_by_name_still_proves() -> None:
    assert findings(book(20, (3, 7))) == []


def test_an_entry_erased_without_a_word_is_found() -> None:
    silent = book(20)
    silent[3] = replace(silent[3], content=None, salt=None)
    assert findings(silent) == ["erased, and no entry says so"]
    silent[3] = replace(book(20)[3], salt=None)
    assert "half erased" in findings(silent)


def test_content_of_an_entry_is_what_was_told() -> None:
    assert content_of(book(1)[0]) == {
        "seq": 0,
        "at": "2026-03-01T12:00:00.000Z",
        "kind": "refusal",
        "data": {"activity": "diagnosis.remote", "number": 0},
    }
    assert content_of(replace(book(1)[0], content=None)) is None
    with pytest.raises(ValueError, match="not an object"):
        content_of(replace(book(1)[0], content=b"[]"))


@given(st.data())
def test_every_change_of_the_rows_is_found(data: st.DataObject) -> None:
    true = book(12)
    forged = list(true)
    where = data.draw(st.integers(0, 10))
    row = forged[where]
    assert row.content is not None
    assert row.salt is not None
    match data.draw(
        st.sampled_from(["content", "salt", "hash", "swap", "drop", "cut", "rewrite", "garbage"])
    ):
        case "content":
            forged[where] = replace(row, content=row.content.replace(b"refusal", b"canary"))
        case "salt":
            forged[where] = replace(row, salt=bytes(32))
        case "hash":
            forged[where] = replace(row, leaf_hash=bytes(32))
        case "swap":
            other = forged[where + 1]
            forged[where] = replace(other, seq=where)
            forged[where + 1] = replace(row, seq=where + 1)
        case "drop":
            del forged[where]
        case "cut":
            del forged[where:]
        case "rewrite":  # with a fitting hash: only the checkpoint tells
            entry = Entry(seq=where, at=house.START, kind=Kind.CANARY, data={})
            forged[where] = record(entry, row.salt)
        case _:
            forged[where] = replace(row, content=b'{"b":1,"a":2}')
    assert findings(forged, true)
