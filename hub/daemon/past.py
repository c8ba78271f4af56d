"""What the gate may ask for usage history on servers: the day before of datapoints that the owner chose.

Quarter-hourly means, as charts show them. The gate takes nothing else, and nothing of a person is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from hub.home.errors import Refused
from hub.operations import House
from hub.operations.named import datapoint_of
from privacy import usage_history
from privacy.client import GateDeclined

from .figures import Answer

SLOTS = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The home's history, a day at a time."""

    house: House

    def collect_or(self, otherwise: Answer) -> Answer:
        """The answer to the gate's question ``collect``; other activities go to ``otherwise``."""

        async def collect(request: Mapping[str, object]) -> Mapping[str, object]:
            if not str(request.get("activity")).startswith(usage_history.PREFIX):
                return await otherwise(request)
            wanted = request.get("groups")
            if not isinstance(wanted, list) or len(wanted) > usage_history.MOST_SERIES:
                raise GateDeclined("unknown_group", f"allowed are {usage_history.MOST_SERIES} datapoints")
            return {"groups": {str(text): await self._day(str(text)) for text in wanted}}

        return collect

    async def _day(self, text: str) -> Mapping[str, object]:
        """The whole day (UTC) before today; without values where they are restricted."""
        now, house = self.house.clock.now(), self.house
        day = usage_history.day_before(now)
        ends = usage_history.day_ends(now) - timedelta(days=1)
        try:
            datapoint = datapoint_of(text)
        except Refused as error:
            raise GateDeclined("unknown_datapoint", text[:80]) from error
        description = house.registry.parameter(datapoint)
        if description is None:
            raise GateDeclined("unknown_datapoint", text[:80])
        try:
            house.rights.check_past(datapoint)
        except Refused:
            return {"day": day, "unit": description.unit, "values": []}
        past = await house.history.query(datapoint, ends - timedelta(days=1), ends, SLOTS)
        return {"day": day, "unit": description.unit, "values": past.points}
