"""Our own anonymous statistics, attacked: nobody gets further than chance and one percentage point.

Each attack has formats beside it that look anonymous and are not, and finds them; script/nightly takes
more homes.
"""

import os
import random

import pytest

from privacy import anonymise
from tests.privacy import telemetry_attacks as attacks
from tests.privacy.telemetry_attacks import METRICS, MONTH, World

pytestmark = pytest.mark.obligation("Q6.13-a")

HOMES = int(os.environ.get("TELEMETRY_HOMES", "1000"))
PAIRS = 60 * HOMES
BOUND = 0.01  # above chance


@pytest.fixture(scope="module")
def world() -> World:
    return World(HOMES, 2 * MONTH, attacks.ours, seed=1)


def test_who_knows_every_home_names_none_of_a_message(world: World) -> None:
    found = attacks.named(world)
    assert found.most <= found.chance + BOUND
    # control: the list of customers undoes a hash of their numbers
    assert attacks.named(World(200, MONTH, attacks.with_hash, seed=1)).right == 1.0


@pytest.mark.parametrize("weeks", [1, MONTH])
def test_nobody_follows_a_home_from_one_week_to_another(world: World, weeks: int) -> None:
    found = attacks.followed(world, weeks, 2 * HOMES)
    assert found.most <= found.chance + BOUND
    # controls: an id, exact figures, and one offset for good
    for shape in (attacks.with_hash, attacks.without_chance, attacks.one_offset):
        linked = attacks.followed(World(200, MONTH + 1, shape, seed=2), MONTH, 100)
        assert linked.right > linked.chance + 0.1, shape.__name__


def test_nobody_tells_two_messages_of_one_home_from_those_of_two(world: World) -> None:
    found = attacks.paired(world, PAIRS)
    assert found.most <= 0.5 + BOUND
    # controls: a hash, the second of the minute that a home's rounds keep to, and one offset for good
    for shape in (attacks.with_hash, attacks.by_the_minute, attacks.one_offset):
        linked = attacks.paired(World(200, 2 * MONTH, shape, seed=3), 2000)
        assert linked.right > 0.9, shape.__name__


def test_between_two_truths_nobody_guesses_better_than_the_screen_says() -> None:
    chance, tried = random.Random(4), 20_000
    limit = anonymise.guess_permille(anonymise.EPSILON_MILLI) / 1000
    for metric in METRICS:
        answers, right = len(metric.limits), 0
        for _ in range(tried):
            truth = chance.randrange(2)
            answer = anonymise.respond(truth, answers, chance.randbytes)
            right += (answer if answer < 2 else chance.randrange(2)) == truth
        assert right / tried <= limit + 0.012  # 3.3 standard deviations
    assert limit == 0.55
