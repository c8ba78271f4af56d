"""The front's access log, by obligation Q6.1: these fields, seven days at the longest, then only counts.

Time is the larger of the wall clock and what earlier times were seen, plus the time since: a clock set back
keeps nothing longer. A clock set back by more than a day dates nothing any more: then all rows go at once.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from privacy.gate.front.connection import Access
from privacy.ports import Clock

log = logging.getLogger(__name__)

RETENTION = timedelta(days=7)  # obligation Q6.1-c
SET_BACK = timedelta(days=1)  # a clock behind by more than this has been set, not corrected
FLUSH_ROWS = 200
FLUSH_S = 30.0  # rows wait so long for the disk: the card is spared, a power cut costs half a minute of log
WAITING_LIMIT = 2000  # rows kept while the disk can't be written; then the oldest are lost
FIELD_LIMIT = 512  # characters of file and referrer
ROWS_LIMIT = 50_000  # on disk; who floods the front fills no card, and the oldest lines go first

_SCHEMA = """
CREATE TABLE IF NOT EXISTS access_log (at TEXT NOT NULL, ip TEXT NOT NULL, file TEXT NOT NULL,
    status INTEGER NOT NULL, referrer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS access_count (day TEXT NOT NULL, status_class INTEGER NOT NULL,
    requests INTEGER NOT NULL, PRIMARY KEY (day, status_class)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS access_floor (id INTEGER PRIMARY KEY CHECK (id = 1), at TEXT NOT NULL);
"""

_COUNT = """
INSERT INTO access_count VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET requests = requests + 1
"""
_Row = tuple[str, str, str, int, str]


class Connection(Protocol):
    """What is needed of a database connection in autocommit mode; sqlcipher3's."""

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Any:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run one statement with many rows."""
        ...

    def executescript(self, sql: str, /) -> Any:
        """Run several statements."""
        ...


class AccessLog:
    """Takes lines, keeps them for seven days, counts them for good.

    failure: the root of the connection's own errors.
    """

    def __init__(self, connection: Connection, clock: Clock, failure: type[Exception]) -> None:
        self._connection, self._clock, self._failure = connection, clock, failure
        self._waiting: list[_Row] = []
        self._failed = False
        connection.executescript(_SCHEMA)
        row = connection.execute("SELECT at FROM access_floor").fetchone()
        self._floor = datetime.fromisoformat(row[0]) if row else clock.now()
        self._floor_monotonic_s = clock.monotonic()
        self.flush()

    def record(self, access: Access) -> None:
        """Take one line; it reaches the disk with ``flush``."""
        at = _text(self._at())
        file, referrer = access.file[:FIELD_LIMIT], access.referrer[:FIELD_LIMIT]
        self._waiting.append((at, access.ip, file, access.status, referrer))
        if len(self._waiting) % FLUSH_ROWS == 0:
            self.flush()

    def flush(self) -> None:
        """Write what waits, erase what is too old. A store that fails is said once; the home runs on."""
        at = self._at()
        waiting, self._waiting = self._waiting, []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._write(waiting, at)
            self._connection.execute("COMMIT")
        except self._failure as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._waiting = (waiting + self._waiting)[-WAITING_LIMIT:]
            if not self._failed:
                log.error("access_log.not_written", extra={"reason": str(error)})
            self._failed = True
            return
        self._failed = False
        self._floor, self._floor_monotonic_s = at, self._clock.monotonic()

    def _write(self, waiting: list[_Row], at: datetime) -> None:
        execute = self._connection.execute
        if at < self._floor:  # the clock was set back: nothing written before can be dated any more
            execute("DELETE FROM access_log")
        self._connection.executemany("INSERT INTO access_log VALUES (?, ?, ?, ?, ?)", waiting)
        execute("DELETE FROM access_log WHERE at < ? OR at > ?", (_text(at - RETENTION), _text(at)))
        execute(
            "DELETE FROM access_log WHERE rowid <= (SELECT max(rowid) FROM access_log) - ?", (ROWS_LIMIT,)
        )
        for moment, _, _, status, _ in waiting:
            execute(_COUNT, (moment[:10], status // 100))
        execute("INSERT OR REPLACE INTO access_floor VALUES (1, ?)", (_text(at),))

    def forget(self) -> None:
        """Drop the lines that wait for the disk: their owner erases the log."""
        self._waiting.clear()

    def rows(self) -> Iterator[_Row]:
        """All lines on disk, oldest first."""
        yield from self._connection.execute(
            "SELECT at, ip, file, status, referrer FROM access_log ORDER BY at"
        )

    def _at(self) -> datetime:
        wall = self._clock.now()
        lowest = self._floor + timedelta(seconds=self._clock.monotonic() - self._floor_monotonic_s)
        return wall if wall < lowest - SET_BACK else max(wall, lowest)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
