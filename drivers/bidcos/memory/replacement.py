"""A broken device's successor: rehearsed, written on all sides, and undone. No I/O.

What is carried over: replacement_plan.py. Names, rooms and history are the hub's own.
"""

import json
from collections.abc import Mapping
from dataclasses import replace as changed

from hub.contract import (
    Cause,
    ChannelAddress,
    CommandRefused,
    DeviceAddress,
    DriverContext,
    DriverError,
    HubError,
    LinkLost,
    Peering,
    ReplaceDevice,
    Replacement,
    StoreError,
    Written,
)

from ..members.household import Household, Member
from .inquiry import Inquiry
from .peerings import Peerings
from .registers import Peer
from .replacement_plan import Moved, Plan, Planner, check_alike
from .survey import questions_of
from .writing import Writing

MARK_VERSION = 1
MARK_PREFIX = "replaced/"


class Replacements:
    """Answers ReplaceDevice. A mark on disk says which links were moved, for the way back."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        inquiry: Inquiry,
        writing: Writing,
        peerings: Peerings,
        planner: Planner,
    ) -> None:
        self._context = context
        self._household = household
        self._inquiry = inquiry
        self._writing = writing
        self._peerings = peerings
        self._planner = planner
        self._marks: dict[tuple[bytes, bytes], Moved] = {}

    async def replace(self, query: ReplaceDevice, cause: Cause) -> Replacement:
        """Carry over what can be; PENDING when a sleeper takes its part later.

        What a device other than ``new`` refuses, or does not hear, is told in ``left_out``.

        Raises:
            CommandRefused: unknown_device, same_device, not_alike, nothing_to_undo.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted, StoreError: of ``new``.
        """
        old, new = self._household.need(query.old), self._household.need(query.new)
        check_alike(old, new)
        key = (old.record.address, new.record.address)
        if query.undo and key not in self._marks:
            raise CommandRefused("nothing_to_undo", field="new", value=str(new.address))
        await self._learn(new, cause)
        plan = (
            self._planner.give_back(old, new, self._marks[key])
            if query.undo
            else self._planner.replace(old, new, self._marks.get(key, ()))
        )
        shown = self._peerings.known(new if query.undo else old)
        written = Written.DRY_RUN
        if not query.dry_run:
            await self._mark(key, None if query.undo else plan.moved)
            written = await self._write(plan, old if query.undo else new, cause)
        swap = (new.address, old.address) if query.undo else (old.address, new.address)
        return Replacement(
            old=old.address,
            new=new.address,
            parameters=plan.parameters,
            peerings=tuple(_renamed(peering, *swap) for peering in shown),
            left_out=tuple(plan.left_out),
            written=written,
        )

    def load(self, stored: Mapping[str, bytes]) -> None:
        """Take over the marks; one that can't be read can't be undone."""
        for key, value in stored.items():
            if key.startswith(MARK_PREFIX):
                try:
                    pair = bytes.fromhex(key.removeprefix(MARK_PREFIX))
                    self._marks[(pair[:3], pair[3:])] = read_mark(value)
                except (ValueError, KeyError, TypeError):
                    continue

    async def forget(self, radio: bytes) -> None:
        """It is not ours any more: nothing can be given back to it, or by it.

        Raises:
            StoreError: nothing was written.
        """
        for key in [key for key in self._marks if radio in key]:
            await self._mark(key, None)

    async def _learn(self, new: Member, cause: Cause) -> None:
        """What it holds already need not be written."""
        for question in questions_of(new):
            if not self._inquiry.knows(new.record.address, question):
                try:
                    told = await self._inquiry.read(new, question, cause)
                except CommandRefused:
                    continue
                if not told:
                    return

    async def _write(self, plan: Plan, first: Member, cause: Cause) -> Written:
        found: set[Written] = set()
        for member, wish in plan.orders:
            try:
                found.add(await self._writing.grant(member, wish, cause))
            except (LinkLost, StoreError):
                raise
            except (CommandRefused, DriverError) as error:
                if member.address == first.address and not found:
                    raise
                plan.left_out.append(f"not_written:{member.address.channel(wish.channel)} {_code(error)}")
        order = (Written.PENDING, Written.VERIFIED)
        return next((written for written in order if written in found), Written.UNCHANGED)

    async def _mark(self, key: tuple[bytes, bytes], moved: Moved | None) -> None:
        name = MARK_PREFIX + key[0].hex() + key[1].hex()
        if moved is not None and key in self._marks:  # begun before: what was moved then counts too
            moved = [*self._marks[key], *(each for each in moved if each not in self._marks[key])]
        await self._context.store.save({name: None if moved is None else write_mark(moved)})
        if moved is None:
            self._marks.pop(key, None)
        else:
            self._marks[key] = moved


def write_mark(moved: Moved) -> bytes:
    """The record of the links that were moved."""
    fields = [[device.hex(), channel, str(peer)] for device, channel, peer in moved]
    return bytes((MARK_VERSION,)) + json.dumps(fields).encode()


def read_mark(value: bytes) -> Moved:
    """Read that record.

    Raises:
        ValueError, TypeError: it is none, or of a version that we do not know.
    """
    if value[:1] != bytes((MARK_VERSION,)):
        raise ValueError("unknown version")
    return [
        (bytes.fromhex(device), int(channel), Peer.parse(peer))
        for device, channel, peer in json.loads(value[1:])
    ]


def _renamed(peering: Peering, before: DeviceAddress, after: DeviceAddress) -> Peering:
    def there(channel: ChannelAddress) -> ChannelAddress:
        return after.channel(channel.index) if channel.device == before else channel

    return changed(peering, sender=there(peering.sender), receiver=there(peering.receiver))


def _code(error: HubError) -> str:
    return error.code if isinstance(error, CommandRefused) else type(error).__name__
