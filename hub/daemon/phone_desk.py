"""What the gate's console asks the hub about phones: a code, whose words wait, who gets which rights."""

from collections.abc import Mapping

import msgspec

from hub.contract import HubError
from hub.home.roles import Role
from hub.remote.admission import Admission
from privacy.client import GateDeclined, Handler, fields_as

Fields = Mapping[str, object]


class _Coded(msgspec.Struct, frozen=True):
    relays: bool = True


class _Named(msgspec.Struct, frozen=True):
    pairing: str


class _Admitted(msgspec.Struct, frozen=True):
    pairing: str
    name: str
    role: Role


class _Revoked(msgspec.Struct, frozen=True):
    key: str


class PhoneDesk:
    """Answers ``phones.*`` on control.sock."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def questions(self) -> Mapping[str, Handler]:
        """Question → function."""
        return {
            "phones.code": self._code,
            "phones.waiting": self._waiting,
            "phones.admit": self._admit,
            "phones.refuse": self._refuse,
            "phones.list": self._list,
            "phones.revoke": self._revoke,
        }

    async def _code(self, question: Fields) -> Fields:
        asked = fields_as(question, _Coded)
        code = self._admission.open_code()
        if code is None:
            raise GateDeclined("busy", "too many codes are open; wait ten minutes, or refuse one")
        ways = await self._relay_ways(code.pairing) if asked.relays else []
        return {
            "hub_key": self._admission.hub_key.hex(),
            "pairing": code.pairing.hex(),
            "secret": code.secret.hex(),
            "relays": ways,
            "without": [relay.name for relay in self._admission.relays.all() if relay.free() is None]
            if asked.relays
            else [],
        }

    async def _relay_ways(self, pairing: bytes) -> list[Fields]:
        """A slot of each relay for the phone that comes with this code; written down before it is shown."""
        try:
            offered = await self._admission.relays.offer(pairing)
        except HubError as error:
            raise GateDeclined(
                "store_failed", "the disk could not be written; homebase doctor says more"
            ) from error
        return [
            {
                "relay": relay.name,
                "wss_port": relay.row.wss_port,
                "route": relay.route.hex(),
                "slot": slot.number,
                "password": slot.password,
            }
            for relay, slot in offered
        ]

    async def _waiting(self, _: Fields) -> Fields:
        return {
            "waiting": [
                {"pairing": one.code.pairing.hex(), "name": one.name, "words": list(one.words)}
                for one in self._admission.waiting()
            ],
            "ended": {pairing.hex(): over.value for pairing, over in self._admission.notices.items()},
        }

    async def _admit(self, question: Fields) -> Fields:
        asked = fields_as(question, _Admitted)
        try:
            phone = await self._admission.admit(_bytes(asked.pairing), asked.name, asked.role)
        except HubError as error:
            raise GateDeclined(
                getattr(error, "code", "failed"), "no phone waits there; show a new code"
            ) from error
        return {"key": phone.key.hex(), "name": phone.name, "role": asked.role.value}

    async def _refuse(self, question: Fields) -> Fields:
        await self._admission.refuse(_bytes(fields_as(question, _Named).pairing))
        return {}

    async def _list(self, _: Fields) -> Fields:
        return {
            "phones": [
                {
                    "key": phone.key.hex(),
                    "name": phone.name,
                    "role": None if phone.role is None else phone.role.value,
                    "since": phone.since.isoformat(timespec="milliseconds"),
                    "connected": self._admission.is_connected(phone.key),
                }
                for phone in self._admission.book.all()
            ]
        }

    async def _revoke(self, question: Fields) -> Fields:
        try:
            removed = await self._admission.revoke(_bytes(fields_as(question, _Revoked).key))
        except HubError as error:
            raise GateDeclined("store_failed", "it is out now, and comes back with the next start") from error
        if not removed:
            raise GateDeclined("unknown_phone", "no phone has that key; see homebase phone paired")
        return {}


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise GateDeclined("bad_question", f"{text[:64]!r} is not hex") from error
