"""``homebase telemetry``: what the anonymous statistics ask for and why, what they cost, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give telemetry.usage --standing.
"""

import argparse
from collections.abc import Mapping

from ..command_line import printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import as_word, phrase
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
_FIGURES = ("FIGURE", "ANSWERS", "WHY")
_OFF = "off: nothing leaves; to allow it: homebase consent give {activity} --standing"
_STATES = {  # of a week
    "planned": "leaves at {at}",
    "drawn": "answer drawn, leaves at {at}",
    "sent": "sent",
    "missed": "nothing sent",
    "assumed": "counts as answered: a copy of before was put back",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    verbs.add("show", "what is asked for and why, what it costs, what left", _show)


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    told = ask_gate(options.home, "telemetry.show")
    if options.json:
        return print_json(told)
    print_about(told)
    names = {str(row.get("name")): row.get("text") for row in rows_of(told, "metrics")}
    asked = str(told.get("asked"))
    print(
        phrase(
            "week {week}: all homes are asked for the {asked}",
            week=told.get("week"),
            asked=names.get(asked, asked),
        )
    )
    spent = part_of(told, "epsilon")
    amounts = {key: _epsilon(value) for key, value in spent.items() if key.endswith("_milli")}
    print(
        phrase(
            "privacy spent: ε {month_milli} of {month_limit_milli} in {of},"
            " {life_milli} of {life_limit_milli} for good; {answer_milli} for each answer",
            of=spent.get("month"),
            **amounts,
        )
    )
    print(spent.get("meaning"))
    if amounts["life_milli"] == amounts["life_limit_milli"]:
        print(phrase("the budget for good is used up: this home answers no more"))
    if rows := rows_of(told, "weeks"):
        head = ("WEEK", "FIGURE", "STATE", "ε")
        print_table(head, [(*_week(row, names), _epsilon(row.get("epsilon_milli"))) for row in rows])
    print(phrase("so a message looks:"), printable(told.get("example")), sep="\n")
    print_last(told)
    return 0


def print_about(told: Answer) -> None:
    """The activity, who gets it, and its figures with their reasons."""
    print(f"{told.get('title')}: {told.get('data')}")
    names = told.get("recipients")
    if isinstance(names, list) and names:
        print(phrase("goes to: {names}", names=", ".join(map(printable, names))))
    else:
        print(phrase(_OFF, activity=told.get("activity")))
    rows = [(row.get("text"), row.get("answers"), row.get("reason")) for row in rows_of(told, "metrics")]
    print_table(_FIGURES, rows)


def print_last(told: Answer) -> None:
    """Exactly what left last."""
    if last := part_of(told, "last"):
        print(phrase("last message, {at}, {result}:", at=last.get("at"), result=as_word(last.get("result"))))
        print(printable(last.get("text")))


def _week(row: Answer, names: Answer) -> tuple[object, ...]:
    """names: of metrics, by what the wire calls them; one that is asked for no more keeps that."""
    state = phrase(_STATES[str(row.get("state"))], at=row.get("at"))
    metric = str(row.get("metric"))
    return row.get("week"), names.get(metric, metric), state


def _epsilon(milli: object) -> str:
    return phrase("{amount:g}", amount=milli / 1000) if isinstance(milli, int) else "?"
