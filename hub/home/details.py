"""Details of the account or the installation in the store: a row per field that is known.

With records.py the only file of hub/home that knows SQL. Every write is on disk when it returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.sqlite import insert as upsert

from hub.core.store import Store

from .records import to_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One table of field and value.

    Every method raises StoreError when the store can't do it; nothing was written then.
    """

    store: Store
    table: Table

    async def all(self) -> Mapping[str, str]:
        """What is known."""
        query = select(self.table.c.field, self.table.c.value)
        rows = await self.store.read(lambda connection: connection.execute(query).all())
        return {row.field: row.value for row in rows}

    async def change(self, changes: Mapping[str, str], at: datetime) -> None:
        """Set fields in one transaction; an empty value removes its field."""

        def job(connection: Connection) -> None:
            for field, value in changes.items():
                connection.execute(delete(self.table).where(self.table.c.field == field))
                if value:
                    row = upsert(self.table).values(field=field, value=value, changed_at=to_ms(at))
                    connection.execute(row)

        if changes:
            await self.store.write(job)
