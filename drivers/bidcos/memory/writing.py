"""Wishes: what devices shall hold, from the asking to the end, one worker per device. No I/O.

Read downwards: grant (somebody waits) → _work → _take → _granted, _give_up. How one is granted: granting.py.
A wish is on disk before the first frame; whatever ends this process, it is granted by the next one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from hub.contract import (
    IN_BACKGROUND,
    Cause,
    CommandRefused,
    DeviceUnreachableError,
    DriverContext,
    DutyCycleExhausted,
    HubError,
    LinkLost,
    ReceiveMode,
    StoreError,
    Written,
    WrongKey,
)

from ..asking import Asker
from ..exchange.lane import Step
from ..members.household import Household, Member
from .granting import Granting, GrantingParts
from .inquiry import Inquiry
from .registers import Registers
from .tidings import Tidings
from .wishes import MAX_WISHES, PeerWish, ReleaseWish, Wish, Wishes, WriteWish

Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]
CALM_TURNS = 4  # of settle without news, so that reading many lists is one write
Ending = asyncio.Future[Written | HubError]


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingParts:
    """What Writing works with."""

    context: DriverContext
    household: Household
    registers: Registers
    wishes: Wishes
    asker: Asker
    inquiry: Inquiry
    spawn: Spawn
    central: bytes
    farewell: Callable[[bytes], tuple[Step, ...]]  # gives a device the key of the factory back


class Writing:
    """One worker per device that has wishes; it waits where the device sleeps.

    on_released: told when a device knows that it is free. on_settled: told when a wish came to an end.
    """

    def __init__(self, parts: WritingParts) -> None:
        self._parts = parts
        self._registers = parts.registers
        self._wishes = parts.wishes
        self._asker = parts.asker
        self._inquiry = parts.inquiry
        self.central = parts.central
        granting = GrantingParts(
            registers=parts.registers,
            asker=parts.asker,
            inquiry=parts.inquiry,
            farewell=parts.farewell,
            sleeps=self._put_aside,
            woke=self._woke,
        )
        self._granting = Granting(granting, parts.central)
        self.on_released: Callable[[Member], Awaitable[None]] | None = None
        self.on_settled: Callable[[bytes], None] = lambda _: None
        self._tidings = Tidings(parts.context, parts.wishes)
        self._seen = self._calm = 0
        self._workers: dict[bytes, asyncio.Task[None]] = {}
        self._asleep: set[bytes] = set()
        self._endings: dict[tuple[bytes, str], list[Ending]] = {}

    # somebody waits

    async def grant(self, member: Member, wish: Wish, cause: Cause) -> Written:
        """Let the device hold it: VERIFIED or UNCHANGED; PENDING when it takes it as soon as it wakes.

        Raises:
            LinkLost: there is no radio.
            StoreError: it can't be written down; nothing is sent.
            CommandRefused: too_many_waiting, not_kept, peers_full, unknown_peer, refused_by_device.
            DeviceUnreachableError, WrongKey, DutyCycleExhausted: given up.
        """
        self._asker.need_link()
        radio = member.record.address
        try:
            wish = self._wishes.add(radio, wish)
        except ValueError as error:
            raise CommandRefused(
                "too_many_waiting", field="device", value=str(member.address), allowed=str(MAX_WISHES)
            ) from error
        if isinstance(wish, PeerWish) and not wish.linked:
            replaced = CommandRefused("replaced", field="device", value=str(member.address))
            self._drop_settings(radio, wish, replaced)
        try:
            await self._save(radio)
        except StoreError:
            self._wishes.take(radio, wish)
            raise
        if radio in self._asleep:
            self._tidings.waits(member, wish)
            self._start_anew(member, wish)
            return Written.PENDING
        ending: Ending = asyncio.get_running_loop().create_future()
        self._endings.setdefault((radio, wish.key), []).append(ending)
        self._start(member, cause)
        ended = await ending
        if isinstance(ended, HubError):
            raise ended
        return ended

    def resume(self, member: Member) -> None:
        """Go on with what was written down before a restart."""
        if self._wishes.of(member.record.address):
            self._start(member, IN_BACKGROUND)

    def reset(self) -> None:
        """The link was lost: wishes stay, whoever waits is told that they do."""
        for task in self._workers.values():
            task.cancel()
        self._workers.clear()
        self._asleep.clear()
        for key in list(self._endings):
            self._end(key, Written.PENDING)

    async def forget(self, radio: bytes) -> None:
        """It is not ours any more.

        Raises:
            StoreError: nothing was written.
        """
        if (worker := self._workers.pop(radio, None)) is not None and worker is not asyncio.current_task():
            worker.cancel()
        self._asleep.discard(radio)
        for wish in self._wishes.of(radio):
            self._end((radio, wish.key), CommandRefused("unknown_device", field="device"))
        self._tidings.forget(radio)
        self._wishes.forget(radio)
        self._registers.forget(radio)
        self._inquiry.forget(radio)
        await self._save(radio)

    async def settle(self) -> None:
        """Write down what devices told once they have told it all; called now and then.

        Raises:
            StoreError: nothing was written; it is tried again.
        """
        self._calm = self._calm + 1 if self._registers.changes == self._seen else 0
        self._seen = self._registers.changes
        if self._calm >= CALM_TURNS:
            await self.flush()

    async def flush(self) -> None:
        """Write down what devices told.

        Raises:
            StoreError: nothing was written; it is tried again with the next change.
        """
        changed = set(self._registers.changed)
        records = self._registers.take_changed()
        if records:
            try:
                await self._parts.context.store.save(records)
            except StoreError:
                self._registers.changed |= changed
                raise

    # the worker

    def _start(self, member: Member, cause: Cause) -> None:
        radio = member.record.address
        if radio not in self._workers:
            task = self._parts.spawn(self._work(member, cause), "bidcos.write")
            if task is None:
                self.reset()
            else:
                self._workers[radio] = task

    def _start_anew(self, member: Member, wish: Wish) -> None:
        """It sleeps, and its first wish may be an older version of this one: wait with the new one."""
        radio = member.record.address
        if self._wishes.of(radio)[0] is wish and (worker := self._workers.pop(radio, None)) is not None:
            worker.cancel()
            self._start(member, IN_BACKGROUND)

    async def _work(self, member: Member, cause: Cause) -> None:
        radio = member.record.address
        try:
            while wishes := self._wishes.of(radio):
                cause = await self._take(member, wishes[0], cause)
        except LinkLost:
            for wish in self._wishes.of(radio):
                self._end((radio, wish.key), Written.PENDING)
        finally:
            if self._workers.get(radio) is asyncio.current_task():
                del self._workers[radio]
                self._asleep.discard(radio)

    async def _take(self, member: Member, wish: Wish, cause: Cause) -> Cause:
        """Grant one wish, or give it up, or leave it for the next time; how urgent what follows is."""
        try:
            written = await self._granting.grant(member, wish, cause)
        except DeviceUnreachableError as error:
            if not _wakes_some_time(member):
                await self._give_up(member, wish, error, "silent")
        except DutyCycleExhausted as error:
            if (member.record.address, wish.key) in self._endings:
                await self._give_up(member, wish, error, "airtime")
            else:
                self._asleep.add(member.record.address)  # who comes meanwhile is told that it waits
                await self._parts.context.clock.sleep(error.retry_after_s)
                self._asleep.discard(member.record.address)
        except WrongKey as error:
            await self._give_up(member, wish, error, "wrong_key")
        except CommandRefused as error:
            reason = "refused" if error.code == "refused_by_device" else error.code
            await self._give_up(member, wish, error, reason)
        else:
            await self._granted(member, wish, written)
            return cause
        return IN_BACKGROUND

    async def _granted(self, member: Member, wish: Wish, written: Written) -> None:
        radio = member.record.address
        if not self._wishes.take(radio, wish):
            return  # a newer wish has joined it and comes next
        with contextlib.suppress(StoreError):  # it is granted once more after a restart
            await self._save(radio)
        if written is Written.VERIFIED or self._tidings.was_told(member, wish):
            self._tidings.granted(member, wish)
        self.on_settled(radio)
        self._end((radio, wish.key), written)
        if isinstance(wish, ReleaseWish) and self.on_released is not None:
            await self.on_released(member)

    async def _give_up(self, member: Member, wish: Wish, error: HubError, reason: str) -> None:
        radio = member.record.address
        if isinstance(wish, WriteWish):
            self._registers.forget_list(radio, wish.list_id)  # it may hold half of it
        elif isinstance(wish, PeerWish):
            self._registers.forget_peers(radio, wish.channel)
        if not self._wishes.take(radio, wish):
            return
        with contextlib.suppress(StoreError):
            await self._save(radio)
        self._tidings.given_up(member, wish, reason)
        self.on_settled(radio)
        if isinstance(wish, PeerWish) and wish.linked:
            self._drop_settings(radio, wish, error)
            if wish.undo is not None:  # not awaited: the other end may be this very device
                self._parts.spawn(self.undo(*wish.undo), "bidcos.undo")
        self._end((radio, wish.key), error)

    def _drop_settings(self, radio: bytes, link: PeerWish, error: HubError) -> None:
        """The link will not be there: how it should have been nobody wants any more."""
        for each in self._wishes.of(radio):
            if link.ends(each):
                self._wishes.take(radio, each)
                self._end((radio, each.key), error)

    async def undo(self, radio: bytes, wish: PeerWish) -> None:
        """The other end refused, so this end shall not keep its half; done twice it is the same."""
        member = self._parts.household.at(radio)
        if member is not None:
            with contextlib.suppress(HubError):  # it says so itself, by ConfigurationChanged
                await self.grant(member, wish, IN_BACKGROUND)

    # small

    def _put_aside(self, member: Member, wish: Wish) -> None:
        """It sleeps: everybody who waits for it is told so."""
        radio = member.record.address
        self._asleep.add(radio)
        for each in self._wishes.of(radio):
            self._tidings.waits(member, each)
            self._end((radio, each.key), Written.PENDING)

    def _woke(self, radio: bytes) -> None:
        """Who comes now waits for the device, and is not told that it sleeps."""
        self._asleep.discard(radio)

    def _end(self, key: tuple[bytes, str], ended: Written | HubError) -> None:
        for ending in self._endings.pop(key, []):
            if not ending.done():
                ending.set_result(ended)

    async def _save(self, radio: bytes) -> None:
        await self._parts.context.store.save(self._wishes.record(radio))
        await self.flush()


def _wakes_some_time(member: Member) -> bool:
    """What it did not hear now it may hear later, without a burst of ours."""
    modes = member.model.receive_modes
    if ReceiveMode.ALWAYS in modes:
        return False
    return ReceiveMode.BURST not in modes or bool(modes & {ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})
