"""``homebase notice``: what may leave this home, to whom, why and how long, as the gate decides by it."""

import argparse
import json
from pathlib import Path

from ..gate_console import ask_gate


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--lang", choices=["de", "en"], default="en", help="default: en")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--state", type=Path, metavar="DIR", help="of the home that is meant")


def run(options: argparse.Namespace) -> int:
    """Print it."""
    answer = ask_gate(options.state, "notice", language=options.lang)
    if options.json:
        print(json.dumps(answer["notice"], ensure_ascii=False, indent=2))
    else:
        print(answer["text"], end="")
    return 0
