"""What owners do with phones: follows hub.home.phones.Phones, over admission, book and the gate's word.

A phone that goes is told to the gate too, whose key for it counts no more; while the gate is away it waits,
over restarts of the hub too.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.contract import StoreError
from hub.home.errors import Refused
from hub.home.permits import Permit, State
from hub.home.phones import (
    EndedPairing,
    KeyLeft,
    PhoneCode,
    PhoneInfo,
    SlotOffer,
    WaitingPhone,
    phone_id,
    relays_left_out,
)
from hub.home.roles import Role
from privacy.ports import Clock

from .admission import Admission
from .pairing import LIFE_S
from .phone import Phone
from .phones import MOST

log = logging.getLogger(__name__)

TELL_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GateKey:
    """A key that counts at the gate. session_key: of the phone that has it."""

    session_key: bytes
    may_agree: bool
    since: datetime


class Gate(Protocol):
    """What the gate knows of phones. Every method raises Refused, gate_away."""

    async def ways(self, slots: Sequence[SlotOffer]) -> tuple[str, ...]:
        """How phones find this home, in the spelling of a code."""
        ...

    async def keys(self) -> Sequence[GateKey]:
        """The keys that count."""
        ...

    async def removed(self, session_key: bytes) -> KeyLeft:
        """That phone is out: its keys count no more."""
        ...


class Desk:
    """One home's."""

    def __init__(self, admission: Admission, gate: Gate, clock: Clock) -> None:
        self._admission, self._gate, self._clock = admission, gate, clock
        self._book = admission.book
        self._changing = asyncio.Lock()  # two owners that lower each other at once leave one of them
        self._untold = set(self._book.untold)  # phones that went; the gate does not know it yet
        self._over: set[bytes] = set()  # whose stay is over, and the gate knows it
        self._book.gone.append(self._went)

    async def run(self) -> None:
        """Tell the gate of phones that went, until cancelled."""
        while True:
            await self._clock.sleep(TELL_EVERY_S)
            over = {one.key for one in self._book.all() if self._admission.state_of(one) is State.OVER}
            self._untold |= over - self._over
            self._over = over
            for key in tuple(self._untold):
                await self._tell(key)

    # look

    async def all(self) -> Sequence[PhoneInfo]:
        """All phones, and browsers that may agree."""
        try:
            keys = {key.session_key: key for key in await self._gate.keys()}
        except Refused:  # it is away: what is known here is told
            keys = {}
        known = {phone.key: self._told(phone, keys.get(phone.key)) for phone in self._book.all()}
        others = [_browser(key) for key in keys.values() if key.session_key not in known]
        return sorted((*known.values(), *others), key=lambda one: (one.since, one.id))

    async def waiting(self) -> tuple[Sequence[WaitingPhone], Sequence[EndedPairing]]:
        """Whose words wait, and what ended of late."""
        waiting = [
            WaitingPhone(pairing=one.code.pairing, name=one.name, words=one.words)
            for one in self._admission.waiting()
        ]
        ended = [EndedPairing(pairing=key, why=over.value) for key, over in self._admission.notices.items()]
        return waiting, ended

    # let in

    async def code(self, *, relays: bool) -> PhoneCode:
        """Begin a pairing; a slot of each relay is written down before it is shown."""
        if self._book.is_full:
            raise Refused("too_many_phones", allowed=f"at most {MOST}")
        code = self._admission.open_code()
        if code is None:
            raise Refused("too_many_codes")
        offered = await self._admission.relays.offer(code.pairing) if relays else []
        have = {relay.name for relay, _ in offered}
        return PhoneCode(
            hub_key=self._admission.hub_key,
            pairing=code.pairing,
            secret=code.secret,
            slots=tuple(
                SlotOffer(
                    relay=relay.name,
                    wss_port=relay.row.wss_port,
                    route=relay.route,
                    slot=slot.number,
                    password=slot.password,
                )
                for relay, slot in offered
            ),
            without=tuple(
                one.name for one in self._admission.relays.all() if relays and one.name not in have
            ),
            expires_in_s=LIFE_S,
        )

    async def ways(self, code: PhoneCode) -> tuple[str, ...]:
        """How its phone finds this home; slots of relays that the gate leaves out are free again.

        Without the gate there is no code: neither slots nor a place among the open ones are taken.
        """
        try:
            ways = await self._gate.ways(code.slots)
        except Refused:
            await self.left_out(code.pairing, [one.relay for one in code.slots])
            await self._admission.cancel(code.pairing)
            raise
        if out := relays_left_out(code.slots, ways):
            await self.left_out(code.pairing, out)
        return ways

    async def left_out(self, pairing: bytes, relays: Sequence[str]) -> None:
        """The code names no way by these relays."""
        try:
            await self._admission.relays.take_back(pairing, relays)
        except StoreError as error:  # burned with the code, and renewed by hand
            log.warning("relay.slot_not_free", extra={"code": error.code})

    async def admit(self, pairing: bytes, name: str, permit: Permit) -> PhoneInfo:
        """The words are the same."""
        return self._told(await self._admission.admit(pairing, name, permit), None)

    async def refuse(self, pairing: bytes) -> None:
        """The words differ."""
        await self._admission.refuse(pairing)

    # change

    async def change(self, phone: str, name: str, permit: Permit, *, keep_owner: bool = False) -> PhoneInfo:
        """Another name or permit."""
        async with self._changing:
            found = self._named(phone)
            if found is None or found.permit is None:
                raise Refused("unknown_phone", field="id", value=phone)
            if keep_owner and permit.role is not Role.OWNER and self._is_last_owner(found):
                raise Refused("last_owner", field="role", value=permit.role.value)
            return self._told(await self._book.permit(found.key, name, permit), None)

    async def remove(self, phone: str, *, keep_owner: bool = False) -> KeyLeft:
        """Let it go."""
        async with self._changing:
            found = self._named(phone)
            if found is not None and keep_owner and self._is_last_owner(found):
                raise Refused("last_owner", field="id", value=phone)
            if found is not None:
                await self._book.remove(found.key)
        if found is not None:
            return await self._tell(found.key)
        for key in await self._gate.keys():
            if phone_id(key.session_key) == phone:
                return await self._gate.removed(key.session_key)
        raise Refused("unknown_phone", field="id", value=phone)

    def _named(self, name: str) -> Phone | None:
        found = [phone for phone in self._book.all() if phone_id(phone.key) == name]
        return found[0] if len(found) == 1 else None

    def _is_last_owner(self, phone: Phone) -> bool:
        owners = [one.key for one in self._book.all() if one.permit and one.permit.role is Role.OWNER]
        return owners == [phone.key]

    def _went(self, phone: Phone) -> None:
        if phone.permit is not None:
            self._untold.add(phone.key)

    async def _tell(self, key: bytes) -> KeyLeft:
        try:
            left = await self._gate.removed(key)
        except Refused:
            if self._book.get(key) is None:
                self._book.keep_untold(key)
            return KeyLeft.AWAY
        self._untold.discard(key)
        self._book.told(key)
        return left

    def _told(self, phone: Phone, key: GateKey | None) -> PhoneInfo:
        return PhoneInfo(
            id=phone_id(phone.key),
            name=phone.name,
            permit=phone.permit,
            state=self._admission.state_of(phone),
            since=phone.since,
            last_seen=phone.seen,
            connected=self._admission.is_connected(phone.key),
            may_agree=None if key is None else key.may_agree,
        )


def _browser(key: GateKey) -> PhoneInfo:
    return PhoneInfo(
        id=phone_id(key.session_key),
        name="",
        permit=None,
        state=State.OPEN,
        since=key.since,
        last_seen=None,
        connected=False,
        may_agree=key.may_agree,
    )
