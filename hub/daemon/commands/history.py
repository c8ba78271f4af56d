"""``homebase history cloud``: usage history on servers, by purpose: its series, what leaves next, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give history.cloud.display
--standing; without one the history stays at home.
"""

import argparse
import json

from ..command_line import printable
from ..gate_console import ask_gate, part_of, rows_of
from ..speech import as_word, phrase
from .verbs import Answer, Verbs, print_json, run_verb

PREFIX = "history.cloud."
_OFF = "off: nothing leaves; to allow it: homebase consent give {activity} --standing"
_NOWHERE = "no recipient is entered for it: homebase recipient add … --activity {activity} --key age1…"


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    cloud = Verbs(parser).group("cloud", "usage history on servers, one consent for each purpose")
    show = cloud.add("show", "each purpose: its series, exactly what leaves next, what left last", _show)
    show.add_argument("purpose", nargs="?", help="display, statistics; default: all")
    for name, summary, perform in (
        ("choose", "have these datapoints leave for that purpose, once it is allowed", _choose),
        ("leave-out", "no longer these", _leave_out),
    ):
        added = cloud.add(name, summary, perform)
        added.add_argument("purpose", help="display, statistics")
        added.add_argument(
            "datapoints", nargs="+", metavar="DATAPOINT", help="such as bidcos:JEQ0123456:1.STATE"
        )


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    activity = PREFIX + options.purpose if options.purpose else ""
    told = ask_gate(options.home, "history.show", activity=activity)
    if options.json:
        return print_json(told)
    for number, row in enumerate(rows_of(told, "purposes")):
        print("\n" if number else "", end="")
        _print_purpose(row)
    return 0


def _choose(options: argparse.Namespace) -> int:
    return _chosen(options, options.datapoints, [])


def _leave_out(options: argparse.Namespace) -> int:
    return _chosen(options, [], options.datapoints)


def _chosen(options: argparse.Namespace, add: list[str], leave_out: list[str]) -> int:
    activity = PREFIX + options.purpose
    told = ask_gate(
        options.home,
        "history.choose",
        activity=activity,
        add=add,
        leave_out=leave_out,
    )
    if options.json:
        return print_json(told)
    _print_series(told, activity)
    return 0


def _print_purpose(row: Answer) -> None:
    activity = str(row.get("activity"))
    print(f"{row.get('title')}: {row.get('purpose')}\n{row.get('data')}")
    names = row.get("recipients")
    if isinstance(names, list) and names:
        print(phrase("goes to: {names}", names=", ".join(map(printable, names))))
    else:
        print(phrase(_OFF if row.get("entered") else _NOWHERE, activity=activity))
    _print_series(row, activity)
    for one in rows_of(row, "next"):
        shown = {key: printable(one.get(key)) for key in ("recipient", "day", "at", "addressee")}
        print(
            phrase("next to {recipient}, of {day}, once allowed, after {at}:", **shown),
            printable(one.get("text")),
            sep="\n",
        )
        print(phrase("sealed in it, readable with the secret key of {addressee} alone:", **shown))
        for series in rows_of(one, "inside"):
            print(f"  {json.dumps(series, ensure_ascii=True, sort_keys=True)}")
    if row.get("series") and row.get("entered") and not rows_of(row, "next"):
        print(phrase("nothing waits: the next message is made after midnight (UTC)"))
    for one in rows_of(row, "waiting"):
        shown = {key: printable(one.get(key)) for key in ("recipient", "attempts", "at")}
        print(
            phrase(
                "waits for another attempt, to {recipient}, {attempts} so far, after {at};"
                " leave-out drops it:",
                **shown,
            ),
            printable(one.get("text")),
            sep="\n",
        )
    if last := part_of(row, "last"):
        print(phrase("last message, {at}, {result}:", at=last.get("at"), result=as_word(last.get("result"))))
        print(printable(last.get("text")))


def _print_series(row: Answer, activity: str) -> None:
    series = row.get("series")
    if isinstance(series, list) and series:
        print(phrase("series: {series}", series=", ".join(map(printable, series))))
    else:
        print(
            phrase(
                "no series is chosen: homebase history cloud choose {purpose} DATAPOINT",
                purpose=activity.removeprefix(PREFIX),
            )
        )
