"""Keys in the store: what was written comes back, what is damaged is named, and nothing shows a key."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.exchange.keyring import Held, Keyring, SystemKey
from drivers.bidcos.keys.key_records import read_keys, write_changed, write_held, write_key, write_state

RADIO = b"\x10\x00\x01"
HELD = st.builds(
    Held,
    index=st.integers(0, 127),
    proven=st.booleans(),
    target=st.none() | st.integers(0, 127),
    refused=st.booleans(),
    signed=st.frozensets(st.integers(0, 63), max_size=5),
)


@given(HELD, st.binary(min_size=16, max_size=16), st.integers(1, 127), st.booleans())
def test_what_was_written_comes_back(held: Held, key: bytes, index: int, checked: bool) -> None:
    own = SystemKey(index=index, key=key)
    written = {**write_key(own), **write_held(RADIO, held), **write_state(index, sheet_checked=checked)}
    records = read_keys({name: value for name, value in written.items() if value is not None})
    assert (records.own, records.held, records.index) == ((own,), {RADIO: held}, index)
    assert (records.sheet_checked, records.unreadable) == (checked, ())


@given(
    st.dictionaries(
        st.sampled_from(["keys", "key/1", "key/x", "held/100001", "held/zz"]), st.binary(max_size=40)
    )
)
def test_damaged_records_are_named_and_the_rest_is_read(stored: dict[str, bytes]) -> None:
    stored["key/2"] = b"\x01" + bytes(16)
    records = read_keys(stored)
    assert 2 in {key.index for key in records.own}
    assert set(records.unreadable) <= set(stored)


def test_a_key_in_use_that_is_lost_is_replaced_by_the_newest_that_is_left() -> None:
    records = read_keys({"key/1": b"\x01" + bytes(16), "keys": b'\x01{"index": 5, "checked": true}'})
    assert records.index == 1


def test_only_what_changed_is_written_and_a_released_device_is_forgotten() -> None:
    ring = Keyring()
    ring.set(RADIO, Held())
    assert not write_changed(ring)
    ring.note_signing(RADIO, 1, True)
    assert list(write_changed(ring)) == ["held/100001"]
    ring.remove(RADIO)
    assert write_changed(ring) == {"held/100001": None}


def test_no_key_is_shown() -> None:
    key = SystemKey(index=1, key=b"\xab" * 16)
    assert "ab" * 3 not in repr(key).replace("\\x", "")
    assert "ab" * 3 not in repr(Keyring([key]))
