"""The house's phones while hub.remote is being built, a moment after the start: whoever asks waits for it.

And what the gate's console asks: a first phone's code is drawn by the gate, and removed by both.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from hub.contract import StoreError
from hub.home.errors import Refused
from hub.home.permits import Permit
from hub.home.phones import EndedPairing, KeyLeft, PhoneCode, PhoneInfo, Phones, SlotOffer, WaitingPhone
from privacy.client import GateDeclined, Handler, fields_as

Fields = Mapping[str, object]
_NOT_WRITTEN = (
    "it is out, and nothing of that could be written: homebase doctor says more;"
    " once the disk is mended and before any restart, remove it again"
)


class LatePhones:
    """Follows hub.home.phones.Phones; each method waits until ``are`` was called."""

    def __init__(self) -> None:
        self._built = asyncio.Event()
        self._desk: Phones | None = None

    def are(self, desk: Phones) -> None:
        """Whoever has them is here."""
        self._desk = desk
        self._built.set()

    async def _phones(self) -> Phones:
        await self._built.wait()
        assert self._desk is not None
        return self._desk

    async def all(self) -> Sequence[PhoneInfo]:
        """All of them."""
        return await (await self._phones()).all()

    async def code(self, *, relays: bool) -> PhoneCode:
        """Begin a pairing."""
        return await (await self._phones()).code(relays=relays)

    async def ways(self, code: PhoneCode) -> tuple[str, ...]:
        """How its phone finds this home."""
        return await (await self._phones()).ways(code)

    async def left_out(self, pairing: bytes, relays: Sequence[str]) -> None:
        """A code names no way by these."""
        await (await self._phones()).left_out(pairing, relays)

    async def waiting(self) -> tuple[Sequence[WaitingPhone], Sequence[EndedPairing]]:
        """Whose words wait."""
        return await (await self._phones()).waiting()

    async def admit(self, pairing: bytes, name: str, permit: Permit) -> PhoneInfo:
        """Let one in."""
        return await (await self._phones()).admit(pairing, name, permit)

    async def refuse(self, pairing: bytes) -> None:
        """Let one not in."""
        await (await self._phones()).refuse(pairing)

    async def change(self, phone: str, name: str, permit: Permit, *, keep_owner: bool = False) -> PhoneInfo:
        """Change one."""
        return await (await self._phones()).change(phone, name, permit, keep_owner=keep_owner)

    async def remove(self, phone: str, *, keep_owner: bool = False) -> KeyLeft:
        """Let one go."""
        return await (await self._phones()).remove(phone, keep_owner=keep_owner)


class _Coded(msgspec.Struct, frozen=True):
    relays: bool = True


class _LeftOut(msgspec.Struct, frozen=True):
    pairing: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    relays: list[str]


class _Named(msgspec.Struct, frozen=True):
    phone: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]


_NO_CODE = {
    "too_many_codes": "too many codes are open; wait ten minutes, or refuse one",
    "too_many_phones": "64 phones are paired, as many as a home can have; remove one (homebase phone list)",
}


def questions(phones: Phones) -> Mapping[str, Handler]:
    """What the gate's console asks → answer."""

    async def code(question: Fields) -> Fields:
        try:
            made = await phones.code(relays=fields_as(question, _Coded).relays)
        except Refused as error:
            raise GateDeclined("busy", _NO_CODE[error.code]) from error
        except StoreError as error:
            raise GateDeclined(
                "store_failed", "the disk could not be written; homebase doctor says more"
            ) from error
        return {
            "hub_key": made.hub_key.hex(),
            "pairing": made.pairing.hex(),
            "secret": made.secret.hex(),
            "relays": [offered(slot) for slot in made.slots],
            "without": list(made.without),
        }

    async def left_out(question: Fields) -> Fields:
        told = fields_as(question, _LeftOut)
        await phones.left_out(bytes.fromhex(told.pairing), told.relays)
        return {}

    async def remove(question: Fields) -> Fields:
        try:
            left = await phones.remove(fields_as(question, _Named).phone)
        except Refused as error:
            raise GateDeclined(error.code, "no phone has that id; see homebase phone list") from error
        except StoreError as error:
            raise GateDeclined("store_failed", _NOT_WRITTEN) from error
        return {"key": left.value}

    return {"phones.code": code, "phones.left_out": left_out, "phones.remove": remove}


def offered(slot: SlotOffer) -> Fields:
    """A slot as the gate is told of it."""
    return {
        "relay": slot.relay,
        "wss_port": slot.wss_port,
        "route": slot.route.hex(),
        "slot": slot.slot,
        "password": slot.password,
    }
