"""What the console may ask about relays. The hub keeps routes and passwords; where they are, the gate says.

A relay is a ``[[recipient]]`` of remote.access in homebase.toml: a phone's code names its host from there and
from nowhere else, so that a hub can't send phones to a relay of its own choice.
Source: docs/protocols/remote.md, "The code" and "Relay".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import msgspec

from privacy import base64url
from privacy.conversation import ConversationLost, Declined, Handler, fields_as
from privacy.gate.desk import Desk
from privacy.recipients import Recipient

ACTIVITY = "remote.access"
MOST_CODE = 1200  # characters
MOST_WAYS = 4
AWAY = "the hub is starting or was stopped; try again in a few seconds"
AskHub = Callable[..., Awaitable[Mapping[str, object]]]
Fields = Mapping[str, object]
Relays = Mapping[str, Recipient]
_Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,31}$")]


class _Added(msgspec.Struct, frozen=True):
    name: _Name
    wss_port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0


class _Named(msgspec.Struct, frozen=True):
    name: _Name


class Offered(msgspec.Struct, frozen=True):
    """A slot that the hub offers to the phone of a code."""

    relay: _Name
    wss_port: Annotated[int, msgspec.Meta(ge=0, le=65535)]
    route: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    slot: Annotated[int, msgspec.Meta(ge=0, le=15)]
    password: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{16,64}$")]


def known(recipients: Mapping[str, Recipient]) -> Relays:
    """The relays among the recipients."""
    return {name: row for name, row in recipients.items() if ACTIVITY in row.activities}


def allowed_hosts(desk: Desk) -> frozenset[str]:
    """Hosts of relays that somebody said yes to, which the app may reach from a page of this gate."""
    relays = known(desk.recipients)
    granted = {grant.recipient for grant in desk.standing.live() if grant.activity == ACTIVITY}
    return frozenset(relays[name].host for name in granted & relays.keys())


def ways(homes: tuple[str, ...], offered: list[Offered], relays: Relays, room: int) -> list[str]:
    """Of a code: home by each origin, then by relays, as many as fit. room: characters.

    homes: the one that reaches furthest last; the others make room for relays.
    """
    there = [one for one in offered if one.relay in relays]  # the others are struck out of homebase.toml
    found = [f"h,{origin}" for origin in homes[-max(1, MOST_WAYS - len(there)) :]]
    for one in there:
        to = relays[one.relay]
        route = base64url.encode(bytes.fromhex(one.route))
        way = f"r,{to.host},{to.port},{one.wss_port},{route},{one.slot},{one.password}"
        if len(found) < MOST_WAYS and len(";".join([*found, way])) <= room:
            found.append(way)
    return found


def left_out(offered: list[Offered], shown: str) -> list[str]:
    """Relays that were offered and have no way in this text."""
    return [one.relay for one in offered if f",{base64url.encode(bytes.fromhex(one.route))}," not in shown]


def table(recipients: Mapping[str, Recipient], ask_hub: AskHub) -> Mapping[str, Handler]:
    """The verbs."""
    relays = known(recipients)

    async def ask(op: str, **fields: object) -> Fields:
        try:
            return await ask_hub(op, **fields)
        except ConversationLost as error:
            raise Declined("hub_away", AWAY) from error

    async def add(question: Fields) -> Fields:
        asked = fields_as(question, _Added)
        to = relays.get(asked.name)
        if to is None:
            named = ", ".join(sorted(relays)) or "none so far"
            what = f"{asked.name!r} is no [[recipient]] of {ACTIVITY} in homebase.toml; there: {named}"
            raise Declined("unknown_relay", f"{what}; docs/relay.md says how to enter one")
        return await ask("relays.add", name=to.name, host=to.host, tls_port=to.port, wss_port=asked.wss_port)

    async def listed(_: Fields) -> Fields:
        return await ask("relays.list")

    async def remove(question: Fields) -> Fields:
        return await ask("relays.remove", name=fields_as(question, _Named).name)

    async def renew(question: Fields) -> Fields:
        return await ask("relays.renew", name=fields_as(question, _Named).name)

    return {"relay.add": add, "relay.list": listed, "relay.remove": remove, "relay.renew": renew}
