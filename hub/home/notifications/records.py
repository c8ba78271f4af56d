"""Notifications in the store's table. Every write is on disk when it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, func, insert, or_, select, update

from hub.core import schema
from hub.core.store import Store

from ..records import from_ms, to_ms
from .kinds import CLASSES, URGENT, Kind
from .model import Notification

_TABLE = schema.notifications
_URGENT = [kind.value for kind, urgency in CLASSES.items() if urgency in URGENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecords:
    """Reads and writes them. Every method raises StoreError; nothing was written then."""

    store: Store

    async def latest(self, limit: int) -> tuple[Notification, ...]:
        """Those that came last, newest first."""
        query = select(_TABLE).order_by(_TABLE.c.latest_at.desc(), _TABLE.c.id.desc()).limit(limit)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(one for row in rows if (one := _read(row)) is not None)

    async def current(self, since: datetime) -> tuple[Notification, ...]:
        """The last one of each kind and subject that waits, lasts, or ended after that time."""
        last = select(func.max(_TABLE.c.id)).group_by(_TABLE.c.kind, _TABLE.c.subject)
        query = select(_TABLE).where(
            _TABLE.c.id.in_(last),
            or_(
                _TABLE.c.ended_at.is_(None),
                _TABLE.c.ended_at > to_ms(since),
                and_(_TABLE.c.acknowledged_at.is_(None), _TABLE.c.kind.in_(_URGENT)),
            ),
        )
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(one for row in rows if (one := _read(row)) is not None)

    async def one(self, number: int) -> Notification | None:
        """That one, or None."""
        query = select(_TABLE).where(_TABLE.c.id == number)
        row = await self.store.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _read(row)

    async def keep(self, one: Notification) -> Notification:
        """Store a new one, which gets its number, or change one; one that was erased stays so."""
        if one.stored:
            columns = _columns(one)
            # who it was stays as the row has it: an erasure or a new name may have changed that
            same = _TABLE.c.acknowledged_at == columns["acknowledged_at"]
            by = case((same, _TABLE.c.acknowledged_by), else_=columns["acknowledged_by"])
            change = update(_TABLE).where(_TABLE.c.id == one.id).values({**columns, "acknowledged_by": by})
            await self.store.write(lambda connection: connection.execute(change))
            return one
        row = insert(_TABLE).values(_columns(one)).returning(_TABLE.c.id)
        number = await self.store.write(lambda connection: connection.execute(row).scalar_one())
        return replace(one, id=number)

    async def forget(self) -> int:
        """Erase all; return how many there were."""
        return await self.store.write(lambda connection: connection.execute(delete(_TABLE)).rowcount)


def _columns(one: Notification) -> Mapping[str, object]:
    return {
        "kind": one.kind.value,
        "subject": one.subject,
        "begun_at": to_ms(one.begun),
        "latest_at": to_ms(one.latest),
        "times": one.count,
        "ended_at": _ms(one.ended),
        "acknowledged_at": _ms(one.acknowledged),
        "acknowledged_by": one.by or None,
    }


def _ms(at: datetime | None) -> int | None:
    return None if at is None else to_ms(at)


def _read(row: Row[Any]) -> Notification | None:
    try:
        kind = Kind(row.kind)
    except ValueError:  # of a newer homebase, before somebody went back
        return None
    return Notification(
        id=row.id,
        kind=kind,
        subject=row.subject,
        begun=from_ms(row.begun_at),
        latest=from_ms(row.latest_at),
        count=row.times,
        ended=None if row.ended_at is None else from_ms(row.ended_at),
        acknowledged=None if row.acknowledged_at is None else from_ms(row.acknowledged_at),
        by=row.acknowledged_by or "",
    )
