"""Messages of a session: sizes, order, repeats, gaps, and the key that changes by count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.remote.noise import CipherState
from hub.remote.padding import MOST, SIZES, pad, unpad
from hub.remote.transport import EPOCH, MOST_WIRE, WIRE_SIZES, Dropped, Gap, Opened, Opener, Sealer

KEY = bytes(range(32))


def ends(at: int = 0) -> tuple[Sealer, Opener]:
    """Both ends of one direction, as after ``at`` messages (below 2^16, so under the first key)."""
    return Sealer(CipherState(KEY, at)), Opener(CipherState(KEY, at))


@given(st.binary(max_size=MOST))
def test_padding_is_read_back_and_only_five_sizes_exist(content: bytes) -> None:
    padded = pad(content)
    assert len(padded) in SIZES
    assert unpad(padded) == content


@pytest.mark.parametrize("size", [0, 253, 254, 255, 1022, 1023, 4094, 4095, 16_382, 16_383, MOST])
def test_the_smallest_size_is_taken(size: int) -> None:
    assert len(pad(bytes(size))) == min(known for known in SIZES if known >= size + 2)


def test_what_is_longer_than_the_longest_is_not_padded() -> None:
    with pytest.raises(ValueError, match="65517"):
        pad(bytes(MOST + 1))


@given(st.integers(0, 65_535), st.sampled_from(SIZES), st.integers(0, 255), st.integers(0, 65_518))
def test_padding_that_says_anything_is_refused(length: int, size: int, value: int, place: int) -> None:
    padded = bytearray(length.to_bytes(2) + bytes(size - 2))
    padded[2 + place % (size - 2)] = value
    behind = length + 2 > size or any(padded[2 + length :])
    assert (unpad(bytes(padded)) is None) == behind


@given(st.binary(max_size=1100))
def test_whatever_comes_is_dropped_without_an_error(data: bytes) -> None:
    _, opener = ends()
    assert isinstance(opener.open(data), Dropped)


def test_messages_come_in_order_and_their_sizes_tell_nothing_else() -> None:
    sealer, opener = ends()
    for content in (b"", b"a", bytes(300), bytes(MOST)):
        wire = sealer.seal(content)
        assert len(wire) in WIRE_SIZES
        assert len(wire) <= MOST_WIRE
        assert opener.open(wire) == Opened(content=content)


def test_a_repeat_is_dropped_and_a_forgery_too_and_the_next_one_is_read() -> None:
    sealer, opener = ends()
    first, second = sealer.seal(b"first"), sealer.seal(b"second")
    assert opener.open(first) == Opened(content=b"first")
    assert opener.open(first) == Dropped(reason="repeated")
    for place in (0, 7, 8, 100, len(second) - 1):
        forged = bytearray(second)
        forged[place] ^= 1
        assert isinstance(opener.open(bytes(forged)), Dropped), place
    assert opener.open(second) == Opened(content=b"second")


def test_a_gap_is_told_and_nothing_of_what_came_after_it() -> None:
    sealer, opener = ends()
    sealer.seal(b"lost")
    assert opener.open(sealer.seal(b"after")) == Gap(missing=1)


@pytest.mark.parametrize("epochs", [1, 2])
def test_the_key_changes_by_count_on_both_sides(epochs: int) -> None:
    sealer, opener = ends(EPOCH - 2)
    for epoch in range(epochs):
        for number in range(4 if epoch == 0 else EPOCH):
            content = b"%d/%d" % (epoch, number)
            assert opener.open(sealer.seal(content)) == Opened(content=content)
    # and the control: with the first key alone the message is not readable
    wire = sealer.seal(b"later")
    assert CipherState(KEY).decrypt_at(int.from_bytes(wire[:8]), b"", wire[8:]) is None


def test_a_gap_over_the_change_of_keys_is_told_and_two_changes_are_not_tried() -> None:
    sealer, opener = ends(EPOCH - 3)
    for _ in range(3):
        sealer.seal(b"lost")
    far = (3 * EPOCH).to_bytes(8) + bytes(272)
    assert opener.open(far) == Dropped(reason="number")
    assert opener.open(sealer.seal(b"after")) == Gap(missing=3)


def test_a_forgery_of_the_next_epoch_changes_no_key() -> None:
    sealer, opener = ends(EPOCH - 1)
    assert opener.open(EPOCH.to_bytes(8) + bytes(272)) == Dropped(reason="not authentic")
    assert opener.open(sealer.seal(b"last of the first key")) == Opened(content=b"last of the first key")
    assert opener.open(sealer.seal(b"first of the second")) == Opened(content=b"first of the second")
