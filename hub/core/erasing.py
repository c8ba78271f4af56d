"""What an erasure takes out of the store's tables, as functions over a connection, for the store's thread.

One transaction per erasure. What is left on free pages goes afterwards (Store.compact); until it has gone,
COMPACT_DUE stands in the settings, so that a power cut in between is made up for at the next start.
"""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from privacy.ports import Holding
from privacy.rights import Effect, Scope
from privacy.vocabulary import DataCategory

from . import schema

COMPACT_DUE = "rights.compact_due"
DATA_DUE = "rights.data_due"  # of a deregistration: authorisations went, the data follows
_OWNER = "owner"
PHONES = "a phone belongs to the home and to no person; if one is theirs, remove it at People and phones"
NAMED = "has the name in its own; rename it"
TOLD = "a phone with the name in its own acknowledged it; goes with the category message"
_NAMED = {  # what people may have named after somebody; it is of the home
    schema.rooms.c.name: NAMED,
    schema.devices.c.name: NAMED,
    schema.notifications.c.acknowledged_by: TOLD,
}


def erase(
    connection: Connection, scope: Scope, held: Collection[Holding], series: Sequence[int]
) -> tuple[Effect, ...]:
    """Erase what ``scope`` means; series: numbers of its datapoints, whose values go. Returns per table."""
    effects = [*_erased(connection, scope, series), *_staying(connection, scope, held)]
    mark = insert(schema.settings).prefix_with("OR REPLACE").values(key=COMPACT_DUE, value="true")
    connection.execute(mark)
    if scope.whole:
        connection.execute(delete(schema.settings).where(schema.settings.c.key == DATA_DUE))
    return tuple(effects)


def forget_mark(connection: Connection) -> None:
    """Free pages are empty now."""
    connection.execute(delete(schema.settings).where(schema.settings.c.key == COMPACT_DUE))


def is_marked(connection: Connection, key: str) -> bool:
    """Whether COMPACT_DUE or DATA_DUE is left over."""
    query = select(schema.settings.c.key).where(schema.settings.c.key == key)
    return connection.execute(query).first() is not None


def everybody(connection: Connection) -> tuple[Effect, ...]:
    """Erase all people with their sessions and phones: the first step of a deregistration."""
    sessions = connection.execute(delete(schema.sessions)).rowcount
    people = connection.execute(delete(schema.people)).rowcount
    phones = connection.execute(delete(schema.phones)).rowcount
    mark = insert(schema.settings).prefix_with("OR REPLACE").values(key=DATA_DUE, value="true")
    connection.execute(mark)
    return (
        Effect(holding="hub.sessions", erased=sessions),
        Effect(holding="hub.people", erased=people),
        Effect(holding="hub.phones", erased=phones),
    )


def whose(connection: Connection, name: str) -> tuple[bool, frozenset[str], frozenset[str]]:
    """Whether somebody of that name is known; the ids of ways that they are told by; those of all others."""
    told = schema.notification_people
    rows = connection.execute(select(told.c.name, told.c.ways)).all()
    ways: dict[bool, set[str]] = {True: set(), False: set()}
    for row in rows:
        ways[row.name == name] |= set(msgspec.json.decode(row.ways, type=list[str]))
    known = connection.execute(select(schema.people.c.id).where(schema.people.c.name == name)).first()
    is_known = known is not None or any(row.name == name for row in rows)
    return is_known, frozenset(ways[True]), frozenset(ways[False])


def _erased(connection: Connection, scope: Scope, series: Sequence[int]) -> Iterator[Effect]:
    if scope.person is not None:
        yield from _person(connection, scope.person)
    if scope.covers(DataCategory.ACCOUNT):
        yield Effect(holding="hub.sessions", erased=connection.execute(delete(schema.sessions)).rowcount)
        others = delete(schema.people).where(schema.people.c.role != _OWNER)
        yield Effect(holding="hub.people", erased=connection.execute(others).rowcount)
        yield Effect(holding="hub.account", erased=connection.execute(delete(schema.account)).rowcount)
        told = connection.execute(delete(schema.notification_people)).rowcount
        yield Effect(holding="hub.notification_people", erased=told)
    if scope.covers(DataCategory.INSTALLATION):
        yield Effect(holding="hub.phones", erased=connection.execute(delete(schema.phones)).rowcount)
        yield Effect(holding="hub.pairings", erased=connection.execute(delete(schema.pairings)).rowcount)
        slots = connection.execute(delete(schema.relay_slots)).rowcount
        yield Effect(holding="hub.relay_slots", erased=slots)
        yield Effect(holding="hub.relays", erased=connection.execute(delete(schema.relays)).rowcount)
        gone = connection.execute(delete(schema.installation)).rowcount
        yield Effect(holding="hub.installation", erased=gone)
    if scope.covers(DataCategory.MESSAGE):
        gone = connection.execute(delete(schema.notifications)).rowcount
        yield Effect(holding="hub.notifications", erased=gone)
    if scope.covers(DataCategory.HOUSEHOLD):
        yield Effect(holding="hub.rooms", erased=connection.execute(delete(schema.rooms)).rowcount)
    if scope.covers(DataCategory.DEVICE_NAME):
        named = update(schema.devices).where(schema.devices.c.name.is_not(None)).values(name=None)
        yield Effect(holding="hub.devices", erased=connection.execute(named).rowcount)
    if series:
        yield from _values(connection, series)


def _person(connection: Connection, name: str) -> Iterator[Effect]:
    people = schema.people
    query = select(people.c.id).where(people.c.name == name, people.c.role != _OWNER)
    ids = connection.execute(query).scalars().all()
    sessions = schema.sessions
    ended = connection.execute(delete(sessions).where(sessions.c.person.in_(ids))).rowcount
    gone = connection.execute(delete(people).where(people.c.id.in_(ids))).rowcount
    owners = connection.execute(
        select(func.count()).where(people.c.name == name, people.c.role == _OWNER)
    ).scalar_one()
    why = "the owner: nobody could use the home; deregister it to erase them" if owners else ""
    yield Effect(holding="hub.sessions", erased=ended)
    yield Effect(holding="hub.people", erased=gone, stays=owners, why=why)
    named = delete(schema.notification_people).where(schema.notification_people.c.name == name)
    yield Effect(holding="hub.notification_people", erased=connection.execute(named).rowcount)
    if not owners:
        told = schema.notifications
        unnamed = update(told).where(told.c.acknowledged_by == name).values(acknowledged_by=None)
        yield Effect(holding="hub.notifications", erased=connection.execute(unnamed).rowcount)
    phones = connection.execute(select(func.count()).select_from(schema.phones)).scalar_one()
    if phones:
        yield Effect(holding="hub.phones", erased=0, stays=phones, why=PHONES)
    for column, why in _NAMED.items():
        texts = connection.execute(select(column).where(column.is_not(None))).scalars()
        if found := sum(name.casefold() in text.casefold() for text in texts):
            yield Effect(holding=f"hub.{column.table.name}", erased=0, stays=found, why=why)


def _values(connection: Connection, series: Sequence[int]) -> Iterator[Effect]:
    chosen = msgspec.json.encode(list(series)).decode()
    for table, column in (
        ("history", "(key & 1048575)"),
        ("history_days", "(key & 1048575)"),
        ("state", "series"),
        ("series", "id"),
    ):
        statement = f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 -- constant
        yield Effect(holding=f"hub.{table}", erased=connection.exec_driver_sql(statement, (chosen,)).rowcount)


def _staying(connection: Connection, scope: Scope, held: Collection[Holding]) -> Iterator[Effect]:
    """What is meant and stays all the same, with its reason."""
    told: set[str] = set()
    for holding in held:
        name = holding.name.removeprefix("hub.")
        table = schema.metadata.tables.get(name)
        if table is None or not holding.stays or not scope.covers(holding.category) or name in told:
            continue
        told.add(name)
        count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if count:
            yield Effect(holding=holding.name, erased=0, stays=count, why=holding.stays)
