"""``homebase ticket``: report a problem to customer service, get a ticket for it, and follow it.

What leaves is shown first, and encrypted by the gate; nothing asks for a ticket's state by itself. Whoever
answers: ``homebase support``.
"""

import argparse
import sys
from collections.abc import Mapping

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, in_language, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from . import letters
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
REPORT = "support.ticket"
_WORDS = {  # English, German
    "what": (
        "What does not work? In your own words, one line: ",
        "Was geht nicht? In eigenen Worten, eine Zeile: ",
    ),
    "no_words": (
        "nobody to ask here; say what does not work: --description TEXT",
        "hier ist niemand zu fragen; sage, was nicht geht: --description TEXT",
    ),
    "opened": (
        "your ticket is {ticket}; follow it: homebase ticket ask {ticket}; facts about the Home Base:"
        " homebase consent give diagnosis.remote --ticket {ticket}",
        "dein Ticket ist {ticket}; verfolgen: homebase ticket ask {ticket}; Angaben zur Zentrale:"
        " homebase consent give diagnosis.remote --ticket {ticket}",
    ),
    "no_number": (
        "the answer named no ticket; it comes by e-mail",
        "die Antwort nannte kein Ticket; es kommt per E-Mail",
    ),
    "none": (
        "no ticket was opened for a report; homebase ticket report",
        "für keine Meldung wurde ein Ticket geöffnet; homebase ticket report",
    ),
    "waiting": ("open", "offen"),
    "asked": (
        "closed here; its deletion is not confirmed yet",
        "hier geschlossen; die Löschung ist noch nicht bestätigt",
    ),
    "confirmed": ("closed; deleted there", "geschlossen; dort gelöscht"),
    "open": ("{ticket} is open there", "{ticket} ist dort offen"),
    "closed": (
        "{ticket} is closed there; here, too: {count} copies are gone, and their deletion is asked for",
        "{ticket} ist dort geschlossen; hier auch: {count} Kopien sind weg, ihre Löschung wird verlangt",
    ),
    "unknown": (
        "nothing was said of {ticket} ({what}); not every service tells it, ask by e-mail or telephone",
        "zu {ticket} kam keine Auskunft ({what}); nicht jeder Dienst gibt sie, frage per E-Mail oder Telefon",
    ),
    "done": (
        "{count} copies are gone here, and their recipients are asked to delete them",
        "{count} Kopien sind hier weg, ihre Empfänger werden um Löschung gebeten",
    ),
    "nothing": (
        "nothing left for {ticket}, or it was closed before; see homebase ticket list",
        "für {ticket} ging nichts hinaus, oder es war schon geschlossen; siehe homebase ticket list",
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    report = verbs.add("report", "say what does not work: look at what would be sent, then agree", _report)
    report.add_argument("--description", metavar="TEXT", help="in your own words; else it is asked for")
    report.add_argument("--email", metavar="ADDRESS", help="for the answer; default: the account's")
    report.add_argument("--serial", action="store_true", help="tell the serial number of the Home Base, too")
    letters.add_options(report)
    listed = verbs.add("list", "tickets that were opened for your reports", _list)
    asked = verbs.add("ask", "ask now whether a ticket is still open; nothing asks by itself", _ask)
    closed = verbs.add("close", "it is solved: delete all that was sent for it, here and there", _close)
    for verb in (asked, closed):
        verb.add_argument("ticket", help="homebase ticket list")
    for verb in (listed, asked, closed):
        verb.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")


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
    line = _say(options, "opened", ticket=transfer) if transfer else _say(options, "no_number")
    return letters.told(options, answer, line)


def _asked_for(options: argparse.Namespace) -> str:
    if not sys.stdin.isatty():
        raise CommandFailed(_say(options, "no_words"), EXIT_USAGE)
    return input(_say(options, "what")).strip()


def _list(options: argparse.Namespace) -> int:
    rows = [
        row
        for row in rows_of(ask_gate(options.home, "rights.status"), "deletions")
        if row.get("activity") == REPORT and row.get("ticket")
    ]
    if options.json:
        return print_json({"tickets": rows})
    if not rows:
        print(_say(options, "none"))
        return 0
    print_table(
        ("TICKET", "AT", "DELETED BY", "STATE"),
        [
            (row.get("ticket"), row.get("recipient"), row.get("due"), _say(options, str(row.get("state"))))
            for row in rows
        ],
    )
    return 0


def _ask(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "ticket.ask", ticket=options.ticket, language=options.lang)
    if options.json:
        print_json(answer)
    else:
        key = str(answer.get("state") or "unknown")
        count, what = answer.get("deletions"), printable(answer.get("what"))
        print(_say(options, key, ticket=printable(options.ticket), count=count, what=what))
    return 0 if answer.get("state") else EXIT_IO


def _close(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "rights.ticket_closed", ticket=options.ticket)
    if options.json:
        return print_json(answer)
    key = "done" if answer.get("deletions") else "nothing"
    print(_say(options, key, count=answer.get("deletions"), ticket=printable(options.ticket)))
    return 0


def _say(options: argparse.Namespace, key: str, /, **fields: object) -> str:
    return in_language(_WORDS[key], options.lang, **fields)
