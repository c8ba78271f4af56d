"""A broken device's successor: rehearsed, written on all sides, and undone. No I/O.

What is carried over: replacement_plan.py. Names, rooms and history are the hub's own.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from .replacement_plan import Earlier, Moved, Plan, Planner, check_alike
from .survey import questions_of
from .writing import Writing

MARK_VERSION = 2
OLD_MARK_VERSION = 1  # links alone
MARK_PREFIX = "replaced/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is needed for the way back. links: that were moved; earlier: parameters of the successor."""

    links: Moved = ()
    earlier: Earlier = field(default_factory=dict)


class Replacements:
    """Answers ReplaceDevice. A mark on disk says what was moved and what was there, for the way back."""

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
        self._marks: dict[tuple[bytes, bytes], Mark] = {}

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
        mark = self._marks.get(key, Mark())
        plan = (
            self._planner.give_back(old, new, mark.links, mark.earlier)
            if query.undo
            else self._planner.replace(old, new, mark.links)
        )
        shown = self._peerings.known(new if query.undo else old)
        written = Written.DRY_RUN
        if not query.dry_run:
            await self._mark(key, None if query.undo else Mark(links=plan.moved, earlier=plan.earlier))
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
                except (ValueError, KeyError, TypeError, AttributeError):
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

    async def _mark(self, key: tuple[bytes, bytes], mark: Mark | None) -> None:
        name = MARK_PREFIX + key[0].hex() + key[1].hex()
        if mark is not None and key in self._marks:
            mark = _joined(self._marks[key], mark)
        await self._context.store.save({name: None if mark is None else write_mark(mark)})
        if mark is None:
            self._marks.pop(key, None)
        else:
            self._marks[key] = mark


def _joined(first: Mark, later: Mark) -> Mark:
    """Begun before: what was moved then counts too, and what was there before that, not what we wrote."""
    links = [*first.links, *(each for each in later.links if each not in first.links)]
    channels = {*first.earlier, *later.earlier}
    earlier = {each: {**later.earlier.get(each, {}), **first.earlier.get(each, {})} for each in channels}
    return Mark(links=links, earlier=earlier)


def write_mark(mark: Mark) -> bytes:
    """The record of a replacement."""
    links = [[device.hex(), channel, str(peer)] for device, channel, peer in mark.links]
    earlier = {str(channel): dict(values) for channel, values in mark.earlier.items()}
    return bytes((MARK_VERSION,)) + json.dumps({"links": links, "earlier": earlier}).encode()


def read_mark(value: bytes) -> Mark:
    """Read that record.

    Raises:
        ValueError, TypeError, KeyError: it is none, or of a version that we do not know.
    """
    if value[:1] not in {bytes((MARK_VERSION,)), bytes((OLD_MARK_VERSION,))}:
        raise ValueError("unknown version")
    fields = json.loads(value[1:])
    if value[0] == OLD_MARK_VERSION:
        fields = {"links": fields, "earlier": {}}
    return Mark(
        links=[
            (bytes.fromhex(device), int(channel), Peer.parse(peer))
            for device, channel, peer in fields["links"]
        ],
        earlier={int(channel): dict(values) for channel, values in fields["earlier"].items()},
    )


def _renamed(peering: Peering, before: DeviceAddress, after: DeviceAddress) -> Peering:
    def there(channel: ChannelAddress) -> ChannelAddress:
        return after.channel(channel.index) if channel.device == before else channel

    return changed(peering, sender=there(peering.sender), receiver=there(peering.receiver))


def _code(error: HubError) -> str:
    return error.code if isinstance(error, CommandRefused) else type(error).__name__
