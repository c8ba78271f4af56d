"""What devices told, in memory and on disk."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.memory.registers import (
    MAX_LISTS,
    MEMORY_PREFIX,
    OWNER_LIST,
    DeviceMemory,
    KnownList,
    KnownPeers,
    ListId,
    Peer,
    Registers,
    change_of,
    read_memory,
    write_memory,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEVICE = bytes.fromhex("1FB74A")
PEER = Peer(bytes.fromhex("2370D8"), 2)

_bytes = st.integers(0, 255)
_peers = st.builds(Peer, st.binary(min_size=3, max_size=3), _bytes)
_lists = st.dictionaries(
    st.builds(ListId, st.integers(0, 63), st.integers(0, 9), _peers),
    st.builds(KnownList, st.dictionaries(_bytes, _bytes, max_size=20), st.just(AT)),
    max_size=5,
)
_tables = st.dictionaries(
    st.integers(0, 63),
    st.builds(KnownPeers, st.lists(_peers, max_size=6).map(tuple), st.just(AT)),
    max_size=4,
)


@given(lists=_lists, peers=_tables)
def test_a_record_says_what_was_written(lists: dict[ListId, KnownList], peers: dict[int, KnownPeers]) -> None:
    memory = DeviceMemory(lists, peers)
    assert read_memory(write_memory(memory)) == memory


@given(payload=st.binary(max_size=17))
def test_no_frame_of_a_device_is_too_strange(payload: bytes) -> None:
    frame = Frame(counter=1, flags=0xA4, kind=0x10, sender=DEVICE, receiver=bytes(3), payload=payload)
    found = change_of(frame)
    assert found is None or all(0 < register <= 0xFF for register in found[1])


def test_a_change_is_told_as_pairs_or_in_a_row() -> None:
    place = bytes.fromhex("01 000000 00 01")
    frames = {
        b"\x04" + place + bytes.fromhex("57260000"): {0x57: 0x26},
        b"\x05" + place + bytes.fromhex("57260102"): {0x57: 0x26, 0x58: 1, 0x59: 2},
        b"\x05" + place + b"\x00": None,
        b"\x06" + place + bytes.fromhex("5726"): None,
    }
    for payload, registers in frames.items():
        frame = Frame(counter=1, flags=0xA4, kind=0x10, sender=DEVICE, receiver=bytes(3), payload=payload)
        assert change_of(frame) == (None if registers is None else (ListId(1, 1), registers))


def test_a_change_in_a_list_that_was_never_read_is_not_taken_for_the_whole_list() -> None:
    registers = Registers()
    registers.note_change(DEVICE, OWNER_LIST, {1: 1}, AT)
    assert registers.list_of(DEVICE, OWNER_LIST) is None


def test_lists_of_a_link_are_forgotten_with_the_link() -> None:
    registers = Registers()
    registers.note_peers(DEVICE, 1, (PEER,), AT)
    registers.note_list(DEVICE, ListId(1, 3, PEER), {1: 1}, AT)
    registers.note_list(DEVICE, ListId(1, 1), {8: 0}, AT)

    registers.note_peers(DEVICE, 1, (), AT)

    assert registers.list_of(DEVICE, ListId(1, 3, PEER)) is None
    assert registers.list_of(DEVICE, ListId(1, 1)) is not None


def test_a_device_that_tells_of_ever_new_lists_does_not_fill_the_memory() -> None:
    registers = Registers()
    for number in range(2 * MAX_LISTS):
        registers.note_list(DEVICE, ListId(number % 64, number // 64), {1: 1}, AT)
    assert len(registers.memory(DEVICE).lists) == MAX_LISTS


def test_what_was_written_is_known_after_a_start_and_what_is_broken_is_not_guessed() -> None:
    before, after = Registers(), Registers()
    before.note_list(DEVICE, OWNER_LIST, {2: 1}, AT)
    records = {key: value for key, value in before.take_changed().items() if value is not None}
    after.load({**records, MEMORY_PREFIX + "2370d8": b"\x09{}", MEMORY_PREFIX + "zz": b"\x01{}"})

    assert after.list_of(DEVICE, OWNER_LIST) == KnownList({2: 1}, AT)
    assert after.list_of(bytes.fromhex("2370D8"), OWNER_LIST) is None
    assert before.take_changed() == {}
