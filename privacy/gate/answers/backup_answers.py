"""What the app is shown of backups, and that the owner has one made now. For the owner alone.

A restore needs the sheet's words, and those go to the console only: no page of the hub's may see them.
"""

from collections.abc import Mapping

from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.shelves import Wrong
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.register import Language

_WAITS = {
    "backup_busy": (
        "eine Sicherung oder Wiederherstellung läuft schon",
        "a backup or a restore is going on",
    )
}


def table(door: Door, backups: Backups) -> Mapping[tuple[str, str], Guarded]:
    """Look, and begin."""

    async def look(_: Door, request: Request, language: Language) -> Answer:
        return json_answer(200, await backups.told())

    async def begin(_: Door, request: Request, language: Language) -> Answer:
        try:
            before = await backups.start()
        except Wrong as wrong:
            german, english = _WAITS.get(wrong.code, (wrong.what, wrong.what))
            what, way = (
                (german, "warte, bis sie fertig ist") if language is Language.DE else (english, "wait for it")
            )
            return problem(409, wrong.code, what, way_out=way)
        return json_answer(200, {"runs": before})

    return {
        ("GET", "/gate/v1/backups"): answering(door, look),
        ("POST", "/gate/v1/backups"): answering(door, begin),
    }
