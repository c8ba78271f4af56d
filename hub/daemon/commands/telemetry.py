"""``homebase telemetry``: what the anonymous statistics ask for and why, what they cost, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give telemetry.usage --standing.
"""

import argparse
from collections.abc import Mapping
from functools import partial

from ..command_line import printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
_STATES = {  # of a week
    "en": {
        "planned": "leaves at {at}",
        "drawn": "answer drawn, leaves at {at}",
        "sent": "sent",
        "missed": "nothing sent",
        "assumed": "counts as answered: a copy of before was put back",
    },
    "de": {
        "planned": "geht um {at}",
        "drawn": "Antwort gezogen, geht um {at}",
        "sent": "gesendet",
        "missed": "nichts gesendet",
        "assumed": "zählt als beantwortet: Eine frühere Kopie wurde eingespielt",
    },
}
_WORDS = {
    "en": {
        "to": "goes to: {names}",
        "nobody": "off: nothing leaves; to allow it: homebase consent give {activity} --standing",
        "week": "week {week}: all homes are asked for the {asked}",
        "budget": "privacy spent: ε {month_milli} of {month_limit_milli} in {of},"
        " {life_milli} of {life_limit_milli} for good; {answer_milli} for each answer",
        "used_up": "the budget for good is used up: this home answers no more",
        "last": "last message, {at}, {result}:",
        "example": "so a message looks:",
        "point": ".",
    },
    "de": {
        "to": "geht an: {names}",
        "nobody": "aus: nichts verlässt das Haus; erlauben: homebase consent give {activity} --standing",
        "week": "Woche {week}: Alle werden gefragt: {asked}",
        "budget": "Privatheit ausgegeben: ε {month_milli} von {month_limit_milli} im Monat {of},"
        " {life_milli} von {life_limit_milli} auf Dauer; {answer_milli} je Antwort",
        "used_up": "das Budget ist auf Dauer verbraucht: Dieses Zuhause antwortet nicht mehr",
        "last": "letzte Nachricht, {at}, {result}:",
        "example": "so sieht eine Nachricht aus:",
        "point": ",",
    },
}
_HEADS = {
    "en": (("FIGURE", "ANSWERS", "WHY"), ("WEEK", "FIGURE", "STATE", "ε")),
    "de": (("GRÖSSE", "ANTWORTEN", "WOZU"), ("WOCHE", "GRÖSSE", "STAND", "ε")),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    show = verbs.add("show", "what is asked for and why, what it costs, what left", _show)
    show.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    told = ask_gate(options.home, "telemetry.show", language=options.lang)
    if options.json:
        return print_json(told)
    words, (figures, weeks) = _WORDS[options.lang], _HEADS[options.lang]
    print_about(told, words, figures)
    names = {str(row.get("name")): row.get("text") for row in rows_of(told, "metrics")}
    asked = str(told.get("asked"))
    print(words["week"].format(week=told.get("week"), asked=names.get(asked, asked)))
    spent = part_of(told, "epsilon")
    epsilon = partial(_epsilon, words["point"])
    amounts = {key: epsilon(value) for key, value in spent.items() if key.endswith("_milli")}
    print(words["budget"].format(of=spent.get("month"), **amounts))
    print(spent.get("meaning"))
    if amounts["life_milli"] == amounts["life_limit_milli"]:
        print(words["used_up"])
    if rows := rows_of(told, "weeks"):
        states = _STATES[options.lang]
        print_table(weeks, [(*_week(row, states, names), epsilon(row.get("epsilon_milli"))) for row in rows])
    print(words["example"], printable(told.get("example")), sep="\n")
    print_last(told, words)
    return 0


def print_about(told: Answer, words: Mapping[str, str], head: tuple[str, ...]) -> None:
    """The activity, who gets it, and its figures with their reasons."""
    print(f"{told.get('title')}: {told.get('data')}")
    names = told.get("recipients")
    if isinstance(names, list) and names:
        print(words["to"].format(names=", ".join(map(printable, names))))
    else:
        print(words["nobody"].format(activity=told.get("activity")))
    rows = [(row.get("text"), row.get("answers"), row.get("reason")) for row in rows_of(told, "metrics")]
    print_table(head, rows)


def print_last(told: Answer, words: Mapping[str, str]) -> None:
    """Exactly what left last."""
    if last := part_of(told, "last"):
        print(words["last"].format(at=last.get("at"), result=last.get("result")))
        print(printable(last.get("text")))


def _week(row: Answer, states: Mapping[str, str], names: Answer) -> tuple[object, ...]:
    """names: of metrics, by what the wire calls them; one that is asked for no more keeps that."""
    state = states[str(row.get("state"))].format(at=row.get("at"))
    metric = str(row.get("metric"))
    return row.get("week"), names.get(metric, metric), state


def _epsilon(point: str, milli: object) -> str:
    return f"{milli / 1000:g}".replace(".", point) if isinstance(milli, int) else "?"
