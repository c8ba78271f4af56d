"""Brings an older gate.db up to date, after copying the whole file aside; user_version counts its steps.

Way back: stop, put the copy that the log names in the place of gate.db. What was withdrawn since has to be
withdrawn again then; phones do so by themselves. The copy holds no key of a pseudonym and no drawn answer, so
what is destroyed later is gone there too; weeks since it was made count as answered (budget.py).
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from privacy.durable import fsync
from privacy.gate.storage.steps import STEPS

log = logging.getLogger(__name__)
COPIES = "gate-before-upgrade-*.db"
# what is destroyed for good at its time: table, and what is done to it in the copy
_NOT_COPIED = (
    ("monitoring", "DELETE FROM copy.monitoring"),
    ("telemetry", "UPDATE copy.telemetry SET answer = NULL, state = 'missed' WHERE answer IS NOT NULL"),
    ("history", "DELETE FROM copy.history"),
    (
        "sent",
        "DELETE FROM copy.sent WHERE activity IN ('monitor.device', 'telemetry.usage')"
        " OR activity LIKE 'history.cloud.%'",
    ),
)


class Newer(Exception):
    """The file was written by a later homebase. step: what it is at."""

    def __init__(self, step: int) -> None:
        super().__init__(step)
        self.step = step


class _Cursor(Protocol):
    def fetchone(self) -> tuple[object, ...] | None: ...


class _Connection(Protocol):
    def execute(self, statement: str, values: Sequence[object] = ()) -> _Cursor: ...


def bring_up_to_date(connection: _Connection, path: Path, steps: Sequence[str] = STEPS) -> None:
    """Run the steps that the file has not had, each whole or not at all.

    Raises:
        Newer: nothing was changed.
    """
    row = connection.execute("PRAGMA user_version").fetchone()
    version = int(str(row[0])) if row else 0
    if version > len(steps):
        raise Newer(version)
    if version == len(steps):
        return
    if version:
        _copy_aside(connection, path, version)
    for number, step in enumerate(steps[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        for statement in filter(str.strip, step.split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")


def copies(folder: Path) -> list[Path]:
    """The copies that upgrades left beside the store; they hold what the store held."""
    return sorted(folder.glob(COPIES))


def _copy_aside(connection: _Connection, path: Path, version: int) -> None:
    copy = path.with_name(COPIES.replace("*", str(version)))
    copy.unlink(missing_ok=True)  # of an upgrade that was ended before its end
    connection.execute("VACUUM INTO ?", (str(copy),))  # encrypted with the same key
    connection.execute("ATTACH DATABASE ? AS copy", (str(copy),))
    try:
        # no journal that holds the old pages: what is cut here is made anew at the next start
        for pragma in ("copy.journal_mode = MEMORY", "copy.secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchone()
        for table, statement in _NOT_COPIED:
            if connection.execute("SELECT 1 FROM copy.sqlite_master WHERE name = ?", (table,)).fetchone():
                connection.execute(statement)
    finally:
        connection.execute("DETACH DATABASE copy")
    copy.chmod(0o600)
    for place in (copy, copy.parent):  # there before the first step changes anything
        fsync(place)
    log.warning("store.upgrading", extra={"before": version, "copy": copy.name})
