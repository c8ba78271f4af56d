"""The one look-up of the timezone for the app: what is known, what would be sent; a yes is phones.py's."""

from collections.abc import Mapping

import msgspec

from privacy.gate.account import timezone
from privacy.gate.account.account_answers import in_words
from privacy.gate.account.account_verbs import preview_json
from privacy.gate.account.timezone import Lookup
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.door.previews import GIVEN_BY
from privacy.gate.front.exchange import Answer, Request, json_answer
from privacy.register import Language


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


def owners(lookup: Lookup, door: Door, named_home: str) -> Mapping[tuple[str, str], Guarded]:
    """For the owner. named_home: as wiring.Start's."""

    async def look(_: Request, __: Language) -> Answer:
        over = await lookup.over()
        return json_answer(200, {"over": over, "answered": lookup.answered, "timezone": lookup.found})

    async def preview(request: Request, language: Language) -> Answer:
        msgspec.json.decode(request.body, type=_Nothing)
        told = preview_json(await timezone.preview(door), door.desk, language)
        home = f" {named_home}" if named_home else ""
        line = f"{GIVEN_BY[timezone.ACTIVITY]} --preview {told['preview']} --lang {language.value}{home}"
        return json_answer(200, {**told, "command": line})

    return {
        ("GET", "/gate/v1/account/timezone"): in_words(door, look),
        ("POST", "/gate/v1/account/timezone/previews"): in_words(door, preview),
    }
