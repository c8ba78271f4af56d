"""``homebase backup``: the recovery sheet, make, list, check, restore.

The sheet's secret key is made here, in this process, and shown; the gate gets its public half alone. To check
or restore, the words are typed in and go to the gate's console for that one time. Neither keeps them.
"""

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from privacy import backup_sheet
from privacy.system import random_bytes

from ..command_line import EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..forms import said
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import phrase
from .backup_back import check, restore, trouble_in
from .backup_progress import POLL_S, progress_line, size_words
from .radio_keys import code_lines, word_lines
from .verbs import Verbs, print_json, run_verb

Answer = Mapping[str, object]
EXIT_NOT_GOOD = 1
TRIES = 3
_HISTORY = {
    True: "on: the next backup holds the history of values, too, and grows by it; a copy of more than 512 MiB"
    " is not made unless most_mib of [backup] in homebase.toml allows it."
    " What you erase later stays in older copies until they go",
    False: "off: backups hold no history of values; a new Home Base begins its charts anew",
}
_UNFINISHED = (
    "a restore was cut off: nothing leaves the house that was allowed before, and the home itself may still"
    " be the one of before. Do it again: homebase backup restore {name} --target {target} --replace"
)
_STATES = {
    "verified": "encrypted and restorable, read back",
    "stored": "there, not read back yet",
    "sending": "on its way",
    "failed": "NOT GOOD",
    "gone": "gone",
    "found": "not made by this gate; homebase backup check reads it",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The verbs with their options."""
    verbs = Verbs(parser)
    sheet = verbs.add("sheet", "make the recovery sheet that opens backups, and check it", _sheet)
    sheet.add_argument(
        "--replace", action="store_true", help="though there is one: it opens older backups only"
    )
    sheet.add_argument(
        "--page", type=Path, metavar="FILE", help="also as a page to print; delete it afterwards"
    )
    sheet.add_argument("--yes", action="store_true", help="also where the output is no terminal")
    now = verbs.add("now", "make a backup, read it back and prove it", _now)
    now.add_argument(
        "--new-folder", action="store_true", help="another stick, or an emptied folder, takes its place"
    )
    history = verbs.add(
        "history",
        "have the history of values in backups, too; off, as it shows who was home when. No word: how it is",
        _history,
    )
    history.add_argument("choice", nargs="?", choices=("on", "off"))
    listing = verbs.add("list", "copies, what is known of each, and when the next is made", _list)
    checking = verbs.add("check", "open a copy with the sheet, as a restore would; changes nothing", check)
    restoring = verbs.add("restore", "put a copy back: everything, or one room", restore)
    restoring.add_argument("--dry-run", action="store_true", help="say what would come back")
    restoring.add_argument(
        "--room", metavar="NAME", help="this room alone, with the devices that are still here"
    )
    restoring.add_argument(
        "--replace", action="store_true", help="though people or devices are here already: they go"
    )
    for added in (listing, checking, restoring):
        added.add_argument(
            "--target", default="local", help="local, or a place of homebase recipient; default: local"
        )
    for added in (checking, restoring):
        added.add_argument(
            "name", nargs="?", help="homebase backup list; default: the newest that is not known to be bad"
        )
        added.add_argument("--file", type=Path, metavar="FILE", help="with the sheet's words, mode 0600")


def run(options: argparse.Namespace) -> int:
    """Do one verb."""
    return run_verb(options)


# the sheet


def _sheet(options: argparse.Namespace) -> int:
    if not options.yes and not sys.stdout.isatty():
        text = phrase(
            "the output is no terminal, and the key would stay wherever it goes; add --yes to want that"
        )
        raise CommandFailed(text, EXIT_USAGE)
    if ask_gate(options.home, "backup.status").get("sheet") and not options.replace:
        text = phrase(
            "there is a recovery sheet; add --replace for a new one, and keep the old one for older backups"
        )
        raise CommandFailed(text, EXIT_USAGE)
    signer = bytes.fromhex(str(ask_gate(options.home, "backup.signer").get("signer")))
    secret = random_bytes(backup_sheet.SECRET_SIZE)
    _show(options, secret, signer)
    _retyped(secret)
    ask_gate(
        options.home,
        "backup.sheet",
        key=_public(secret),
        vouched=backup_sheet.vouch(secret, signer),
    )
    print(
        phrase(
            "right: this sheet opens the backups of this home from now on. The next step: homebase backup now"
        )
    )
    return 0


def _show(options: argparse.Namespace, secret: bytes, signer: bytes) -> None:
    import segno  # noqa: PLC0415 - used once in the life of a home

    words, code = backup_sheet.words_of(secret), backup_sheet.code_of(secret, signer)
    rows = ["".join(map(str, row)) for row in segno.make_qr(code, error="m").matrix]
    print(phrase("Recovery sheet: who has it can read the backups of this home. It is stored nowhere else."))
    for line in word_lines(words):
        print(line)
    for line in code_lines(rows):
        print(line)
    print(phrase("for age -d -i: {identity_of}", identity_of=backup_sheet.identity_of(secret)))
    print(phrase("signs manifests (Ed25519): {signer}", signer=signer.hex()))
    if options.page is not None:
        from .backup_page import write  # noqa: PLC0415 - as segno

        write(options.page, words, rows, backup_sheet.identity_of(secret), signer.hex())
        print(phrase("{page}: print it, then delete it; it is the key itself", page=options.page))


def _retyped(secret: bytes) -> None:
    """Read the words again from the paper.

    Raises:
        CommandFailed: they were wrong, and no backup is made for this sheet.
    """
    for _ in range(TRIES):
        try:
            told = input(phrase("The words from the paper: "))
        except EOFError:
            break
        if backup_sheet.read_sheet(told) == secret:
            return
        print(phrase("wrong; compare letter by letter"), file=sys.stderr)
    text = phrase("the sheet was not checked, so nothing is encrypted to it; destroy it and begin again")
    raise CommandFailed(text, EXIT_NOT_GOOD)


def _public(secret: bytes) -> str:
    import pyrage  # noqa: PLC0415 - as segno

    return str(pyrage.x25519.Identity.from_str(backup_sheet.identity_of(secret)).to_public())


# make and look


def _now(options: argparse.Namespace) -> int:
    before = ask_gate(options.home, "backup.now", folder=options.new_folder).get("runs")
    with progress_line() as show:
        while True:
            status = ask_gate(options.home, "backup.status")
            progress = part_of(status, "progress")
            if progress.get("runs") != before:
                break
            show(progress)
            time.sleep(POLL_S)
    if progress.get("wrong"):
        raise CommandFailed(
            phrase("no good backup: {text}", text=said(str(progress.get("text")))),
            EXIT_IO,
            str(progress.get("code")),
        )
    if options.json:
        return print_json(status)
    newest, *others = rows_of(status, "copies")
    for row in (newest, *(row for row in others if row.get("state") == "sending")):
        print(f"{row.get('name')}, {size_words(row.get('size'))}: {_state(row)}")
    return 0


def _history(options: argparse.Namespace) -> int:
    if options.choice is None:
        told = ask_gate(options.home, "backup.status")
    else:
        told = ask_gate(options.home, "backup.history", history=options.choice == "on")
    wanted = told.get("history") is True
    if options.json:
        return print_json({"history": wanted})
    print(phrase(_HISTORY[wanted]))
    return 0


def _list(options: argparse.Namespace) -> int:
    status = ask_gate(options.home, "backup.status", target=options.target)
    if options.json:
        return print_json(status)
    copies = rows_of(status, "copies")
    rows = [(row.get("target"), row.get("name"), size_words(row.get("size")), _state(row)) for row in copies]
    if rows:
        print_table(("TARGET", "NAME", "SIZE", "STATE"), rows)
    else:
        print(phrase("there is no copy yet"))
    if told := trouble_in(status):
        print(phrase("not looked at {told}", told=told))
    if not status.get("sheet"):
        print(phrase("there is no recovery sheet: homebase backup sheet"))
    if not status.get("targets"):
        print(
            phrase(
                "there is no place for backups: [backup] folder in homebase.toml, or docs/backup-targets.md"
            )
        )
    if status.get("next"):
        print(phrase("next: {next}", next=status["next"]))
    if part_of(status, "progress").get("wrong"):
        print(
            phrase(
                "the last one failed: {text}",
                text=printable(said(str(part_of(status, "progress").get("text")))),
            )
        )
    if cut := part_of(status, "unfinished"):
        print(phrase(_UNFINISHED, **cut))
    if status.get("drill_due"):
        print(phrase("a quarter has passed: try the sheet, homebase backup check"))
    return 0


def _state(row: Answer) -> str:
    words = phrase(_STATES.get(str(row.get("state")), str(row.get("state"))))
    if row.get("verified"):
        words += f" {row['verified']}"
    if row.get("landed") is not None:
        words += phrase(", {landed} are there", landed=size_words(row["landed"]))
    return f"{words}: {printable(row['text'])}" if row.get("text") else words
