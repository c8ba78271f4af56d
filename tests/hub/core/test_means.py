import math
import struct

from hypothesis import given
from hypothesis import strategies as st

from hub.core.means import HOLD_MS, SLOT_MS, Bucket, Cut, Sample, pack, records, unpack

MINUTE = 60_000
numbers = st.floats(-1e6, 1e6)
heard = st.builds(Bucket.of, st.integers(1, 10_000), st.just(SLOT_MS), numbers, numbers, numbers)
held = st.sampled_from([1.0, 0.1, -7.0]).map(lambda value: Bucket.of(0, SLOT_MS, value, value, value))


def cut(width_min: int, until_min: int, *, start_min: int = 0) -> Cut:
    return Cut(
        start_ms=start_min * MINUTE,
        until_ms=until_min * MINUTE,
        origin_ms=start_min * MINUTE,
        width_ms=width_min * MINUTE,
    )


def told(cut: Cut, samples: list[tuple[int, float]], before: tuple[int, float] | None = None) -> object:
    """samples: minute, value. Per bucket: values that came, minutes that any held, mean, lowest, highest."""
    found = cut.buckets([(at * MINUTE, value) for at, value in samples], before and _ms(before))
    return {
        place: (one.count, round(one.held_ms / MINUTE, 3), round(one.mean, 2), one.low, one.high)
        for place, one in found.items()
    }


def _ms(sample: tuple[int, float]) -> Sample:
    return sample[0] * MINUTE, sample[1]


# the course


def test_a_value_weighs_as_long_as_it_held() -> None:
    # 20 for ten minutes and 30 for five: (20 * 10 + 30 * 5) / 15
    assert told(cut(15, 15), [(0, 20.0), (10, 30.0)]) == {0: (2, 15, 23.33, 20, 30)}
    # the same course in many reports is the same mean: 20 at each of ten minutes, then 30
    often = [(minute, 20.0) for minute in range(10)] + [(10, 30.0)]
    assert told(cut(15, 15), often) == {0: (11, 15, 23.33, 20, 30)}
    # the control: an average of reports says another thing of each
    assert sum(value for _, value in often) / len(often) != (20 + 30) / 2


def test_a_value_holds_into_the_next_buckets_until_another_comes_or_the_end() -> None:
    assert told(cut(10, 35), [(5, 1.0), (32, 4.0)]) == {
        0: (1, 5, 1, 1, 1),
        1: (0, 10, 1, 1, 1),
        2: (0, 10, 1, 1, 1),
        3: (1, 5, (1 * 2 + 4 * 3) / 5, 1, 4),
    }


def test_what_held_before_holds_at_the_start() -> None:
    assert told(cut(10, 20), [(5, 8.0)], before=(-3, 2.0)) == {0: (1, 10, 5, 2, 8), 1: (0, 10, 8, 8, 8)}
    assert told(cut(10, 20), [(5, 8.0)]) == {0: (1, 5, 8, 8, 8), 1: (0, 10, 8, 8, 8)}


def test_after_a_day_of_silence_nothing_is_known() -> None:
    day = HOLD_MS // MINUTE
    found = cut(60, 3 * day).buckets([(0, 5.0)], None)
    assert max(found) == day // 60 - 1
    assert told(cut(60, 60), [], before=(-day, 5.0)) == {}
    assert told(cut(60, 60), [], before=(10 - day, 5.0)) == {0: (0, 10, 5, 5, 5)}


def test_values_of_one_moment_and_of_the_time_to_come_are_there() -> None:
    assert told(cut(10, 10), [(5, 1.0), (5, 9.0)]) == {0: (2, 5, 9, 1, 9)}  # the first held no time
    assert told(cut(10, 5), [(5, 1.0), (12, 9.0)]) == {0: (1, 0, 1, 1, 1), 1: (1, 0, 9, 9, 9)}


samples = st.lists(st.tuples(st.integers(0, 300), st.integers(-5, 5)), max_size=20).map(
    lambda found: sorted((at, float(value)) for at, value in dict(found).items())
)


@given(samples, st.integers(1, 70), st.integers(0, 300))
def test_each_minute_is_in_exactly_one_bucket_with_the_value_that_held_then(
    course: list[tuple[int, float]], width: int, until: int
) -> None:
    course = [(at, value) for at, value in course if at < until]
    wanted: dict[int, list[float]] = {}
    for minute in range(until):
        known = [value for at, value in course if at <= minute]
        if known:
            wanted.setdefault(minute // width, []).append(known[-1])
    found = cut(width, until).buckets([_ms(one) for one in course], None)
    assert {place: one.held_ms for place, one in found.items()} == {
        place: len(values) * MINUTE for place, values in wanted.items()
    }
    for place, values in wanted.items():
        assert math.isclose(found[place].mean, sum(values) / len(values), abs_tol=1e-9)
        assert (found[place].low, found[place].high) == (min(values), max(values))


def test_merging_weighs_by_time() -> None:
    bucket = Bucket.of(7, 1000, 10.0, 10.0, 10.0)
    bucket.add(Bucket.of(1, 3000, 20.0, 15.0, 25.0))
    assert (bucket.count, bucket.held_ms, bucket.mean) == (8, 4000, 17.5)
    assert (bucket.low, bucket.high) == (10.0, 25.0)


# bytes


@given(st.dictionaries(st.integers(0, 95), st.one_of(heard, held)))
def test_slots_come_back_as_they_were_packed(slots: dict[int, Bucket]) -> None:
    given_ = sorted(slots.items())
    back = unpack(pack(given_))
    assert [(slot, b.count, b.low, b.high) for slot, b in back] == [
        (slot, b.count, b.low, b.high) for slot, b in given_
    ]
    assert all(
        math.isclose(a.mean, b.mean, abs_tol=1e-6) for (_, a), (_, b) in zip(back, given_, strict=True)
    )


def test_a_value_that_holds_all_day_takes_no_more_room_than_one_record() -> None:
    day = [(slot, Bucket.of(0, SLOT_MS, 0.1, 0.1, 0.1)) for slot in range(96)]
    assert len(list(records(pack(day)))) == 1
    assert [slot for slot, _ in unpack(pack(day))] == list(range(96))
    assert len(list(records(pack(day[:50])))) == 2  # and where it ends


def test_days_of_before_means_were_by_time_have_their_gaps_as_they_were() -> None:
    def mean(count: int, value: float) -> Bucket:
        return Bucket.of(count, SLOT_MS, value, value, value)

    back = unpack(pack([(3, mean(2, 1.0)), (9, mean(1, 2.0))]))
    assert [(slot, one.held_ms) for slot, one in back] == [(3, SLOT_MS), (9, SLOT_MS)]


def test_the_form_of_a_day_is_the_one_that_the_newest_tables_mean() -> None:
    # whoever changes these bytes adds a revision to hub/core/schema.py: older programs can't read them
    slots = [(0, Bucket.of(2, SLOT_MS, 1.5, 1.0, 2.0)), (1, Bucket.of(0, SLOT_MS, 2.0, 2.0, 2.0))]
    record = struct.Struct("<BIddd")
    first, held, end = record.iter_unpack(pack(slots))
    assert (first, held) == ((0, 2, 1.5, 1.0, 2.0), (1, 0, 2.0, 2.0, 2.0))
    assert end[:2] == (2, 0)
    assert all(math.isnan(value) for value in end[2:])


def test_an_unfinished_record_at_the_end_is_left_out() -> None:
    one = Bucket.of(1, SLOT_MS, 2.0, 2.0, 2.0)
    assert [slot for slot, _ in unpack(pack([(3, one), (4, one)])[:-1])] == [3]
