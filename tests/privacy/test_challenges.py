"""Challenges: each once, for ten minutes of running time, and none after a withdrawal."""

import os
from datetime import timedelta

from privacy.challenges import LIFE_S, MOST, Challenges
from tests.privacy import house


def test_a_challenge_is_used_once() -> None:
    held = Challenges(os.urandom)
    asked = held.ask(house.moment())
    assert held.take(asked.nonce, house.moment()) == asked
    assert held.take(asked.nonce, house.moment()) is None
    assert held.take("never asked", house.moment()) is None


def test_it_lives_ten_minutes_of_running_time_wherever_the_clock_goes() -> None:
    held = Challenges(os.urandom)
    first, second = held.ask(house.moment()), held.ask(house.moment())
    assert held.take(first.nonce, house.moment(timedelta(seconds=LIFE_S - 0.1))) == first
    assert held.take(second.nonce, house.moment(timedelta(seconds=LIFE_S))) is None


def test_a_withdrawal_voids_all() -> None:
    held = Challenges(os.urandom)
    asked = held.ask(house.moment())
    held.void()
    assert held.take(asked.nonce, house.moment()) is None


def test_no_more_than_some_are_open() -> None:
    held = Challenges(os.urandom)
    first = held.ask(house.moment())
    rest = [held.ask(house.moment()) for _ in range(MOST)]
    assert held.take(first.nonce, house.moment()) is None
    assert held.take(rest[0].nonce, house.moment()) == rest[0]
