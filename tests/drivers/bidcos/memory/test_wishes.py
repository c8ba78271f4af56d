"""What waits until a device takes it, in memory and on disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.memory.registers import ListId, Peer
from drivers.bidcos.memory.wishes import (
    MAX_WISHES,
    WISHES_PREFIX,
    Bits,
    PeerWish,
    ReleaseWish,
    Wish,
    Wishes,
    WriteWish,
    read_wishes,
    write_wishes,
)

DEVICE = bytes.fromhex("1FB74A")
OTHER = Peer(bytes.fromhex("2370D8"), 2)

_bytes = st.integers(0, 255)
_bits = st.builds(lambda mask, value: Bits(mask, value & mask), _bytes, _bytes)
_peers = st.builds(Peer, st.binary(min_size=3, max_size=3), _bytes)
_writes = st.builds(
    WriteWish,
    channel=st.integers(0, 63),
    list_id=st.builds(ListId, st.integers(0, 63), st.integers(0, 9), _peers),
    bits=st.dictionaries(_bytes, _bits, max_size=9),
    what=st.sampled_from(["MASTER", "LINK", "WEEK_PROGRAM"]),
)
_links = st.builds(PeerWish, channel=st.integers(0, 63), peer=_peers, linked=st.booleans(), second=_bytes)
_undone = st.builds(
    PeerWish,
    channel=st.integers(0, 63),
    peer=_peers,
    linked=st.booleans(),
    undo=st.tuples(st.binary(min_size=3, max_size=3), _links),
)


@given(wishes=st.lists(st.one_of(_writes, _links, _undone, st.just(ReleaseWish())), max_size=5))
def test_a_record_says_what_was_wished(wishes: list[Wish]) -> None:
    assert read_wishes(write_wishes(tuple(wishes))) == tuple(wishes)


@given(first=_bits, second=_bits, byte=_bytes)
def test_of_two_wishes_for_a_register_the_later_one_counts_where_they_overlap(
    first: Bits, second: Bits, byte: int
) -> None:
    assert first.join(second).over(byte) == second.over(first.over(byte))


def test_a_later_wish_for_the_same_list_keeps_what_it_does_not_name() -> None:
    wishes = Wishes()
    first = WriteWish(channel=1, list_id=ListId(1, 1), bits={8: Bits(1, 1), 9: Bits(255, 7)}, what="MASTER")
    wishes.add(DEVICE, first)
    wishes.add(DEVICE, WriteWish(channel=1, list_id=ListId(1, 1), bits={9: Bits(255, 5)}, what="MASTER"))

    (joined,) = wishes.of(DEVICE)
    assert isinstance(joined, WriteWish)
    assert joined.bits == {8: Bits(1, 1), 9: Bits(255, 5)}
    assert not wishes.take(DEVICE, first)  # what was granted is not what is wished now
    assert wishes.take(DEVICE, joined)
    assert wishes.record(DEVICE) == {WISHES_PREFIX + "1fb74a": None}


def test_a_device_that_never_wakes_does_not_fill_the_memory() -> None:
    wishes = Wishes()
    for number in range(MAX_WISHES):
        wishes.add(DEVICE, PeerWish(channel=1, peer=Peer(number.to_bytes(3, "big"), 1), linked=True))
    with pytest.raises(ValueError, match="128"):
        wishes.add(DEVICE, PeerWish(channel=1, peer=OTHER, linked=True))


def test_broken_records_are_named() -> None:
    wishes = Wishes()
    broken = {WISHES_PREFIX + "1fb74a": b"\x01[{}]", WISHES_PREFIX + "2370d8": b"\x07[]"}
    assert wishes.load({**broken, "central": b"\x01abc"}) == sorted(broken)
    assert list(wishes) == []
