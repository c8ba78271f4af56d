"""One wish, granted: written into the device, read back, and held against what was wished. No I/O.

Read downwards: grant → _write, _link, _release → _do. When a wish is granted, and what follows from it:
writing.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from hub.contract import Cause, CommandRefused, Written

from ..asking import Asker
from ..exchange.lane import Deferred, Delivered, Request, Step
from ..members.household import Member
from .inquiry import Inquiry
from .registers import OWNER_LIST, ListId, Registers
from .survey import lists_of_link
from .wish_steps import is_granted, lacks, link_steps, release_steps, write_steps
from .wishes import PeerWish, ReleaseWish, Wish, WriteWish


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantingParts:
    """What Granting works with. farewell: gives a device the key of the factory back.

    sleeps, woke: told when a wish has to wait for its device, and when that has listened.
    """

    registers: Registers
    asker: Asker
    inquiry: Inquiry
    farewell: Callable[[bytes], tuple[Step, ...]]
    sleeps: Callable[[Member, Wish], None]
    woke: Callable[[bytes], None]


class Granting:
    """Grants wishes of one kind after the other. central: our own address."""

    def __init__(self, parts: GrantingParts, central: bytes) -> None:
        self._parts = parts
        self._registers = parts.registers
        self._asker = parts.asker
        self._inquiry = parts.inquiry
        self._central = central

    async def grant(self, member: Member, wish: Wish, cause: Cause) -> Written:
        """Let the device hold it, however long it sleeps.

        Raises:
            CommandRefused: not_kept, unknown_peer; and as ``Asker.finish``.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: as ``Asker.finish``.
        """
        match wish:
            case WriteWish():
                return await self._write(member, wish, cause)
            case PeerWish():
                return await self._link(member, wish, cause)
            case ReleaseWish():
                return await self._release(member, wish, cause)
            case _:
                assert_never(wish)

    async def _write(self, member: Member, wish: WriteWish, cause: Cause) -> Written:
        """Start, pairs, end, then read it back in the same breath."""
        radio, list_id = member.record.address, wish.list_id
        known = self._registers.list_of(radio, list_id)
        if known is None or self._registers.doubted(radio, list_id) or lacks(wish, known.registers):
            await self._read(member, wish, list_id, cause)
            known = self._registers.list_of(radio, list_id)
        before = known.registers if known is not None else {}
        after = {register: bits.over(before.get(register, 0)) for register, bits in wish.bits.items()}
        changes = {register: byte for register, byte in after.items() if before.get(register) != byte}
        if not changes:
            return Written.UNCHANGED
        told = await self._do(member, wish, write_steps(list_id, changes), cause)
        self._inquiry.note(radio, list_id, told)
        if self._missed(radio, wish) is not None:  # a part of the answer may have been lost
            await self._read(member, wish, list_id, cause)
        if (missed := self._missed(radio, wish)) is not None:
            register, byte = missed
            place, wanted = f"list {list_id.index}, register {register:02X}", f"{after[register]:02X}"
            raise CommandRefused("not_kept", field=place, value=f"{byte:02X}", allowed=wanted)
        return Written.VERIFIED

    def _missed(self, radio: bytes, wish: WriteWish) -> tuple[int, int] | None:
        """A register that is not as it was wished, with what it holds."""
        known = self._registers.list_of(radio, wish.list_id)
        kept = known.registers if known is not None else {}
        for register, bits in wish.bits.items():
            if kept.get(register, 0) & bits.mask != bits.value:
                return register, kept.get(register, 0)
        return None

    async def _link(self, member: Member, wish: PeerWish, cause: Cause) -> Written:
        radio = member.record.address
        known = self._registers.peers_of(radio, wish.channel)
        sure = known is not None and not self._registers.doubted(radio, wish.channel)
        if sure and known is not None and is_granted(wish, known.peers):
            return Written.UNCHANGED
        try:
            told = await self._do(member, wish, link_steps(wish), cause)
        except CommandRefused as error:
            if error.code != "unknown_target":
                raise
            if wish.linked:
                raise CommandRefused("unknown_peer", field="peer", value=str(wish.peer)) from error
            self._inquiry.survey(member, (wish.channel,))  # it was gone already
            return Written.UNCHANGED
        self._inquiry.note(radio, wish.channel, told)
        known = self._registers.peers_of(radio, wish.channel)
        if known is None or not is_granted(wish, known.peers):
            raise CommandRefused("not_kept", field="peer", value=str(wish.peer))
        for peer in wish.peers if wish.linked else ():
            self._inquiry.survey(member, lists_of_link(member, wish.channel, peer))
        return Written.VERIFIED

    async def _release(self, member: Member, wish: ReleaseWish, cause: Cause) -> Written:
        radio = member.record.address
        known = self._registers.list_of(radio, OWNER_LIST)
        steps = (*self._parts.farewell(radio), *release_steps(self._central, member, known))
        await self._do(member, wish, steps, cause)
        return Written.VERIFIED

    async def _read(self, member: Member, wish: Wish, list_id: ListId, cause: Cause) -> None:
        if not await self._inquiry.read(member, list_id, cause):
            self._parts.sleeps(member, wish)
            await self._inquiry.told(member, list_id)
            self._parts.woke(member.record.address)

    async def _do(self, member: Member, wish: Wish, steps: tuple[Step, ...], cause: Cause) -> Delivered:
        request = Request(device=member.record.address, steps=steps, key=("wish", wish.key), cause=cause)
        outcome, _ = await self._asker.insist(member, request)
        if not isinstance(outcome, Deferred):
            return outcome
        self._parts.sleeps(member, wish)
        try:
            told = await self._asker.finish(member, request)
        finally:  # a newer wish has taken its place, or the link is lost
            self._asker.withdraw(request)
        self._parts.woke(member.record.address)
        return told
