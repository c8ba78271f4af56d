"""The SQL of history: functions over a connection, for the store's thread.

Rows are keyed by time and series in one number, so that appending is all that ever happens to the table.
A batch goes in as one JSON text in one statement: SQLite lets go of Python's interpreter lock for all of it,
where one call per row would take it back and forth and make the event loop wait.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from .means import SLOT_MS, Bucket, Cut, Sample, merge, pack, unpack

SERIES_BITS = 20
SERIES_MASK = (1 << SERIES_BITS) - 1
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
_NUMBER = "typeof(value) IN ('integer', 'real')"
# looks at the key first: a value is unpacked only where it is wanted
_OF_SERIES = f"key >= ? AND key < ? AND (key & 1048575) = ? AND {_NUMBER}"
_OF_ALL = f"key >= ? AND key < ? AND {_NUMBER}"
_NOT_IN = "(key & 1048575) NOT IN (SELECT value FROM json_each(?))"
Number = int | float
Scalar = int | float | str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """One datapoint's number and what SQLite can't tell from a value."""

    id: int
    datapoint: str
    kind: str  # bool, int, float, str
    unit: str | None
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is written at once.

    rows: key → value; a key that is there already is replaced, so that writing twice changes nothing.
    state: series → (at, value), the newest of these series.
    state_at: everything up to this time (unix ms) is in the state table after this batch.
    """

    series: list[SeriesRow] = field(default_factory=list)
    rows: list[tuple[int, Scalar]] = field(default_factory=list)
    state: Mapping[int, tuple[int, Scalar]] = field(default_factory=dict)
    state_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store knows at a start. state: newest value per series."""

    series: list[SeriesRow]
    state: Mapping[int, tuple[int, Scalar]]
    state_at: int


def key_of(at_ms: int, series: int) -> int:
    """The place of a value in the table."""
    return at_ms << SERIES_BITS | series


def write_batch(connection: Connection, batch: Batch) -> None:
    """Append a batch."""
    for row in batch.series:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO series (id, datapoint, kind, unit, category) VALUES (?, ?, ?, ?, ?)",
            (row.id, row.datapoint, row.kind, row.unit, row.category),
        )
    if batch.rows:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO history (key, value) SELECT value ->> 0, value ->> 1 FROM json_each(?)",
            (msgspec.json.encode(batch.rows).decode(),),
        )
    if batch.state:
        rows = [(series, at, value) for series, (at, value) in batch.state.items()]
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO state (series, at, value)"
            " SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)",
            (msgspec.json.encode(rows).decode(),),
        )
    if batch.state_at is not None:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO settings (key, value) VALUES ('core.state_at', ?)", (str(batch.state_at),)
        )


def read_stored(connection: Connection) -> Stored:
    """All series, and the newest value of each: the state table, then what history has from later."""
    series = [
        SeriesRow(id=row[0], datapoint=row[1], kind=row[2], unit=row[3], category=row[4])
        for row in connection.exec_driver_sql("SELECT id, datapoint, kind, unit, category FROM series")
    ]
    state = {
        row[0]: (row[1], row[2]) for row in connection.exec_driver_sql("SELECT series, at, value FROM state")
    }
    state_at = int(
        connection.exec_driver_sql("SELECT value FROM settings WHERE key = 'core.state_at'").scalar() or 0
    )
    later = connection.exec_driver_sql(
        "SELECT key, value FROM history WHERE key >= ? ORDER BY key", (key_of(state_at + 1, 0),)
    )
    for key, value in later:
        state[key & SERIES_MASK] = (key >> SERIES_BITS, value)
    return Stored(series=series, state=state, state_at=state_at)


def read_values(connection: Connection, series: int, start_ms: int, end_ms: int) -> list[Sample]:
    """The numbers of one series in start ≤ at < end, oldest first."""
    rows = connection.exec_driver_sql(
        f"SELECT key >> 20, value FROM history WHERE {_OF_SERIES} ORDER BY key",  # noqa: S608 -- constant text
        (key_of(start_ms, 0), key_of(end_ms, 0), series),
    )
    return [(row[0], row[1]) for row in rows]


def read_newest(connection: Connection, series: int, start_ms: int, end_ms: int) -> Sample | None:
    """The newest number of one series in start ≤ at < end."""
    row = connection.exec_driver_sql(
        f"SELECT key >> 20, value FROM history WHERE {_OF_SERIES}"  # noqa: S608 -- constant text
        " ORDER BY key DESC LIMIT 1",
        (key_of(start_ms, 0), key_of(end_ms, 0), series),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def read_days(connection: Connection, series: int, days: Iterable[int]) -> list[tuple[int, Bucket]]:
    """15-minute means of whole days (days since 1970), as (start of the slot in unix ms, bucket)."""
    found = []
    for day in days:
        row = connection.exec_driver_sql(
            "SELECT slots FROM history_days WHERE key = ?", (day << SERIES_BITS | series,)
        ).fetchone()
        if row is not None:
            found += [(day * DAY_MS + slot * SLOT_MS, bucket) for slot, bucket in unpack(row[0])]
    return found


def first_raw_day(connection: Connection, since: int = 0) -> int | None:
    """The first day at or after ``since`` that has values, or None."""
    key = connection.exec_driver_sql(
        "SELECT min(key) FROM history WHERE key >= ?", (key_of(since * DAY_MS, 0),)
    ).scalar()
    return None if key is None else int((key >> SERIES_BITS) // DAY_MS)


def has_means(connection: Connection, day: int) -> bool:
    """Was this day consolidated?"""
    row = connection.exec_driver_sql(
        "SELECT 1 FROM history_days WHERE key >= ? AND key < ? LIMIT 1",
        (day << SERIES_BITS, (day + 1) << SERIES_BITS),
    )
    return row.fetchone() is not None


def read_all_newest(connection: Connection, start_ms: int, end_ms: int) -> dict[int, Sample]:
    """Series → its newest number in start ≤ at < end."""
    rows = connection.exec_driver_sql(
        f"SELECT key & 1048575, max(key) >> 20, value FROM history WHERE {_OF_ALL} GROUP BY 1",  # noqa: S608 -- constant text
        (key_of(start_ms, 0), key_of(end_ms, 0)),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True)
class DayMeans:
    """15-minute means of one day while they are made, hour by hour. known: series → its value by then."""

    day: int
    known: dict[int, Sample]
    slots: dict[int, dict[int, Bucket]] = field(default_factory=dict)

    def read_hour(self, connection: Connection, start_ms: int) -> None:
        """Take the hour from there in, oldest hour first."""
        end_ms = start_ms + HOUR_MS
        cut = Cut(start_ms=start_ms, until_ms=end_ms, origin_ms=self.day * DAY_MS, width_ms=SLOT_MS)
        fresh: dict[int, list[Sample]] = {}
        for series, at_ms, value in connection.exec_driver_sql(
            f"SELECT key & 1048575, key >> 20, value FROM history WHERE {_OF_ALL} ORDER BY key",  # noqa: S608 -- constant text
            (key_of(start_ms, 0), key_of(end_ms, 0)),
        ):
            fresh.setdefault(series, []).append((at_ms, value))
        for series in self.known.keys() | fresh.keys():
            samples = fresh.get(series, [])
            for slot, bucket in cut.buckets(samples, self.known.get(series)).items():
                merge(self.slots.setdefault(series, {}), slot, bucket)
            if samples:
                self.known[series] = samples[-1]

    def write(self, connection: Connection) -> None:
        """Keep them."""
        for series, slots in self.slots.items():
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO history_days (key, slots) VALUES (?, ?)",
                (self.day << SERIES_BITS | series, pack(sorted(slots.items()))),
            )


def erase_raw(connection: Connection, before_ms: int, limit: int, but: Iterable[int] = ()) -> int:
    """Erase at most ``limit`` of the oldest values before that time; return how many. but: these stay."""
    return connection.exec_driver_sql(
        f"DELETE FROM history WHERE key < ? AND {_NOT_IN} ORDER BY key LIMIT ?",  # noqa: S608 -- constant text
        (key_of(before_ms, 0), _chosen(but), limit),
    ).rowcount


def erase_days(connection: Connection, before_day: int, but: Iterable[int] = ()) -> int:
    """Erase means of days before that one; return how many rows. but: series that stay."""
    return connection.exec_driver_sql(
        f"DELETE FROM history_days WHERE key < ? AND {_NOT_IN}",  # noqa: S608 -- constant text
        (before_day << SERIES_BITS, _chosen(but)),
    ).rowcount


def erase_series(connection: Connection, ids: Iterable[int]) -> None:
    """Erase all that is known about these series, their numbers too."""
    chosen = _chosen(ids)
    wanted = "IN (SELECT value FROM json_each(?))"
    for statement in (
        f"DELETE FROM history WHERE (key & 1048575) {wanted}",  # noqa: S608 -- constant text
        f"DELETE FROM history_days WHERE (key & 1048575) {wanted}",  # noqa: S608 -- constant text
        f"DELETE FROM state WHERE series {wanted}",  # noqa: S608 -- constant text
        f"DELETE FROM series WHERE id {wanted}",  # noqa: S608 -- constant text
    ):
        connection.exec_driver_sql(statement, (chosen,))


def _chosen(ids: Iterable[int]) -> str:
    return msgspec.json.encode(list(ids)).decode()
