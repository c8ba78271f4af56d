"""``homebase phone``: phones that may agree, the list after a restore; pairing is next door.

Only the gate decides; this file asks it and prints.
"""

import argparse
import json
from collections.abc import Callable, Mapping
from functools import partial

from ..gate_console import ask_gate, print_table, rows_of
from ..speech import phrase
from ..which_home import add_home
from . import phone_client, phone_home

Answer = Mapping[str, object]


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))
    at_home, as_phone = argparse.ArgumentParser(add_help=False), argparse.ArgumentParser(add_help=False)
    add_home(at_home)
    phone_client.shared(as_phone)
    for shared in (at_home, as_phone):
        shared.add_argument("--json", action="store_true", help="for programs")

    def verb(name: str, summary: str, shared: argparse.ArgumentParser = at_home) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name,
            help=phrase(summary),
            description=summary,
            parents=[shared],
        )

    phone_home.configure(verb)
    phone_client.configure(partial(verb, shared=as_phone))
    verb("claim", "show the code that makes a phone an owner's, for ten minutes")
    confirm = verb("confirm", "after a restore: which consents go on; all others are withdrawn")
    confirm.add_argument("marks", nargs="*", help="of those that go on; without --yes they are only listed")
    confirm.add_argument("--yes", action="store_true", help="these go on, all others end")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    verbs: Mapping[str, Callable[[argparse.Namespace], int]] = {
        "claim": _claim,
        "confirm": _confirm,
        **phone_home.VERBS,
        **phone_client.VERBS,
    }
    return verbs[options.verb](options)


def _claim(options: argparse.Namespace) -> int:
    text = str(ask_gate(options.home, "phone.claim").get("text"))
    if options.json:
        print(json.dumps({"text": text}))
        return 0
    import segno  # noqa: PLC0415 - used once in the life of a home

    segno.make_qr(text, error="m").terminal(compact=True)
    print(phrase("Scan this with the phone within ten minutes. Whoever scans it may agree for this home."))
    print(text)
    return 0


def _confirm(options: argparse.Namespace) -> int:
    if not options.yes:
        answer = ask_gate(options.home, "consent.unconfirmed")
        if options.json:
            print(json.dumps(answer))
            return 0
        rows = [
            (row.get("mark"), row.get("activity"), row.get("recipient"), row.get("ticket"), row.get("until"))
            for row in rows_of(answer, "consents")
        ]
        if not rows:
            print(phrase("no consent waits to be confirmed"))
            return 0
        print_table(("MARK", "ACTIVITY", "RECIPIENT", "TICKET", "UNTIL"), rows)
        return 0
    answer = ask_gate(options.home, "consent.confirm_list", keep=options.marks)
    if options.json:
        print(json.dumps(answer))
    else:
        print(
            phrase(
                "Go on: {confirmed}. Ended: {ended}.",
                confirmed=answer.get("confirmed"),
                ended=answer.get("ended"),
            )
        )
    return 0
