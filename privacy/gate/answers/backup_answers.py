"""What the app is shown of backups, and that the owner has one made now. For the owner alone.

A restore needs the sheet's words, and those go to the console only: no page of the hub's may see them.
"""

from collections.abc import Mapping

import msgspec

from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.shelves import Wrong
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.register import Language


class _History(msgspec.Struct, frozen=True):
    """history: in backups, from the next one on."""

    history: bool


_NOT_BEGUN = {  # what, and the way out; both in German and English
    "backup_busy": (
        ("eine Sicherung oder Wiederherstellung läuft schon", "a backup or a restore is going on"),
        ("warte, bis sie fertig ist", "wait for it"),
    ),
    "no_target": (
        ("es gibt keinen Ort für Sicherungen", "there is no place for backups"),
        (
            "nenne einen Ordner als [backup] folder in homebase.toml, oder erlaube einen fernen Ort",
            "name a folder as [backup] folder in homebase.toml, or allow a far one",
        ),
    ),
}


def table(door: Door, backups: Backups) -> Mapping[tuple[str, str], Guarded]:
    """Look, begin, and choose whether the history is in it."""

    async def look(_: Door, request: Request, language: Language) -> Answer:
        return json_answer(200, await backups.told(language=language))

    async def begin(_: Door, request: Request, language: Language) -> Answer:
        try:
            before = await backups.start()
        except Wrong as wrong:
            what, way = (texts[language is not Language.DE] for texts in _NOT_BEGUN[wrong.code])
            return problem(409, wrong.code, what, way_out=way)
        return json_answer(200, {"runs": before})

    async def history(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_History)
        await backups.keep_history(wanted=asked.history)
        return json_answer(200, {"history": asked.history})

    return {
        ("POST", "/gate/v1/backups/history"): answering(door, history),
        ("GET", "/gate/v1/backups"): answering(door, look),
        ("POST", "/gate/v1/backups"): answering(door, begin),
    }
