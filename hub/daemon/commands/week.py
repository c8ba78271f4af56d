"""``homebase week``: a thermostat's week program in lines such as ``mon  06:00 17.0  24:00 21.0``.

A time is the end of its temperature; the last one of a day is 24:00.
"""

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed
from ..gate_console import rows_of
from ..speech import phrase
from .start import between
from .verbs import Answer, Verbs, ask, print_json, run_verb, written_words

run = run_verb
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GERMAN = ("mo", "di", "mi", "do", "fr", "sa", "so")
_GROUPS: Mapping[str, tuple[int, ...]] = {
    **{name: (number,) for number, name in enumerate(DAYS)},
    **{name: (number,) for number, name in enumerate(_GERMAN)},
    "workdays": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
    "all": (0, 1, 2, 3, 4, 5, 6),
}
_TIME = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_FORM = "allowed are pairs such as 06:00 17.0 09:00 21.0 24:00 17.0: until when, and how warm"
_DAY_FORM = "allowed are mon to sun, workdays, weekend, all"
DAY_MINUTES = 1440
Day = list[dict[str, object]]


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    show = verbs.add("show", "the week program, a line per day", _show)
    change = verbs.add("set", "change days of the week program", _set)
    for added in (show, change):
        added.add_argument("channel", help="the thermostat's: bidcos:JEQ0123456:4")
        added.add_argument(
            "--program", type=between(int, 1, 3), default=1, metavar="N", help="1 to 3; default 1"
        )
    show.add_argument("--refresh", action="store_true", help="read it from the device anew")
    change.add_argument("days", nargs="?", help="mon to sun, workdays, weekend, all")
    change.add_argument("periods", nargs="*", help="such as 06:00 17.0 09:00 21.0 24:00 17.0")
    change.add_argument("--file", type=Path, metavar="FILE", help="lines as show prints them; - reads input")
    change.add_argument("--dry-run", action="store_true", help="only look")


def day_of(words: Sequence[str]) -> Day:
    """A day from its pairs of time and temperature.

    Raises:
        CommandFailed: another form, times that do not grow, or an end other than 24:00.
    """
    words = [word for part in words for word in part.split()]
    if not words or len(words) % 2:
        raise CommandFailed(f"{' '.join(words)!r}: {phrase(_FORM)}", EXIT_USAGE)
    day: Day = []
    last = 0
    for time, warmth in zip(words[::2], words[1::2], strict=True):
        until, celsius = _minutes(time), _celsius(warmth)
        if until <= last:
            raise CommandFailed(
                phrase("{time}: allowed are times that grow, up to 24:00", time=time), EXIT_USAGE
            )
        day.append({"until_minutes": until, "temperature_celsius": celsius})
        last = until
    if last != DAY_MINUTES:
        raise CommandFailed(phrase("{words}: the last time of a day is 24:00", words=words[-2]), EXIT_USAGE)
    return day


def line_of(day: Sequence[Answer]) -> str:
    """A day as ``day_of`` reads it."""
    pairs = []
    for period in day:
        hours, minutes = divmod(int(str(period.get("until_minutes", 0))), 60)
        pairs.append(f"{hours:02}:{minutes:02} {float(str(period.get('temperature_celsius'))):.1f}")
    return "  ".join(pairs)


def changes_of(text: str) -> Mapping[int, Day]:
    """Days by number from lines as ``show`` prints them; # begins a comment.

    Raises:
        CommandFailed: a line of another form.
    """
    days: dict[int, Day] = {}
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words:
            days |= {number: day_of(words[1:]) for number in _numbers(words[0])}
    if not days:
        raise CommandFailed(phrase("no day: {form}", form=phrase(_FORM)), EXIT_USAGE)
    return days


def _numbers(word: str) -> tuple[int, ...]:
    numbers = _GROUPS.get(word.lower().rstrip(":"))
    if numbers is None:
        raise CommandFailed(f"{word!r}: {phrase(_DAY_FORM)}", EXIT_USAGE)
    return numbers


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else 0
    if not 5 <= minutes <= DAY_MINUTES or minutes % 5:
        raise CommandFailed(
            phrase("{text!r}: allowed are times from 00:05 to 24:00, in steps of 5 min", text=text),
            EXIT_USAGE,
        )
    return minutes


def _celsius(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError as error:
        raise CommandFailed(f"{text!r}: {phrase(_FORM)}", EXIT_USAGE) from error


def _place(options: argparse.Namespace) -> tuple[str, ...]:
    return ("channels", options.channel, "weeks", str(options.program))


def _days(answer: Answer) -> list[list[Answer]]:
    days = answer.get("days")
    return [rows_of({"day": day}, "day") for day in days] if isinstance(days, list) else []


def _show(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", *_place(options), refresh=options.refresh)
    if options.json:
        return print_json(answer)
    for name, day in zip(DAYS, _days(answer), strict=False):
        print(f"{phrase(name)}  {line_of(day)}")
    return 0


def _set(options: argparse.Namespace) -> int:
    days: list[Sequence[Answer]] = list(_days(ask(options, "GET", *_place(options))))
    for number, day in changes_of(_text(options)).items():
        if number < len(days):
            days[number] = day
    body = {"days": days, "dry_run": options.dry_run}
    answer = ask(options, "PUT", *_place(options), body=body)
    if options.json:
        return print_json(answer)
    for name, whole in zip(DAYS, days, strict=False):
        print(f"{phrase(name)}  {line_of(whole)}")
    print(written_words(answer.get("written")))
    return 0


def _text(options: argparse.Namespace) -> str:
    if (options.file is None) == (options.days is None):
        raise CommandFailed(
            phrase(
                "name days and periods, or --file: {day_form}; {form}",
                day_form=phrase(_DAY_FORM),
                form=phrase(_FORM),
            ),
            EXIT_USAGE,
        )
    if options.file is None:
        return " ".join([options.days, *options.periods])
    try:
        return sys.stdin.read() if str(options.file) == "-" else options.file.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        raise CommandFailed(
            phrase("{file}: {error}; name a readable file", file=options.file, error=error), EXIT_IO
        ) from error
