"""Permits over time: hours, ends, and clocks that somebody changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.moments import WORD_S, Moments
from hub.home.permits import Hours, Moment, Permit, State, Term, term_from
from hub.home.roles import Role
from privacy.vocabulary import DataCategory
from tests.clock import ManualClock

NOW = datetime(2027, 1, 4, 9, 0, tzinfo=UTC)  # a Monday
BERLIN = ZoneInfo("Europe/Berlin")
MORNINGS = Hours(days=frozenset(range(5)), from_minute=8 * 60, to_minute=12 * 60)


def moment(at: datetime = NOW, running_s: float = 1000.0, *, sure: bool = True) -> Moment:
    return Moment(at=at, running_s=running_s, sure=sure)


@pytest.mark.parametrize(
    ("at", "state"),
    [
        ("2027-01-04T07:59:59+01:00", State.RESTS),
        ("2027-01-04T08:00:00+01:00", State.OPEN),
        ("2027-01-04T11:59:59+01:00", State.OPEN),
        ("2027-01-04T12:00:00+01:00", State.RESTS),
        ("2027-01-09T09:00:00+01:00", State.RESTS),  # a Saturday
        ("2027-07-05T06:30:00+00:00", State.OPEN),  # half past eight in summer time
    ],
)
def test_hours_are_those_of_the_clock_at_home(at: str, state: State) -> None:
    carer = Permit(role=Role.CARER, hours=MORNINGS)
    assert carer.state(moment(datetime.fromisoformat(at)), BERLIN) is state


def test_what_needs_the_time_rests_without_it() -> None:
    carer = Permit(role=Role.CARER, hours=MORNINGS)
    guest = Permit(role=Role.GUEST, term=term_from(NOW + timedelta(days=1), moment()))
    assert carer.state(moment(), BERLIN) is State.OPEN
    assert carer.state(moment(), None) is State.RESTS
    for permit in (carer, guest):
        assert permit.state(None, BERLIN) is State.RESTS
        assert permit.state(moment(sure=False), BERLIN) is State.RESTS
    # and who has neither hours nor an end needs none
    assert Permit(role=Role.GUEST).state(None, None) is State.OPEN


@given(
    stay_s=st.floats(1, 1e6),
    steps=st.lists(st.tuples(st.floats(0, 1e5), st.floats(-1e7, 1e7), st.booleans()), max_size=12),
)
def test_no_change_of_the_clock_lengthens_a_stay(
    stay_s: float, steps: list[tuple[float, float, bool]]
) -> None:
    """Each step: time runs, then somebody sets the clock; the gate's moment may then say anything."""
    stay = timedelta(seconds=stay_s)  # in whole microseconds
    guest = Permit(role=Role.GUEST, term=term_from(NOW + stay, moment(running_s=0.0)))
    ran_s = 0.0
    for runs_s, set_by_s, sure in steps:
        ran_s += runs_s
        at = NOW + timedelta(seconds=ran_s + set_by_s)
        state = guest.state(moment(at, ran_s, sure=sure), None)
        if ran_s >= stay / timedelta(seconds=1):
            assert state is State.OVER
        elif state is State.OPEN:
            assert sure
    # the control: by the clock alone, one set back would have let it stay
    back = Term(until=NOW + stay, running_s=float("inf"))
    assert not back.is_over(moment(NOW - timedelta(days=1), stay_s + 1.0))


DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("days", "ran_days", "sure", "past"),
    [
        (14.9, 14.9, True, False),
        (15, 1, True, True),  # by the clock: its end and two weeks
        (15, 1, False, False),  # which nobody vouches for
        (-9, 15, False, True),  # by running time, whatever the clock says
    ],
)
async def test_a_stay_is_past_two_weeks_after_its_end(
    days: float, ran_days: float, sure: bool, past: bool
) -> None:
    clock = ManualClock()
    moments = Moments(clock, lambda: None)
    ends = term_from(NOW + timedelta(days=1), moment(running_s=0.0))
    guest, always = Permit(role=Role.GUEST, term=ends), Permit(role=Role.GUEST)
    assert not moments.is_past(guest)  # the gate said nothing
    moments.told(moment(NOW + timedelta(days=days), ran_days * DAY_S, sure=sure), clock.monotonic())
    assert moments.is_past(guest) is past
    assert not moments.is_past(always)


async def test_the_gates_word_is_counted_on_and_grows_old() -> None:
    clock = ManualClock()
    moments = Moments(clock, lambda: BERLIN)
    assert moments.now() is None
    moments.told(moment(), clock.monotonic())
    await clock.advance(60.0)
    now = moments.now()
    assert now is not None
    assert (now.at, now.running_s) == (NOW + timedelta(seconds=60), 1060.0)
    await clock.advance(WORD_S)
    assert moments.now() is None
    assert moments.state(Permit(role=Role.CARER, hours=MORNINGS)) is State.RESTS


def test_a_carer_sets_what_warms_and_nothing_else() -> None:
    assert {kind for kind in DataCategory if Permit(role=Role.CARER).sets(kind)} == {DataCategory.CLIMATE}
    assert all(Permit(role=Role.GUEST).sets(kind) for kind in DataCategory)
