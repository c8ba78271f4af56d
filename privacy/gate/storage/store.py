"""The gate's encrypted file: opened, migrated, written one job at a time, clear about what is wrong with it.

SQLCipher with a raw 256-bit key. WAL with synchronous=FULL: when ``write`` returns, it is on the disk (NORMAL
does not fsync a commit in WAL). What the tables mean stands in book.py and records.py.
"""

import asyncio
import errno
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Protocol, TypeVar, cast

from sqlcipher3 import dbapi2 as sqlcipher

from privacy.durable import write_durably
from privacy.gate.storage.schema import HOLDINGS
from privacy.gate.storage.tombstones import Tombstone, Tombstones
from privacy.gate.storage.upgrade import Newer, bring_up_to_date
from privacy.ports import RandomBytes

log = logging.getLogger(__name__)

KEY_SIZE = 32
RESERVE_SIZE = 262_144  # bytes of disk kept for closing entries: a few hundred withdrawals
Row = tuple[object, ...]
T = TypeVar("T")


class StoreError(Exception):
    """The store can't be used.

    code: wrong_key, key_missing, corrupt, full, io, newer, locked, denied or no_holding; what: one line.
    """

    def __init__(self, code: str, what: str) -> None:
        super().__init__(code, what)
        self.code, self.what = code, what

    def __str__(self) -> str:
        return self.what


class Transaction(Protocol):
    """What a job may do inside ``write`` or ``read``."""

    def execute(self, statement: str, values: Sequence[object] = ()) -> "Cursor":
        """Run one statement."""
        ...


class Cursor(Protocol):
    """Rows of one statement."""

    rowcount: int

    def fetchone(self) -> Row | None:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Row]:
        """The rows that are left."""
        ...

    def __iter__(self) -> Iterator[Row]: ...


class Store:
    """One open file. Calls come from one thread at a time (StoreThread sees to it)."""

    def __init__(self, folder: Path, connection: Transaction, memory: Path | None = None) -> None:
        self.folder, self._connection = folder, connection
        self.tombstones = Tombstones(folder / "tombstones", memory)
        self.keep_reserve()

    @classmethod
    def open(cls, folder: Path, random_bytes: RandomBytes, memory: Path | None = None) -> "Store":
        """Open or make ``folder/gate.db`` with its key beside it; folder exists, 0700.

        memory: a file that may be made in the runtime folder, for tombstones that the disk refuses.

        On a full disk the kept block is given up for it, so that a home still starts.

        Raises:
            StoreError: with the way out; nothing was changed.
        """
        reserve = folder / "reserve"
        try:
            return cls._opened(folder, random_bytes, memory)
        except StoreError as error:  # the map of the write-ahead log is full as "disk I/O error"
            if error.code not in {"full", "io"} or not reserve.exists():
                raise
        reserve.unlink()
        return cls._opened(folder, random_bytes, memory)

    @classmethod
    def _opened(cls, folder: Path, random_bytes: RandomBytes, memory: Path | None) -> "Store":
        path, key_path = folder / "gate.db", folder / "key"
        with _translated(path):
            key = _key(key_path, random_bytes, fresh=not path.exists())
            connection = sqlcipher.connect(
                str(path), isolation_level=None, check_same_thread=False, timeout=5.0
            )
            try:
                _configure(connection, key)
                bring_up_to_date(connection, path)
                _check_holdings(connection)
            except BaseException:
                connection.close()
                raise
        path.chmod(0o600)
        return cls(folder, cast("Transaction", connection), memory)

    def another_connection(self) -> "sqlcipher.Connection":
        """A connection of its own to the same file, for the access log; the caller closes it.

        Raises:
            StoreError: it can't be opened.
        """
        path = self.folder / "gate.db"
        with _translated(path):
            return _connect(path, (self.folder / "key").read_bytes())

    def close(self) -> None:
        """Close the file; it can't be used afterwards."""
        cast("sqlcipher.Connection", self._connection).close()

    def read(self, job: Callable[[Transaction], T]) -> T:
        """Run a job that only reads.

        Raises:
            StoreError: unreadable.
        """
        with _translated(self.folder / "gate.db"):
            return job(self._connection)

    def write(self, job: Callable[[Transaction], T], *, closing: bool = False) -> T:
        """Run a job whole or not at all; on the disk when this returns.

        closing: for withdrawals and cuts: on a full disk the kept block is given up for it.

        Raises:
            StoreError: nothing was written.
        """
        try:
            return self._written(job)
        except StoreError as error:
            if not closing or error.code != "full":
                raise
        self._reserve.unlink(missing_ok=True)
        return self._written(job)

    def keep_reserve(self) -> None:
        """Have the blocks for closing entries and for tombstones on the disk, if there is room."""
        self.tombstones.prepare()
        if self._reserve.exists():
            return
        descriptor = os.open(self._reserve, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_SIZE)
        except OSError:
            self._reserve.unlink(missing_ok=True)  # no room now: the next minute tries again
        finally:
            os.close(descriptor)

    @property
    def _reserve(self) -> Path:
        return self.folder / "reserve"

    def _written(self, job: Callable[[Transaction], T]) -> T:
        with _translated(self.folder / "gate.db"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = job(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                if cast("sqlcipher.Connection", self._connection).in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            return result


class StoreThread:
    """Runs the store's jobs one after the other on a thread of their own: an fsync stops nobody else."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gate.store")

    @property
    def folder(self) -> Path:
        """Where the file lies, with its key and copies."""
        return self._store.folder

    def read(self, job: Callable[[Transaction], T]) -> Awaitable[T]:
        """Queue a job that reads; jobs run in the order of these calls, also when nobody waits any more."""
        return asyncio.get_running_loop().run_in_executor(self._executor, self._store.read, job)

    def write(self, job: Callable[[Transaction], T], *, closing: bool = False) -> "asyncio.Future[T]":
        """Queue a job that writes; on the disk when the answer is there."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, lambda: self._store.write(job, closing=closing))

    def remember(self, stone: Tombstone) -> Awaitable[bool]:
        """Note beside the store what was closed and could not be written; whether it stands there."""
        return asyncio.get_running_loop().run_in_executor(
            self._executor, self._store.tombstones.remember, stone
        )

    def forget_closed(self) -> Awaitable[None]:
        """It stands in the store now."""
        return asyncio.get_running_loop().run_in_executor(self._executor, self._store.tombstones.forget)

    def keep_reserve(self) -> Awaitable[None]:
        """See Store."""
        return asyncio.get_running_loop().run_in_executor(self._executor, self._store.keep_reserve)

    def close(self) -> None:
        """Finish what is queued, then close the file."""
        self._executor.shutdown(wait=True)
        self._store.close()


def overwrite_log(tx: Transaction) -> None:
    """Take the pages of before out of the write-ahead log, too. For ``read``: not inside a transaction."""
    tx.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _key(path: Path, random_bytes: RandomBytes, *, fresh: bool) -> bytes:
    """Read the key, or make it together with the file it is for; never a new key for an old file."""
    mark = path.with_suffix(".mark")
    if not path.exists():
        if not fresh:
            raise StoreError("key_missing", f"{path} is missing and gate.db needs it; put the key back")
        key = random_bytes(KEY_SIZE)
        write_durably(mark, _mark(key).encode())
        write_durably(path, key)
        return key
    key = path.read_bytes()
    if len(key) != KEY_SIZE or (mark.exists() and mark.read_text() != _mark(key)):
        raise StoreError("wrong_key", f"{path} is not the key of gate.db beside it; put the right key back")
    return key


def _mark(key: bytes) -> str:
    """Tells a wrong key from a damaged file; says nothing about 256 random bits."""
    return sha256(b"homebase gate key\n" + key).hexdigest()


def _connect(path: Path, key: bytes) -> "sqlcipher.Connection":
    connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False, timeout=5.0)
    try:
        _configure(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def _configure(connection: Transaction, key: bytes) -> None:
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the key is looked at only now
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "temp_store = MEMORY",
        "journal_size_limit = 1048576",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _check_holdings(connection: Transaction) -> None:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    unknown = sorted({str(name) for (name,) in rows if not str(name).startswith("sqlite_")} - HOLDINGS.keys())
    if unknown:
        raise StoreError(
            "no_holding", f"table {unknown[0]} of gate.db has no declared holding; nothing starts"
        )


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn errors of the file into ours: one line with what, where and the way out."""
    try:
        yield
    except Newer as error:
        what = f"{path} was written by a newer homebase (step {error.step}); update homebase"
        raise StoreError("newer", what) from error
    except sqlcipher.DatabaseError as error:
        meaning, way_out = _meaning(str(error))
        raise StoreError(meaning, f"{path}: {error}; {way_out}") from error
    except OSError as error:
        codes = {errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EACCES: "denied", errno.EPERM: "denied"}
        what = f"{error.filename or path}: {error.strerror}"
        raise StoreError(codes.get(error.errno or 0, "io"), what) from error


def _meaning(text: str) -> tuple[str, str]:
    for piece, code, way_out in (
        ("not a database", "corrupt", "the file is damaged or of another key; restore a backup"),
        ("malformed", "corrupt", "the file is damaged; restore a backup"),
        ("full", "full", "free some space on this disk"),
        ("locked", "locked", "another homebase uses this folder"),
        ("readonly", "denied", "let this user write the folder"),
        ("unable to open", "denied", "let this user write the folder"),
    ):
        if piece in text:
            return code, way_out
    return "io", "check the disk"
