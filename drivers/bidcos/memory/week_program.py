"""Week programs of thermostats: from registers to periods and back. Pure.

programs_of → where a model keeps its programs; read_program, changed_registers → registers; checked_program →
may a thermostat hold it? The text form is in week_text.py. Source: docs/protocols/bidcos.md, "Week programs".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.contract.errors import CommandRefused

from ..devices import Model, layout_of

DAY_MINUTES = 24 * 60
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
POINTER = 0x10  # register of list 7 that says which program of several runs, 0 for the first
_DEVICE_DAYS = (2, 3, 4, 5, 6, 0, 1)  # the device counts from Saturday
_TC_DAYS_OF_FIRST_LIST = 5
_TEMPERATURE_STEP = 0.5
_TOLERANCE = 1e-6

Registers = Mapping[int, Mapping[int, int]]
"""The registers of several lists: list → register → byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Until ``until_minutes`` after midnight (1440: 24:00) the room shall have ``temperature_celsius``."""

    until_minutes: int
    temperature_celsius: float


Day = tuple[Period, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekProgram:
    """Seven days from Monday on, each a row of periods that ends at 24:00."""

    days: tuple[Day, Day, Day, Day, Day, Day, Day]

    def with_days(self, days: Mapping[int, Day]) -> "WeekProgram":
        """The same program with other days, by index (Monday 0)."""
        first, second, third, fourth, fifth, sixth, seventh = (
            days.get(index, day) for index, day in enumerate(self.days)
        )
        return WeekProgram(days=(first, second, third, fourth, fifth, sixth, seventh))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramPlace:
    """One week program of a device.

    number: 1-3. channel: keeps the lists on air. first_list, first_register: where Saturday begins.
    periods: at most, per day. step_minutes: of an end. low_celsius to high_celsius in steps of 0.5.
    joined: end and temperature are one number of 16 bits; else a byte each (HM-CC-TC).
    """

    number: int
    channel: int
    first_list: int
    first_register: int
    periods: int
    step_minutes: int
    low_celsius: float
    high_celsius: float
    joined: bool

    @property
    def lists(self) -> tuple[int, ...]:
        """The lists that hold it."""
        return (self.first_list,) if self.joined else (self.first_list, self.first_list + 1)

    def at(self, day: int, period: int) -> tuple[int, int]:
        """The list and the first of the two registers of a period. day: Monday 0; period: from 0."""
        number = _DEVICE_DAYS[day]
        if self.joined or number < _TC_DAYS_OF_FIRST_LIST:
            return self.first_list, self.first_register + 2 * (number * self.periods + period)
        return self.first_list + 1, 1 + 2 * ((number - _TC_DAYS_OF_FIRST_LIST) * self.periods + period)


def programs_of(model: Model) -> tuple[ProgramPlace, ...]:
    """Where a model keeps its week programs; () when it has none."""
    layout = layout_of(model.code)
    if layout is None or layout.climate is None:
        return ()
    if model.cls == "TC":
        return (_apart(layout.climate),)
    numbers = (1, 2, 3) if model.cls == "TCIT" else (1,)
    return tuple(_joined(number, layout.climate) for number in numbers)


def read_program(place: ProgramPlace, registers: Registers) -> WeekProgram | None:
    """The program that registers hold; None when some are missing or a day does not end.

    Odd values are shown as they are: a device may hold what could not be written.
    """
    days = [_read_day(place, registers, day) for day in range(len(WEEKDAYS))]
    if any(day is None for day in days):
        return None
    first, second, third, fourth, fifth, sixth, seventh = (day or () for day in days)
    return WeekProgram(days=(first, second, third, fourth, fifth, sixth, seventh))


def changed_registers(place: ProgramPlace, program: WeekProgram, known: Registers) -> Registers:
    """The registers that must be written so that the device holds ``program``; only those that differ.

    What stands behind a day's end counts for nothing and stays. What ``known`` lacks is written.

    Raises:
        CommandRefused: the thermostat can't hold it; names day and entry.
    """
    checked_program(place, program)
    changed: dict[int, dict[int, int]] = {}
    for day, periods in enumerate(program.days):
        for index, period in enumerate(periods):
            list_index, register = place.at(day, index)
            held = known.get(list_index, {})
            before = (held.get(register), held.get(register + 1))
            for offset, byte in enumerate(_encode(place, period, before)):
                if held.get(register + offset) != byte:
                    changed.setdefault(list_index, {})[register + offset] = byte
    return {index: dict(sorted(registers.items())) for index, registers in sorted(changed.items())}


def checked_program(place: ProgramPlace, program: WeekProgram) -> None:
    """Nothing, when the thermostat can hold the program.

    Raises:
        CommandRefused: out_of_range or off_step; ``field`` is the day and the number of the entry from 1.
    """
    for day, periods in zip(WEEKDAYS, program.days, strict=True):
        checked_day(place, day, periods)


def checked_day(place: ProgramPlace, day: str, periods: Sequence[Period]) -> None:
    """As checked_program, for one day. ``day``: its name, for the error."""
    if not 1 <= len(periods) <= place.periods:
        raise CommandRefused(
            "out_of_range", field=day, value=len(periods), allowed=f"1 … {place.periods} entries"
        )
    before = 0
    for number, period in enumerate(periods, start=1):
        last = number == len(periods)
        _check_end(place, f"{day} {number}", period.until_minutes, (before, last))
        _check_temperature(place, f"{day} {number}", period.temperature_celsius)
        before = period.until_minutes


def clock_time(minutes: int) -> str:
    """``06:05`` for 365."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _check_end(place: ProgramPlace, field: str, minutes: int, position: tuple[int, bool]) -> None:
    before, last = position
    low, high = before + place.step_minutes, DAY_MINUTES if last else DAY_MINUTES - place.step_minutes
    if last and minutes != DAY_MINUTES:
        raise CommandRefused(
            "out_of_range", field=field, value=clock_time(minutes), allowed="24:00 as the last end"
        )
    if not low <= minutes <= high:
        words = f"{clock_time(low)} … {clock_time(high)}" if low <= high else "no further entry"
        raise CommandRefused("out_of_range", field=field, value=clock_time(minutes), allowed=words)
    if minutes % place.step_minutes:
        words = f"steps of {place.step_minutes} minutes"
        raise CommandRefused("off_step", field=field, value=clock_time(minutes), allowed=words)


def _check_temperature(place: ProgramPlace, field: str, celsius: float) -> None:
    words = f"{place.low_celsius:g} … {place.high_celsius:g} °C in steps of {_TEMPERATURE_STEP:g}"
    if not place.low_celsius <= celsius <= place.high_celsius:  # also when it is not a number
        raise CommandRefused("out_of_range", field=field, value=celsius, allowed=words)
    steps = celsius / _TEMPERATURE_STEP
    if abs(steps - round(steps)) > _TOLERANCE:
        raise CommandRefused("off_step", field=field, value=celsius, allowed=words)


def _joined(number: int, channel: int) -> ProgramPlace:
    return ProgramPlace(
        number=number,
        channel=channel,
        first_list=6 + number,
        first_register=0x14,
        periods=13,
        step_minutes=5,
        low_celsius=5.0,
        high_celsius=30.0,
        joined=True,
    )


def _apart(channel: int) -> ProgramPlace:
    return ProgramPlace(
        number=1,
        channel=channel,
        first_list=5,
        first_register=0x0B,
        periods=24,
        step_minutes=10,
        low_celsius=6.0,
        high_celsius=30.0,
        joined=False,
    )


def _read_day(place: ProgramPlace, registers: Registers, day: int) -> Day | None:
    periods: list[Period] = []
    for index in range(place.periods):
        list_index, register = place.at(day, index)
        held = registers.get(list_index, {})
        first, second = held.get(register), held.get(register + 1)
        if first is None or second is None:
            return None
        period = _decode(place, first, second)
        periods.append(period)
        if period.until_minutes >= DAY_MINUTES:
            return tuple(periods)
    return None


def _decode(place: ProgramPlace, first: int, second: int) -> Period:
    if place.joined:
        number = first << 8 | second
        end, half_degrees = number & 0x1FF, number >> 9 & 0x3F
    else:  # an end of 0 is how a new HM-CC-TC marks the last period
        end, half_degrees = first or DAY_MINUTES // place.step_minutes, second & 0x3F
    return Period(
        until_minutes=min(end * place.step_minutes, DAY_MINUTES), temperature_celsius=half_degrees / 2
    )


def _encode(place: ProgramPlace, period: Period, before: tuple[int | None, int | None]) -> tuple[int, int]:
    """The two bytes; bits that are not the program's stay as they are, or 0 when not known."""
    end = period.until_minutes // place.step_minutes
    half_degrees = round(period.temperature_celsius * 2)
    if place.joined:
        number = ((before[0] or 0) & 0x80) << 8 | half_degrees << 9 | end
        return number >> 8, number & 0xFF
    return end, (before[1] or 0) & 0xC0 | half_degrees
