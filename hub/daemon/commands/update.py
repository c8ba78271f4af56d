"""``homebase update``: is there a new version, what is new in it, and have the package manager install it.

The gate asks and verifies, and writes what it says in either language; this file prints it.
"""

import argparse
from collections.abc import Mapping

from ..command_line import printable
from ..gate_console import ask_gate, part_of
from ..speech import phrase
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
EXIT_NOT_BELIEVED = 74


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    for name, summary, perform in (
        ("check", "ask now; a home that you allowed it to asks once a day by itself", _check),
        ("show", "what is known, without asking anybody", _show),
        ("install", "have the package manager's hook install the update", _install),
    ):
        verbs.add(name, summary, perform)


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


def _check(options: argparse.Namespace) -> int:
    return _told(options, "update.check")


def _show(options: argparse.Namespace) -> int:
    return _told(options, "update.show")


def _install(options: argparse.Namespace) -> int:
    answer = ask_gate(options.home, "update.install")
    if options.json:
        return print_json(answer)
    print(phrase("asked for; journalctl -u homebase-update shows how it goes"))
    return 0


def _told(options: argparse.Namespace, verb: str) -> int:
    answer = ask_gate(options.home, verb)
    problem = part_of(answer, "problem")
    code = EXIT_NOT_BELIEVED if problem and verb == "update.check" else 0
    if options.json:
        print_json(answer)
        return code
    print(printable(answer.get("line")))
    if problem:
        print(printable(problem.get("text")))
    if update := part_of(answer, "update"):
        _print_update(answer, update)
    if answer.get("checked_at"):
        print(phrase("last checked {at}", at=answer["checked_at"]))
    return code


def _print_update(answer: Answer, update: Answer) -> None:
    for name, title in (("changes", phrase("What is new:")), ("fixes", phrase("What it fixes:"))):
        lines = update.get(name)
        if isinstance(lines, list) and lines:
            print(title)
            for line in lines:
                print(f"  - {printable(line)}")
    if answer.get("requested"):
        print(phrase("asked for; journalctl -u homebase-update shows how it goes"))
    elif answer.get("can_install"):
        print(phrase("to install it: homebase update install"))
    else:
        print(
            phrase(
                "install {file} (SHA-256 {sha256}) with your package manager",
                file=update.get("file"),
                sha256=update.get("sha256"),
            )
        )
