"""``homebase ticket``: report a problem to customer service, get a ticket for it, and follow it.

What leaves is shown first, and encrypted by the gate; nothing asks for a ticket's state by itself. Whoever
answers: ``homebase support``.
"""

import argparse
import sys
from collections.abc import Mapping

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import phrase
from . import letters
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
REPORT = "support.ticket"
_STATES = {
    "waiting": "open",
    "asked": "closed here; its deletion is not confirmed yet",
    "confirmed": "closed; deleted there",
}
_ANSWERS = {
    "open": "{ticket} is open there",
    "closed": "{ticket} is closed there; here, too: {count} copies are gone, and their deletion is asked for",
    "unknown": "nothing was said of {ticket} ({what}); not every service tells it,"
    " ask by e-mail or telephone",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    report = verbs.add("report", "say what does not work: look at what would be sent, then agree", _report)
    report.add_argument("--description", metavar="TEXT", help="in your own words; else it is asked for")
    report.add_argument("--email", metavar="ADDRESS", help="for the answer; default: the account's")
    report.add_argument("--serial", action="store_true", help="tell the serial number of the Home Base, too")
    letters.add_options(report)
    verbs.add("list", "tickets that were opened for your reports", _list)
    asked = verbs.add("ask", "ask now whether a ticket is still open; nothing asks by itself", _ask)
    closed = verbs.add("close", "it is solved: delete all that was sent for it, here and there", _close)
    for verb in (asked, closed):
        verb.add_argument("ticket", help="homebase ticket list")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _report(options: argparse.Namespace) -> int:
    entered = {} if options.serial else {"serial": ""}
    if options.email is not None:
        entered["email"] = options.email
    if options.preview is None:
        entered["description"] = options.description or _asked_for(options)
    answer = letters.sent(options, REPORT, "ask_once", entered)
    if answer is None:
        return 1
    transfer = part_of(answer, "delivery").get("ticket")
    line = (
        phrase(
            "your ticket is {ticket}; follow it: homebase ticket ask {ticket}; facts about"
            " the Home Base: homebase consent give diagnosis.remote --ticket {ticket}",
            ticket=transfer,
        )
        if transfer
        else phrase("the answer named no ticket; it comes by e-mail")
    )
    return letters.told(options, answer, line)


def _asked_for(options: argparse.Namespace) -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(
            phrase("nobody to ask here; say what does not work: --description TEXT"), EXIT_USAGE
        )
    return input(phrase("What does not work? In your own words, one line: ")).strip()


def _list(options: argparse.Namespace) -> int:
    rows = [
        row
        for row in rows_of(ask_gate(options.home, "rights.status"), "deletions")
        if row.get("activity") == REPORT and row.get("ticket")
    ]
    if options.json:
        return print_json({"tickets": rows})
    if not rows:
        print(phrase("no ticket was opened for a report; homebase ticket report"))
        return 0
    print_table(
        ("TICKET", "RECIPIENT", "DELETED BY", "STATE"),
        [(row.get("ticket"), row.get("recipient"), row.get("due"), _state(row)) for row in rows],
    )
    return 0


def _ask(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "ticket.ask", ticket=options.ticket)
    if options.json:
        print_json(answer)
    else:
        key = str(answer.get("state") or "unknown")
        count, what = answer.get("deletions"), printable(answer.get("what"))
        print(phrase(_ANSWERS[key], ticket=printable(options.ticket), count=count, what=what))
    return 0 if answer.get("state") else EXIT_IO


def _close(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "rights.ticket_closed", ticket=options.ticket)
    if options.json:
        return print_json(answer)
    if answer.get("deletions"):
        print(
            phrase(
                "{count} copies are gone here, and their recipients are asked to delete them",
                count=answer["deletions"],
            )
        )
    else:
        print(
            phrase(
                "nothing left for {ticket}, or it was closed before; see homebase ticket list",
                ticket=printable(options.ticket),
            )
        )
    return 0


def _state(row: Answer) -> str:
    state = str(row.get("state"))
    return phrase(_STATES.get(state, state))
