"""Operations on thermostats' week programs."""

from itertools import pairwise

from hub import contract
from hub.contract import GetWeekProgram, PutWeekProgram
from hub.home.errors import Refused

from .device_messages import Day, Outcome, Period, ReadWeekProgram, WeekProgram, WriteWeekProgram
from .house import House
from .named import channel_of
from .operation import Caller

DAY_MINUTES = 1440


async def read_week_program(house: House, caller: Caller, asked: ReadWeekProgram) -> WeekProgram:
    """A thermostat's week program."""
    query = GetWeekProgram(channel=channel_of(asked.channel), program=asked.program, refresh=asked.refresh)
    week = await house.dispatcher.ask(query, caller.cause)
    days = tuple(
        tuple(
            Period(until_minutes=one.until_minutes, temperature_celsius=one.temperature_celsius)
            for one in day
        )
        for day in week.days
    )
    return WeekProgram(channel=asked.channel, program=asked.program, days=days)


async def write_week_program(house: House, caller: Caller, asked: WriteWeekProgram) -> Outcome:
    """Set a thermostat's week program."""
    for number, day in enumerate(asked.days):
        _check_day(day, f"days[{number}]")
    week = contract.WeekProgram(
        days=tuple(
            tuple(contract.Period(one.until_minutes, one.temperature_celsius) for one in day)
            for day in asked.days
        )
    )
    query = PutWeekProgram(
        channel=channel_of(asked.channel), week=week, program=asked.program, dry_run=asked.dry_run
    )
    return Outcome(written=(await house.dispatcher.ask(query, caller.cause)).value)


def _check_day(day: Day, field: str) -> None:
    ends = [period.until_minutes for period in day]
    if any(later <= earlier for earlier, later in pairwise(ends)):
        raise Refused("out_of_range", field=field, allowed="growing times")
    if ends[-1] != DAY_MINUTES:
        raise Refused(
            "out_of_range", field=field, value=ends[-1], allowed=f"the last period ends with {DAY_MINUTES}"
        )
