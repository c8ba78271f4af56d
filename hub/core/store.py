"""The home's memory: one SQLCipher file, one connection, one thread that owns it.

Every commit is fsynced (synchronous=FULL): what ``write`` returned is on disk. The file is locked for this
process and never opened by anything else in it. Building and upgrading the tables: upgrade.py.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2 as sqlcipher

from hub.contract import StoreError
from privacy.ports import RandomBytes

from .keyfile import load_or_make_key, place
from .upgrade import bring_up_to_date

log = logging.getLogger(__name__)

STORE_NAME = "hub.db"
KEY_NAME = "hub.key"
MAX_WAITING = 1024  # jobs; more callers than that means that the disk hangs: better an error than memory
CACHE_KIB = 2048  # pages in memory; the hub's working set (names, sessions, the end of history) fits
_CODES = (  # SQLite's words → our code; its error numbers do not tell a wrong key from a damaged file
    ("file is not a database", "wrong_key"),
    ("hmac check failed", "wrong_key"),
    ("malformed", "corrupt"),
    ("disk is full", "full"),
    ("locked", "locked"),
    ("unable to open", "io"),
    ("disk I/O error", "io"),
    ("readonly", "io"),
)
_WAYS_OUT = {
    "wrong_key": "the key file does not fit this store: put the right hub.key back, or restore a backup",
    "corrupt": "the file is damaged: restore a backup",
    "full": "the disk is full: free some space",
    "locked": "another homebase uses this state folder: stop it, or use --state",
    "io": "the state folder can't be read or written: check the disk and its permissions",
}

T = TypeVar("T")


class Store:
    """Reads and writes by functions that get a SQLAlchemy connection and run on the store's thread.

    Give ``read`` and ``write`` plain functions that return finished values (lists, not cursors). A function
    that raises leaves nothing written; its exception reaches the caller. A cancelled caller does not know
    whether its write happened.
    """

    def __init__(self, folder: Path, random_bytes: RandomBytes) -> None:
        self.path = folder / STORE_NAME
        self._key_path = folder / KEY_NAME
        self._random_bytes = random_bytes
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._waiting = 0
        self._engine: Engine | None = None
        self._key = b""
        self._replaced = False

    async def __aenter__(self) -> Self:
        """Open the file, making or upgrading it if need be.

        Raises:
            StoreError: wrong_key, corrupt, newer, locked, full, io, undeclared.
        """
        try:
            await self._run(self._open)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what waits, then close."""
        await self._end()

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in a transaction that is rolled back.

        Raises:
            StoreError: busy, io, corrupt.
        """
        return await self._run(lambda: self._transact(fn, keep=False))

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in a transaction. On disk (fsync) when this returns.

        Raises:
            StoreError: busy, full, io, corrupt; nothing was written.
        """
        return await self._run(lambda: self._transact(fn, keep=True))

    async def replace(self, fn: Callable[[Connection], T]) -> T:
        """Write what takes the place of all that is known; nothing else is written until a new start.

        Raises:
            StoreError: nothing was written; all goes on as before.
        """
        return await self._run(lambda: self._replace(fn))

    async def compact(self) -> None:
        """Rewrite the file: nothing that was erased is left on free pages or in the log of writes.

        Holds everybody up meanwhile, some seconds for a year of history; for erasures alone.

        Raises:
            StoreError: full (it needs as much space again), busy, io; the file is as it was.
        """
        await self._run(self._compact)

    def derive_key(self, purpose: bytes) -> bytes:
        """A key of 32 bytes for another file of this hub, from the store's own."""
        import hmac  # noqa: PLC0415 -- used once per start

        return hmac.digest(self._key, b"homebase hub: " + purpose, "sha256")

    # on the store's thread

    def _replace(self, fn: Callable[[Connection], T]) -> T:
        result = self._transact(fn, keep=True)
        self._replaced = True
        return result

    def _transact(self, fn: Callable[[Connection], T], *, keep: bool) -> T:
        if self._engine is None:
            raise StoreError("io", f"{place(self.path)}: the store is closed")
        if keep and self._replaced:
            raise StoreError("busy", f"{place(self.path)}: a backup was restored; the hub starts anew")
        with translated(self.path), self._engine.connect() as connection:
            result = fn(connection)
            if keep:
                connection.commit()
            else:
                connection.rollback()
            return result

    def _compact(self) -> None:
        if self._engine is None:
            raise StoreError("io", f"{place(self.path)}: the store is closed")
        connection = self._engine.raw_connection()  # VACUUM refuses to run inside a transaction
        try:
            with translated(self.path):
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.close()

    def _open(self) -> None:
        self._key = load_or_make_key(self._key_path, self._random_bytes, guards=self.path)
        self._engine = make_engine(self.path, self._key)
        with translated(self.path):
            bring_up_to_date(self._engine, self.path)

    def _close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    # on the loop

    async def _run(self, job: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise StoreError("busy", f"{place(self.path)}: {MAX_WAITING} jobs wait; the disk hangs")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        finally:
            self._waiting -= 1

    async def _end(self) -> None:
        await self._run(self._close)
        self._thread.shutdown()


class translated:  # noqa: N801 -- used like a keyword
    """Turns the database's errors into StoreError at the border of this file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise StoreError for what the database or the file system said."""
        if isinstance(error, DBAPIError):
            error = error.orig
        if isinstance(error, (sqlcipher.DatabaseError, sqlite3.DatabaseError)):
            if isinstance(error, sqlcipher.IntegrityError):
                return  # the caller's own matter: a name taken twice, a room that is gone
            words = str(error)
            code = next((code for part, code in _CODES if part in words), None)
            if code is not None:
                raise StoreError(code, f"{place(self._path)}: {_WAYS_OUT[code]} ({words})") from error
        elif isinstance(error, OSError):
            raise StoreError("io", f"{place(self._path)}: {error.strerror}") from error


def make_engine(path: Path, key: bytes) -> Engine:
    """An engine of one connection; to be used by the thread that calls this."""

    def connect() -> Any:
        connection = sqlcipher.connect(str(path), timeout=1.0, isolation_level=None)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to our stderr
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            # exclusive: a second process gets "locked", and there is no shared-memory file to lose or to leak
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = FAST")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = create_engine("sqlite://", module=sqlcipher, creator=connect, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # without it Python's driver commits before DDL, and a failed migration leaves half of itself
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
