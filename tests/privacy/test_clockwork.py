"""Nobody stretches a consent by the clock, and a clock that is right is not doubted for long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from privacy.clockwork import STEP, Clockwork, Kept, Reading, Vouched
from tests.privacy import house, schedules
from tests.privacy.schedules import FORTNIGHT, Naive, World

DAY = timedelta(days=1)


def reading(
    wall: timedelta = timedelta(0), monotonic_s: float = 0.0, vouched: Vouched = Vouched.SYNCHRONISED
) -> Reading:
    return Reading(wall=house.START + wall, monotonic_s=monotonic_s, vouched=vouched)


def after_a_day() -> Kept:
    work = Clockwork(None, reading())
    return work.kept(reading(DAY, 86_400.0))


@pytest.mark.obligation("Q6.6-b")
@pytest.mark.parametrize("block", range(10))
def test_no_schedule_of_clocks_stretches_fourteen_days(block: int) -> None:
    # the nightly run plays 10,000; here are some hundreds
    played = [schedules.stretch(seed) for seed in range(block * 20, block * 20 + 20)]
    assert max(longest for longest, _ in played) <= FORTNIGHT
    assert sum(permits for _, permits in played) > 300


def test_the_clock_of_the_first_release_is_stretched_by_the_same_schedules() -> None:
    assert min(schedules.stretch(seed, Naive)[0] for seed in (12, 20, 28)) > FORTNIGHT + 2 * DAY


def test_an_undisturbed_consent_is_valid_for_nearly_all_of_its_time() -> None:
    import random

    world = World(random.Random(1))
    world.give_at_the_console()
    for _ in range(14 * 24):
        world.true_s += 3600
        world._ran_s += 3600
        world.look()
    assert FORTNIGHT - timedelta(hours=1) <= world.longest < FORTNIGHT


def test_a_clock_set_back_gains_nothing_and_is_doubted() -> None:
    work = Clockwork(None, reading())
    at = work.instant(reading(DAY - 3 * DAY, 86_400.0, Vouched.HARDWARE))
    assert at.at == house.START + DAY
    assert not at.sure
    # and the doubt outlives a restart, until the network tells the time
    kept = work.kept(reading(DAY - 3 * DAY, 86_400.0, Vouched.HARDWARE))
    again = Clockwork(kept, reading(2 * DAY, 5.0, Vouched.HARDWARE))
    assert not again.instant(reading(2 * DAY, 5.0, Vouched.HARDWARE)).sure
    assert again.instant(reading(2 * DAY, 5.0)).sure
    assert again.instant(reading(2 * DAY, 5.0, Vouched.HARDWARE)).sure


def test_a_clock_set_forward_is_doubted_too_and_moves_no_floor() -> None:
    work = Clockwork(None, reading(vouched=Vouched.HARDWARE))
    at = work.instant(reading(5 * DAY, 60.0, Vouched.HARDWARE))
    assert not at.sure
    assert work.kept(reading(5 * DAY, 60.0, Vouched.HARDWARE)).floor == house.START + timedelta(minutes=1)


def test_the_networks_first_word_after_a_start_is_believed() -> None:
    work = Clockwork(after_a_day(), reading(timedelta(0), 0.0, Vouched.NOBODY))
    assert not work.instant(reading(timedelta(0), 1.0, Vouched.NOBODY)).sure
    at = work.instant(reading(9 * DAY, 2.0))
    assert at.sure
    assert at.at == house.START + 9 * DAY


def test_time_goes_on_from_the_floor_while_nobody_knows_it() -> None:
    work = Clockwork(after_a_day(), reading(-9000 * DAY, 0.0, Vouched.NOBODY))
    at = work.instant(reading(-9000 * DAY, 3600.0, Vouched.NOBODY))
    assert at.at == house.START + DAY + timedelta(hours=1)
    assert not at.sure


def test_a_clock_behind_what_was_before_is_not_believed_even_from_the_network() -> None:
    work = Clockwork(after_a_day(), reading(timedelta(0)))
    assert not work.instant(reading(timedelta(0))).sure
    # the owner may say that it is right: then time goes back, and whatever it limited is to be ended
    assert work.goes_back(reading(timedelta(0)))
    at = work.confirm(reading(timedelta(0)))
    assert at.sure
    assert at.at == house.START


def test_the_owners_word_holds_until_the_clock_is_set_again() -> None:
    unsure = reading(vouched=Vouched.NOBODY)
    work = Clockwork(None, unsure)
    assert not work.instant(unsure).sure
    assert work.confirm(unsure).sure
    assert work.instant(reading(STEP, 0.0, Vouched.NOBODY)).sure
    assert not work.instant(reading(3 * STEP, 0.0, Vouched.NOBODY)).sure


def test_a_phones_word_moves_the_floor_and_a_clock_ahead_of_it_stays_unsure() -> None:
    unsure = reading(vouched=Vouched.NOBODY)
    behind = Clockwork(None, unsure).confirm(unsure, house.START + 3 * DAY)
    assert behind.sure
    assert behind.at == house.START + 3 * DAY
    ahead = Clockwork(None, unsure).confirm(unsure, house.START - 3 * DAY)
    assert not ahead.sure


def test_a_start_counts_a_minute_and_small_steps_do_not_add_up() -> None:
    kept = after_a_day()
    assert Clockwork(kept, reading(DAY)).instant(reading(DAY)).running_s == 86_460.0
    # a hardware clock set back by less than a minute before each restart
    shown = DAY
    for number in range(20):
        work = Clockwork(kept, reading(shown, 0.0, Vouched.HARDWARE))
        shown -= timedelta(seconds=59)
        kept = work.kept(reading(shown, 0.0, Vouched.HARDWARE))
        assert kept.floor >= house.START + DAY, number
    later = Clockwork(kept, reading(shown + 9 * DAY, 0.0, Vouched.HARDWARE))
    assert later.instant(reading(shown + 9 * DAY, 0.0, Vouched.HARDWARE)).at >= house.START + 10 * DAY


def test_a_lost_clock_leaves_no_lag_behind() -> None:
    kept = after_a_day()
    lost = reading(-9000 * DAY, 0.0, Vouched.NOBODY)
    assert Clockwork(kept, lost).kept(lost) == replace(kept, ran_s=86_460.0, doubted=True)
