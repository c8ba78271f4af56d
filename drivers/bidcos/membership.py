"""Who belongs to us: teach-in and release, from the first frame to the record on disk.

Read downwards: open → meet → _pair; release → _forget.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace

from hub.contract import (
    IN_BACKGROUND,
    Cause,
    DeviceChanged,
    DeviceRemoved,
    DriverContext,
    PairingStage,
    StoreError,
    Unpair,
)

from .announce import Announcer
from .asking import Asker
from .commands import status_channels
from .exchange import Exchanges
from .frames import Frame
from .household import Household, Member, member_of, record_of
from .lane import Delivered, Failed
from .messages import DeviceInfo
from .pairing import UNKNOWN_MODEL, Introduced, TeachIn, pair_request
from .records import reserved_counter, write_device
from .reports import Reports
from .services import Services
from .timing import CONFIG_AWAKE_S
from .values import state_request
from .wishes import ReleaseWish

NEAR = 8  # counters left of what is written down
Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]


class Membership:
    """Takes devices in and lets them go. spawn: starts a task."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        exchanges: Exchanges,
        reports: Reports,
        asker: Asker,
        spawn: Spawn,
        services: Services,
    ) -> None:
        self._context = context
        self._household = household
        self._exchanges = exchanges
        self._reports = reports
        self._asker = asker
        self._spawn = spawn
        self._services = services
        services.writing.on_released = self._forget
        self._announce = Announcer(context)
        self._teach_in = TeachIn()

    # the window

    def open(self, now_s: float, seconds: float) -> None:
        """Let devices in."""
        self._teach_in.open(now_s, seconds)
        self._tell(PairingStage.OPEN)

    def close(self) -> None:
        """Nobody else comes in."""
        self._teach_in.close()
        self._tell(PairingStage.CLOSED)

    def tick(self, now_s: float) -> None:
        """Close the window when its time is up."""
        if self._teach_in.ended(now_s):
            self._tell(PairingStage.CLOSED)

    # in

    def meet(self, frame: Frame, info: DeviceInfo, at_s: float, now_s: float) -> None:
        """A device introduces itself: while the window is open it may come in."""
        introduced = self._teach_in.introduce(frame, info, now_s)
        if introduced is None:
            member = self._household.at(frame.sender)
            if member is not None and info.firmware != member.record.firmware:
                self._spawn(self._note_firmware(member, info), "bidcos.firmware")
            return
        self._tell(PairingStage.HEARD, introduced)
        if introduced.model is None:
            self._tell(PairingStage.FAILED, introduced, UNKNOWN_MODEL)
            return
        radio = introduced.address
        counter = self._context.random_bytes(1)[0]
        self._exchanges.lanes.add(radio, introduced.model.receive_modes, counter)
        self._exchanges.woke(radio, at_s, CONFIG_AWAKE_S)
        self._spawn(self._pair(introduced), "bidcos.pair")

    async def _pair(self, introduced: Introduced) -> None:
        """Write us in, remember it, then tell: in this order, so that a crash leaves nobody unknown."""
        self._tell(PairingStage.CONFIGURING, introduced)
        radio = introduced.address
        request = pair_request(introduced, self._exchanges.address)
        outcome = await self._asker.outcome(request)
        self._teach_in.finish(radio)
        reason = "link_lost"
        if isinstance(outcome, Delivered):
            reason = await self._remember(introduced)
        elif isinstance(outcome, Failed):
            reason = outcome.reason.value
        if reason:
            if self._household.at(radio) is None:
                self._exchanges.remove(radio)
            self._tell(PairingStage.FAILED, introduced, reason)

    async def _note_firmware(self, member: Member, info: DeviceInfo) -> None:
        """It was updated: its description changes."""
        updated = member_of(replace(member.record, firmware=info.firmware))
        if updated is not None and info.serial == member.record.serial:
            with contextlib.suppress(StoreError):  # then it is noted when it introduces itself again
                await self._context.store.save({updated.record.key: write_device(updated.record)})
                self._household.add(updated)
                self._context.publish(DeviceChanged(description=updated.description))

    async def _remember(self, introduced: Introduced) -> str:
        """It is ours: on disk first, then for everybody. Returns why not, or nothing."""
        radio = introduced.address
        counter = reserved_counter(self._exchanges.lanes.counter(radio))
        record = record_of(radio, introduced.info, counter)
        member = member_of(record)
        if member is None:
            return UNKNOWN_MODEL
        try:
            await self._context.store.save({record.key: write_device(record)})
        except StoreError as error:
            return f"store_{error.code}"
        self.welcome(member)
        self._tell(PairingStage.PAIRED, introduced)
        for channel in status_channels(member.model):
            self._asker.submit(state_request(member, channel, IN_BACKGROUND))
        self._services.welcome(member)
        return ""

    def welcome(self, member: Member) -> None:
        """Know it from now on."""
        self._household.add(member)
        self._reports.welcome(member, self._context.clock.monotonic())

    # counters

    def worn_counters(self) -> list[Member]:
        """Devices whose counter has come near to what is written down."""
        return [member for member in self._household if not NEAR < self._left(member) < 0x80]

    def _left(self, member: Member) -> int:
        return (member.record.counter - self._exchanges.lanes.counter(member.record.address)) & 0xFF

    async def reserve_counters(self, members: list[Member]) -> None:
        """Write down counters ahead of their use, so that none is used twice after a crash.

        Raises:
            StoreError: nothing was written.
        """
        lanes = self._exchanges.lanes
        records = [
            replace(member.record, counter=reserved_counter(lanes.counter(member.record.address)))
            for member in members
        ]
        if records:
            await self._context.store.save({record.key: write_device(record) for record in records})
            for record in records:
                self._household.count_used(record.address, record.counter)

    # out

    async def release(self, member: Member, command: Unpair, cause: Cause) -> None:
        """Erase us from the device, then forget it; a sleeper is forgotten when it woke and heard that.

        Raises:
            As ``Writing.grant``.
        """
        if command.forget_only:
            await self._forget(member)
        else:
            await self._services.writing.grant(member, ReleaseWish(), cause)

    async def _forget(self, member: Member) -> None:
        radio = member.record.address
        await self._services.writing.forget(radio)
        await self._context.store.save({member.record.key: None})
        self._household.remove(radio)
        self._reports.silence.remove(radio)
        self._asker.drop(radio)
        self._context.publish(DeviceRemoved(device=member.address))

    def _tell(
        self, stage: PairingStage, introduced: Introduced | None = None, reason: str | None = None
    ) -> None:
        self._announce.pairing(stage, self._teach_in.until_s, introduced, reason)
