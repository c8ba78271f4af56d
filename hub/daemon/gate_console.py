"""Asks the gate of the running home a question on its console; the file access is the gate's, never ours."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from privacy.console import ConsoleAway, ConsoleDeclined, ConsoleRefused, ask

from .command_line import (
    EXIT_CANT_WRITE,
    EXIT_INTERNAL,
    EXIT_IO,
    EXIT_NOT_RUNNING,
    EXIT_PERMISSION,
    EXIT_USAGE,
    CommandFailed,
    printable,
)
from .forms import said
from .home import console_folder
from .speech import language, phrase
from .which_home import Named

EXIT_REFUSED = 77
# what is not a refusal, though the gate declined it
_EXITS = {
    "no_entry": EXIT_USAGE,
    "bad_question": EXIT_USAGE,
    "email_form": EXIT_USAGE,
    "sender_form": EXIT_USAGE,
    "access_form": EXIT_USAGE,
    "number_form": EXIT_USAGE,
    "label_form": EXIT_USAGE,
    "device_form": EXIT_USAGE,
    "no_email": EXIT_USAGE,
    "confirmed_already": EXIT_USAGE,
    "no_recipient": EXIT_USAGE,
    "no_access": EXIT_USAGE,
    "no_timezone_service": EXIT_USAGE,
    "looked_up_already": EXIT_USAGE,
    "code_over": EXIT_USAGE,
    "off": EXIT_USAGE,
    "no_source": EXIT_USAGE,
    "no_update": EXIT_USAGE,
    "no_hook": EXIT_USAGE,
    "root_file": EXIT_USAGE,
    "request_unwritten": EXIT_CANT_WRITE,
    "unknown_activity": EXIT_USAGE,
    "unknown_consent": EXIT_USAGE,
    "unknown_holding": EXIT_USAGE,
    "unknown_phone": EXIT_USAGE,
    "unknown_relay": EXIT_USAGE,
    "unknown_service": EXIT_USAGE,
    "unknown_push": EXIT_USAGE,
    "contact_form": EXIT_USAGE,
    "which_service": EXIT_USAGE,
    "no_log_in": EXIT_USAGE,
    "unknown_way": EXIT_USAGE,
    "backup_busy": EXIT_USAGE,
    "backup_stopped": EXIT_IO,
    "unknown_run": EXIT_USAGE,
    "no_target": EXIT_USAGE,
    "no_sheet": EXIT_USAGE,
    "not_blank": EXIT_USAGE,
    "unknown_room": EXIT_USAGE,
    "unknown_datapoint": EXIT_USAGE,
    "too_many_series": EXIT_USAGE,
    "sheet_unreadable": EXIT_USAGE,
    "target_not_found": EXIT_IO,
    "hub_away": EXIT_NOT_RUNNING,
    "ledger_not_writable": EXIT_CANT_WRITE,
    "internal": EXIT_INTERNAL,
}


def ask_gate(
    home: Named | None, verb: str, /, loads: Callable[[bytes], object] = json.loads, **fields: object
) -> Mapping[str, object]:
    """Ask and return the answer's fields, in the language of the command unless ``fields`` name another.

    home: that is meant; None takes the running one. loads: reads the answer's JSON.

    Raises:
        CommandFailed: no home runs, this user may not ask, or the gate says no (with its reason).
    """
    path = console_folder(home) / "console.sock"
    try:
        return ask(path, verb, loads, **{"language": language(), **fields})
    except ConsoleRefused as error:
        raise CommandFailed(said(str(error)), EXIT_PERMISSION) from error
    except ConsoleAway as error:
        raise CommandFailed(said(str(error)), EXIT_NOT_RUNNING) from error
    except ConsoleDeclined as error:
        detail = said(error.detail)
        line = (
            detail
            if error.code in _EXITS
            else phrase("refused ({code}): {detail}", code=error.code, detail=detail)
        )
        raise CommandFailed(line, _EXITS.get(error.code, EXIT_REFUSED), error.code) from error


def rows_of(answer: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """A list of objects in an answer."""
    value = answer.get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def part_of(answer: Mapping[str, object], key: str) -> Mapping[str, object]:
    """An object in an answer."""
    value = answer.get(key)
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def print_table(head: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    """Print rows in columns under their heads, which are in English."""
    cells = [tuple(phrase(name) for name in head), *(tuple(printable(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
