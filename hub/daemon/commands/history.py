"""``homebase history cloud``: usage history on servers, by purpose: its series, what leaves next, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give history.cloud.display
--standing; without one the history stays at home.
"""

import argparse
import json

from ..command_line import in_language, printable
from ..gate_console import ask_gate, part_of, rows_of
from .verbs import Answer, Verbs, print_json, run_verb

PREFIX = "history.cloud."
PURPOSES = "display, statistics"
_WORDS = {  # English, German
    "to": ("goes to: {names}", "geht an: {names}"),
    "off": (
        "off: nothing leaves; to allow it: homebase consent give {activity} --standing",
        "aus: nichts verlässt das Haus; erlauben: homebase consent give {activity} --standing",
    ),
    "nowhere": (
        "no recipient is entered for it: homebase recipient add … --activity {activity} --key age1…",
        "dafür ist kein Empfänger eingetragen: homebase recipient add … --activity {activity} --key age1…",
    ),
    "series": ("series: {series}", "Messreihen: {series}"),
    "none": (
        "no series is chosen: homebase history cloud choose {purpose} DATAPOINT",
        "keine Messreihe ist ausgewählt: homebase history cloud choose {purpose} DATENPUNKT",
    ),
    "next": (
        "next to {recipient}, of {day}, once allowed, after {at}:",
        "als Nächstes an {recipient}, vom {day}, wenn erlaubt, nach {at}:",
    ),
    "inside": (
        "sealed in it, readable with the secret key of {addressee} alone:",
        "darin verschlüsselt, lesbar allein mit dem geheimen Schlüssel zu {addressee}:",
    ),
    "waits": (
        "nothing waits: the next message is made after midnight (UTC)",
        "nichts wartet: Die nächste Nachricht entsteht nach Mitternacht (UTC)",
    ),
    "tried": (
        "waits for another attempt, to {recipient}, {attempts} so far, after {at}; leave-out drops it:",
        "wartet auf einen weiteren Versuch, an {recipient}, bisher {attempts}, nach {at};"
        " leave-out verwirft es:",
    ),
    "last": ("last message, {at}, {result}:", "letzte Nachricht, {at}, {result}:"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    cloud = Verbs(parser).group("cloud", "usage history on servers, one consent for each purpose")
    show = cloud.add("show", "each purpose: its series, exactly what leaves next, what left last", _show)
    show.add_argument("purpose", nargs="?", help=f"{PURPOSES}; default: all")
    for name, summary, perform in (
        ("choose", "have these datapoints leave for that purpose, once it is allowed", _choose),
        ("leave-out", "no longer these", _leave_out),
    ):
        added = cloud.add(name, summary, perform)
        added.add_argument("purpose", help=PURPOSES)
        added.add_argument(
            "datapoints", nargs="+", metavar="DATAPOINT", help="such as bidcos:JEQ0123456:1.STATE"
        )
        added.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")
    show.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    activity = PREFIX + options.purpose if options.purpose else ""
    told = ask_gate(options.home, "history.show", activity=activity, language=options.lang)
    if options.json:
        return print_json(told)
    for number, row in enumerate(rows_of(told, "purposes")):
        print("\n" if number else "", end="")
        _print_purpose(row, options.lang)
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
        language=options.lang,
    )
    if options.json:
        return print_json(told)
    _print_series(told, activity, options.lang)
    return 0


def _print_purpose(row: Answer, language: str) -> None:
    activity = str(row.get("activity"))
    print(f"{row.get('title')}: {row.get('purpose')}\n{row.get('data')}")
    names = row.get("recipients")
    if isinstance(names, list) and names:
        print(_words("to", language, names=", ".join(map(printable, names))))
    else:
        print(_words("off" if row.get("entered") else "nowhere", language, activity=activity))
    _print_series(row, activity, language)
    for one in rows_of(row, "next"):
        shown = {key: printable(one.get(key)) for key in ("recipient", "day", "at", "addressee")}
        print(_words("next", language, **shown), printable(one.get("text")), sep="\n")
        print(_words("inside", language, **shown))
        for series in rows_of(one, "inside"):
            print(f"  {json.dumps(series, ensure_ascii=True, sort_keys=True)}")
    if row.get("series") and row.get("entered") and not rows_of(row, "next"):
        print(_words("waits", language))
    for one in rows_of(row, "waiting"):
        shown = {key: printable(one.get(key)) for key in ("recipient", "attempts", "at")}
        print(_words("tried", language, **shown), printable(one.get("text")), sep="\n")
    if last := part_of(row, "last"):
        print(_words("last", language, at=last.get("at"), result=last.get("result")))
        print(printable(last.get("text")))


def _print_series(row: Answer, activity: str, language: str) -> None:
    series = row.get("series")
    if isinstance(series, list) and series:
        print(_words("series", language, series=", ".join(map(printable, series))))
    else:
        print(_words("none", language, purpose=activity.removeprefix(PREFIX)))


def _words(key: str, language: str, **fields: object) -> str:
    return in_language(_WORDS[key], language, **fields)
