import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract import CommandRefused, Value
from hub.core.validation import MAX_TEXT, checked
from tests.hub.core.home import PARAMETERS


@pytest.mark.parametrize(
    ("name", "given_value", "expected"),
    [
        ("STATE", True, True),
        ("LEVEL", 1, 1.0),
        ("LEVEL", 0.37, 0.37),
        ("LEVEL", 1.01, 1.01),
        ("SET_TEMPERATURE", 21.5, 21.5),
        ("SET_TEMPERATURE", 4.5, 4.5),
        ("SET_TEMPERATURE", "OFF", 4.5),
        ("CONTROL_MODE", 2, 2),
        ("CONTROL_MODE", "MANU-MODE", 1),
        ("COUNT", 255, 255),
        ("TEXT", "", ""),
        ("STOP", True, True),
    ],
)
def test_an_allowed_value_comes_back_in_the_parameters_own_type(
    name: str, given_value: object, expected: Value
) -> None:
    result = checked(PARAMETERS[name], given_value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("name", "given_value", "code"),
    [
        ("BRIGHTNESS", 1, "not_writable"),
        ("STATE", 1, "wrong_type"),
        ("STATE", "true", "wrong_type"),
        ("STATE", None, "wrong_type"),
        ("LEVEL", True, "wrong_type"),
        ("LEVEL", "0.5", "wrong_type"),
        ("LEVEL", [0.5], "wrong_type"),
        ("LEVEL", math.nan, "not_finite"),
        ("LEVEL", -math.inf, "not_finite"),
        ("LEVEL", 10**400, "out_of_range"),
        ("LEVEL", 1.005, "out_of_range"),
        ("LEVEL", -0.01, "out_of_range"),
        ("SET_TEMPERATURE", 31, "out_of_range"),
        ("SET_TEMPERATURE", 21.3, "off_step"),
        ("SET_TEMPERATURE", "WARM", "wrong_type"),
        ("CONTROL_MODE", 3, "out_of_range"),
        ("CONTROL_MODE", -1, "out_of_range"),
        ("CONTROL_MODE", True, "wrong_type"),
        ("CONTROL_MODE", "BOOST", "out_of_range"),
        ("COUNT", 1.0, "wrong_type"),
        ("COUNT", False, "wrong_type"),
        ("COUNT", 256, "out_of_range"),
        ("TEXT", 1, "wrong_type"),
        ("TEXT", "x" * (MAX_TEXT + 1), "out_of_range"),
        ("STOP", False, "wrong_type"),
    ],
)
def test_anything_else_is_refused_with_field_value_and_what_is_allowed(
    name: str, given_value: object, code: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        checked(PARAMETERS[name], given_value)
    assert (caught.value.code, caught.value.field) == (code, "value")
    assert caught.value.allowed


def test_the_allowed_range_is_said_in_words_with_unit_step_and_special_values() -> None:
    with pytest.raises(CommandRefused) as caught:
        checked(PARAMETERS["SET_TEMPERATURE"], 50)
    assert caught.value.allowed == "5..30 °C in steps of 0.5, or OFF (4.5), or ON (30.5)"


ANYTHING: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.binary()
)


@given(st.sampled_from(sorted(PARAMETERS)), ANYTHING)
def test_whatever_comes_it_is_allowed_or_refused_and_nothing_else(name: str, given_value: object) -> None:
    description = PARAMETERS[name]
    try:
        result = checked(description, given_value)
    except CommandRefused:
        return
    assert description.writable
    if isinstance(result, float):
        assert math.isfinite(result)
        inside = (description.min or 0) <= result <= (description.max or 0)
        assert inside or result in description.special.values()


@given(st.integers(0, 50))
def test_every_step_of_the_range_is_allowed(steps: int) -> None:
    assert checked(PARAMETERS["SET_TEMPERATURE"], 5.0 + steps * 0.5) == 5.0 + steps * 0.5
