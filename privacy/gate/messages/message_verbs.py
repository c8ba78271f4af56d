"""What console and hub may ask about messages. Only the console may agree; the hub may tell of an event.

The hub names a way by its id and is told no number and no address.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Annotated, Any

import msgspec

from privacy import message_text, notice
from privacy.conversation import Declined, Handler
from privacy.gate.door import spelling
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.messages.message_words import WORDS
from privacy.gate.messages.messages import Messages, Shown, Way, chosen
from privacy.gate.messages.modem_words import MODEM_WORDS
from privacy.gate.messages.receipt_words import code_of, in_words
from privacy.gate.messages.services import WORDS as KINDS
from privacy.gate.messages.services import MessageRefused
from privacy.gate.outbox import failed_words
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.messages import Message
from privacy.gate.storage.store import StoreError
from privacy.message_text import Event
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Language

Fields = Mapping[str, object]
Line = Annotated[str, msgspec.Meta(max_length=500)]
ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"  # nothing that ends a line: it stands in a mail's head
Name = Annotated[str, msgspec.Meta(max_length=message_text.LONGEST_NAME, pattern=ONE_LINE)]
MOST = 200
_CODES = {reason.value: reason for reason in Reason}


class _Asked(msgspec.Struct, frozen=True):
    """The fields of all verbs; each takes what it needs. name, at: of an event."""

    language: Language = Language.EN
    way: Line = ""
    preview: Line = ""
    recipient: str | None = None
    country: str | None = None
    activity: str | None = None
    sender: Line = ""
    user: Line = ""
    password: Line = ""
    contact: Line = ""
    event: Line = ""
    name: Name = ""
    at: datetime | None = None
    transfers: Annotated[list[Line], msgspec.Meta(max_length=MOST)] = []


Verb = Callable[[Messages, _Asked], Awaitable[Fields]]


def for_console(messages: Messages) -> Mapping[str, Handler]:
    """All verbs of the console."""
    return {name: _handler(messages, verb) for name, verb in _CONSOLE.items()}


def for_hub(messages: Messages) -> Mapping[str, Handler]:
    """The questions of the hub."""
    return {name: _handler(messages, verb) for name, verb in _HUB.items()}


def _handler(messages: Messages, verb: Verb) -> Handler:
    @wraps(verb)
    async def answer(question: Fields) -> Fields:
        language = Language.EN
        try:
            fields = {key: value for key, value in question.items() if key in _Asked.__struct_fields__}
            asked = msgspec.convert(fields, _Asked)
            language = asked.language
            return await verb(messages, asked)
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except MessageRefused as error:
            raise Declined(error.code, WORDS[error.code][language]) from error
        except Refused as refused:
            raise Declined(refused.reason.value, refused.reason.text(language)) from refused
        except StoreError as error:
            raise not_written(error, language) from error

    return answer


async def _ways(messages: Messages, asked: _Asked) -> Fields:
    """For whoever may see the addresses."""
    found = [
        {**told, "addressee": way.addressee, "activity": way.activity}
        for way, told in await _each_way(messages)
    ]
    services = {
        kind: [row.name for row in messages.services.recipients(activity)] for activity, kind in KINDS.items()
    }
    return {"ways": found, "services": services}


async def _nameless(messages: Messages, asked: _Asked) -> Fields:
    return {"ways": [told for _, told in await _each_way(messages)]}


async def _each_way(messages: Messages) -> list[tuple[Way, dict[str, object]]]:
    last = await messages.last_sent()
    return [
        (way, _way(messages, way, last.get((way.activity, way.addressee)))) for way in await messages.ways()
    ]


def _way(messages: Messages, way: Way, last: datetime | None) -> dict[str, object]:
    return {
        "id": way.id,
        "kind": KINDS[way.activity],
        "label": way.label,
        "allowed": messages.consent(way) is not None,
        "last_sent": None if last is None else timestamp(last),
    }


async def _preview(messages: Messages, asked: _Asked) -> Fields:
    shown = await messages.preview(asked.way, asked.language)
    row = messages.door.desk.register.activities[shown.preview.activity]
    to = chosen(shown.services, asked.recipient)
    return {
        **await spelled(messages, shown, asked.language),
        "activity_text": notice.activity_json(row, [to], asked.language),
    }


async def spelled(messages: Messages, shown: Shown, language: Language) -> dict[str, object]:
    """A test message as it would leave, for console and app.

    mail: the words around it, of a mail; contacts: what push services are told beside it, by name.

    Raises:
        StoreError: the contacts can't be read.
    """
    preview, contacts = shown.preview, await messages.services.contacts()
    text = message_text.mail(str(msgspec.json.decode(preview.body)["text"]), language)
    return {
        **spelling.preview(preview),
        "mail": {"subject": text.subject, "text": text.text} if KINDS[preview.activity] == "email" else None,
        "contacts": {row.name: contacts[row.name] for row in shown.services if row.name in contacts},
    }


async def _give(messages: Messages, asked: _Asked) -> Fields:
    given = await messages.give(asked.way, asked.preview, asked.language, asked.recipient, asked.country)
    return spelling.given(given, asked.language, _in_words)


async def _access(messages: Messages, asked: _Asked) -> Fields:
    row = AccessData(
        recipient=asked.recipient or "", sender=asked.sender, user=asked.user, password=asked.password
    )
    await messages.services.set_access(row)
    return {"kept": row.recipient}


async def _contact(messages: Messages, asked: _Asked) -> Fields:
    name = asked.recipient or ""
    ended = await messages.services.set_contact(name, asked.contact)
    return {"kept": name, "contact": asked.contact, "ended": ended}


async def _list(messages: Messages, asked: _Asked) -> Fields:
    return {"messages": await listed(messages, asked.language)}


async def listed(messages: Messages, language: Language) -> list[dict[str, Any]]:
    """The newest messages with their addressees, for whoever may see them: console and app.

    Raises:
        StoreError: they can't be read.
    """
    found = await messages.told(MOST)
    return [{**told(one, language), "addressee": one.addressee} for one in found]


async def _forget(messages: Messages, asked: _Asked) -> Fields:
    return {"forgotten": await messages.forget(asked.activity)}


async def _send(messages: Messages, asked: _Asked) -> Fields:
    if asked.event not in message_text.EVENTS:
        raise MessageRefused("unknown_event")
    at = asked.at if asked.at is not None and asked.at.tzinfo is not None else None
    event = Event(kind=asked.event, name=asked.name, at=at or messages.door.desk.time.instant().at)
    return {"transfer": await messages.send(asked.way, event)}


async def _fates(messages: Messages, asked: _Asked) -> Fields:
    """For the hub: a refusal by its code, which the app has words for. open: a receipt may change it."""
    found = await messages.fates(asked.transfers)
    told_each = [
        {
            "transfer": row.transfer,
            "fate": row.fate.value,
            "what": code_of(row.what),
            "open": row.ask is not None,
        }
        for row in found
    ]
    return {"messages": told_each}


async def _became(messages: Messages, asked: _Asked) -> Fields:
    return {"messages": [told(one, asked.language) for one in await messages.fates(asked.transfers)]}


def told(one: Message, language: Language) -> dict[str, Any]:
    """A message with what became of it, in words of that language where it is a code."""
    return {
        "transfer": one.transfer,
        "activity": one.activity,
        "recipient": one.recipient,
        "text": one.text,
        "at": timestamp(one.at),
        "fate": one.fate.value,
        "what": _in_words(one.what, language),
        "receipt": one.receipt,
    }


def _in_words(what: str, language: Language) -> str:
    if what in MODEM_WORDS:
        return MODEM_WORDS[what][language]
    if (said := in_words(what, language)) is not None:
        return said
    return _CODES[what].text(language) if what in _CODES else failed_words.told(what, language)


_CONSOLE: Mapping[str, Verb] = {
    "messages.ways": _ways,
    "messages.preview": _preview,
    "messages.give": _give,
    "messages.access": _access,
    "messages.contact": _contact,
    "messages.list": _list,
    "messages.forget": _forget,
    "messages.send": _send,
    "messages.fates": _became,
}
_HUB: Mapping[str, Verb] = {"message.ways": _nameless, "message.send": _send, "message.fates": _fates}
