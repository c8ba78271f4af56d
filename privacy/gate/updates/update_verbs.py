"""Updates for console and app: the same words for both. Asking for an installation is the console's.

What it needs it loads when it is asked: most homes ask seldom.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

import msgspec

from privacy.conversation import Declined, Handler, fields_as
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.storage.store import StoreError
from privacy.register import Language

if TYPE_CHECKING:
    from privacy.gate.updates.updates import UpdateRefused, Updates

Fields = Mapping[str, object]
Of = Callable[[], "Updates"]


class _Asked(msgspec.Struct, frozen=True):
    language: Language = Language.EN


def table(of: Of) -> Mapping[str, Handler]:
    """The verbs ``update.show``, ``update.check`` and ``update.install``."""

    async def show(language: Language) -> Fields:
        return await _told(of(), language)

    async def check(language: Language) -> Fields:
        await of().check()
        return await _told(of(), language)

    async def install(language: Language) -> Fields:
        await of().install()
        return await _told(of(), language)

    verbs = {"update.show": show, "update.check": check, "update.install": install}
    return {name: _handler(verb) for name, verb in verbs.items()}


def looking(of: Of, door: Door, named_home: str) -> Mapping[tuple[str, str], Guarded]:
    """For the household. named_home: as wiring.Start's.

    command: has what is told there installed, at the console alone (docs/adr/0022).
    """

    async def look(_: Door, __: Request, language: Language) -> Answer:
        home = f" {named_home}" if named_home else ""
        command = f"homebase update install --lang {language.value}{home}"
        return json_answer(200, {**await _told(of(), language), "command": command})

    return {("GET", "/gate/v1/updates"): answering(door, look)}


def owning(of: Of, door: Door) -> Mapping[tuple[str, str], Guarded]:
    """For owners: ask now, under the consent that stands."""

    async def check(_: Door, __: Request, language: Language) -> Answer:
        from privacy.gate.updates.updates import UpdateRefused  # noqa: PLC0415 - see above

        try:
            await of().check()
        except UpdateRefused as refused:
            return problem(409, refused.code, _why(refused, language), way_out="docs/updates.md")
        return json_answer(200, await _told(of(), language))

    return {("POST", "/gate/v1/updates/checks"): answering(door, check)}


def _handler(verb: Callable[[Language], Awaitable[Fields]]) -> Handler:
    async def answer(message: Fields) -> Fields:
        from privacy.gate.updates.updates import UpdateRefused  # noqa: PLC0415 - see above

        language = fields_as(message, _Asked).language
        try:
            return await verb(language)
        except UpdateRefused as refused:
            raise Declined(refused.code, _why(refused, language)) from refused
        except Refused as refused:
            raise Declined(refused.reason.value, refused.reason.text(language)) from refused
        except StoreError as error:
            raise not_written(error, language) from error

    return answer


def _why(refused: "UpdateRefused", language: Language) -> str:
    from privacy.gate.updates.update_words import REFUSALS  # noqa: PLC0415 - see above

    return REFUSALS[refused.code].text(language, detail=refused.detail)


async def _told(updates: "Updates", language: Language) -> Fields:
    """All that is known, for people and programs."""
    from privacy.gate.updates.telling import told  # noqa: PLC0415 - see above

    return await told(updates, language)
