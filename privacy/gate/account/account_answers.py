"""The account for the app, under /gate/v1/account: looking, entering, confirming; a yes is phones.py's."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import msgspec

from privacy.gate.account.account import Account, AccountRefused
from privacy.gate.account.account_verbs import about, previewed
from privacy.gate.account.account_words import WORDS
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.register import Language

Line = Annotated[str, msgspec.Meta(max_length=1000)]


class _Email(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: Line


class _Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Line
    label: Line = ""
    device: Line = ""
    replaces: Line = ""


class _Dropped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: Line = ""
    device: Line = ""


class _Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: Line


Act = Callable[[Request, Language], Awaitable[Answer]]


def owners(account: Account, door: Door, named_home: str) -> Mapping[tuple[str, str], Guarded]:
    """For the owner. named_home: as wiring.Start's."""

    async def look(request: Request, language: Language) -> Answer:
        return json_answer(200, await about(account))

    async def email(request: Request, language: Language) -> Answer:
        await account.set_email(msgspec.json.decode(request.body, type=_Email).address)
        return json_answer(200, await about(account))

    async def contact(request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Contact)
        await account.keep_contact(asked.number, asked.label, asked.device, asked.replaces)
        return json_answer(200, await about(account))

    async def drop(request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Dropped)
        await account.drop_contact(asked.number, asked.device)
        return json_answer(200, await about(account))

    async def preview(request: Request, language: Language) -> Answer:
        msgspec.json.decode(request.body, type=_Nothing)
        told = await previewed(account, door.desk, language)
        home = f" {named_home}" if named_home else ""
        line = f"homebase account confirm --preview {told['preview']} --lang {language.value}{home}"
        return json_answer(200, {**told, "command": line})

    return {
        ("GET", "/gate/v1/account"): in_words(door, look),
        ("POST", "/gate/v1/account/email"): in_words(door, email),
        ("POST", "/gate/v1/account/contacts"): in_words(door, contact),
        ("POST", "/gate/v1/account/contacts/removals"): in_words(door, drop),
        ("POST", "/gate/v1/account/previews"): in_words(door, preview),
    }


def households(account: Account, door: Door) -> Mapping[tuple[str, str], Guarded]:
    """For whoever opened the mail's link and is logged in: the code alone says that the mail arrived."""

    async def confirm(request: Request, language: Language) -> Answer:
        await account.confirm(msgspec.json.decode(request.body, type=_Code).code)
        return json_answer(200, {"confirmed": True})

    return {("POST", "/gate/v1/account/confirmations"): in_words(door, confirm)}


def in_words(door: Door, act: Act) -> Guarded:
    """What ``act`` answers; a refusal of the account's in both languages."""

    async def answer(_: Door, request: Request, language: Language) -> Answer:
        try:
            return await act(request, language)
        except AccountRefused as refused:
            words = WORDS[refused.code]
            return problem(
                words.status,
                refused.code,
                words.detail[language],
                way_out=words.way_out[language],
                field=words.field,
            )

    return answering(door, answer)
