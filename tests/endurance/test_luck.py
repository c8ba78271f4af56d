"""The odds of events on a lossy air, compared with dice."""

import random

import pytest

from tests.endurance.luck import RARE, Event, bound, expected, given_up_share


def _throw(event: Event, loss: float, module: bool, dice: random.Random) -> bool:
    """One event, frame by frame; True when it is given up."""
    proven = False
    for _ in range(event.sends):
        frames = 1 if proven or not event.signed else 3
        if any(dice.random() < loss for _ in range(frames)):
            continue
        if dice.random() >= loss:
            return False
        proven = event.signed and not module and not proven
    return True


@pytest.mark.parametrize("module", [False, True])
@pytest.mark.parametrize("signed", [False, True])
def test_the_share_is_what_dice_say(signed: bool, module: bool) -> None:
    dice, event, turns = random.Random(5), Event(sends=3, signed=signed), 20_000
    thrown = sum(_throw(event, 0.2, module, dice) for _ in range(turns)) / turns
    assert thrown == pytest.approx(given_up_share(event, 0.2, module=module), abs=0.01)


def test_on_a_clean_air_nothing_is_given_up_and_on_a_dead_one_everything() -> None:
    events = [Event(sends=6, signed=signed) for signed in (False, True)]
    assert expected(events, 0.0) == 0.0
    assert expected(events, 1.0) == 2.0
    assert bound(0.0) == 0


def test_the_bound_is_broken_by_chance_as_seldom_as_it_says() -> None:
    mean, most = 3.5, bound(3.5)
    dice, turns = random.Random(7), 20_000
    broken = sum(sum(dice.random() < mean / 140 for _ in range(140)) > most for _ in range(turns))
    assert broken / turns <= RARE * 3
    assert bound(0.4) < bound(3.5) < bound(6.0) < 20
