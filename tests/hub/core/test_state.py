from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import Datapoint, Origin
from hub.core import State
from tests.hub.core.home import DEVICE, PRESS, STATE, value


def test_a_reported_other_value_is_a_change_to_rules() -> None:
    state = State()
    state.apply(value(False))
    change = state.apply(value(True))
    assert change.reported
    assert change.previous == value(False)
    assert state.values[STATE] == value(True)


def test_the_first_word_of_a_device_is_no_change() -> None:
    assert not State().apply(value(True)).reported


def test_the_same_value_again_is_no_change_but_has_a_new_age() -> None:
    state = State()
    state.apply(value(True))
    later = replace(value(True), at=value(True).at.replace(hour=13))
    assert not state.apply(later).reported
    assert state.values[STATE].at == later.at


@pytest.mark.parametrize("origin", [Origin.CONFIRMED, Origin.ASSUMED, Origin.RESTORED])
def test_a_refresh_a_command_or_a_restart_never_looks_like_a_change(origin: Origin) -> None:
    state = State()
    state.apply(value(False))
    assert not state.apply(value(True, origin)).reported


def test_what_a_device_reports_after_a_restart_is_compared_with_the_restored_value() -> None:
    state = State()
    state.restore([value(False)])
    assert state.values[STATE].origin is Origin.RESTORED
    assert not state.apply(value(False)).reported
    assert state.apply(value(True)).reported


def test_each_press_of_a_key_counts() -> None:
    state = State()
    press = value(True, of=PRESS)
    assert state.apply(press, action=True).reported
    assert state.apply(press, action=True).reported
    assert not state.apply(replace(press, origin=Origin.CONFIRMED), action=True).reported


def test_a_restored_value_does_not_replace_what_a_device_said() -> None:
    state = State()
    state.apply(value(True))
    state.restore([value(False)])
    assert state.values[STATE] == value(True)


def test_a_forgotten_device_leaves_no_value() -> None:
    state = State()
    state.apply(value(True))
    state.forget(DEVICE)
    assert dict(state.values) == {}


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Origin))))
def test_a_rule_sees_exactly_the_reported_differences(steps: list[tuple[int, Origin]]) -> None:
    state = State()
    known: Datapoint | None = None
    for number, origin in steps:
        new = value(number, origin)
        change = state.apply(new)
        differs = known is not None and known.value != number
        assert change.reported == (differs and origin is Origin.REPORTED)
        assert change.previous == known
        known = new
