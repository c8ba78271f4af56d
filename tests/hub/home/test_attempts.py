"""How often a password may be tried: pure, so told in seconds of a clock of our own."""

from hypothesis import given
from hypothesis import strategies as st

from hub.home.attempts import (
    ALL,
    FREE_ATTEMPTS,
    FREE_ATTEMPTS_OF_ALL,
    LONGEST_PAUSE_OF_ALL_S,
    LONGEST_PAUSE_S,
    MOST_PEERS,
    Attempts,
    Record,
)


def test_pauses_double_up_to_the_longest() -> None:
    attempts = Attempts()
    now_s = 1000.0
    pauses = []
    for _ in range(FREE_ATTEMPTS + 12):
        wait_s = attempts.start("a", now_s)
        pauses.append(wait_s)
        if wait_s:
            now_s += wait_s
            assert attempts.start("a", now_s) == 0.0
    assert pauses[:FREE_ATTEMPTS] == [0.0] * FREE_ATTEMPTS
    assert pauses[FREE_ATTEMPTS : FREE_ATTEMPTS + 4] == [1.0, 2.0, 4.0, 8.0]
    assert max(pauses) <= LONGEST_PAUSE_S


def test_success_forgives_the_peer_only() -> None:
    attempts = Attempts()
    for _ in range(FREE_ATTEMPTS):
        attempts.start("a", 0.0)
        attempts.start("b", 0.0)
    attempts.succeed("a")
    assert attempts.start("a", 0.0) == 0.0
    assert attempts.start("b", 0.0) > 0.0


def test_many_peers_together_are_slowed_down_but_the_owner_is_not_locked_out_for_long() -> None:
    attempts = Attempts()
    for number in range(1000):
        attempts.start(f"peer{number}", 0.0)
    assert attempts.records[ALL].failures == FREE_ATTEMPTS_OF_ALL
    wait_s = attempts.start("owner", 0.0)
    assert 0.0 < wait_s <= LONGEST_PAUSE_OF_ALL_S
    assert len(attempts.records) <= MOST_PEERS + 2


def test_a_day_forgets_and_a_clock_set_back_never_waits_longer_than_the_longest_pause() -> None:
    attempts = Attempts({"a": Record(failures=99, at_s=100_000.0)})
    assert attempts.start("a", 100_000.0 - 3600.0) <= LONGEST_PAUSE_S
    assert attempts.start("a", 100_000.0 + 86_401.0) == 0.0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 400)), max_size=80))
def test_no_peer_ever_gets_more_tries_than_its_pauses_allow(steps: list[tuple[str, float]]) -> None:
    attempts = Attempts()
    now_s = 0.0
    tried: dict[str, list[float]] = {}
    for peer, passed_s in steps:
        now_s += passed_s
        if attempts.start(peer, now_s) == 0.0:
            tried.setdefault(peer, []).append(now_s)
    for times in tried.values():
        for number in range(FREE_ATTEMPTS, len(times)):
            least_s = min(2.0 ** (number - FREE_ATTEMPTS), LONGEST_PAUSE_S)
            assert times[number] - times[number - 1] >= least_s * 0.999
