"""Messages for the app, under /gate/v1/messages: who may get one, what a test would be, a test, what left.

Under /gate/v1/push: the key to subscribe with, and a browser that subscribed. A yes is phones.py's.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated

import msgspec

from privacy import base64url, message_text
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.messages.message_verbs import listed, spelled, told
from privacy.gate.messages.message_words import WORDS
from privacy.gate.messages.messages import Messages, Way
from privacy.gate.messages.services import PUSH, MessageRefused
from privacy.gate.messages.services import WORDS as KINDS
from privacy.gate.storage.messages import Message
from privacy.jws import BadStatement, unbase64url
from privacy.message_text import Event
from privacy.payload import timestamp
from privacy.register import Language
from privacy.web_push import Subscription

Word = Annotated[str, msgspec.Meta(max_length=128)]
Act = Callable[[Messages, Request, Language], Awaitable[Answer]]


class _Subscribing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endpoint: Annotated[str, msgspec.Meta(max_length=1000)]
    p256dh: Word
    auth: Word
    label: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z")] = ""


class _Erasing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    way: Word | None  # null: whatever was sent by any


class _OneWay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    way: Word


def owners(messages: Messages, named_home: str = "") -> Mapping[tuple[str, str], Guarded]:
    """For the owner. named_home: as wiring.Start's."""
    acts: Mapping[tuple[str, str], Act] = {
        ("GET", "/gate/v1/messages"): _look,
        ("POST", "/gate/v1/messages/previews"): partial(_preview, named_home),
        ("POST", "/gate/v1/messages/tests"): _test,
        ("GET", "/gate/v1/messages/sent"): _sent,
        ("POST", "/gate/v1/messages/erasures"): _erase,
        ("GET", "/gate/v1/push"): _push,
        ("POST", "/gate/v1/push/subscriptions"): _subscribe,
    }
    return {place: _answering(messages, act) for place, act in acts.items()}


async def _look(messages: Messages, request: Request, language: Language) -> Answer:
    rows = {kind: messages.services.recipients(activity) for activity, kind in KINDS.items()}
    ready = await messages.services.ready()
    services = {
        kind: [{"name": row.name, "ready": row.name in ready} for row in found]
        for kind, found in rows.items()
    }
    last, known = await messages.newest(), await messages.ways()
    fitting = await messages.fitting(*known)
    ways = [
        {
            **_way(messages, way, last.get((way.activity, way.addressee)), language),
            "services": [row.name for row in fitting[way.id]],
        }
        for way in known
    ]
    return json_answer(200, {"ways": ways, "services": services})


async def _preview(named_home: str, messages: Messages, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_OneWay)
    shown = await spelled(messages, await messages.preview(asked.way, language), language)
    home = f" {named_home}" if named_home else ""
    line = f"homebase notify allow {asked.way} --lang {language.value}{home}"
    return json_answer(200, {**shown, "command": line})


async def _test(messages: Messages, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_OneWay)
    event = Event(kind=message_text.TEST, name="", at=messages.door.desk.time.instant().at)
    return json_answer(201, {"transfer": await messages.send(asked.way, event)})


async def _sent(messages: Messages, request: Request, language: Language) -> Answer:
    found = await listed(messages, language)
    return json_answer(200, {"messages": [{**one, "kind": KINDS[one["activity"]]} for one in found]})


async def _erase(messages: Messages, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Erasing)
    if asked.way is None:
        return json_answer(200, {"forgotten": await messages.forget(None)})
    way = await messages.way(asked.way)
    return json_answer(200, {"forgotten": await messages.forget(way.activity, way.addressee)})


async def _push(messages: Messages, request: Request, language: Language) -> Answer:
    hosts = [row.host for row in messages.services.recipients(PUSH)]
    return json_answer(200, {"key": base64url.encode(messages.push_key()), "hosts": hosts})


async def _subscribe(messages: Messages, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Subscribing)
    try:
        keys = unbase64url(asked.p256dh), unbase64url(asked.auth)
    except BadStatement as error:
        raise MessageRefused("subscription_form") from error
    to = Subscription(endpoint=asked.endpoint, p256dh=keys[0], auth=keys[1])
    return json_answer(201, {"device": await messages.subscribe(to, asked.label)})


def _way(messages: Messages, way: Way, last: Message | None, language: Language) -> dict[str, object]:
    """One addressee with its consent and what became of its newest message."""
    grant = messages.consent(way)
    return {
        "id": way.id,
        "kind": KINDS[way.activity],
        "activity": way.activity,
        "addressee": way.addressee,
        "label": way.label,
        "consent": None
        if grant is None
        else {"mark": grant.mark, "recipient": grant.recipient, "since": timestamp(grant.given)},
        "last": None if last is None else told(last, language),
    }


def _answering(messages: Messages, act: Act) -> Guarded:
    async def answer(_: Door, request: Request, language: Language) -> Answer:
        try:
            return await act(messages, request, language)
        except MessageRefused as refused:
            detail, _semicolon, way_out = WORDS[refused.code][language].partition("; ")
            return problem(422, refused.code, detail, way_out=way_out)

    return answering(messages.door, answer)
