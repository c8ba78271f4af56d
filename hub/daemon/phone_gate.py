"""What the hub asks the gate about phones on control.sock: ways, keys, and that one is out."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from hub.home.errors import Refused
from hub.home.phones import KeyLeft, SlotOffer
from hub.remote.desk import GateKey
from privacy.client import GateClient, GateDeclined, GateLost, fields_as

from .phone_desk import offered

T = TypeVar("T")


class _Ways(msgspec.Struct):
    ways: tuple[str, ...]


class _Key(msgspec.Struct):
    session_key: str
    may_grant: bool
    since: datetime


class _Keys(msgspec.Struct):
    keys: list[_Key]


class _Left(msgspec.Struct):
    key: KeyLeft


class PhoneGate:
    """Follows hub.remote.desk.Gate."""

    def __init__(self, client: GateClient) -> None:
        self._client = client

    async def ways(self, slots: Sequence[SlotOffer]) -> tuple[str, ...]:
        """How phones find this home."""
        return (await self._asked("phone.ways", _Ways, relays=[offered(slot) for slot in slots])).ways

    async def keys(self) -> Sequence[GateKey]:
        """The keys that count."""
        return [
            GateKey(session_key=bytes.fromhex(key.session_key), may_agree=key.may_grant, since=key.since)
            for key in (await self._asked("phone.keys", _Keys)).keys
        ]

    async def removed(self, session_key: bytes) -> KeyLeft:
        """That phone is out."""
        return (await self._asked("phone.removed", _Left, session_key=session_key.hex())).key

    async def _asked(self, op: str, kind: type[T], **fields: object) -> T:
        try:
            return fields_as(await self._client.ask(op, **fields), kind)
        except (GateLost, GateDeclined) as error:
            raise Refused("gate_away") from error
