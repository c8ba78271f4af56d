"""``homebase notice``: what may leave this home, to whom, why and how long, as the gate decides by it."""

import argparse
import json

from ..gate_console import ask_gate
from ..which_home import add_home


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for programs")
    form.add_argument(
        "--html", action="store_true", help="one page in both languages, for browser or printer"
    )
    form.add_argument("--jsonld", action="store_true", help="in terms of the Data Privacy Vocabulary 2.3")
    add_home(parser)


def run(options: argparse.Namespace) -> int:
    """Print it."""
    if options.html:
        print(ask_gate(options.home, "notice.page")["page"], end="")
        return 0
    if options.jsonld:
        linked = ask_gate(options.home, "notice.linked")["linked"]
        print(json.dumps(linked, ensure_ascii=False, indent=2))
        return 0
    answer = ask_gate(options.home, "notice")
    if options.json:
        print(json.dumps(answer["notice"], ensure_ascii=False, indent=2))
    else:
        print(answer["text"], end="")
    return 0
