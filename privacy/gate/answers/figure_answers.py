"""Figures that may leave, for the app: what ``telemetry.show`` and ``monitor.show`` tell the console.

For the owner alone, and looking only: a consent is given and taken back as for every activity. Looking at the
monitoring makes its next message where there is none, as at the console; without a yes it is forgotten after
half an hour.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.console import figure_verbs
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.outbox.figures import NoFigure
from privacy.register import Language

Show = Callable[[Door, Language], Awaitable[Mapping[str, object]]]
_NOT_COUNTED = {  # what, way out
    Language.DE: ("die Hausseite zählte {name} nicht", "aktualisiere sie und starte sie neu"),
    Language.EN: ("the hub did not count {name}", "update and restart it"),
}


def table(door: Door) -> Mapping[tuple[str, str], Guarded]:
    """Method and path → answer."""
    return {
        ("GET", "/gate/v1/telemetry"): answering(door, partial(_shown, figure_verbs.telemetry)),
        ("GET", "/gate/v1/monitor"): answering(door, partial(_shown, figure_verbs.monitor)),
    }


async def _shown(show: Show, door: Door, request: Request, language: Language) -> Answer:
    try:
        return json_answer(200, await show(door, language))
    except NoFigure as error:
        what, way_out = _NOT_COUNTED[language]
        return problem(503, "figure_not_counted", what.format(name=error), way_out=way_out)
