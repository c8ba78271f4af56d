"""Week programs in simulated thermostats."""

import pytest

from drivers.bidcos.devices import factory_registers, model_by_name
from drivers.simulator.devices.memory import ListId
from hub.contract import (
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    GetWeekProgram,
    Period,
    PutWeekProgram,
    WeekProgram,
    Written,
)

from ..home import Home, home

DAY = (Period(360, 17.0), Period(1320, 21.0), Period(1440, 17.0))
OFFICE = (Period(420, 16.0), Period(1020, 20.5), Period(1440, 16.0))


def _furnish(place: Home, name: str) -> None:
    """A simulated HM-CC-TC leaves the factory without programs; the real one has them."""
    model = model_by_name(name)
    assert model is not None
    for (holder, index), registers in factory_registers(model).items():
        target = ListId(channel=holder, number=index)
        if index >= 5 and not place.device(1).memory.has_list(target):
            place.device(1).memory.write(target, registers)


@pytest.mark.parametrize(
    ("model", "channel", "program"),
    [("HM-CC-RT-DN", 4, 1), ("HM-TC-IT-WM-W-EU", 2, 1), ("HM-TC-IT-WM-W-EU", 2, 3), ("HM-CC-TC", 2, 1)],
)
async def test_a_week_is_written_where_it_differs_and_read_back(
    model: str, channel: int, program: int
) -> None:
    async with home(model) as place:
        thermostat = place.name(1).channel(channel)
        _furnish(place, model)
        before = await place.ask(GetWeekProgram(channel=thermostat, program=program))
        week = WeekProgram(days=(*before.days[:4], OFFICE, *before.days[5:]))
        put = PutWeekProgram(channel=thermostat, week=week, program=program)
        assert await place.ask(PutWeekProgram(channel=thermostat, week=before, program=program)) is (
            Written.UNCHANGED
        )

        written = await place.ask(put)
        place.device(1).teach_in()
        await place.wait(20.0)

        assert written in {Written.PENDING, Written.VERIFIED}
        assert await place.ask(GetWeekProgram(channel=thermostat, program=program, refresh=True)) == week
        states = [event for event in place.events if isinstance(event, ConfigurationChanged)]
        assert (states[-1].what, states[-1].state) == ("WEEK_PROGRAM", ConfigurationState.VERIFIED)


async def test_what_a_thermostat_cannot_hold_is_refused_with_day_and_range() -> None:
    async with home("HM-CC-RT-DN", "HM-LC-Sw1-Pl-2") as place:
        thermostat = place.name(1).channel(4)
        hot = WeekProgram(days=((Period(1440, 45.0),), *(DAY,) * 6))
        with pytest.raises(CommandRefused) as refused:
            await place.ask(PutWeekProgram(channel=thermostat, week=hot))
        assert (refused.value.code, refused.value.field) == ("out_of_range", "MONDAY 1")
        with pytest.raises(CommandRefused, match="out_of_range"):
            await place.ask(GetWeekProgram(channel=thermostat, program=2))
        with pytest.raises(CommandRefused, match="no_week_program"):
            await place.ask(GetWeekProgram(channel=place.name(2).channel(1)))
        with pytest.raises(CommandRefused, match="out_of_range"):
            await place.ask(PutWeekProgram(channel=thermostat, week=WeekProgram(days=(DAY,))))
        rehearsal = PutWeekProgram(channel=thermostat, week=WeekProgram(days=(DAY,) * 7), dry_run=True)
        assert await place.ask(rehearsal) is Written.DRY_RUN
