"""No byte leaves unrecorded, whichever call of the disk fails; script/nightly refuse fails each in turn."""

from collections.abc import Iterator

import pytest

from tests.crash.fault import FOREVER
from tests.lab.record_or_refuse import FAILURES, NEVER, Series, Unrecorded, points_of, series
from tests.needs import NETWORKS

pytestmark = [
    pytest.mark.lab,
    NETWORKS,
    pytest.mark.timeout(300),
]

POINTS = 2


@pytest.fixture(scope="module")
def lives() -> Iterator[Series]:
    with series() as made:
        yield made


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_call_fails_nothing_leaves_unrecorded_and_nothing_comes_back(
    lives: Series, failure: str
) -> None:
    calls = lives.run(failure, NEVER, 1)
    assert calls >= 8  # consents, deliveries, tunnels and withdrawals all reach the disk
    for first in points_of(calls, POINTS):
        lives.run(failure, first, 1)
        lives.run(failure, first, FOREVER)


def test_control_a_store_that_lies_is_found_out(lives: Series) -> None:
    with pytest.raises(Unrecorded, match=r"without an entry"):
        lives.run("no sync", 0, FOREVER, lies=True)
