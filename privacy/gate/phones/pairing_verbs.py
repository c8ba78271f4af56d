"""What console and hub may ask about paired phones: a code, ways, keys, and that one is out.

The hub makes the pairing and its secret; the gate adds its own key, the first phone's claim and the ways.
What else people do with phones is the hub's: hub/operations/phones.py.
Source: docs/protocols/remote.md, "The code" and "Pairing".
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated

import msgspec

from privacy import base64url
from privacy.conversation import ConversationLost, Declined, Handler, fields_as
from privacy.gate.phones import relay_verbs
from privacy.gate.phones.phones import Phones
from privacy.gate.phones.relay_verbs import AWAY, AskHub
from privacy.keys import PhoneKey
from privacy.payload import timestamp

Origins = Callable[[], tuple[str, ...]]
Fields = Mapping[str, object]
_ROOM = relay_verbs.MOST_CODE - 200  # characters, without keys and secrets
ID_SIZE = 8  # bytes of a session key that name a phone
_HALF = (
    "its key counts no more; the hub is away, so remove it once more when it runs: its sessions are the hub's"
)


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
    phone: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


class _Offered(msgspec.Struct, frozen=True):
    relays: list[relay_verbs.Offered] = []


class _Out(msgspec.Struct, frozen=True):
    session_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


def table(
    phones: Phones, ask_hub: AskHub, origins: Origins, relays: relay_verbs.Relays
) -> Mapping[str, Handler]:
    """The console's verbs. origins: where phones at home find the front now, as a browser names it."""

    async def code(question: Fields) -> Fields:
        try:
            made = fields_as(await ask_hub("phones.code", relays=fields_as(question, _Wanted).relays), _Made)
        except ConversationLost as error:
            raise Declined("hub_away", AWAY) from error
        parts = [phones.gate_key, bytes.fromhex(made.pairing), bytes.fromhex(made.secret)]
        claim = phones.claim_secret() if not phones.enrolled() else ""
        fields = ":".join(map(base64url.encode, (bytes.fromhex(made.hub_key), *parts)))
        text = f"homebase:pair:1:{fields}:{claim}:"
        room = relay_verbs.MOST_CODE - len(text)
        text += ";".join(relay_verbs.ways(origins(), made.relays, relays, room))
        left_out = relay_verbs.left_out(made.relays, text)
        if left_out:
            with suppress(ConversationLost, Declined):  # else their slots are burned with the code
                await ask_hub("phones.left_out", pairing=made.pairing, relays=left_out)
        return {"text": text, "pairing": made.pairing, "without": made.without, "left_out": left_out}

    async def remove(question: Fields) -> Fields:
        """Key first: whoever may agree is out even while the hub is away."""
        named = fields_as(question, _Named).phone
        phones.out(bytes.fromhex(named))
        mine = [key for key in phones.enrolled() if key.session_key[:ID_SIZE].hex() == named]
        for key in mine:
            await phones.remove(key.kid)
        try:
            await ask_hub("phones.remove", phone=named)
        except ConversationLost as error:
            raise Declined("hub_away", _HALF if mine else AWAY) from error
        except Declined as error:
            if not mine or error.code != "unknown_phone":
                raise
        return {"key": bool(mine)}

    return {"phone.code": code, "phone.remove": remove}


def hub_table(phones: Phones, origins: Origins, relays: relay_verbs.Relays) -> Mapping[str, Handler]:
    """What the hub may ask. It closes and never opens; the last key that may agree is not its to remove."""

    async def ways(question: Fields) -> Fields:
        """Those of a code that a paired phone draws: a relay's host is the owner's word here too."""
        offered = fields_as(question, _Offered).relays
        return {"ways": relay_verbs.ways(origins(), offered, relays, _ROOM)}

    async def keys(_: Fields) -> Fields:
        return {"keys": [_told(key) for key in phones.enrolled()]}

    async def removed(question: Fields) -> Fields:
        named = bytes.fromhex(fields_as(question, _Out).session_key)
        phones.out(named)
        mine = [key for key in phones.enrolled() if key.session_key == named]
        going = [key for key in mine if not phones.is_last(key.kid)]
        for key in going:
            await phones.remove(key.kid, by="hub")
        return {"key": "kept" if len(going) < len(mine) else "removed" if mine else "none"}

    return {"phone.ways": ways, "phone.keys": keys, "phone.removed": removed}


def _told(key: PhoneKey) -> Fields:
    return {
        "session_key": key.session_key.hex(),
        "may_grant": key.may_grant,
        "since": timestamp(key.since),
    }
