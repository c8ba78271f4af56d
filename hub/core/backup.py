"""The store's tables as JSON lines, and back: what a backup holds of the hub.

One object a line, a key per column in the table's order, rows by primary key; bytes are base64. Functions
over a connection. The same rows always give the same bytes, so that what was restored can be compared.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    create_engine,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.pool import StaticPool

from privacy.backup_members import HISTORY, HUB, LINE_LIMIT

from . import schema

TABLES = tuple(schema.metadata.tables[member.part] for member in HUB)
OF_HISTORY = tuple(schema.metadata.tables[member.part] for member in HISTORY)
V = TypeVar("V", str, int)
Rows = Sequence[Mapping[str, object]]


class NotRestorable(ValueError):
    """A member holds what does not belong there. One line: where and what."""


def exported(connection: Connection, tables: Sequence[Table] = TABLES) -> dict[str, bytes]:
    """Members, by the table's name."""
    return {table.name: b"".join(_lines(connection, table)) for table in tables}


def read(table: Table, data: bytes) -> Rows:
    """The rows of a member.

    Raises:
        NotRestorable: a line is no row of this table.
    """
    rows = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            if len(line) > LINE_LIMIT:
                raise ValueError(f"longer than {LINE_LIMIT} bytes")
            rows.append(_row(table, msgspec.json.decode(line)))
        except (ValueError, TypeError) as error:
            raise NotRestorable(f"{table.name}, line {number}: {error}") from error
    return rows


def put_back(connection: Connection, members: Mapping[str, Rows]) -> None:
    """Have exactly these rows in the tables; everybody's sessions end.

    Raises:
        sqlalchemy.exc.IntegrityError: rows that do not fit each other; the transaction is to be given up.
    """
    for table in (schema.sessions, schema.pairings, *reversed(TABLES)):
        connection.execute(delete(table))
    put_in(connection, TABLES, members)


def put_in(connection: Connection, tables: Sequence[Table], members: Mapping[str, Rows]) -> None:
    """Have these rows in tables that are empty."""
    for table in tables:
        if rows := members.get(table.name):
            connection.execute(table.insert(), list(rows))


def in_room(members: Mapping[str, Rows], name: str) -> list[str]:
    """Addresses of the devices that the backup has in that room.

    Raises:
        KeyError: the backup has no room of that name.
    """
    room = {str(row["name"]): row["id"] for row in members["rooms"]}[name]
    return [str(row["address"]) for row in members["devices"] if row["room"] == room]


def still_here(connection: Connection, addresses: Sequence[str]) -> list[str]:
    """Those of them that belong to this home."""
    here = set(connection.execute(select(schema.devices.c.address)).scalars())
    return [address for address in addresses if address in here]


def put_back_room(connection: Connection, members: Mapping[str, Rows], name: str) -> tuple[str, ...]:
    """Have one room again, with the devices of the backup in it that are still here; return their addresses.

    Raises:
        KeyError: the backup has no room of that name.
    """
    there = still_here(connection, in_room(members, name))
    names = {str(row["address"]): row["name"] for row in members["devices"]}
    found = connection.execute(select(schema.rooms.c.id).where(schema.rooms.c.name == name)).scalar()
    if found is None:
        put = schema.rooms.insert().values(name=name).returning(schema.rooms.c.id)
        found = connection.execute(put).scalar_one()
    for address in there:
        change = update(schema.devices).where(schema.devices.c.address == address)
        connection.execute(change.values(room=found, name=names[address]))
    return tuple(there)


def scratched(members: Mapping[str, Rows]) -> dict[str, bytes]:
    """Put the rows into a store of their own, in memory, and export that.

    Raises:
        sqlalchemy.exc.IntegrityError: they do not fit each other.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            schema.metadata.create_all(connection)
            put_back(connection, members)
            put_in(connection, OF_HISTORY, members)
            return exported(connection, (*TABLES, *OF_HISTORY))
    finally:
        engine.dispose()


def is_blank(connection: Connection) -> bool:
    """Whether nobody lives here yet: no people and no devices."""
    return not any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in (schema.people, schema.devices)
    )


def _lines(connection: Connection, table: Table) -> Iterator[bytes]:
    columns = list(table.c)
    for row in connection.execute(select(table).order_by(*table.primary_key.columns)):
        cells = {str(column.name): _cell(value) for column, value in zip(columns, row, strict=True)}
        yield msgspec.json.encode(cells) + b"\n"


def _cell(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _row(table: Table, cells: object) -> dict[str, object]:
    if not isinstance(cells, dict):
        raise TypeError("not an object")
    if unknown := cells.keys() - {str(column.name) for column in table.c}:
        raise ValueError(f"unknown column {min(unknown)[:40]!r}")
    return {
        str(column.name): _value(column, cells.get(str(column.name)))
        for column in table.c
        if _told(column, cells)
    }


def _told(column: Column[object], cells: Mapping[str, object]) -> bool:
    """A column that is younger than the backup takes its default."""
    return str(column.name) in cells or column.server_default is None


def _value(column: Column[object], value: object) -> object:
    if value is None:
        if not column.nullable:
            raise ValueError(f"{column.name} is missing")
        return None
    if isinstance(column.type, LargeBinary):
        return b64decode(_of(column, value, str), validate=True)
    if isinstance(column.type, schema.Scalar):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return _of(column, value, str)
    if isinstance(column.type, Integer):
        return _of(column, value, int)
    return _of(column, value, str)


def _of(column: Column[object], value: object, kind: type[V]) -> V:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{column.name} is no {kind.__name__}")
    return value
