"""Push for the app, under /gate/v1/push: the key to subscribe with, and a browser that subscribed."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.messages.message_words import WORDS
from privacy.gate.messages.messages import Messages
from privacy.gate.messages.services import PUSH, MessageRefused
from privacy.jws import BadStatement, base64url, unbase64url
from privacy.register import Language
from privacy.web_push import Subscription

Word = Annotated[str, msgspec.Meta(max_length=128)]


class _Subscribing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    endpoint: Annotated[str, msgspec.Meta(max_length=1000)]
    p256dh: Word
    auth: Word
    label: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z")] = ""


def owners(messages: Messages) -> Mapping[tuple[str, str], Guarded]:
    """For the owner."""

    async def look(_: Door, request: Request, language: Language) -> Answer:
        hosts = [row.host for row in messages.services.recipients(PUSH)]
        return json_answer(200, {"key": base64url(messages.push_key()), "hosts": hosts})

    async def subscribe(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Subscribing)
        try:
            keys = unbase64url(asked.p256dh), unbase64url(asked.auth)
            to = Subscription(endpoint=asked.endpoint, p256dh=keys[0], auth=keys[1])
            device = await messages.subscribe(to, asked.label)
        except (BadStatement, MessageRefused) as error:
            code = error.code if isinstance(error, MessageRefused) else "subscription_form"
            detail, way_out = WORDS[code][language].split("; ", 1)
            return problem(422, code, detail, way_out=way_out)
        return json_answer(201, {"device": device, "command": f"homebase notify allow {device}"})

    return {
        ("GET", "/gate/v1/push"): answering(messages.door, look),
        ("POST", "/gate/v1/push/subscriptions"): answering(messages.door, subscribe),
    }
