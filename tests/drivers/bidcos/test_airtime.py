"""Send time adds up, slides out after an hour, and never exceeds the law."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.airtime import LIMIT_MS, Airtime, frame_ms
from drivers.bidcos.frames import Frame


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
    assert airtime.retry_after_s(20.0, 100.0, answer=True) == 0.0
    assert airtime.retry_after_s(20.0, 100.0 + wait_s) == 0.0


def test_bursts_that_are_not_urgent_stop_earlier() -> None:
    airtime = Airtime()
    airtime.charge(29_000.0, 0.0)
    assert airtime.retry_after_s(380.0, 1.0) == 0.0
    assert airtime.retry_after_s(380.0, 1.0, urgent=False) > 0.0


@given(st.lists(st.tuples(st.floats(0.0, 300.0), st.floats(15.0, 400.0)), max_size=300))
def test_no_hour_ever_holds_more_than_the_law_allows(sends: list[tuple[float, float]]) -> None:
    airtime, now_s, sent = Airtime(), 0.0, []
    for gap_s, cost_ms in sends:
        now_s += gap_s
        if airtime.retry_after_s(cost_ms, now_s, answer=True) == 0.0:
            airtime.charge(cost_ms, now_s)
            sent.append((now_s, cost_ms))
    for start_s, _ in sent:
        assert sum(ms for at_s, ms in sent if start_s <= at_s < start_s + 3_600.0) <= LIMIT_MS + 1e-6
