"""What the receiver keeps, in one file: open tickets, encrypted deliveries, what was deleted, and who looked.

The only file here that speaks SQL. A connection for each job, so that commands and the server may work at the
same time. Deleted bytes are overwritten where they were, in the file and in its journal, which has
the pages of before. Deliveries stay encrypted as they came.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import TypeVar

FILE = "support.db"
VERSION = 1
PIECE = 65_536  # bytes
WAIT_S = 10.0  # for another process's job
T = TypeVar("T")
Transaction = sqlite3.Connection
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLES = """
CREATE TABLE tickets (
    number TEXT PRIMARY KEY COLLATE NOCASE, opened_ms INTEGER NOT NULL, closed_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE deliveries (
    transfer TEXT PRIMARY KEY, ticket TEXT NOT NULL COLLATE NOCASE, received_ms INTEGER NOT NULL,
    delete_by_ms INTEGER NOT NULL, receipt TEXT NOT NULL, sealed BLOB NOT NULL
);
CREATE TABLE gone (
    transfer TEXT PRIMARY KEY, ticket TEXT NOT NULL COLLATE NOCASE, gone_ms INTEGER NOT NULL,
    why TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE log (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, what TEXT NOT NULL, ticket TEXT NOT NULL,
    transfer TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, times INTEGER NOT NULL
);
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_INDEX = "CREATE INDEX IF NOT EXISTS log_at ON log (at_ms)"  # each call sweeps; files of before get it, too


class StoreError(Exception):
    """The file can't be read or written. what: the system's word; newer: a newer version made it."""

    def __init__(self, path: Path, what: str, *, newer: bool = False) -> None:
        super().__init__(path, what)
        self.path, self.what, self.newer = path, what, newer


class Store:
    """Of one folder, which is made where there is none, for its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / FILE
        self._journal = folder / f"{FILE}-journal"

    def make(self) -> None:
        """Have folder and tables there.

        Raises:
            StoreError: they can't be made, or are of a newer version.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        except OSError as error:
            raise StoreError(self._path, error.strerror or "") from error

        def job(tx: Transaction) -> int:
            version = int(tx.execute("PRAGMA user_version").fetchone()[0])
            if version == 0:
                for statement in _TABLES.split(";")[:-1]:
                    tx.execute(statement)
                tx.execute(f"PRAGMA user_version = {VERSION}")
            if version <= VERSION:
                tx.execute(_INDEX)
            return version

        if self.work(job) > VERSION:
            raise StoreError(self._path, "", newer=True)

    def work(self, job: Callable[[Transaction], T]) -> T:
        """Do ``job`` whole or not at all; on the disk when this returns, with an empty journal.

        Raises:
            StoreError: nothing was changed.
        """
        try:
            with (
                self._crashed_journal(),
                closing(sqlite3.connect(self._path, timeout=WAIT_S, isolation_level=None)) as connection,
            ):
                connection.execute("PRAGMA secure_delete = ON")
                connection.execute(
                    "PRAGMA journal_mode = PERSIST"
                )  # emptied by TRUNCATE, its blocks stay full
                connection.execute("PRAGMA synchronous = FULL")
                try:
                    with _whole(connection):
                        return job(connection)
                finally:
                    self._overwrite_journal(connection)
        except sqlite3.Error as error:
            raise StoreError(self._path, str(error)) from error

    @contextmanager
    def _crashed_journal(self) -> Iterator[None]:
        """What a crash left is rolled back and deleted once the file is read: overwritten after that."""
        try:
            file = self._journal.open("r+b", buffering=0)
        except OSError:  # none there
            yield
            return
        with file:
            try:
                yield
            finally:
                if not os.fstat(file.fileno()).st_nlink:
                    with suppress(OSError):
                        overwrite(file)

    def _overwrite_journal(self, connection: Transaction) -> None:
        """Under a lock of its own: nobody's job is under way, and a journal of a broken one was rolled back.

        Where another process holds the file too long, or the disk refuses, the next job does it.
        """
        with suppress(sqlite3.Error, OSError):
            if not self._journal.exists() or not self._journal.stat().st_size:
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                with self._journal.open("r+b", buffering=0) as file:
                    overwrite(file)
            finally:
                connection.execute("ROLLBACK")

    def free(self) -> int:
        """Bytes that the disk has left."""
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_frsize


def overwrite(file: FileIO) -> None:
    """Write zeros over all of it, to the disk, before its blocks are let go."""
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(bytes(min(left, PIECE)))
    os.fsync(file.fileno())
    os.ftruncate(file.fileno(), 0)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, as the tables have moments."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(moment: int) -> datetime:
    """The other way round."""
    return _EPOCH + timedelta(milliseconds=moment)


@contextmanager
def _whole(connection: Transaction) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
