"""What the hub tells the gate of a day: the datapoints that were asked for, and no others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from privacy import usage_history
from privacy.conversation import Declined
from tests.hub.home_in_a_box import Home

ACTIVITY = "history.cloud.display"


async def test_a_day_is_told_of_known_datapoints_alone(home: Home) -> None:
    assert home.front.control is not None
    ask = home.front.control.ask
    found = next(iter(home.house.state.values.values()))
    known, now = str(found.id), home.house.clock.now()
    noon = usage_history.day_ends(now) - timedelta(days=1, hours=12)
    for at in (noon - timedelta(days=1), noon, now):  # of the day before that, and of today: not asked for
        home.house.history.record(replace(found, value=at == noon, at=at))
    answer = await ask("collect", activity=ACTIVITY, groups=[known])
    groups = answer["groups"]
    assert isinstance(groups, dict)
    told = usage_history.read(known, groups[known], usage_history.day_before(now))
    assert told.datapoint == known
    assert (len(told.values), {row[1] for row in told.values}) == (96, {0.0, 1.0})
    for wrong in ("bidcos:JEQ9999999:1.STATE", "people"):
        with pytest.raises(Declined, match="unknown_datapoint"):
            await ask("collect", activity=ACTIVITY, groups=[wrong])
