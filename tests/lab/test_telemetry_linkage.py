"""Our own anonymous statistics, attacked by what the gates of many homes really sent.

Each attack finds what is planted in the gate beside it. Here a few homes show that no attack gets far;
script/nightly telemetry has as many as it takes to show that none gets further than chance and one
percentage point.
"""

import random

import pytest

from tests.lab import linkage_leaks
from tests.lab.figures_fleet import Fleet
from tests.lab.linkage_series import BOUND, METRICS, World, drawn_truths, lived
from tests.needs import NETWORKS
from tests.privacy import linkage

# the time is for a machine that is busy with other things: alone, all of it takes seconds
pytestmark = [pytest.mark.lab, NETWORKS, pytest.mark.obligation("Q6.13-a"), pytest.mark.timeout(600)]

WEEKS = 8
APART = [{one.name: home % len(one.limits) for one in METRICS} for home in range(4)]


@pytest.fixture(scope="module")
def world(working: Fleet) -> World:
    return lived(working, WEEKS, drawn_truths(16, random.Random(1)))


def test_nobody_tells_two_messages_of_one_home_from_those_of_two(world: World) -> None:
    found = linkage.paired(world.sent, 5, random.Random(2))
    assert found.least <= 0.5 + BOUND, found


@pytest.mark.parametrize("leak", linkage_leaks.LEAKS)
def test_control_what_a_gate_gives_away_on_the_wire_is_found(working: Fleet, leak: str) -> None:
    world = lived(working, WEEKS, APART, linkage_leaks.LEAKS[leak])
    found = linkage.paired(world.sent, 2, random.Random(2))
    assert found.least > 0.5 + BOUND, found


def test_who_knows_every_home_names_none_of_a_message(working: Fleet, world: World) -> None:
    found = linkage.named(world.sent, world.truths, random.Random(3))
    assert found.least <= found.chance + BOUND, found
    # control: a gate that sends the true answer
    world = lived(working, WEEKS, APART, linkage_leaks.NO_CHANCE)
    found = linkage.named(world.sent, world.truths, random.Random(3))
    assert found.least > found.chance + BOUND, found


def test_no_greeting_offers_to_go_on_where_another_ended(working: Fleet, world: World) -> None:
    assert world.offered == 0
    # control: a gate that keeps its TLS sessions
    assert lived(working, WEEKS, APART[:1], linkage_leaks.resumed).offered > 0
