"""What the hub counts for statistics: whole numbers of a closed list, for the activity that they are for."""

import pytest

from privacy.conversation import Declined
from privacy.gate.desk import packaged_register
from tests.hub.home_in_a_box import Home


async def test_every_figure_of_the_register_is_counted_and_nothing_else(home: Home) -> None:
    assert home.front.control is not None
    rows = packaged_register().activities.values()
    measured = {row.id: [metric.name for metric in row.metrics] for row in rows if row.built and row.measured}
    assert "telemetry.usage" in measured
    for activity, names in measured.items():
        answer = await home.front.control.ask("collect", activity=activity, groups=names)
        counted = answer["groups"]
        assert isinstance(counted, dict)
        assert list(counted) == names
        assert all(type(value) is int and value >= 0 for value in counted.values())
        with pytest.raises(Declined):
            await home.front.control.ask("collect", activity=activity, groups=["names"])
    answer = await home.front.control.ask("collect", activity="telemetry.usage", groups=["devices"])
    assert answer["groups"] == {"devices": 1}
