"""Week programs as people write them: ``Mo-Fr 06:00 17 · 09:00 21 · 24:00 17``, both ways. Pure.

A line is one or more days and their entries: the end of a period, then its temperature in °C. Days are
German or English, short or long: ``Mo``, ``Di-Fr``, ``Sa,So``, ``monday``; ``·``, ``;`` or ``|`` separates
entries.
"""

import re
from collections.abc import Mapping
from typing import Literal

from hub.contract.errors import CommandRefused

from .week_program import (
    DAY_MINUTES,
    WEEKDAYS,
    Day,
    Period,
    ProgramPlace,
    WeekProgram,
    checked_day,
    clock_time,
)

Language = Literal["de", "en"]
MAX_TEXT = 8192  # characters; seven days of 24 entries need fewer than 3000

_SHORT: Mapping[Language, tuple[str, ...]] = {
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_GERMAN = ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag")
_NAMES = {
    **{name.lower(): day for names in _SHORT.values() for day, name in enumerate(names)},
    **{name.lower(): day for day, name in enumerate(WEEKDAYS)},
    **{name: day for day, name in enumerate(_GERMAN)},
    "sonnabend": 5,
}
_ENTRY = re.compile(r"(\d{1,2}):(\d{2})\s+(-?\d{1,3}(?:[.,]\d{1,2})?)\s*°?\s*C?", re.IGNORECASE)
_DAYS_ALLOWED = "Mo, Di … So, Mon, Tue … Sun, a range Mo-Fr or a list Sa,So"
_ENTRY_ALLOWED = "an end and a temperature: 06:00 17.5"


def format_program(program: WeekProgram, language: Language = "en") -> str:
    """One line per day, equal days that follow each other on one line."""
    names = _SHORT[language]
    lines: list[str] = []
    first = 0
    for day in range(1, len(WEEKDAYS) + 1):
        if day < len(WEEKDAYS) and program.days[day] == program.days[first]:
            continue
        days = names[first] if day - first == 1 else f"{names[first]}-{names[day - 1]}"
        lines.append(f"{days} {format_day(program.days[first])}")
        first = day
    return "\n".join(lines)


def format_day(day: Day) -> str:
    """``06:00 17 · 24:00 21.5``."""
    return " · ".join(f"{clock_time(period.until_minutes)} {period.temperature_celsius:g}" for period in day)


def parse_days(place: ProgramPlace, text: str) -> Mapping[int, Day]:
    """The days that a text names, by index (Monday 0), each one that the thermostat can hold.

    Raises:
        CommandRefused: wrong_type, out_of_range, off_step; ``field`` is the day and the number of the entry.
    """
    if len(text) > MAX_TEXT:
        raise CommandRefused("out_of_range", field="text", value=len(text), allowed=f"{MAX_TEXT} characters")
    days: dict[int, Day] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        words, entries = _split_line(line)
        for day in _read_days(words):
            if day in days:
                raise CommandRefused("wrong_type", field=WEEKDAYS[day], value=words, allowed="each day once")
            days[day] = _read_entries(WEEKDAYS[day], entries)
            checked_day(place, WEEKDAYS[day], days[day])
    return days


def parse_program(place: ProgramPlace, text: str, base: WeekProgram | None = None) -> WeekProgram:
    """A whole program; days that the text leaves out are those of ``base``.

    Raises:
        CommandRefused: as parse_days; missing_field when there is no base and a day is missing.
    """
    days = parse_days(place, text)
    if base is not None:
        return base.with_days(days)
    missing = [WEEKDAYS[day] for day in range(len(WEEKDAYS)) if day not in days]
    if missing:
        raise CommandRefused("missing_field", field=", ".join(missing), value=text[:40], allowed="seven days")
    first, second, third, fourth, fifth, sixth, seventh = (days[day] for day in range(len(WEEKDAYS)))
    return WeekProgram(days=(first, second, third, fourth, fifth, sixth, seventh))


def _split_line(line: str) -> tuple[str, str]:
    """The days and the entries; the first digit begins the entries."""
    digit = next((at for at, character in enumerate(line) if character.isdigit()), len(line))
    return line[:digit].strip(" :"), line[digit:]


def _read_days(words: str) -> tuple[int, ...]:
    days: list[int] = []
    for part in words.split(","):
        first, dash, last = part.strip().lower().replace("\u2013", "-").partition("-")
        start, end = _NAMES.get(first.strip(" .")), _NAMES.get((last if dash else first).strip(" ."))
        if start is None or end is None:
            raise CommandRefused("wrong_type", field="day", value=words[:40], allowed=_DAYS_ALLOWED)
        days += [(start + step) % len(WEEKDAYS) for step in range((end - start) % len(WEEKDAYS) + 1)]
    return tuple(days)


def _read_entries(day: str, text: str) -> Day:
    periods: list[Period] = []
    for number, entry in enumerate(re.split(r"[·;|]", text), start=1):
        found = _ENTRY.fullmatch(entry.strip())
        if found is None:
            raise CommandRefused(
                "wrong_type", field=f"{day} {number}", value=entry.strip()[:40], allowed=_ENTRY_ALLOWED
            )
        hours, minutes, celsius = found.groups()
        until = int(hours) * 60 + int(minutes)
        if int(minutes) > 59 or until > DAY_MINUTES:
            raise CommandRefused(
                "out_of_range", field=f"{day} {number}", value=entry[:40], allowed="00:00 … 24:00"
            )
        periods.append(Period(until_minutes=until, temperature_celsius=float(celsius.replace(",", "."))))
    return tuple(periods)
