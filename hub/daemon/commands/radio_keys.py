"""``homebase radio keys``: which key devices hold, the sheet to print, its check, another system key.

No key is ever an argument: others could read it in the list of processes, and the shell keeps it.
"""

import argparse
import getpass
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from ..command_line import EXIT_IO, EXIT_PERMISSION, EXIT_USAGE, CommandFailed, printable
from ..gate_console import print_table, rows_of
from ..speech import as_word, phrase, system_words
from .verbs import Answer, Verbs, add_interface, ask, by_device, interface_of, print_json

MOST = 1024  # characters of a passphrase or sheet
EXIT_WRONG = 1
WORDS_PER_LINE = 4
QUIET = 2  # light modules around a QR code
_BLOCKS = {"00": " ", "10": "▀", "01": "▄", "11": "█"}  # two rows per line of text
_PAPER, _AS_BEFORE = "\x1b[30;107m", "\x1b[0m"
_STATES = {
    "none": "its model can't sign",
    "default": "every new device's key",
    "system": "ours",
    "previous": "ours before the last change; it gets the new one when it listens",
    "exchanging": "is getting the new one",
    "foreign": "somebody else's, it refuses us: enter that key, or reset the device",
}


def add_keys(verbs: Verbs) -> None:
    """The verbs with their options."""
    keys = verbs.group("keys", "which key devices sign with, and the home's own on paper")
    listing = keys.add("list", "which key each device holds; no key is shown", _list)
    sheet = keys.add("sheet", "show the home's key as words and QR code, to print and put away", _sheet)
    sheet.add_argument("--yes", action="store_true", help="also where the output is no terminal")
    check = keys.add("check", "re-enter the printed sheet, to be sure of it", _check)
    change = keys.add("set", "choose the home's key; devices get it one by one, when they listen", _set)
    form = change.add_mutually_exclusive_group(required=True)
    form.add_argument("--passphrase", action="store_true", help="asked for, as on a CCU")
    form.add_argument("--sheet", action="store_true", help="words of a sheet, asked for")
    form.add_argument("--random", action="store_true", help="by chance, the safest; print its sheet then")
    for added in (check, change):
        added.add_argument("--file", type=Path, metavar="FILE", help="of mode 0600, instead of asking")
    for added in (listing, sheet, check, change):
        add_interface(added)


def _list(options: argparse.Namespace) -> int:
    return _tell_keys(options, ask(options, "GET", "radio", interface_of(options), "keys"))


def _tell_keys(options: argparse.Namespace, answer: Answer) -> int:
    if options.json:
        return print_json(answer)
    rows = [
        (
            row.get("device"),
            row.get("index"),
            as_word(row.get("state")),
            phrase(_STATES.get(str(row.get("state")), "")),
        )
        for row in by_device(rows_of(answer, "devices"))
    ]
    print_table(("DEVICE", "KEY", "STATE", ""), rows)
    if not answer.get("index"):
        print(phrase("this home has no key of its own: homebase radio keys set --random makes one"))
    elif not answer.get("sheet_checked"):
        print(
            phrase(
                "key {index}: its sheet was never checked: print it, then homebase radio keys check",
                index=answer["index"],
            )
        )
    else:
        print(phrase("key {index}: its sheet was checked", index=answer["index"]))
    return 0


def _sheet(options: argparse.Namespace) -> int:
    if not options.yes and not sys.stdout.isatty():
        text = phrase(
            "the output is no terminal, and the key would stay wherever it goes; add --yes to want that"
        )
        raise CommandFailed(text, EXIT_USAGE)
    answer = ask(options, "POST", "radio", interface_of(options), "keys", "sheet", body={})
    if options.json:
        return print_json(answer)
    words = answer.get("words")
    print(phrase("central {address}, key {index}", address=answer.get("address"), index=answer.get("index")))
    for line in word_lines([printable(word) for word in words] if isinstance(words, list) else []):
        print(line)
    rows = answer.get("qr")
    for line in code_lines([str(row) for row in rows] if isinstance(rows, list) else []):
        print(line)
    print(phrase("put it away like a house key; then check it with homebase radio keys check"))
    return 0


def word_lines(words: Sequence[str]) -> list[str]:
    """Words with their numbers, some per line."""
    told = [f"{number:2} {word:10}" for number, word in enumerate(words, 1)]
    starts = range(0, len(told), WORDS_PER_LINE)
    return [" ".join(told[start : start + WORDS_PER_LINE]).rstrip() for start in starts]


def code_lines(rows: Sequence[str]) -> list[str]:
    """A QR code for where this goes: a terminal, whatever its colours, shows it dark on light."""
    lines = qr_lines(rows)
    return [f"{_PAPER}{line}{_AS_BEFORE}" for line in lines] if sys.stdout.isatty() else lines


def qr_lines(rows: Sequence[str]) -> list[str]:
    """A QR code as half blocks, dark where a row has 1."""
    width = len(rows[0]) + 2 * QUIET if rows else 0
    edge = ["0" * width] * QUIET
    padded = [*edge, *(row.center(width, "0") for row in rows), *edge]
    padded += ["0" * width] * (len(padded) % 2)
    return [
        "".join(_BLOCKS.get(above + below, " ") for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(padded[::2], padded[1::2], strict=True)
    ]


def _check(options: argparse.Namespace) -> int:
    body = {"text": _secret(options, phrase("the sheet's words or code"), twice=False)}
    answer = ask(options, "POST", "radio", interface_of(options), "keys", "check", body=body)
    if options.json:
        print_json(answer)
    else:
        wrong = phrase("wrong: this is not the home's key; compare word by word, or print the sheet again")
        print(phrase("right: this sheet opens the home's devices") if answer.get("right") else wrong)
    return 0 if answer.get("right") else EXIT_WRONG


def _set(options: argparse.Namespace) -> int:
    body: dict[str, object] = {}
    if options.passphrase:
        body = {"passphrase": _secret(options, phrase("passphrase"), twice=True)}
    elif options.sheet:
        body = {"sheet": _secret(options, phrase("the sheet's words"), twice=False)}
    return _tell_keys(options, ask(options, "PUT", "radio", interface_of(options), "keys", body=body))


def _secret(options: argparse.Namespace, what: str, *, twice: bool) -> str:
    """Ask for it on the terminal without showing it, or read the file.

    Raises:
        CommandFailed: nobody to ask, two different answers, or a file that others may read.
    """
    if options.file is not None:
        return secret_in(options.file)
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; name a file of mode 0600 with --file"), EXIT_USAGE)
    told = getpass.getpass(f"{what}: ")
    if twice and getpass.getpass(phrase("{what} again: ", what=what)) != told:
        raise CommandFailed(phrase("the two are different; try again"), EXIT_USAGE)
    return _useful(told)


def secret_in(path: Path) -> str:
    """What stands in a file that only its owner may read.

    Raises:
        CommandFailed: others may read it, or it can't be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123 - checked and read by one descriptor
            found = os.fstat(descriptor)
            if stat.S_IMODE(found.st_mode) & 0o077 or not stat.S_ISREG(found.st_mode):
                text = phrase(
                    "{path}: others may read it; chmod 600 {path}, and take it as known to them", path=path
                )
                raise CommandFailed(text, EXIT_PERMISSION)
            told = file.read(MOST + 2)
    except (OSError, UnicodeError) as error:
        why = system_words(error) if isinstance(error, OSError) else phrase("no text")
        raise CommandFailed(
            phrase("{path}: {why}; name a readable file", path=path, why=why), EXIT_IO
        ) from None
    return _useful(told)


def _useful(told: str) -> str:
    told = told.strip("\r\n")
    if not told.strip() or len(told) > MOST:
        raise CommandFailed(
            phrase("nothing to use: allowed are 1 to {most} characters", most=MOST), EXIT_USAGE
        )
    return told
