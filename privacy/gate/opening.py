"""Opens what the door needs before anything else starts: register, recipients, store; or says why not."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from privacy import recipients
from privacy.gate.desk import Desk, packaged_register
from privacy.gate.storage.store import Store, StoreError
from privacy.ports import Clock, RandomBytes
from privacy.recipients import Recipient
from privacy.register import Register, RegisterError

EXIT_CONFIG, EXIT_CANT_WRITE, EXIT_IO = 65, 73, 74


class CantOpen(Exception):
    """The gate does not start. code: the exit code; the text is one line with the way out."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What was opened. store: for further connections to the file; desk.store.close() ends both."""

    desk: Desk
    store: Store


def registered(
    rows: Sequence[Mapping[str, object]], register: Register, readable: Callable[[str], bool]
) -> tuple[Mapping[str, Recipient], tuple[str, ...]]:
    """Return the recipients by name, and one line for each mistake; with one of them nothing starts."""
    known, mistakes = recipients.read(rows, register)
    unread = tuple(
        f"[[recipient]] {row.name}: ca_file = {row.ca_file!r}; allowed is a readable file"
        for row in known.values()
        if row.ca_file is not None and not readable(row.ca_file)
    )
    return known, (*mistakes, *unread)


def open_desk(
    folder: Path,
    rows: Sequence[Mapping[str, object]],
    clock: Clock,
    random_bytes: RandomBytes,
    version: str,
    memory: Path | None = None,
) -> Opened:
    """Check all, then open the store in ``folder``. rows: [[recipient]] of homebase.toml; memory: as Store's.

    Raises:
        CantOpen: nothing was changed.
    """
    try:
        register = packaged_register()
    except RegisterError as error:
        raise CantOpen(f"the register can't be used: {error}; install homebase again", EXIT_CONFIG) from error
    known, mistakes = registered(rows, register, lambda file: os.access(file, os.R_OK))
    if mistakes:
        raise CantOpen(f"homebase.toml: {' · '.join(mistakes)}; correct the file", EXIT_CONFIG)
    try:
        store = Store.open(folder, random_bytes, memory)
        desk = Desk.open(store, register, known, clock, random_bytes, version)
    except StoreError as error:
        code = EXIT_CANT_WRITE if error.code in {"full", "denied"} else EXIT_IO
        raise CantOpen(str(error), code) from error
    return Opened(desk=desk, store=store)
