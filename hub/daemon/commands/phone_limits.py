"""What a phone may, as options of a command: role, rooms, hours, an end. Pure but for the list of rooms."""

import argparse
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from ..command_line import EXIT_USAGE, CommandFailed
from ..speech import as_word, phrase

ROLES = ("owner", "resident", "guest", "carer")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIMES = re.compile(r"([01]?[0-9]|2[0-4])(?::([0-5][0-9]))?-([01]?[0-9]|2[0-4])(?::([0-5][0-9]))?")
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_HOURS = "days and times, for example: mon-fri 8-12, or sat,sun 9:30-18"
_UNTIL = "a time such as 2027-01-31T18:00, a day, or a span such as 12h, 3d, 2w"
Ask = Callable[[str, str], Mapping[str, object]]


def configure(parser: argparse.ArgumentParser, role: str | None, *, required: bool = False) -> None:
    """Add the options. role: what is taken where none is named."""
    parser.add_argument(
        "--role",
        choices=ROLES,
        default=role,
        required=required,
        help="what it may; default: owner" if role else "what it may",
    )
    parser.add_argument("--name", default=None, help="what it is called; default: what it calls itself")
    parser.add_argument(
        "--room", action="append", metavar="ROOM", help="limit it to this room; again for more"
    )
    parser.add_argument("--hours", nargs=2, metavar=("DAYS", "HOURS"), help=_HOURS)
    parser.add_argument("--until", metavar="END", help=_UNTIL)


def limits(options: argparse.Namespace, ask: Ask, now: datetime) -> dict[str, object]:
    """The fields of a request for what was named; nothing else.

    now: local, aware.

    Raises:
        CommandFailed: an option is wrong, or no such room.
    """
    told: dict[str, object] = {}
    if options.role is not None:
        told["role"] = options.role
    if options.name is not None:
        told["name"] = options.name
    if options.room is not None:
        told["rooms"] = None if options.room == ["all"] else _rooms(options.room, ask)
    if options.hours is not None:
        told["hours"] = None if options.hours == ["always", "-"] else _hours(*options.hours)
    if options.until is not None:
        told["expires"] = None if options.until == "never" else _until(options.until, now)
    return told


def _rooms(wanted: list[str], ask: Ask) -> list[str]:
    rows = ask("GET", "/api/v1/rooms").get("rooms")
    known = {str(row["name"]): str(row["id"]) for row in rows} if isinstance(rows, list) else {}
    for name in wanted:
        if name not in known and name not in known.values():
            allowed = ", ".join(known) or phrase("none: the home has no rooms yet")
            raise CommandFailed(
                phrase("--room {name!r}: no such room; allowed is {allowed}", name=name, allowed=allowed),
                EXIT_USAGE,
            )
    return [known.get(name, name) for name in wanted]


def _hours(days: str, times: str) -> dict[str, object]:
    found = _TIMES.fullmatch(times)
    if found is None:
        raise CommandFailed(
            phrase(
                "--hours {days} {times}: allowed are {hours}", days=days, times=times, hours=phrase(_HOURS)
            ),
            EXIT_USAGE,
        )
    begin, begin_minutes, end, end_minutes = (int(part or 0) for part in found.groups())
    return {
        "days": sorted({number for part in days.lower().split(",") for number in _days(part, days)}),
        "from_minutes": begin * 60 + begin_minutes,
        "to_minutes": end * 60 + end_minutes,
    }


def _days(part: str, text: str) -> range:
    first, _, last = part.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise CommandFailed(
            phrase("--hours {text}: days are {days}", text=text, days=", ".join(DAYS)), EXIT_USAGE
        )
    begin, end = DAYS.index(first) + 1, DAYS.index(last or first) + 1
    if end < begin:
        raise CommandFailed(
            phrase("--hours {text}: {first} comes after {last} in a week", text=text, first=first, last=last),
            EXIT_USAGE,
        )
    return range(begin, end + 1)


def _until(text: str, now: datetime) -> str:
    if (span := _SPAN.fullmatch(text)) is not None:
        return _utc(now + int(span[1]) * _UNITS[span[2]])
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandFailed(
            phrase("--until {text}: allowed is {until}", text=text, until=phrase(_UNTIL)), EXIT_USAGE
        ) from error
    if at.tzinfo is None:
        at = at.replace(tzinfo=now.tzinfo)
    return _utc(at if "T" in text or " " in text else at + timedelta(days=1))  # a day ends with its midnight


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def told(row: Mapping[str, object], rooms: Mapping[str, str]) -> str:
    """One line of what a phone may. rooms: id → name."""
    parts = [as_word(row.get("role"))]
    if isinstance(limited := row.get("rooms"), list):
        named = ", ".join(rooms.get(str(one), str(one)) for one in limited)
        parts.append(phrase("in {rooms}", rooms=named) if named else phrase("in no room"))
    if isinstance(hours := row.get("hours"), dict):
        days = ",".join(phrase(DAYS[day - 1]) for day in hours["days"])
        parts.append(f"{days} {_clock(hours['from_minutes'])}-{_clock(hours['to_minutes'])}")
    if row.get("expires"):
        parts.append(phrase("until {expires}", expires=row["expires"]))
    if row.get("state") in {"rests", "over"}:
        parts.append(phrase("({state} now)", state=as_word(row["state"])))
    return " ".join(parts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
