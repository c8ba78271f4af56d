"""``homebase monitor``: what the device monitoring asks for and why, exactly what leaves next, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give monitor.device --standing.
"""

import argparse

from ..command_line import printable
from ..gate_console import ask_gate, rows_of
from .telemetry import print_about, print_last
from .verbs import Verbs, print_json, run_verb

_WORDS = {
    "en": {
        "to": "goes to: {names}",
        "nobody": "off: nothing leaves; to allow it: homebase consent give {activity} --standing",
        "next": "next to {recipient}, under the pseudonym of {week}, once allowed, about {at}:",
        "nowhere": "no recipient is entered for it: homebase recipient add",
        "last": "last message, {at}, {result}:",
    },
    "de": {
        "to": "geht an: {names}",
        "nobody": "aus: nichts verlässt das Haus; erlauben: homebase consent give {activity} --standing",
        "next": "als Nächstes an {recipient}, unter dem Pseudonym von {week}, wenn erlaubt, etwa {at}:",
        "nowhere": "dafür ist kein Empfänger eingetragen: homebase recipient add",
        "last": "letzte Nachricht, {at}, {result}:",
    },
}
_HEADS = {"en": ("FIGURE", "ANSWERS", "WHY"), "de": ("GRÖSSE", "ANTWORTEN", "WOZU")}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    show = verbs.add("show", "what is asked for and why, exactly what leaves next, what left", _show)
    show.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    told = ask_gate(options.home, "monitor.show", language=options.lang)
    if options.json:
        return print_json(told)
    words = _WORDS[options.lang]
    print_about(told, words, _HEADS[options.lang])
    for row in rows_of(told, "next"):
        shown = {key: printable(row.get(key)) for key in ("recipient", "week", "at")}
        print(words["next"].format(**shown), printable(row.get("text")), sep="\n")
    if not rows_of(told, "next"):
        print(words["nowhere"])
    print_last(told, words)
    return 0
