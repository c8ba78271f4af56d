"""Where a person's name stands beside their own row, for the store's thread: an erasure goes by that name."""

from sqlalchemy import Connection, Table, select, update

from . import schema

_BESIDE: tuple[tuple[Table, str], ...] = (
    (schema.notification_people, "name"),
    (schema.notifications, "acknowledged_by"),
)


def follow(connection: Connection, person: int, name: str) -> None:
    """Give it their new name there, too, before they have it; not where another one has the old name as well.

    Raises:
        IntegrityError: somebody else of the new name is told by messages.
    """
    people = schema.people
    old = connection.execute(select(people.c.name).where(people.c.id == person)).scalar()
    others = select(people.c.id).where(people.c.name == old, people.c.id != person)
    if old is None or old == name or connection.execute(others).first() is not None:
        return
    for table, column in _BESIDE:
        connection.execute(update(table).where(table.c[column] == old).values({column: name}))
