"""``homebase backup check`` and ``restore``: begun in the gate, then asked for until it is over.

Ctrl-C stops it as long as nothing was changed. Who closes the terminal stops nothing.
"""

import argparse
import getpass
import sys
import time
from collections.abc import Mapping, Sequence

from ..command_line import EXIT_INTERRUPTED, EXIT_IO, EXIT_USAGE, CommandFailed, printable
from ..gate_console import ask_gate, part_of, print_table, rows_of
from ..speech import phrase
from .backup_progress import POLL_S, progress_line
from .radio_keys import secret_in
from .verbs import print_json

Answer = Mapping[str, object]
_NOT_THERE = {"failed", "gone", "sending"}
_TOO_LATE = "too late to stop: the home is being put in place; Ctrl-C again leaves it to go on by itself"


def check(options: argparse.Namespace) -> int:
    """The drill: open a copy with the sheet."""
    told = _read(options, trial=True)
    if options.json:
        return print_json(told)
    _tell(told)
    print(phrase("right: the sheet opens this copy, and all of it can be restored. Nothing was changed."))
    return 0


def restore(options: argparse.Namespace) -> int:
    """Put a copy back, or say what would come back."""
    told = _read(options, trial=options.dry_run, room=options.room, replace=options.replace)
    if options.json:
        return print_json(told)
    _tell(told)
    if not told.get("applied"):
        print(phrase("Nothing was changed."))
        return 0
    print(
        phrase(
            "{count} devices are back; the home starts anew now, with its radio.",
            count=len(_texts(told, "devices")),
        )
    )
    if options.room is None:
        print(phrase("Nothing leaves the house: what was allowed waits for you. homebase phone confirm"))
        print(
            phrase(
                "Whom to tell of smoke or water by messages, and how, is in no backup; see"
                " homebase notify person list. Who is missing is told nothing until you say:"
                " homebase notify service, allow, person set"
            )
        )
    return 0


def trouble_in(status: Answer) -> str:
    """Why a place could not be looked at, "" where it was."""
    told = part_of(status, "trouble")
    return f"{printable(told.get('target'))}: {printable(told.get('text'))}" if told else ""


def _read(
    options: argparse.Namespace, *, trial: bool, room: str | None = None, replace: bool = False
) -> Answer:
    run = ask_gate(
        options.home,
        "backup.restore",
        target=options.target,
        name=options.name or _newest(options),
        sheet=_words(options),
        trial=trial,
        room=room,
        replace=replace,
    ).get("run")
    try:
        return _over(options, run)
    except KeyboardInterrupt:
        if ask_gate(options.home, "backup.stop", run=run).get("stopped"):
            raise CommandFailed(phrase("stopped; nothing was changed"), EXIT_INTERRUPTED) from None
    print(phrase(_TOO_LATE), file=sys.stderr)
    return _over(options, run)


def _over(options: argparse.Namespace, run: object) -> Answer:
    """What came of it, once it is over."""
    with progress_line() as show:
        while True:
            told = ask_gate(options.home, "backup.result", run=run)
            if told.get("over"):
                return {key: value for key, value in told.items() if key != "over"}
            show(part_of(told, "progress"))
            time.sleep(POLL_S)


def _newest(options: argparse.Namespace) -> str:
    """The newest copy there that is not known to be bad."""
    status = ask_gate(options.home, "backup.status", target=options.target)
    there = [
        str(row["name"])
        for row in rows_of(status, "copies")
        if row.get("target") == options.target and row.get("state") not in _NOT_THERE
    ]
    if told := trouble_in(status):
        raise CommandFailed(told, EXIT_IO)
    if not there:
        raise CommandFailed(
            phrase(
                "{target}: no good copy is there; name one of homebase backup list", target=options.target
            ),
            EXIT_USAGE,
        )
    return max(there)


def _words(options: argparse.Namespace) -> str:
    if options.file is not None:
        return secret_in(options.file)
    if not sys.stdin.isatty():
        raise CommandFailed(phrase("nobody to ask here; name a file of mode 0600 with --file"), EXIT_USAGE)
    return getpass.getpass(phrase("the sheet's words or code: "))


def _tell(told: Answer) -> None:
    name, made, version = (printable(told.get(key)) for key in ("name", "made", "version"))
    print(phrase("{name}, made {made} by homebase {version}", name=name, made=made, version=version))
    records = told.get("records")
    rows = records.items() if isinstance(records, dict) else ()
    print_table(("MEMBER", "RECORDS"), [(name, count) for name, count in rows])
    for label, key in ((phrase("rooms"), "rooms"), (phrase("devices"), "devices")):
        print(f"{label}: {', '.join(map(printable, _texts(told, key))) or '-'}")


def _texts(told: Answer, key: str) -> Sequence[str]:
    value = told.get(key)
    return [str(each) for each in value] if isinstance(value, list) else []
