"""The day's amount of a grant: never more than it says, whatever is lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from privacy.meter import BURST, CONNECTIONS_PER_S, SLICE, Meter, Pace


def test_nothing_passes_before_it_is_reserved() -> None:
    meter = Meter(day="2026-03-01", limit=1000, spent=0)
    assert not meter.take(1)
    amount = meter.order()
    assert amount == 125
    assert not meter.take(1)
    meter.landed(amount, written=True)
    assert meter.take(125)
    assert not meter.take(1)
    assert meter.used == 125


def test_an_order_that_could_not_be_written_gives_nothing() -> None:
    meter = Meter(day="2026-03-01", limit=1000, spent=0)
    meter.landed(meter.order(), written=False)
    assert not meter.take(1)
    assert meter.spent == 0
    assert not meter.exhausted


def test_a_slice_is_ordered_once_half_of_one_is_used() -> None:
    meter = Meter(day="2026-03-01", limit=1 << 40, spent=0)
    meter.landed(meter.order(), written=True)
    assert meter.left == SLICE
    assert meter.take(SLICE // 2 - 1)
    assert meter.order() == 0
    assert meter.take(1)
    assert meter.order() == SLICE
    assert meter.order() == 0  # one is on its way


def test_a_greeting_larger_than_what_is_left_is_ordered_whole() -> None:
    meter = Meter(day="2026-03-01", limit=4000, spent=0)
    meter.landed(meter.order(at_least=2000), written=True)
    assert meter.take(2000)


def test_what_is_not_used_is_given_back() -> None:
    meter = Meter(day="2026-03-01", limit=1000, spent=400)
    meter.landed(meter.order(), written=True)
    assert meter.take(25)
    assert meter.give_back() == 100
    assert (meter.spent, meter.used, meter.left) == (425, 425, 0)


@given(st.integers(0, 3000), st.integers(0, 3000), st.lists(st.tuples(st.integers(0, 600), st.booleans())))
def test_a_day_never_passes_its_amount(limit: int, spent: int, steps: list[tuple[int, bool]]) -> None:
    meter, passed = Meter(day="2026-03-01", limit=limit, spent=spent), 0
    for amount, written in steps:
        meter.landed(meter.order(at_least=amount), written=written)
        passed += amount if meter.take(amount) else 0
        assert passed == 0 or spent + passed <= meter.spent <= limit
        assert meter.left >= 0


def test_connections_come_at_a_pace() -> None:
    pace = Pace(100.0)
    assert [pace.admits(100.0) for _ in range(BURST + 1)] == [True] * BURST + [False]
    assert pace.admits(100.0 + 1.01 / CONNECTIONS_PER_S)
    assert not pace.admits(100.0 + 1.02 / CONNECTIONS_PER_S)
    assert [pace.admits(10_000.0) for _ in range(BURST + 1)] == [True] * BURST + [False]
