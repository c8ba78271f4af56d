"""A change that waits for a sleeper is written at one of its next wakings, or said to be given up."""

import pytest

from tests.endurance.waking import MOST_WAKINGS, wake


@pytest.mark.parametrize("seed", [5, 7])
@pytest.mark.parametrize(
    ("name", "radio"), [("HM-CC-RT-DN", "cul"), ("HM-CC-RT-DN", "module"), ("HM-WDS40-TH-I-2", "cul")]
)
def test_a_change_never_waits_for_ever(name: str, radio: str, seed: int) -> None:
    fate = wake(name, seed, 0.2, radio)
    assert fate.ended in {"verified", "failed"}
    assert fate.wakings <= MOST_WAKINGS


def test_on_a_clean_air_it_is_written_at_the_first_waking() -> None:
    fate = wake("HM-WDS40-TH-I-2", 1, 0.0)
    assert (fate.ended, fate.wakings) == ("verified", 1)


def test_control_an_air_that_carries_nothing_leaves_it_waiting() -> None:
    assert wake("HM-WDS40-TH-I-2", 1, 1.0, most=2).ended == ""
