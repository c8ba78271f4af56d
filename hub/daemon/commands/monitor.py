"""``homebase monitor``: what the device monitoring asks for and why, exactly what leaves next, what left.

Only the gate knows; this file asks it and prints. Consent: homebase consent give monitor.device --standing.
"""

import argparse

from ..command_line import printable
from ..gate_console import ask_gate, rows_of
from ..speech import phrase
from .telemetry import print_about, print_last
from .verbs import Verbs, print_json, run_verb


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    verbs.add("show", "what is asked for and why, exactly what leaves next, what left", _show)


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _show(options: argparse.Namespace) -> int:
    told = ask_gate(options.home, "monitor.show")
    if options.json:
        return print_json(told)
    print_about(told)
    for row in rows_of(told, "next"):
        shown = {key: printable(row.get(key)) for key in ("recipient", "week", "at")}
        print(
            phrase("next to {recipient}, under the pseudonym of {week}, once allowed, about {at}:", **shown),
            printable(row.get("text")),
            sep="\n",
        )
    if not rows_of(told, "next"):
        print(phrase("no recipient is entered for it: homebase recipient add"))
    print_last(told)
    return 0
