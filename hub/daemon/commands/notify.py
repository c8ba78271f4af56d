"""``homebase notify``: what people have to know about the home, and that they know it."""

import argparse
from collections.abc import Mapping

from privacy.system import SystemClock

from ..command_line import printable
from ..gate_console import print_table, rows_of
from . import notify_messages
from .devices import age
from .verbs import Verbs, ask, print_json, run_verb

Row = Mapping[str, object]
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
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    verbs = Verbs(parser)
    listing = verbs.add("list", "what waits for somebody to look", _list)
    listing.add_argument("--all", action="store_true", help="those that are over or acknowledged, too")
    done = verbs.add("ack", "say that you know of it", _acknowledge)
    done.add_argument("id", nargs="+", help="of homebase notify list; or: all")
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
        print("nothing waits" + ("" if options.all or not found else "; --all shows what was"))
        return 0
    names = {
        str(one.get("address")): one.get("name") for one in rows_of(ask(options, "GET", "devices"), "devices")
    }
    now = SystemClock().now()
    print_table(
        ("ID", "CLASS", "WHAT", "WHERE", "SINCE", "TIMES", "STATE"),
        [
            (
                row.get("id"),
                row.get("urgency"),
                WORDS.get(str(row.get("kind")), row.get("kind")),
                names.get(str(row.get("subject"))) or row.get("subject") or "Home Base",
                age(str(row.get("begun_at")), now),
                row.get("count"),
                _state(row),
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
    print(f"acknowledged: {', '.join(map(printable, wanted)) or 'nothing waited'}")
    return 0


def _state(row: Row) -> str:
    lasts = "lasts" if row.get("ended_at") is None else "over"
    if row.get("acknowledged_at") is None:
        return lasts
    by = row.get("acknowledged_by")
    return f"{lasts}, acknowledged" + (f" by {by}" if by else "")
