"""Whom to tell, and what was told, in the store's tables. Every write is on disk when it returns."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, delete, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import IntegrityError

from hub.core import schema
from hub.core.store import Store

from ..errors import Refused
from ..records import from_ms, to_ms
from .people import MOST_PEOPLE, MOST_STEPS, SENT, WAITING, Person, Quiet, Telling

_PEOPLE, _TOLD = schema.notification_people, schema.notification_tellings


class PeopleRecords:
    """Reads and writes them; every method raises StoreError, and nothing was written then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[Person, ...] | None = None

    async def people(self) -> tuple[Person, ...]:
        """All, by name."""
        if self._known is None:
            query = select(_PEOPLE).order_by(_PEOPLE.c.name)
            rows = await self._store.read(lambda connection: connection.execute(query).all())
            self._known = tuple(
                Person(
                    id=row.id,
                    name=row.name,
                    ways=tuple(msgspec.json.decode(row.ways, type=list[str])),
                    quiet=None
                    if row.quiet_from is None
                    else Quiet(from_minute=row.quiet_from, to_minute=row.quiet_to),
                )
                for row in rows
            )
        return self._known

    async def put(self, person: Person) -> Person:
        """Add one, or change who has that name.

        Raises:
            Refused: too_many_people.
        """
        known = await self.people()
        if len(known) >= MOST_PEOPLE and person.name not in {one.name for one in known}:
            raise Refused("too_many_people", field="name", allowed=f"0 to {MOST_PEOPLE}")
        values: Mapping[str, object] = {
            "ways": msgspec.json.encode(person.ways).decode(),
            "quiet_from": None if person.quiet is None else person.quiet.from_minute,
            "quiet_to": None if person.quiet is None else person.quiet.to_minute,
        }
        row = upsert(_PEOPLE).values(name=person.name, **values)
        put = row.on_conflict_do_update(index_elements=[_PEOPLE.c.name], set_=values).returning(_PEOPLE.c.id)
        number = await self._store.write(lambda connection: connection.execute(put).scalar_one())
        self.forget()
        return replace(person, id=number)

    async def drop(self, number: int) -> bool:
        """Erase one; whether there was one."""
        gone = delete(_PEOPLE).where(_PEOPLE.c.id == number)
        count = await self._store.write(lambda connection: connection.execute(gone).rowcount)
        self.forget()
        return count > 0

    def forget(self) -> None:
        """What is known here may not be true any more."""
        self._known = None

    # what was told

    async def told(self, notifications: Collection[int]) -> tuple[Telling, ...]:
        """Of these notifications, oldest first."""
        query = select(_TOLD).where(_TOLD.c.notification.in_(notifications)).order_by(_TOLD.c.told_at)
        rows = await self._store.read(lambda connection: connection.execute(query).all())
        return tuple(map(_telling, rows))

    async def telling(self, transfer: str) -> Telling | None:
        """The one that left so."""
        query = select(_TOLD).where(_TOLD.c.transfer == transfer)
        row = await self._store.read(lambda connection: connection.execute(query).first())
        return None if row is None else _telling(row)

    async def open(self, since: datetime) -> frozenset[str]:
        """Transfers whose fate is not known, or may change by a receipt: of those sent since then."""
        fresh = and_(_TOLD.c.fate == SENT, _TOLD.c.told_at >= to_ms(since))
        query = select(_TOLD.c.transfer).where(or_(_TOLD.c.fate == WAITING, fresh), _TOLD.c.transfer != "")
        return frozenset(await self._store.read(lambda connection: connection.execute(query).scalars().all()))

    async def keep(self, one: Telling) -> None:
        """Write a new one; nothing of a notification or a person that was erased meanwhile."""
        row = insert(_TOLD).values(
            notification=one.notification,
            times=one.times,
            person=one.person,
            step=one.step + MOST_STEPS * one.further,  # a row for each way that was tried in one step
            told_at=to_ms(one.at),
            transfer=one.transfer,
            fate=one.fate,
            what=one.what,
        )
        with suppress(IntegrityError):
            await self._store.write(lambda connection: connection.execute(row))

    async def settle(self, transfer: str, fate: str, what: str) -> None:
        """Say what became of one."""
        change = update(_TOLD).where(_TOLD.c.transfer == transfer).values(fate=fate, what=what)
        await self._store.write(lambda connection: connection.execute(change))


def _telling(row: Row[Any]) -> Telling:
    further, step = divmod(row.step, MOST_STEPS)
    return Telling(
        notification=row.notification,
        times=row.times,
        person=row.person,
        step=step,
        at=from_ms(row.told_at),
        transfer=row.transfer,
        fate=row.fate,
        what=row.what,
        further=further,
    )
