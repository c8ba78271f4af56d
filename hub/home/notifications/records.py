"""Notifications in the store's table. Every write is on disk when it returns."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, delete, insert, select, update

from hub.core import schema
from hub.core.store import Store

from ..records import from_ms, to_ms
from .kinds import Kind
from .model import Notification

_TABLE = schema.notifications


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRecords:
    """Reads and writes them. Every method raises StoreError; nothing was written then."""

    store: Store

    async def latest(self, limit: int) -> tuple[Notification, ...]:
        """Those that came last, newest first."""
        query = select(_TABLE).order_by(_TABLE.c.latest_at.desc(), _TABLE.c.id.desc()).limit(limit)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return tuple(one for row in rows if (one := _read(row)) is not None)

    async def keep(self, one: Notification) -> Notification:
        """Store a new one, which gets its number, or change one; one that was erased stays so."""
        if one.id:
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
