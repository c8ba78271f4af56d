"""What commands with verbs share: how a verb is declared, which home and which radio is meant."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote, urlencode

from ..command_line import EXIT_USAGE, CommandFailed
from ..gate_console import rows_of
from ..home import ask_home, home_socket
from ..speech import phrase
from ..which_home import add_home

Answer = Mapping[str, object]
_WRITTEN = {
    "verified": "written and read back",
    "pending": "waits until the device wakes; homebase devices shows it as pending until then",
    "unchanged": "it was so already; nothing was sent",
    "dry_run": "nothing was sent",
}


def add_home_options(parser: argparse.ArgumentParser) -> None:
    """Which home, and how the answer is printed."""
    add_home(parser)
    parser.add_argument("--json", action="store_true", help="for programs, as the API gives it")


class Verbs:
    """The verbs of one command: each with a function that does it."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._verbs = parser.add_subparsers(dest="verb", required=True, metavar=phrase("VERB"))

    def group(self, name: str, summary: str) -> "Verbs":
        """Declare a word that has verbs of its own."""
        return Verbs(self._verbs.add_parser(name, help=phrase(summary), description=summary))

    def add(
        self, name: str, summary: str, perform: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        """Declare a verb; the caller adds what it takes."""
        added: argparse.ArgumentParser = self._verbs.add_parser(
            name, help=phrase(summary), description=summary
        )
        add_home_options(added)
        added.set_defaults(perform=perform)
        return added


def run_verb(options: argparse.Namespace) -> int:
    """Do the verb that was parsed."""
    perform: Callable[[argparse.Namespace], int] = options.perform
    return perform(options)


def ask(
    options: argparse.Namespace, method: str, *parts: str, body: object = None, **query: object
) -> Answer:
    """Ask the home that is meant. parts: of the path after /api/v1; query: without what is None or False.

    Raises:
        CommandFailed: not running, or the home's refusal with its way out.
    """
    target = "/api/v1/" + "/".join(quote(part, safe=":") for part in parts)
    said = {key: _plain(value) for key, value in query.items() if value is not None and value is not False}
    if said:
        target += "?" + urlencode(said, safe=":")
    return ask_home(home_socket(options.home), method, target, body)


def print_json(answer: Answer) -> int:
    """Print an answer for programs; returns the exit code of success."""
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def add_interface(parser: argparse.ArgumentParser) -> None:
    """Which radio."""
    parser.add_argument("--interface", metavar="NAME", help="of the driver; default: the only one")


def interface_of(options: argparse.Namespace) -> str:
    """The radio that is meant.

    Raises:
        CommandFailed: there are several, or none.
    """
    if options.interface:
        return str(options.interface)
    names = [str(row.get("name")) for row in rows_of(ask(options, "GET", "drivers"), "drivers")]
    if len(names) == 1:
        return names[0]
    text = phrase(
        "--interface: this home has {names}; name one", names=", ".join(names) or phrase("no driver")
    )
    raise CommandFailed(text, EXIT_USAGE)


def by_device(rows: Iterable[Answer]) -> list[Answer]:
    """Rows in the order of ``homebase devices``; what belongs to none stands last."""
    return sorted(rows, key=lambda row: (not row.get("device"), str(row.get("device"))))


def reason_words(options: argparse.Namespace, kind: str, code: object) -> str:
    """A reason's code in words, with the next step."""
    words = ask(options, "GET", "reasons").get(kind)
    known = words if isinstance(words, dict) else {}
    told = known.get(code) or known.get("other") or {}
    return f"{told.get('detail', code)} {told.get('way_out', '')}".strip()


def written_words(written: object) -> str:
    """What became of a write, in words."""
    return phrase(_WRITTEN.get(str(written), str(written)))


def _plain(value: object) -> str:
    return "true" if value is True else str(value)
