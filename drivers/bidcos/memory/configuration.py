"""Paramsets: what a device remembers, as the owner sees it, and how it is changed. No I/O.

Read downwards: get, put → what is asked about (Target) → values and bits.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from hub.contract import (
    Cause,
    ChannelAddress,
    CommandRefused,
    DriverError,
    GetParamset,
    ParameterChange,
    Paramset,
    ParamsetChange,
    PutParamset,
    Value,
    Written,
)

from ..devices import RegisterDescription, layout_of, paramset_of
from ..devices.registers import decode_raw, encode_value
from ..members.household import Household, Member
from .inquiry import Inquiry
from .paramset import checked, read_values
from .registers import NO_PEER, ListId, Peer, Registers
from .wishes import Bits, Wishes, WriteWish
from .writing import Writing

MASTER, LINK = "MASTER", "LINK"
EXPECT_AES = "EXPECT_AES"
SIGNING = 0x08  # register of list 1, bit 0
LINK_LISTS = frozenset({3, 4})
Descriptions = tuple[RegisterDescription, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A paramset of a device: its parameters by the list that holds them."""

    member: Member
    channel: int
    paramset: str
    lists: Mapping[ListId, Descriptions]

    @classmethod
    def of(
        cls, member: Member, channel: int, paramset: str, found: Iterable[RegisterDescription], peer: Peer
    ) -> Self:
        """Sort parameters by their lists. peer: of lists 3 and 4."""
        lists: dict[ListId, Descriptions] = {}
        for each in found:
            holder = channel if each.holder is None else each.holder
            whose = peer if each.list_index in LINK_LISTS else NO_PEER
            list_id = ListId(holder, each.list_index, whose)
            lists[list_id] = (*lists.get(list_id, ()), each)
        return cls(member=member, channel=channel, paramset=paramset, lists=lists)

    @property
    def names(self) -> tuple[str, ...]:
        """Its parameters, without what only a central sets."""
        return tuple(each.name for found in self.lists.values() for each in found if not each.internal)


class Configuration:
    """Answers GetParamset and PutParamset."""

    def __init__(
        self, household: Household, registers: Registers, wishes: Wishes, inquiry: Inquiry, writing: Writing
    ) -> None:
        self._household = household
        self._registers = registers
        self._wishes = wishes
        self._inquiry = inquiry
        self._writing = writing

    async def get(self, query: GetParamset, cause: Cause) -> Paramset:
        """What the device told last, or tells now; factory values where it never told.

        Raises:
            CommandRefused: unknown_device, no_paramset, unknown_peer.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: only with ``refresh``.
        """
        target = self.target(query.channel, query.paramset, query.peer)
        waits = [
            await self._tell(target.member, list_id, cause, refresh=query.refresh) for list_id in target.lists
        ]
        return self._paramset(query.channel, target, query.peer, reading=any(waits))

    async def put(self, query: PutParamset, cause: Cause) -> ParamsetChange:
        """Write what differs, list by list, and read it back.

        Raises:
            CommandRefused: unknown_device, no_paramset, unknown_peer, unknown_parameter, wrong_type,
                not_finite, out_of_range, peer_does_not_sign; and as ``Writing.grant``.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted, StoreError: as ``Writing.grant``.
        """
        target = self.target(query.channel, query.paramset, query.peer)
        wishes = wishes_of(target, query.values)
        if query.values.get(EXPECT_AES) is True:
            self._check_signs(target)
        for wish in wishes:
            await self._tell(target.member, wish.list_id, cause, refresh=False)
        changes = self._changes(target, query.values)
        if query.dry_run:
            return ParamsetChange(changes=changes, written=Written.DRY_RUN)
        return ParamsetChange(changes=changes, written=await self.grant(target.member, wishes, cause))

    async def grant(self, member: Member, wishes: tuple[WriteWish, ...], cause: Cause) -> Written:
        """Let a device hold all of these; PENDING when any waits, UNCHANGED when none was needed.

        Raises:
            As ``Writing.grant``.
        """
        found = {await self._writing.grant(member, wish, cause) for wish in wishes}
        order = (Written.PENDING, Written.VERIFIED)
        return next((written for written in order if written in found), Written.UNCHANGED)

    def target(self, channel: ChannelAddress, paramset: str, peer: ChannelAddress | None) -> Target:
        """What a query is about.

        Raises:
            CommandRefused: unknown_device, no_paramset, unknown_peer.
        """
        member = self._household.need(channel.device)
        if paramset == LINK:
            return self.link_target(member, channel.index, self._peer(member, channel, peer))
        found = self._described(member, channel.index, MASTER) if paramset == MASTER else ()
        if not found:
            raise CommandRefused("no_paramset", field="paramset", value=f"{channel} {paramset[:16]}")
        return Target.of(member, channel.index, MASTER, found, NO_PEER)

    def link_target(self, member: Member, channel: int, peer: Peer) -> Target:
        """The parameters that one end of a link keeps.

        Raises:
            CommandRefused: no_paramset.
        """
        found = self._described(member, channel, LINK)
        if not found:
            name = f"{member.address.channel(channel)} LINK"
            raise CommandRefused("no_paramset", field="paramset", value=name)
        return Target.of(member, channel, LINK, found, peer)

    def kept(self, member: Member) -> WriteWish | None:
        """What every central sets in such a device, whatever its owner chose; None: nothing."""
        layout = layout_of(member.record.model, member.record.firmware)
        keep = layout.keep if layout is not None else {}
        named = [each for each in self._described(member, 0, MASTER) if each.name in keep]
        lists = Target.of(member, 0, MASTER, named, NO_PEER).lists
        for list_id, found in lists.items():  # all of them lie in list 0
            values: dict[str, Value] = {
                each.name: keep[each.name] == "true"
                if isinstance(each.default, bool)
                else int(keep[each.name])
                for each in found
            }
            return WriteWish(channel=0, list_id=list_id, bits=bits_of(list(found), values), what=MASTER)
        return None

    def values(self, target: Target) -> Mapping[str, Value]:
        """What the device told, without what only a central sets."""
        found: dict[str, Value] = {}
        for list_id, descriptions in target.lists.items():
            known = self._registers.list_of(target.member.record.address, list_id)
            if known is not None:
                found.update(read_values(descriptions, known.registers))
        return {name: found[name] for name in target.names if name in found}

    # small

    def _check_signs(self, target: Target) -> None:
        """A sender that waits for a receiver that never asks for signatures would wait in vain."""
        for list_id in target.lists:
            known = self._registers.list_of(list_id.peer.address, ListId(list_id.peer.channel, 1))
            if known is not None and SIGNING in known.registers and not known.registers[SIGNING] & 1:
                raise CommandRefused("peer_does_not_sign", field=EXPECT_AES, value=True, allowed="false")

    def _described(self, member: Member, channel: int, paramset: str) -> Descriptions:
        if paramset == LINK:
            return paramset_of(member.model, channel, "LINK", firmware=member.record.firmware)
        return paramset_of(member.model, channel, "MASTER", firmware=member.record.firmware)

    def _peer(self, member: Member, channel: ChannelAddress, peer: ChannelAddress | None) -> Peer:
        if peer is None:
            raise CommandRefused("missing_field", field="peer")
        radio = self._household.radio_of(peer.device)
        found = None if radio is None else Peer(radio, peer.index)
        known = self._registers.peers_of(member.record.address, channel.index)
        if found is None or (known is not None and found not in known.peers):
            raise CommandRefused("unknown_peer", field="peer", value=str(peer))
        return found

    async def _tell(self, member: Member, list_id: ListId, cause: Cause, *, refresh: bool) -> bool:
        """Read a list that is unknown or shall be read anew; True: it sleeps, and tells it when it wakes."""
        radio = member.record.address
        known = self._registers.list_of(radio, list_id) is not None
        if known and not refresh and not self._registers.doubted(radio, list_id):
            return False
        try:
            return not await self._inquiry.read(member, list_id, cause)
        except (DriverError, CommandRefused):
            if refresh:
                raise
            return False

    def _paramset(
        self, channel: ChannelAddress, target: Target, peer: ChannelAddress | None, *, reading: bool
    ) -> Paramset:
        values = dict(self.values(target))
        told: list[datetime | None] = []
        told_at: dict[str, datetime | None] = {}
        for list_id, descriptions in target.lists.items():
            known = self._registers.list_of(target.member.record.address, list_id)
            told.append(None if known is None else known.read_at)
            if known is None:
                values.update({each.name: each.default for each in descriptions if not each.internal})
            told_at.update({each.name: told[-1] for each in descriptions if each.name in values})
        times = [at for at in told if at is not None]
        return Paramset(
            channel=channel,
            paramset=target.paramset,
            values=values,
            descriptions={
                each.name: each.parameter
                for found in target.lists.values()
                for each in found
                if not each.internal
            },
            read_at=min(times) if times and len(times) == len(told) else None,
            pending=self._pending(target),
            peer=peer,
            told_at=told_at,
            reading=reading,
        )

    def _pending(self, target: Target) -> Mapping[str, Value]:
        """What waits until the device takes it."""
        radio = target.member.record.address
        found: dict[str, Value] = {}
        for wish in self._wishes.of(radio):
            if isinstance(wish, WriteWish) and wish.list_id in target.lists:
                known = self._registers.list_of(radio, wish.list_id)
                registers = dict(known.registers) if known is not None else {}
                for register, bits in wish.bits.items():
                    registers[register] = bits.over(registers.get(register, 0))
                touched = [each for each in target.lists[wish.list_id] if _touches(wish, each)]
                found.update(read_values(touched, registers) if touched else {})
        return {name: found[name] for name in target.names if name in found}

    def _changes(self, target: Target, values: Mapping[str, Value]) -> tuple[ParameterChange, ...]:
        before = {**self.values(target), **self._pending(target)}
        changes = []
        for found in target.lists.values():
            for each in found:
                if each.name in values:
                    raw = encode_value(each, checked(each, values[each.name]))
                    new = decode_raw(each, raw)  # as it can be kept, for example in steps
                    old = before.get(each.name)
                    if new is not None and new != old:
                        changes.append(ParameterChange(name=each.name, old=old, new=new))
        return tuple(changes)


def wishes_of(target: Target, values: Mapping[str, Value]) -> tuple[WriteWish, ...]:
    """The bits that ``values`` stand for, one wish per list.

    Raises:
        CommandRefused: unknown_parameter, wrong_type, not_finite, out_of_range.
    """
    for name in values:
        if name not in target.names:
            raise CommandRefused(
                "unknown_parameter", field=name, value=name, allowed=", ".join(sorted(target.names))
            )
    wishes = []
    for list_id, found in target.lists.items():
        named = [each for each in found if each.name in values]
        if named:
            bits = bits_of(named, values)
            wishes.append(WriteWish(channel=target.channel, list_id=list_id, bits=bits, what=target.paramset))
    return tuple(wishes)


def bits_of(descriptions: list[RegisterDescription], values: Mapping[str, Value]) -> Mapping[int, Bits]:
    """Bits of each register of one list.

    Raises:
        CommandRefused: wrong_type, not_finite, out_of_range.
    """
    found: dict[int, Bits] = {}
    for each in descriptions:
        raw = encode_value(each, checked(each, values[each.name])) << each.shift
        masks, bytes_ = each.mask.to_bytes(each.width, "big"), raw.to_bytes(each.width, "big")
        for register, mask, byte in zip(each.registers, masks, bytes_, strict=True):
            bits = Bits(mask, byte & mask)
            found[register] = found[register].join(bits) if register in found else bits
    return found


def _touches(wish: WriteWish, description: RegisterDescription) -> bool:
    masks = description.mask.to_bytes(description.width, "big")
    return any(
        register in wish.bits and wish.bits[register].mask & mask
        for register, mask in zip(description.registers, masks, strict=True)
    )
