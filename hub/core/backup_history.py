"""History in a backup: page by page out of the store, and back through a scratch store. Flat in memory.

Each page that comes back is put into a table of its own, read from there again and hashed: what a restore
would bring. To be put in place it stays there, in a file whose key is in this process alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, delete
from sqlcipher3 import dbapi2 as sqlcipher

from privacy.backup_members import LINE_LIMIT, PAGE, STREAMS
from privacy.ports import RandomBytes

from . import schema
from .backup import OF_HISTORY, NotRestorable, Rows, put_in
from .history_tables import SERIES_MASK
from .store import CACHE_KIB, translated

NAMES = tuple(member.part for member in STREAMS)
SCRATCH_NAME = "restore.db"  # in the state folder, while history is put back
_ROWS = 20_000  # of a page, at most
_KEPT_ROWS = 500  # put in place at once: a day of a series may be some 3 kB


class _Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of ``history``."""

    key: int
    value: int | float | str

    @property
    def cells(self) -> tuple[object, ...]:
        return (self.key, self.value)


class _Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of ``history_days``."""

    key: int
    slots: bytes

    @property
    def cells(self) -> tuple[object, ...]:
        return (self.key, self.slots)


_KINDS: Mapping[str, tuple[type[_Value] | type[_Day], str]] = {
    "history": (_Value, "value"),
    "history_days": (_Day, "slots"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Lines of some rows; none after the last. last: key of its last row; share: of all, given by now."""

    data: bytes
    last: int
    share: float


def page(connection: Connection, name: str, after: int) -> Page:
    """The rows of a table behind that key, as many as fit."""
    kind, column = _KINDS[name]
    select = f"SELECT key, {column} FROM {name} WHERE key > ? ORDER BY key LIMIT ?"  # noqa: S608 -- constants
    data, last, encode = bytearray(), after, msgspec.json.Encoder().encode
    rows = connection.exec_driver_sql(select, (after, _ROWS))
    for row in rows:  # no more is read than fits
        line = encode(kind(*row))
        if len(data) + len(line) >= PAGE:
            break
        data += line + b"\n"
        last = row[0]
    rows.close()
    if not data:
        return Page(data=b"", last=after, share=1.0)
    # each alone: with both in one SELECT SQLite reads the whole table, for each page
    ends = f"SELECT (SELECT min(key) FROM {name}), (SELECT max(key) FROM {name})"  # noqa: S608 -- constants
    first, newest = connection.exec_driver_sql(ends).one()
    return Page(data=bytes(data), last=last, share=(last - first + 1) / (newest - first + 1))


class Scratch:
    """Takes rows of history. folder: where they are kept; None: each page is forgotten once it is compared.

    Blocking; for a thread.
    """

    def __init__(self, folder: Path | None, random_bytes: RandomBytes) -> None:
        self._path = None if folder is None else folder / SCRATCH_NAME
        if folder is not None:
            forget(folder)
        self._tables = {name: _Taken() for name in NAMES}
        self._connection: Any = sqlcipher.connect(
            ":memory:" if self._path is None else str(self._path),
            isolation_level=None,
            check_same_thread=False,
        )
        settings = ["journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"]
        if self._path is not None:
            settings = ["cipher_log_level = NONE", f"key = \"x'{random_bytes(32).hex()}'\"", *settings]
        for setting in settings:
            self._connection.execute(f"PRAGMA {setting}")
        for name, (_, column) in _KINDS.items():
            self._connection.execute(f"CREATE TABLE {name} (key INTEGER PRIMARY KEY, {column} BLOB NOT NULL)")

    def take(self, name: str, data: bytes) -> None:
        """Some more bytes of a member, in order.

        Raises:
            NotRestorable: no rows of this table. StoreError: the disk takes no more.
        """
        taken = self._tables[name]
        taken.rest += data
        ends = taken.rest.rfind(b"\n") + 1
        if len(taken.rest) - ends > LINE_LIMIT:
            raise NotRestorable(f"{name}: a line of more than {LINE_LIMIT} bytes")
        lines = bytes(taken.rest[:ends])
        del taken.rest[:ends]
        if not lines:
            return
        kind, column = _KINDS[name]
        try:
            rows: Sequence[_Value | _Day] = msgspec.json.Decoder(kind).decode_lines(lines)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotRestorable(f"{name}, after {taken.rows} rows: {error}") from error
        before = taken.last
        for row in rows:
            if row.key <= taken.last:
                raise NotRestorable(f"{name}, after {taken.rows} rows: keys do not ascend")
            taken.last = row.key
        cells = [row.cells for row in rows]
        insert = f"INSERT INTO {name} (key, {column}) VALUES (?, ?)"  # noqa: S608 -- constants
        select = f"SELECT key, {column} FROM {name} WHERE key > ? ORDER BY key"  # noqa: S608 -- constants
        with translated(self._path or Path(SCRATCH_NAME)):
            try:
                self._connection.execute("BEGIN")
                self._connection.executemany(insert, cells)
                again = [kind(*row) for row in self._connection.execute(select, (before,))]
                if self._path is None:
                    self._connection.execute(f"DELETE FROM {name}")  # noqa: S608 -- constants
                self._connection.execute("COMMIT")
            except (OverflowError, sqlcipher.IntegrityError) as error:
                raise NotRestorable(f"{name}, after {taken.rows} rows: {error}") from error
        taken.hash.update(msgspec.json.Encoder().encode_lines(again))
        taken.rows += len(rows)

    def found(self) -> Mapping[str, tuple[str, int]]:
        """SHA-256 of what came out again, and how many rows, by member.

        Raises:
            NotRestorable: a line breaks off.
        """
        for name, taken in self._tables.items():
            if taken.rest:
                raise NotRestorable(f"{name}: a line breaks off")
        return {name: (taken.hash.hexdigest(), taken.rows) for name, taken in self._tables.items()}

    def put(self, connection: Connection, members: Mapping[str, Rows]) -> None:
        """Have this history, and its series, in the place of all that is there. A part of a transaction.

        A row of a series that was erased while the backup was made is left out: its number is given anew.
        """
        for table in (schema.state, schema.history, schema.history_days, schema.series):
            connection.execute(delete(table))
        put_in(connection, OF_HISTORY, members)
        known = {row["id"] for row in members.get("series", ())}
        for name, (_, column) in _KINDS.items():
            insert = f"INSERT INTO {name} (key, {column}) VALUES (?, ?)"  # noqa: S608 -- constants
            for rows in self._kept(name):
                if wanted := [row for row in rows if row[0] & SERIES_MASK in known]:
                    connection.exec_driver_sql(insert, wanted)

    def _kept(self, name: str) -> Iterator[list[tuple[int, object]]]:
        cursor = self._connection.execute(f"SELECT * FROM {name} ORDER BY key")  # noqa: S608 -- constants
        while rows := cursor.fetchmany(_KEPT_ROWS):
            yield rows

    def close(self) -> None:
        """Forget it all."""
        self._connection.close()
        if self._path is not None:
            forget(self._path.parent)


class _Taken:
    """What came of a member so far."""

    def __init__(self) -> None:
        self.rest, self.rows, self.last = bytearray(), 0, -1
        self.hash = hashlib.sha256()


def forget(folder: Path) -> None:
    """What a kill left of an earlier restore; nobody has its key."""
    (folder / SCRATCH_NAME).unlink(missing_ok=True)
