"""Send time adds up, slides out after an hour, and never exceeds the law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.exchange.airtime import COMMAND_MS, LIMIT_MS, Airtime, frame_ms
from drivers.bidcos.exchange.airtime_ledger import MAX_ROWS
from hub.contract import BY_USER, Cause, Urgency


def _frame(flags: int, payload: bytes = b"\x00") -> Frame:
    return Frame(counter=1, flags=flags, kind=2, sender=b"abc", receiver=b"def", payload=payload)


def test_a_frame_costs_its_bytes_and_a_burst_its_carrier() -> None:
    assert frame_ms(_frame(0x80)) == 10.0 + (1 + 10 + 4 + 4 + 2) * 0.8
    assert frame_ms(_frame(0x90)) - frame_ms(_frame(0x80)) == 350.0


def test_what_was_sent_counts_for_an_hour() -> None:
    airtime = Airtime()
    airtime.charge(30_000.0, 0.0)
    assert airtime.used_ms(3_599.0) == 30_000.0
    assert airtime.used_ms(3_700.0) == 0.0


def test_the_time_until_it_will_go_is_told() -> None:
    airtime = Airtime()
    airtime.charge(34_200.0, 30.0)
    wait_s = airtime.retry_after_s(20.0, 100.0)
    assert 3_500.0 < wait_s <= 3_600.0
    assert airtime.retry_after_s(20.0, 100.0, None) == 0.0
    assert airtime.retry_after_s(20.0, 100.0 + wait_s) == 0.0


def test_bursts_that_are_not_urgent_stop_earlier() -> None:
    airtime = Airtime()
    airtime.charge(29_000.0, 0.0)
    assert airtime.retry_after_s(380.0, 1.0) == 0.0
    assert airtime.retry_after_s(380.0, 1.0, Urgency.RULE) > 0.0


@given(st.lists(st.tuples(st.floats(0.0, 300.0), st.floats(15.0, 400.0)), max_size=300))
def test_no_hour_ever_holds_more_than_the_law_allows(sends: list[tuple[float, float]]) -> None:
    airtime, now_s, sent = Airtime(), 0.0, []
    for gap_s, cost_ms in sends:
        now_s += gap_s
        if airtime.retry_after_s(cost_ms, now_s, None) == 0.0:
            airtime.charge(cost_ms, now_s)
            sent.append((now_s, cost_ms))
    for start_s, _ in sent:
        assert sum(ms for at_s, ms in sent if start_s <= at_s < start_s + 3_600.0) <= LIMIT_MS + 1e-6


def test_alarms_have_a_reserve_and_answers_one_behind_it() -> None:
    airtime = Airtime()
    airtime.charge(LIMIT_MS - 5_500.0, 0.0)
    refused = [airtime.retry_after_s(20.0, 1.0, urgency) > 0 for urgency in Urgency]
    assert refused == [False, False, False, False, True]
    airtime.charge(1_000.0, 1.0)
    assert airtime.retry_after_s(20.0, 2.0, Urgency.USER) > 0
    assert airtime.retry_after_s(380.0, 2.0, Urgency.ALARM) == 0.0
    airtime.charge(3_000.0, 2.0)
    assert airtime.retry_after_s(20.0, 3.0, Urgency.ALARM) > 0
    assert airtime.retry_after_s(20.0, 3.0, None) == 0.0


def test_the_radios_own_word_counts_when_it_is_stricter() -> None:
    airtime = Airtime()
    airtime.charge(1_000.0, 0.0)
    airtime.radio_used(35_000.0, 1.0)
    assert airtime.used_ms(2.0) == 35_000.0
    airtime.charge(100.0, 2.0)  # sent since it said so
    assert airtime.used_ms(2.0) == 35_100.0
    assert airtime.retry_after_s(20.0, 2.0) > 0
    airtime.radio_used(100.0, 3.0)
    assert airtime.used_ms(4.0) == 1_100.0
    airtime.radio_refused(10.0)
    assert airtime.retry_after_s(20.0, 11.0) == 59.0
    assert airtime.retry_after_s(20.0, 11.0, None) == 0.0
    assert airtime.retry_after_s(20.0, 71.0) == 0.0


def _sent(airtime: Airtime, begin_s: int, end_s: int, cost_ms: float) -> None:
    for second in range(begin_s, end_s, 10):
        airtime.charge(cost_ms, float(second))


def test_the_forecast_follows_the_pace_of_the_last_quarter_of_an_hour() -> None:
    airtime = Airtime()
    assert airtime.exhausted_in_s(0.0) is None
    _sent(airtime, 0, 900, 200.0)  # 20 ms a second: 72 s of send time in an hour
    left_s = airtime.exhausted_in_s(900.0)
    assert left_s == pytest.approx((30_570.0 - 18_000.0) / 20.0)
    assert airtime.exhausted_in_s(1_260.0) is None  # it went quiet
    airtime.charge(LIMIT_MS - 5_400.0 - 18_000.0 - COMMAND_MS - 1.0, 1_300.0)
    assert airtime.exhausted_in_s(1_301.0) is None
    airtime.charge(1.0, 1_302.0)
    assert airtime.exhausted_in_s(1_302.0) == 0.0
    assert airtime.retry_after_s(COMMAND_MS + 0.1, 1_302.0) > 0


@pytest.mark.parametrize("minutes", [1, 5, 10], ids=str)
def test_a_burst_of_sending_is_no_pace(minutes: int) -> None:
    airtime = Airtime()
    _sent(airtime, 0, 3_600, 10.0)
    _sent(airtime, 3_600, 3_600 + 60 * minutes, 400.0)  # a teach-in; an hour of it would be 144 s
    assert airtime.used_ms(3_600.0 + 60 * minutes) < 30_600.0
    assert airtime.exhausted_in_s(3_600.0 + 60 * minutes) is None


def test_nothing_is_forecast_before_ten_minutes_of_sending_are_known() -> None:
    airtime = Airtime()
    for begin_s in range(0, 600, 60):
        _sent(airtime, begin_s, begin_s + 60, 300.0)
        assert airtime.exhausted_in_s(begin_s + 60.0) is None
    _sent(airtime, 600, 900, 300.0)
    assert airtime.exhausted_in_s(900.0) is not None
    # what an earlier run sent is known, but not how it went on while nobody counted
    after = Airtime()
    after.restore(tuple((age_s + 600.0, ms) for age_s, ms in airtime.slots(900.0)), 7_000.0)
    assert after.used_ms(7_000.0) == 27_000.0
    assert after.exhausted_in_s(7_000.0) is None


def test_sending_now_and_then_has_a_pace_too() -> None:
    airtime = Airtime()
    for second in range(0, 1_200, 240):
        airtime.charge(4_800.0, float(second))  # a rule every four minutes: 72 s in an hour
    left_s = airtime.exhausted_in_s(1_200.0)
    assert left_s == pytest.approx((30_570.0 - 24_000.0) / 16.0)  # its quietest five minutes hold one


def test_a_pace_that_the_hour_can_carry_exhausts_nothing() -> None:
    airtime = Airtime()
    for second in range(0, 7_200, 10):
        airtime.charge(80.0, float(second))  # 28.8 s in an hour
    assert airtime.exhausted_in_s(7_200.0) is None


def test_the_ledger_says_who_used_it_and_forgets_after_an_hour() -> None:
    airtime = Airtime()
    rule = Cause(Urgency.RULE, "evening")
    for _ in range(3):
        airtime.spend(_frame(0xB0), rule, 10.0)
    airtime.spend(_frame(0xA0), BY_USER, 70.0)
    rows = [(receiver, cause, row.frames, row.bursts) for receiver, cause, row in airtime.ledger.rows(100.0)]
    assert rows == [(b"def", rule, 3, 3), (b"def", BY_USER, 1, 0)]
    assert sum(row.used_ms for _, _, row in airtime.ledger.rows(100.0)) == airtime.used_ms(100.0)
    assert not list(airtime.ledger.rows(4_000.0))


def test_a_thousand_causes_in_one_minute_do_not_grow_the_ledger() -> None:
    airtime = Airtime()
    for number in range(1_000):
        airtime.spend(_frame(0xA0), Cause(Urgency.API, f"client {number}"), 10.0)
    rows = list(airtime.ledger.rows(11.0))
    assert len(rows) == MAX_ROWS + 1
    assert sum(row.frames for _, _, row in rows) == 1_000


@given(
    st.lists(st.tuples(st.floats(0.0, 300.0), st.floats(15.0, 400.0)), max_size=60), st.floats(0.0, 4_000.0)
)
def test_what_an_earlier_run_sent_still_counts(sends: list[tuple[float, float]], pause_s: float) -> None:
    before, now_s = Airtime(), 5_000.0
    for gap_s, cost_ms in sends:
        now_s += gap_s
        before.charge(cost_ms, now_s)
    after = Airtime()
    kept = tuple((age_s + pause_s, ms) for age_s, ms in before.slots(now_s))
    after.restore(kept, 7.0)
    assert after.used_ms(7.0) >= before.used_ms(now_s + pause_s) - 1e-6
