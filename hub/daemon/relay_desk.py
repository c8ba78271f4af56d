"""What the gate's console asks the hub about relays: a route, how it is with them, new passwords, the end."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from hub.contract import HubError
from hub.remote import mosquitto
from hub.remote.relay import Relays
from hub.remote.relay_book import MOST, Relay, RelayBook
from privacy import base64url
from privacy.client import GateDeclined, Handler, fields_as
from privacy.ports import RandomBytes

Fields = Mapping[str, object]
_Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]


class _Added(msgspec.Struct, frozen=True):
    name: str
    host: str
    tls_port: _Port
    wss_port: _Port


class _Named(msgspec.Struct, frozen=True):
    name: str


class RelayDesk:
    """Answers ``relays.*`` on control.sock."""

    def __init__(self, relays: Relays, book: RelayBook, random_bytes: RandomBytes) -> None:
        self._relays, self._book, self._random_bytes = relays, book, random_bytes

    def questions(self) -> Mapping[str, Handler]:
        """Question → function."""
        return {
            "relays.add": self._add,
            "relays.list": self._list,
            "relays.remove": self._remove,
            "relays.renew": self._renew,
        }

    async def _add(self, question: Fields) -> Fields:
        asked = fields_as(question, _Added)
        if self._book.get(asked.name) is not None:
            raise GateDeclined("relay_known", f"{asked.name} has a route already; homebase relay list")
        try:
            relay = await self._book.add(asked.name, asked.host, asked.tls_port, asked.wss_port)
        except HubError as error:
            raise GateDeclined("store_failed", "nothing was made; homebase doctor says more") from error
        if relay is None:
            raise GateDeclined("too_many_relays", f"a home has at most {MOST} relays; remove one first")
        return self._lines(relay, [slot.number for slot in relay.slots])

    async def _renew(self, question: Fields) -> Fields:
        name = fields_as(question, _Named).name
        try:
            renewed = await self._book.renew(name)
        except HubError as error:
            raise GateDeclined("store_failed", "nothing changed; homebase doctor says more") from error
        if renewed is None:
            raise _unknown(name)
        relay, fresh = renewed
        return {**self._lines(relay, fresh), "renewed": list(fresh)}

    def _lines(self, relay: Relay, slots: Iterable[int]) -> Fields:
        """For the broker; no password stands in them."""
        words = {number: relay.slots[number].password for number in slots}
        lines = mosquitto.password_lines(relay.route, relay.row.password, words, self._random_bytes)
        return {
            "route": base64url.encode(relay.route),
            "passwords": list(lines),
            "acl": list(mosquitto.acl_lines(relay.route, range(len(relay.slots)))),
        }

    async def _list(self, _: Fields) -> Fields:
        self._relays.look()  # whoever asks does not want to wait for the next attempt
        return {"relays": [self._told(relay) for relay in self._book.all()]}

    def _told(self, relay: Relay) -> Fields:
        way = self._relays.ways.get(relay.name)
        return {
            "name": relay.name,
            "host": relay.row.host,
            "tls_port": relay.row.tls_port,
            "wss_port": relay.row.wss_port,
            "route": base64url.encode(relay.route),
            "state": "unused" if way is None else way.state,
            "reason": "" if way is None else way.code,
            "sessions": 0 if way is None else way.sessions,
            "used": sorted(relay.used()),
            "burned": list(relay.burned()),
        }

    async def _remove(self, question: Fields) -> Fields:
        name = fields_as(question, _Named).name
        try:
            removed = await self._book.remove(name)
        except HubError as error:
            raise GateDeclined("store_failed", "it is off now, and comes back with the next start") from error
        if not removed:
            raise _unknown(name)
        return {}


def _unknown(name: str) -> GateDeclined:
    return GateDeclined("unknown_relay", f"{name!r} has no route; see homebase relay list")
