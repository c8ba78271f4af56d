"""What people added to the home, in the store's tables: rooms, names of devices, people, sessions.

With details.py the only file of hub/home that knows SQL. Every write is on disk when it returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Executable, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from hub.contract import DeviceAddress
from hub.core import schema
from hub.core.store import Store

from .household import Label, Person, Room, Session
from .roles import Role

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REPLACED = "home.replaced."  # + old > new
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Reads and writes of the home's own tables.

    Every method raises StoreError when the store can't do it; nothing was written then.
    """

    store: Store

    # people

    async def people(self) -> tuple[Person, ...]:
        """Everybody who may log in, oldest first."""
        query = select(schema.people).order_by(schema.people.c.id)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(
            Person(id=row.id, name=row.name, role=Role(row.role), password_hash=row.password_hash)
            for row in rows
        )

    async def add_first_person(self, name: str, password_hash: str, at: datetime) -> Person | None:
        """Make the owner; None when there is somebody already."""

        def add(connection: Connection) -> int | None:
            if connection.execute(select(func.count()).select_from(schema.people)).scalar_one():
                return None
            row = insert(schema.people).values(
                name=name, role=Role.OWNER.value, password_hash=password_hash, created_at=to_ms(at)
            )
            return int(connection.execute(row.returning(schema.people.c.id)).scalar_one())

        person_id = await self.store.write(add)
        if person_id is None:
            return None
        return Person(id=person_id, name=name, role=Role.OWNER, password_hash=password_hash)

    # sessions

    async def sessions(self) -> tuple[Session, ...]:
        """All sessions, expired ones too."""
        query = select(schema.sessions)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(
            Session(
                key=row.token_hash,
                person=row.person,
                role=Role(row.role),
                created_at=from_ms(row.created_at),
                expires_at=from_ms(row.expires_at),
                program=bool(row.program),
            )
            for row in rows
        )

    async def add_session(self, session: Session) -> None:
        """Keep a new session."""
        row = insert(schema.sessions).values(
            token_hash=session.key,
            person=session.person,
            role=session.role.value,
            created_at=to_ms(session.created_at),
            expires_at=to_ms(session.expires_at),
            program=int(session.program),
        )
        await self.store.write(partial(_execute, row))

    async def prolong_session(self, key: bytes, until: datetime) -> None:
        """Move a session's end."""
        table = schema.sessions
        change = update(table).where(table.c.token_hash == key).values(expires_at=to_ms(until))
        await self.store.write(partial(_execute, change))

    async def remove_session(self, key: bytes) -> None:
        """Erase a session."""
        gone = delete(schema.sessions).where(schema.sessions.c.token_hash == key)
        await self.store.write(partial(_execute, gone))

    # rooms and names

    async def rooms(self) -> tuple[Room, ...]:
        """All rooms, oldest first."""
        query = select(schema.rooms).order_by(schema.rooms.c.id)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(Room(id=str(row.id), name=row.name) for row in rows)

    async def add_room(self, name: str) -> Room:
        """Make a room."""
        row = insert(schema.rooms).values(name=name).returning(schema.rooms.c.id)
        number = await self.store.write(lambda connection: connection.execute(row).scalar_one())
        return Room(id=str(number), name=name)

    async def rename_room(self, room: Room) -> None:
        """Give a room another name."""
        change = update(schema.rooms).where(schema.rooms.c.id == int(room.id)).values(name=room.name)
        await self.store.write(partial(_execute, change))

    async def remove_room(self, room_id: str) -> None:
        """Erase a room; its devices are in none then."""
        gone = delete(schema.rooms).where(schema.rooms.c.id == int(room_id))
        await self.store.write(partial(_execute, gone))

    async def labels(self) -> Mapping[DeviceAddress, Label]:
        """Names and rooms of devices."""
        table = schema.devices
        query = select(table.c.address, table.c.name, table.c.room)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return {
            DeviceAddress.parse(row.address): Label(
                name=row.name, room=None if row.room is None else str(row.room)
            )
            for row in rows
        }

    async def put_label(self, device: DeviceAddress, label: Label) -> None:
        """Set a device's name and room."""
        values = {"name": label.name, "room": None if label.room is None else int(label.room)}
        row = upsert(schema.devices).values(address=str(device), **values)
        row = row.on_conflict_do_update(set_=values)
        await self.store.write(partial(_execute, row))

    # whose place a device took

    async def replacements(self) -> Mapping[tuple[DeviceAddress, DeviceAddress], datetime]:
        """Old and new device, and when."""
        table = schema.settings
        query = select(table.c.key, table.c.value).where(table.c.key.startswith(_REPLACED))
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        found = {}
        for row in rows:
            old, _, new = row.key.removeprefix(_REPLACED).partition(">")
            found[(DeviceAddress.parse(old), DeviceAddress.parse(new))] = from_ms(int(row.value))
        return found

    async def forget_replacement(self, old: DeviceAddress, new: DeviceAddress) -> None:
        """Erase that mark."""
        await self.store.write(lambda connection: self.mark_replaced(connection, old, new, None))

    def mark_replaced(
        self, connection: Connection, old: DeviceAddress, new: DeviceAddress, at: datetime | None
    ) -> None:
        """Keep that ``new`` took the place of ``old``, or, without a time, that it did not."""
        key = f"{_REPLACED}{old}>{new}"
        connection.execute(delete(schema.settings).where(schema.settings.c.key == key))
        if at is not None:
            connection.execute(insert(schema.settings).values(key=key, value=str(to_ms(at))))

    def exchange_labels(self, connection: Connection, one: DeviceAddress, other: DeviceAddress) -> None:
        """Let two devices exchange name and room."""
        table = schema.devices
        query = select(table.c.address, table.c.name, table.c.room).where(
            table.c.address.in_([str(one), str(other)])
        )
        found = {row.address: {"name": row.name, "room": row.room} for row in connection.execute(query)}
        nothing = {"name": None, "room": None}
        for device, source in ((one, other), (other, one)):
            values = found.get(str(source), nothing)
            row = upsert(table).values(address=str(device), **values)
            connection.execute(row.on_conflict_do_update(set_=values))


def _execute(statement: Executable, connection: Connection) -> None:
    connection.execute(statement)


def to_ms(at: datetime) -> int:
    """Unix milliseconds."""
    return (at - _EPOCH) // _MILLISECOND


def from_ms(number: int) -> datetime:
    """A moment of unix milliseconds."""
    return _EPOCH + number * _MILLISECOND
