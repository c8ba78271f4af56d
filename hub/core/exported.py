"""The store's tables as pages for people: a cell per column, times as text, nothing secret.

Functions over a connection, for the store's thread. What protects people, or opens their devices, is named in
HIDDEN instead of shown.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from math import isnan
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, func, select

from privacy.rights import Cell, Hidden, Page

from . import schema
from .history_tables import DAY_MS, SERIES_BITS, SERIES_MASK
from .means import SLOT_MS, SLOTS_PER_DAY, records
from .stored_values import as_kind

HIDDEN = (
    Hidden(holding="hub.people", field="password_hash", why="protects the account"),
    Hidden(holding="hub.sessions", field="token_hash", why="protects the session"),
    Hidden(holding="hub.phones", field="psk", why="protects the phone's sessions"),
    Hidden(holding="hub.relays", field="password", why="opens the way by the relay"),
    Hidden(holding="hub.relay_slots", field="password", why="opens the way by the relay"),
    Hidden(holding="hub.remote_keys", field="private", why="proves to phones that it is this home"),
    Hidden(holding="hub.driver_records", field="value", why="keys and counters of the paired devices"),
)
_TIMES = frozenset(
    {
        *("created_at", "expires_at", "changed_at", "seen_at"),
        *("told_at", "begun_at", "latest_at", "ended_at", "acknowledged_at"),
    }
)
_KEYS = frozenset({"key", "id", "route", "phone"})  # of phones, pairings and relays
_SKIPPED = frozenset({"alembic_version"})  # how the tables are built; no person
_AT = "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000.0, 'unixepoch')"


def shown() -> tuple[str, ...]:
    """The holdings that have pages."""
    return tuple(f"hub.{name}" for name in schema.metadata.tables if name not in _SKIPPED)


def page(connection: Connection, holding: str, after: int, limit: int) -> Page:
    """A page of one table.

    Raises:
        KeyError: no such table, or nothing to show of it.
    """
    name = holding.removeprefix("hub.")
    if holding not in shown():
        raise KeyError(holding)
    special: Mapping[str, Callable[[Connection, int, int], Page]] = {
        "history": _history,
        "history_days": _days,
        "state": _state,
    }
    if name in special:
        return special[name](connection, after, limit)
    return _plain(connection, schema.metadata.tables[name], after, limit)


def counted(connection: Connection) -> dict[str, int]:
    """How many records each table holds."""
    tables = schema.metadata.tables
    return {
        f"hub.{name}": connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in tables.items()
    }


def _plain(connection: Connection, table: Table, after: int, limit: int) -> Page:
    hidden = {one.field for one in HIDDEN if one.holding == f"hub.{table.name}"}
    columns = [column for column in table.c if column.name not in hidden]
    query = select(*columns).order_by(*table.primary_key.columns).limit(limit).offset(after)
    rows = [
        tuple(_cell(column, value) for column, value in zip(columns, row, strict=True))
        for row in connection.execute(query)
    ]
    return Page(
        columns=tuple(str(column.name) for column in columns),
        rows=tuple(rows),
        after=after + limit if len(rows) == limit else None,
    )


def _cell(column: Column[object], value: object) -> Cell:
    if isinstance(column.type, LargeBinary) and isinstance(value, bytes):
        if column.name in _KEYS:
            return value.hex()
        return value.decode("utf-8", "backslashreplace")  # a device's description is JSON
    if column.name in _TIMES and isinstance(value, int):
        return _time(value)
    assert value is None or isinstance(value, (bool, int, float, str))
    return value


def _state(connection: Connection, after: int, limit: int) -> Page:
    rows = connection.exec_driver_sql(
        f"SELECT series, {_AT.format('at')}, datapoint, value, kind, unit FROM state"  # noqa: S608 -- constant
        " JOIN series ON id = series WHERE series > ? ORDER BY series LIMIT ?",
        (after, limit),
    ).fetchall()
    return _values(rows, limit)


def _history(connection: Connection, after: int, limit: int) -> Page:
    rows = connection.exec_driver_sql(
        f"SELECT key, {_AT.format('(key >> 20)')}, datapoint, value, kind, unit FROM history"  # noqa: S608 -- constant
        " LEFT JOIN series ON id = (key & 1048575) WHERE key > ? ORDER BY key LIMIT ?",
        (after, limit),
    ).fetchall()
    return _values(rows, limit)


def _values(rows: Sequence[Any], limit: int) -> Page:
    return Page(
        columns=("at", "datapoint", "value", "unit"),
        rows=tuple((row[1], row[2], as_kind(row[4] or "float", row[3]), row[5]) for row in rows),
        after=rows[-1][0] if len(rows) == limit else None,
    )


def _days(connection: Connection, after: int, limit: int) -> Page:
    known = {
        row[0]: (row[1], row[2])
        for row in connection.exec_driver_sql("SELECT id, datapoint, unit FROM series")
    }
    most = max(1, limit // SLOTS_PER_DAY)
    packed = connection.exec_driver_sql(
        "SELECT key, slots FROM history_days WHERE key > ? ORDER BY key LIMIT ?", (after, most)
    ).fetchall()
    rows: list[tuple[Cell, ...]] = []
    for key, slots in packed:
        datapoint, unit = known.get(key & SERIES_MASK, (None, None))
        day = (key >> SERIES_BITS) * DAY_MS
        date = _time(day)[:11]
        rows += [
            (date + _SLOT_TIMES[slot], datapoint, mean, low, high, count, unit)
            for slot, count, mean, low, high in records(slots)
            if not isnan(mean)  # there a value ceases to hold
        ]
    return Page(
        columns=("at", "datapoint", "mean", "lowest", "highest", "values", "unit"),
        rows=tuple(rows),
        after=packed[-1][0] if len(packed) == most else None,
    )


def _time(at_ms: int) -> str:
    seconds, ms = divmod(at_ms, 1000)
    days, rest = divmod(seconds, 86_400)
    day = date(1970, 1, 1) + timedelta(days=days)
    return f"{day.isoformat()}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{ms:03}Z"


_SLOT_TIMES = tuple(_time(slot * SLOT_MS)[11:] for slot in range(SLOTS_PER_DAY))
