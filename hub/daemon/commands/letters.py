"""Letters of the owner to a company, for several commands: shown exactly, asked about, sent as shown.

Only the gate decides, and makes the bytes; this file asks it and prints.
"""

import argparse
import sys
from collections.abc import Mapping

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, rows_of
from .consent_words import words
from .verbs import print_json

Answer = Mapping[str, object]
_FACTS = ("title", "purpose", "data", "storage")


def add_options(parser: argparse.ArgumentParser) -> None:
    """What each letter may be given."""
    parser.add_argument("--preview", metavar="ID", help="of what was shown before, for example in the app")
    parser.add_argument("--recipient", metavar="NAME", help="in homebase.toml; default: the only one")
    parser.add_argument("--country", help="of the recipient, where it is outside the EEA")
    parser.add_argument("--lang", choices=["de", "en"], default="en", help="of texts; default: en")
    parser.add_argument("--yes", action="store_true", help="do not ask")


def sent(options: argparse.Namespace, activity: str, ask: str, entered: Mapping[str, str]) -> Answer | None:
    """Show the letter, ask, and have it sent; None: nobody agreed. ask: the question, a key of the words.

    Raises:
        CommandFailed: it can't be made or sent, or there is nobody to ask.
    """
    preview = options.preview or _shown(options, activity, entered)
    if not options.yes and not _agrees(options, ask):
        print(words("nothing_sent", options.lang))
        return None
    return ask_gate(
        options.home,
        "letter.give",
        activity=activity,
        preview=preview,
        language=options.lang,
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
        print(words("delivered", options.lang, receipt=printable(delivery.get("receipt"))), *lines, sep="\n")
    elif result == "running":
        print(words("running", options.lang))
    else:
        again = words("again", options.lang) if delivery.get("retried") else ""
        print(f"{words(f'{result}_test', options.lang)}: {printable(delivery.get('what'))}{again}")
    return 0 if result in {"delivered", "running"} else EXIT_IO


def _shown(options: argparse.Namespace, activity: str, entered: Mapping[str, str]) -> object:
    shown = ask_gate(
        options.home, "letter.preview", activity=activity, entered=dict(entered), language=options.lang
    )
    if options.json:
        return shown.get("preview")
    about = part_of(shown, "activity_text")
    print(*(printable(about.get(key)) for key in _FACTS), sep="\n")
    for row in rows_of(about, "recipients"):
        if options.recipient in {None, row.get("name")}:
            facts = {key: row.get(key) for key in ("name", "role", "host", "country")}
            print(words("to", options.lang, **facts))
            if row.get("addressee"):
                print(words("encrypted", options.lang, addressee=row.get("addressee")))
    print(words("bytes", options.lang, bytes=shown.get("bytes"), sha256=shown.get("sha256")))
    print(printable(shown.get("text")))
    return shown.get("preview")


def _agrees(options: argparse.Namespace, ask: str) -> bool:
    if not sys.stdin.isatty():
        raise CommandFailed(words("nobody_to_ask", options.lang), EXIT_USAGE)
    return input(words(ask, options.lang)).strip().lower() in {"yes", "ja"}
