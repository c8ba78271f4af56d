"""What the console may ask about pairing a phone: the code, whose words wait, who gets which rights.

The hub makes the pairing and its secret; the gate adds its own key, the first phone's claim and the ways, and
passes the rest on as it comes, with closed fields.
Source: docs/protocols/remote.md, "The code" and "Pairing".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import msgspec

from privacy.conversation import ConversationLost, Declined, Handler, fields_as
from privacy.gate import relay_verbs
from privacy.gate.phones import Phones
from privacy.jws import base64url

AskHub = Callable[..., Awaitable[Mapping[str, object]]]
Fields = Mapping[str, object]
_Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16,64}$")]
_AWAY = "the hub is starting or was stopped; try again in a few seconds"
ROLES = ("owner", "resident", "guest")


class _Made(msgspec.Struct, frozen=True):
    """The hub's part of a code."""

    hub_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    pairing: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    secret: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    relays: list[relay_verbs.Offered] = []
    without: list[str] = []  # relays that had no slot for it


class _Wanted(msgspec.Struct, frozen=True):
    relays: bool = True


class _Named(msgspec.Struct, frozen=True):
    pairing: _Hex


class _Admitted(msgspec.Struct, frozen=True):
    pairing: _Hex
    role: str
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""


class _Revoked(msgspec.Struct, frozen=True):
    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


def table(phones: Phones, ask_hub: AskHub, origin: str, relays: relay_verbs.Relays) -> Mapping[str, Handler]:
    """The verbs. origin: where phones at home find the front, as a browser names it."""

    async def ask(op: str, **fields: object) -> Fields:
        try:
            return await ask_hub(op, **fields)
        except ConversationLost as error:
            raise Declined("hub_away", _AWAY) from error

    async def code(question: Fields) -> Fields:
        made = fields_as(await ask("phones.code", relays=fields_as(question, _Wanted).relays), _Made)
        parts = [phones.gate_key, bytes.fromhex(made.pairing), bytes.fromhex(made.secret)]
        claim = phones.claim_secret() if not phones.enrolled() else ""
        fields = ":".join(map(base64url, (bytes.fromhex(made.hub_key), *parts)))
        text = relay_verbs.with_ways(f"homebase:pair:1:{fields}:{claim}:h,{origin}", made.relays, relays)
        return {"text": text, "pairing": made.pairing, "without": made.without}

    async def waiting(_: Fields) -> Fields:
        return await ask("phones.waiting")

    async def admit(question: Fields) -> Fields:
        asked = fields_as(question, _Admitted)
        if asked.role not in ROLES:
            raise Declined("bad_question", f"role = {asked.role[:20]!r}: allowed is {', '.join(ROLES)}")
        return await ask("phones.admit", pairing=asked.pairing, name=asked.name, role=asked.role)

    async def refuse(question: Fields) -> Fields:
        return await ask("phones.refuse", pairing=fields_as(question, _Named).pairing)

    async def listed(_: Fields) -> Fields:
        return await ask("phones.list")

    async def revoke(question: Fields) -> Fields:
        return await ask("phones.revoke", key=fields_as(question, _Revoked).key)

    return {
        "phone.code": code,
        "phone.waiting": waiting,
        "phone.admit": admit,
        "phone.refuse": refuse,
        "phone.paired": listed,
        "phone.revoke": revoke,
    }
