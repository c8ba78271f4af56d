"""Figures of an activity's closed list, as the hub counts them; what it says besides is not taken."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from privacy.activity import Metric
from privacy.consent import Grant
from privacy.gate.desk import Desk

Collect = Callable[[str, list[str]], Awaitable[Mapping[str, object]]]
"""Asks the hub for the groups of an activity; its answer is believed in nothing."""


class NoFigure(Exception):
    """The hub did not give one of the figures as a whole number from 0."""


async def answers(collect: Collect, activity: str, metrics: Sequence[Metric]) -> dict[str, int]:
    """The number of the true answer to each of ``metrics``: nothing finer leaves this function.

    Raises:
        NoFigure: see there.
        ConversationLost, Declined: the hub is away, or says no.
    """
    said = (await collect(activity, [metric.name for metric in metrics])).get("groups")
    found: dict[str, int] = {}
    for metric in metrics:
        value = said.get(metric.name) if isinstance(said, Mapping) else None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise NoFigure(metric.name)
        found[metric.name] = metric.answer(value)
    return found


def live(desk: Desk, activity: str) -> list[Grant]:
    """The consents that figures of ``activity`` may leave under now, one for each recipient."""
    row = desk.register.get(activity)
    if row is None or not row.built or desk.standing.closed(row, row.categories) is not None:
        return []
    return [
        grant
        for grant in desk.standing.live()
        if grant.activity == activity and grant.epoch == desk.standing.epoch
    ]
