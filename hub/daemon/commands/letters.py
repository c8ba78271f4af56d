"""Letters of the owner to a company, for several commands: shown exactly, asked about, sent as shown.

Only the gate decides, and makes the bytes; this file asks it and prints.
"""

import argparse
import sys
from collections.abc import Mapping

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, rows_of
from ..speech import phrase
from .notify_messages import RESULTS
from .verbs import print_json

Answer = Mapping[str, object]
_QUESTIONS = {
    "ask_once": "Send this once? Type yes: ",
    "ask_leaving": "Send this once everybody is logged out and all consents have ended? Type yes: ",
    "ask_standing": "Allow this until you take it back? Type yes: ",
}
_FACTS = ("title", "purpose", "data", "storage")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What each letter may be given."""
    parser.add_argument("--preview", metavar="ID", help="of what was shown before, for example in the app")
    parser.add_argument("--recipient", metavar="NAME", help="in homebase.toml; default: the only one")
    parser.add_argument("--country", help="of the recipient, where it is outside the EEA")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def sent(options: argparse.Namespace, activity: str, ask: str, entered: Mapping[str, str]) -> Answer | None:
    """Show the letter, ask, and have it sent; None: nobody agreed. ask: the question, of _QUESTIONS.

    Raises:
        CommandFailed: it can't be made or sent, or there is nobody to ask.
    """
    preview = options.preview or _shown(options, activity, entered)
    if not options.yes and not _agrees(options, ask):
        print(phrase("nothing was sent"))
        return None
    return ask_gate(
        options.home,
        "letter.give",
        activity=activity,
        preview=preview,
        recipient=options.recipient,
        country=options.country,
    )


def told(options: argparse.Namespace, answer: Answer, *lines: str) -> int:
    """Say what became of it, then ``lines`` where it arrived; the exit code."""
    delivery = part_of(answer, "delivery")
    result = delivery.get("result")
    if options.json:
        print_json(answer)
    elif result == "delivered":
        print(
            phrase("delivered, receipt {receipt}", receipt=printable(delivery.get("receipt"))),
            *lines,
            sep="\n",
        )
    elif result == "running":
        print(phrase("still running; homebase consent withdraw stops it"))
    else:
        again = phrase("; it is tried again within 24 hours") if delivery.get("retried") else ""
        said = phrase(RESULTS.get(str(result), str(result)))
        print(f"{said}: {printable(delivery.get('what'))}{again}")
    return 0 if result in {"delivered", "running"} else EXIT_IO


def _shown(options: argparse.Namespace, activity: str, entered: Mapping[str, str]) -> object:
    shown = ask_gate(options.home, "letter.preview", activity=activity, entered=dict(entered))
    if options.json:
        return shown.get("preview")
    about = part_of(shown, "activity_text")
    print(*(printable(about.get(key)) for key in _FACTS), sep="\n")
    for row in rows_of(about, "recipients"):
        if options.recipient in {None, row.get("name")}:
            facts = {key: row.get(key) for key in ("name", "role", "host", "country")}
            print(phrase("  to {name} ({role}, {host}, {country})", **facts))
            if row.get("addressee"):
                print(phrase("  encrypted to {addressee}", addressee=row.get("addressee")))
    print(
        phrase("These {bytes} bytes, SHA-256 {sha256}:", bytes=shown.get("bytes"), sha256=shown.get("sha256"))
    )
    print(printable(shown.get("text")))
    return shown.get("preview")


def _agrees(options: argparse.Namespace, ask: str) -> bool:
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; look at the preview and add --yes"), EXIT_USAGE)
    return input(phrase(_QUESTIONS[ask])).strip().lower() in {"yes", "ja"}
