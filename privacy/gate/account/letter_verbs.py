"""What console and app may ask about letters of the owner: looking at one, and at the console agreeing to it.

In the app a phone's signature agrees (phones.py). The hub's sockets know none of these.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from privacy import notice
from privacy.conversation import ConversationLost, Declined, Handler, fields_as
from privacy.gate.account.account_words import line
from privacy.gate.account.letter_words import WORDS
from privacy.gate.account.letters import LETTERS, LetterRefused, Letters
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.console.console_words import declined
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.previews import GIVEN_BY
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.storage.store import StoreError
from privacy.register import Language

Fields = Mapping[str, object]
Line = Annotated[str, msgspec.Meta(max_length=1000)]


class _Written(msgspec.Struct, frozen=True):
    """A letter as it is asked for. entered: fields that were written for it; "" leaves one out."""

    activity: Line
    entered: dict[str, Line] = {}


class _Asked(_Written, frozen=True):
    """preview, recipient, country: of the yes."""

    preview: Line = ""
    recipient: str | None = None
    country: str | None = None
    language: Language = Language.EN


class _Posted(_Written, frozen=True, forbid_unknown_fields=True):
    pass


def table(letters: Letters) -> Mapping[str, Handler]:
    """The verbs ``letter.preview`` and ``letter.give``."""

    async def answered(question: Fields, *, yes: bool) -> Fields:
        asked = fields_as(question, _Asked)
        try:
            if not yes:
                return await _previewed(letters, asked, asked.language)
            named = (asked.preview, asked.language, asked.recipient, asked.country)
            return spelling.given(await letters.give(asked.activity, *named), asked.language)
        except LetterRefused as error:
            what, way_out = _words(error, asked.language)
            raise Declined(error.code, line(what, way_out, asked.language)) from error
        except Refused as refused:
            raise Declined(refused.reason.value, refused.reason.text(asked.language)) from refused
        except StoreError as error:
            raise not_written(error, asked.language) from error
        except ConversationLost as error:
            raise declined("hub_away", asked.language, error) from error

    async def preview(question: Fields) -> Fields:
        return await answered(question, yes=False)

    async def give(question: Fields) -> Fields:
        return await answered(question, yes=True)

    return {"letter.preview": preview, "letter.give": give}


def owners(letters: Letters, door: Door, named_home: str) -> Mapping[tuple[str, str], Guarded]:
    """For the owner. named_home: as wiring.Start's."""

    async def preview(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Posted)
        try:
            told = await _previewed(letters, asked, language)
        except LetterRefused as error:
            what, way_out = _words(error, language)
            words = WORDS[error.code]
            return problem(words.status, error.code, what, way_out=way_out, field=words.field)
        home = f" {named_home}" if named_home else ""
        line = f"{GIVEN_BY[asked.activity]} --preview {told['preview']} --lang {language.value}{home}"
        return json_answer(200, {**told, "command": line})

    return {("POST", "/gate/v1/letters/previews"): answering(door, preview)}


async def _previewed(letters: Letters, asked: _Written, language: Language) -> Fields:
    shown, desk = await letters.preview(asked.activity, asked.entered), letters.door.desk
    row = desk.register.activities[shown.activity]
    told = notice.activity_json(row, letters.recipients(row.id), language)
    return {**spelling.preview(shown), "activity_text": told}


def _words(error: LetterRefused, language: Language) -> tuple[str, str]:
    """What, and the way out."""
    words, told = WORDS[error.code], {"activity": error.activity[:64], "letters": ", ".join(LETTERS)}
    return words.detail[language], words.way_out[language].format(**told)
