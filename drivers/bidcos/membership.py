"""Who belongs to us, from the record on disk to the last frame. Who comes in: admission.py.

Read downwards: remember → reserve_counters → release → _forget.
"""

import contextlib
from dataclasses import replace

from hub.contract import (
    IN_BACKGROUND,
    Cause,
    DeviceChanged,
    DeviceRemoved,
    DriverContext,
    StoreError,
    Unpair,
)

from .asking import Asker
from .codec.messages import DeviceInfo
from .exchange.exchange import Exchanges
from .members.household import Household, Member, member_of, record_of
from .members.pairing import UNKNOWN_MODEL, Introduced, named
from .members.records import reserved_counter, write_device
from .memory.wishes import ReleaseWish
from .reports import Reports
from .services import Services
from .translation.commands import status_channels
from .values import state_request

NEAR = 20  # counters left of what is written down; a read takes 16 at once


class Membership:
    """Remembers devices and lets them go."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        exchanges: Exchanges,
        reports: Reports,
        asker: Asker,
        services: Services,
    ) -> None:
        self._context = context
        self._household = household
        self._exchanges = exchanges
        self._reports = reports
        self._asker = asker
        self._services = services
        services.writing.on_released = self._forget

    # in

    async def note_firmware(self, member: Member, info: DeviceInfo) -> None:
        """It was updated: its description changes."""
        updated = member_of(replace(member.record, firmware=info.firmware))
        same = member.record.serial.startswith(named(info.serial, member.record.address))
        if updated is not None and same:
            with contextlib.suppress(StoreError):  # then it is noted when it introduces itself again
                await self._context.store.save({updated.record.key: write_device(updated.record)})
                self._household.add(updated)
                self._context.publish(DeviceChanged(description=updated.description))

    async def remember(self, introduced: Introduced) -> str:
        """It is ours: on disk first, then for everybody. Returns why not, or nothing."""
        radio = introduced.address
        counter = reserved_counter(self._exchanges.lanes.counter(radio))
        record = record_of(radio, introduced.info, counter, introduced.name.serial)
        member = member_of(record)
        if member is None:
            return UNKNOWN_MODEL
        try:
            await self._context.store.save({record.key: write_device(record)})
        except StoreError:
            return "not_written"
        self.welcome(member)
        for channel in status_channels(member.model):
            self._asker.submit(state_request(member, channel, IN_BACKGROUND))
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
        await self._services.keys.forget(radio)
        await self._services.replacements.forget(radio)
        await self._context.store.save({member.record.key: None})
        self._household.remove(radio)
        self._reports.silence.remove(radio)
        self._asker.drop(radio)
        self._context.publish(DeviceRemoved(device=member.address))
        self._services.bid_farewell(radio)
