"""``homebase notify``: what people have to know about the home, and that they know it."""

import argparse
import re
from collections.abc import Mapping

from privacy.system import SystemClock

from ..command_line import EXIT_USAGE, CommandFailed, printable
from ..gate_console import print_table, rows_of
from ..speech import as_word, phrase
from . import notify_messages
from .devices import age
from .verbs import Verbs, ask, print_json, run_verb

Row = Mapping[str, object]
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
WORDS = {
    "smoke": "smoke",
    "water": "water",
    "overheated": "overheated",
    "sabotage": "sabotage: opened or moved",
    "unreachable": "does not answer",
    "battery_low": "battery low",
    "radio_lost": "the radio is gone",
    "airtime_used_up": "send time used up",
    "clock_unsure": "nobody vouches for the clock",
    "drill_due": "monthly drill: homebase notify test",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "what waits for somebody to look", _list)
    listing.add_argument("--all", action="store_true", help="those that are over or acknowledged, too")
    done = verbs.add("ack", "say that you know of it", _acknowledge)
    done.add_argument("id", nargs="+", help="of homebase notify list; or: all")
    people = verbs.group("person", "whom to tell by messages, in which order, and when not")
    people.add("list", "all of them, with their ways", _people)
    put = people.add("set", "say whom to tell; who has that name already is changed", _set_person)
    put.add_argument("name")
    put.add_argument(
        "--way", action="append", default=[], metavar="ID", help="of homebase notify ways; in order"
    )
    put.add_argument("--quiet", metavar="FROM-TO", help="22:00-07:00: then of danger and alarms only")
    gone = people.add("remove", "tell somebody no more", _drop_person)
    gone.add_argument("id", help="of homebase notify person list")
    notify_messages.configure(verbs)


def run(options: argparse.Namespace) -> int:
    """Do the verb."""
    return run_verb(options)


def _list(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "notifications")
    if options.json:
        return print_json(answer)
    found = rows_of(answer, "notifications")
    rows = [row for row in found if options.all or row.get("waiting")]
    if not rows:
        print(
            phrase("nothing waits") + ("" if options.all or not found else phrase("; --all shows what was"))
        )
        return 0
    names = {
        str(one.get("address")): one.get("name") for one in rows_of(ask(options, "GET", "devices"), "devices")
    }
    now = SystemClock().now()
    print_table(
        ("ID", "CLASS", "WHAT", "WHERE", "SINCE", "TIMES", "STATE", "TOLD"),
        [
            (
                row.get("id"),
                as_word(row.get("urgency")),
                phrase(WORDS.get(str(row.get("kind")), str(row.get("kind")))),
                names.get(str(row.get("subject"))) or row.get("subject") or phrase("Home Base"),
                age(str(row.get("begun_at")), now),
                row.get("count"),
                _state(row),
                _told(row),
            )
            for row in rows
        ],
    )
    return 0


def _acknowledge(options: argparse.Namespace) -> int:
    wanted = list(options.id)
    if wanted == ["all"]:
        found = rows_of(ask(options, "GET", "notifications"), "notifications")
        wanted = [str(row.get("id")) for row in found if row.get("waiting")]
    answers = [ask(options, "POST", "notifications", one, "acknowledgement", body={}) for one in wanted]
    if options.json:
        return print_json({"notifications": answers})
    print(
        phrase("acknowledged: {wanted}", wanted=", ".join(map(printable, wanted)) or phrase("nothing waited"))
    )
    return 0


def _people(options: argparse.Namespace) -> int:
    answer = ask(options, "GET", "notifications", "people")
    if options.json:
        return print_json(answer)
    if not rows_of(answer, "people"):
        print(phrase("nobody is told yet; homebase notify person set NAME --way ID"))
        return 0
    ways = {str(way.get("id")): _called(way) for way in rows_of(answer, "ways")}
    print_table(
        ("ID", "NAME", "WAYS", "QUIET"),
        [
            (
                row.get("id"),
                row.get("name"),
                ", ".join(ways.get(w, w) for w in _strings(row, "ways")) or phrase("none"),
                _quiet(row),
            )
            for row in rows_of(answer, "people")
        ],
    )
    return 0


def _set_person(options: argparse.Namespace) -> int:
    body = {"name": options.name, "ways": options.way, "quiet": _hours(options.quiet)}
    answer = ask(options, "POST", "notifications", "people", body=body)
    if options.json:
        return print_json(answer)
    name = printable(answer.get("name"))
    if not options.way:
        print(
            phrase(
                "{name} is told nothing yet; add --way ID, once for each of homebase notify ways", name=name
            )
        )
        return 0
    print(
        phrase("{name} is told by {count} ways", name=name, count=len(options.way))
        if len(options.way) > 1
        else phrase("{name} is told by 1 way", name=name)
    )
    known = {
        str(row.get("id")): row for row in rows_of(ask(options, "GET", "notifications", "people"), "ways")
    }
    for way in options.way:
        if (row := known.get(way)) is None:
            print(phrase("{way}: no such way now; homebase notify ways lists them", way=printable(way)))
        elif not row.get("allowed"):
            print(phrase("{way}: not allowed yet; homebase notify allow {way}", way=printable(way)))
    return 0


def _drop_person(options: argparse.Namespace) -> int:
    ask(options, "DELETE", "notifications", "people", options.id)
    print(phrase("removed"))
    return 0


def _called(way: Row) -> str:
    named = f"{as_word(way.get('kind'))} {way.get('label')}".strip()
    return named if way.get("allowed") else phrase("{named} (not allowed)", named=named)


def _hours(text: str | None) -> Row | None:
    """``22:00-07:00`` in minutes of the day."""
    if not text:
        return None
    found = _HOURS.fullmatch(text)
    if found is None:
        raise CommandFailed(
            phrase("--quiet {text}: allowed is FROM-TO such as 22:00-07:00", text=printable(text)), EXIT_USAGE
        )
    first, second, third, fourth = map(int, found.groups())
    return {"from_minute": first * 60 + second, "to_minute": third * 60 + fourth}


def _quiet(row: Row) -> str:
    start, end = row.get("quiet_from"), row.get("quiet_to")
    if not isinstance(start, int) or not isinstance(end, int):
        return phrase("never")
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _strings(row: Row, key: str) -> list[str]:
    value = row.get(key)
    return [str(one) for one in value] if isinstance(value, list) else []


def _told(row: Row) -> str:
    """Who was told by a message, with what became of the last one to each."""
    last = {str(one.get("person")): one.get("fate") for one in rows_of(row, "told")}
    return ", ".join(f"{person}: {as_word(fate)}" for person, fate in last.items()) or phrase("nobody")


def _state(row: Row) -> str:
    lasts = phrase("lasts") if row.get("ended_at") is None else phrase("over")
    if row.get("acknowledged_at") is None:
        return lasts
    by = row.get("acknowledged_by")
    return phrase("{lasts}, acknowledged", lasts=lasts) + (phrase(" by {by}", by=by) if by else "")
