import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.ring import MAX_RECORD_SIZE, SLOT_SIZE, SLOTS, Contents, Ring, read_ring

KEY = bytes(range(32))
HEADER = 64


def slot_start(number: int) -> int:
    return HEADER + number % SLOTS * SLOT_SIZE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ring"


def filled(path: Path, records: list[bytes]) -> Ring:
    ring = Ring(path, KEY, os.urandom)
    for record in records:
        assert ring.append(record)
    return ring


def test_what_a_killed_process_left_is_read_in_order(path: Path) -> None:
    filled(path, [b"one", b"two", b""])  # never closed: the file is all that is left
    assert read_ring(path, KEY) == Contents(records=(b"one", b"two", b""))


def test_committed_records_are_not_read_again(path: Path) -> None:
    ring = filled(path, [b"one", b"two", b"three"])
    ring.commit(2)
    assert ring.waiting == 1
    assert read_ring(path, KEY).records == (b"three",)


def test_the_oldest_goes_when_it_is_full(path: Path) -> None:
    filled(path, [b"%d" % number for number in range(SLOTS + 3)])
    records = read_ring(path, KEY).records
    assert (len(records), records[0], records[-1]) == (SLOTS, b"3", b"%d" % (SLOTS + 2))


def test_a_record_that_is_too_long_is_refused(path: Path) -> None:
    ring = filled(path, [b"x" * MAX_RECORD_SIZE])
    assert not ring.append(b"x" * (MAX_RECORD_SIZE + 1))
    assert read_ring(path, KEY).records == (b"x" * MAX_RECORD_SIZE,)


def test_nothing_can_be_read_without_the_key(path: Path) -> None:
    filled(path, [b"bidcos:SIM0000001:1.STATE"])
    assert b"SIM0000001" not in path.read_bytes()
    assert read_ring(path, os.urandom(32)) == Contents(damaged=1)


def test_two_rings_never_share_a_key(path: Path) -> None:
    filled(path, [b"same"])
    first = path.read_bytes()[slot_start(1) :][:SLOT_SIZE]
    filled(path, [b"same"])
    assert path.read_bytes()[slot_start(1) :][:SLOT_SIZE] != first


def test_the_file_is_private(path: Path) -> None:
    filled(path, [])
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"hbring01", b"x" * (HEADER + SLOTS * SLOT_SIZE)])
def test_a_file_that_is_no_ring_gives_nothing(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert read_ring(path, KEY).records == ()


def test_no_file_gives_nothing(path: Path) -> None:
    assert read_ring(path, KEY) == Contents()


def test_a_torn_commit_falls_back_to_its_copy_and_two_torn_ones_to_everything(path: Path) -> None:
    filled(path, [b"one", b"two"]).commit(1)
    content = bytearray(path.read_bytes())
    content[33] ^= 0xFF
    path.write_bytes(content)
    assert read_ring(path, KEY).records == (b"two",)
    content[49] ^= 0xFF
    path.write_bytes(content)
    assert read_ring(path, KEY).records == (b"one", b"two")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=MAX_RECORD_SIZE), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, SLOT_SIZE - 1), st.integers(1, 255)), max_size=8),
)
def test_damage_costs_only_the_records_that_it_hits(
    records: list[bytes], hits: list[tuple[int, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ring"
        filled(path, records)
        whole = path.read_bytes()
        content = bytearray(whole)
        for number, offset, flip in hits:
            content[slot_start(number) + offset] ^= flip
        path.write_bytes(content)
        hit = {
            number
            for number in range(1, 31)
            if content[slot_start(number) :][:SLOT_SIZE] != whole[slot_start(number) :][:SLOT_SIZE]
        }
        contents = read_ring(path, KEY)
    assert contents.records == tuple(
        record for number, record in enumerate(records, start=1) if number not in hit
    )
    assert contents.damaged == len(hit)
