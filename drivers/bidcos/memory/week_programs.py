"""Week programs of thermostats: read, written where they differ, read back. No I/O.

Where they lie and what a thermostat can hold: week_program.py.
"""

from collections.abc import Mapping

from hub.contract import (
    Cause,
    ChannelAddress,
    CommandRefused,
    DriverError,
    GetWeekProgram,
    Period,
    PutWeekProgram,
    WeekProgram,
    Written,
)

from ..members.household import Household, Member
from . import week_program as codec
from .configuration import Configuration
from .inquiry import Inquiry
from .registers import ListId, Registers
from .week_program import ProgramPlace, changed_registers, programs_of, read_program
from .wishes import Bits, Wishes, WriteWish

WEEK_PROGRAM = "WEEK_PROGRAM"
DAYS = 7


class WeekPrograms:
    """Answers GetWeekProgram and PutWeekProgram."""

    def __init__(
        self,
        household: Household,
        registers: Registers,
        wishes: Wishes,
        inquiry: Inquiry,
        configuration: Configuration,
    ) -> None:
        self._household = household
        self._registers = registers
        self._wishes = wishes
        self._inquiry = inquiry
        self._configuration = configuration

    async def get(self, query: GetWeekProgram, cause: Cause) -> WeekProgram:
        """A program as the device told it, or shall take it when it wakes.

        Raises:
            CommandRefused: unknown_device, no_week_program, out_of_range, not_read_yet.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: it could not be read.
        """
        member, place = self._place(query.channel, query.program)
        for list_id in _lists(place):
            if query.refresh or self._registers.list_of(member.record.address, list_id) is None:
                await self._inquiry.read(member, list_id, cause)
        program = read_program(place, self._held(member, place))
        if program is None:
            raise CommandRefused("not_read_yet", field="channel", value=str(query.channel))
        return WeekProgram(days=tuple(tuple(_shown(each) for each in day) for day in program.days))

    async def put(self, query: PutWeekProgram, cause: Cause) -> Written:
        """Write what differs, then read it back.

        Raises:
            CommandRefused: unknown_device, no_week_program, out_of_range, off_step; as ``Writing.grant``.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted, StoreError: as ``Writing.grant``.
        """
        member, place = self._place(query.channel, query.program)
        program = _program(query.week)
        codec.checked_program(place, program)
        for list_id in _lists(place):
            await self._learn(member, list_id, cause)
        held = self._held(member, place)
        changed = changed_registers(place, program, held)
        if query.dry_run:
            return Written.DRY_RUN
        if not changed or read_program(place, held) == program:
            return Written.UNCHANGED
        wishes = tuple(
            WriteWish(
                channel=place.channel,
                list_id=ListId(place.channel, index),
                bits={register: Bits(0xFF, byte) for register, byte in registers.items()},
                what=WEEK_PROGRAM,
            )
            for index, registers in changed.items()
        )
        return await self._configuration.grant(member, wishes, cause)

    def _place(self, channel: ChannelAddress, number: int) -> tuple[Member, ProgramPlace]:
        member = self._household.need(channel.device)
        places = {place.number: place for place in programs_of(member.model)}
        if not places or channel.index != next(iter(places.values())).channel:
            raise CommandRefused("no_week_program", field="channel", value=str(channel))
        if number not in places:
            allowed = f"1 … {len(places)}" if len(places) > 1 else "1, the only one"
            raise CommandRefused("out_of_range", field="program", value=number, allowed=allowed)
        return member, places[number]

    async def _learn(self, member: Member, list_id: ListId, cause: Cause) -> None:
        """What is not known is written whole, so that it need not be known."""
        if self._registers.list_of(member.record.address, list_id) is None:
            try:
                await self._inquiry.read(member, list_id, cause)
            except (DriverError, CommandRefused):
                return

    def _held(self, member: Member, place: ProgramPlace) -> Mapping[int, Mapping[int, int]]:
        """What the device holds, with what waits for it."""
        radio, held = member.record.address, {}
        waiting = {wish.list_id: wish for wish in self._wishes.of(radio) if isinstance(wish, WriteWish)}
        for list_id in _lists(place):
            known = self._registers.list_of(radio, list_id)
            registers = dict(known.registers) if known is not None else {}
            if list_id in waiting:
                for register, bits in waiting[list_id].bits.items():
                    registers[register] = bits.over(registers.get(register, 0))
            held[list_id.index] = registers
        return held


def _lists(place: ProgramPlace) -> tuple[ListId, ...]:
    return tuple(ListId(place.channel, index) for index in place.lists)


def _shown(period: codec.Period) -> Period:
    return Period(period.until_minutes, period.temperature_celsius)


def _program(week: WeekProgram) -> codec.WeekProgram:
    if len(week.days) != DAYS:
        raise CommandRefused("out_of_range", field="days", value=len(week.days), allowed="7, Monday first")
    first, second, third, fourth, fifth, sixth, seventh = (
        tuple(
            codec.Period(until_minutes=each.until_minutes, temperature_celsius=each.temperature_celsius)
            for each in day
        )
        for day in week.days
    )
    return codec.WeekProgram(days=(first, second, third, fourth, fifth, sixth, seventh))
