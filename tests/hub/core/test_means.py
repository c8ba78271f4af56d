from hypothesis import given
from hypothesis import strategies as st

from hub.core.means import Bucket, pack, unpack

numbers = st.floats(-1e6, 1e6)
buckets = st.builds(Bucket.of, st.integers(1, 10_000), numbers, numbers, numbers)


@given(st.lists(st.tuples(st.integers(0, 95), buckets), max_size=96))
def test_slots_come_back_as_they_were_packed(slots: list[tuple[int, Bucket]]) -> None:
    back = unpack(pack(slots))
    assert [(slot, b.count, b.low, b.high) for slot, b in back] == [
        (slot, b.count, b.low, b.high) for slot, b in slots
    ]
    assert all(abs(a.mean - b.mean) < 1e-6 for (_, a), (_, b) in zip(back, slots, strict=True))


def test_an_unfinished_record_at_the_end_is_left_out() -> None:
    packed = pack([(3, Bucket.of(1, 2.0, 2.0, 2.0)), (4, Bucket.of(1, 5.0, 5.0, 5.0))])
    assert [slot for slot, _ in unpack(packed[:-1])] == [3]


def test_merging_weighs_by_count() -> None:
    bucket = Bucket.of(1, 10.0, 10.0, 10.0)
    bucket.add(Bucket.of(3, 20.0, 15.0, 25.0))
    assert (bucket.count, bucket.mean, bucket.low, bucket.high) == (4, 17.5, 10.0, 25.0)
