"""Relays and their slots in the store. Every write is on disk when it returns.

A slot's phone is a reference: it goes with the phone's row, and the slot stays taken, which is burned.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from hub.core import Store, schema


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRow:
    """A relay as it is stored. tls_port, wss_port: of MQTT over TLS and over WebSocket; 0: not offered.

    password: of the hub's own user.
    """

    name: str
    host: str
    tls_port: int
    wss_port: int
    route: bytes
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A slot as it is stored. taken: it was handed out; phone: that has it."""

    relay: str
    number: int
    password: str
    taken: bool
    phone: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayRecords:
    """Reads and writes of both tables. Every method raises StoreError when the store can't do it."""

    store: Store

    async def relays(self) -> Sequence[RelayRow]:
        """All relays, oldest first."""
        table = schema.relays
        rows = await self.store.read(lambda connection: connection.execute(select(table)).all())
        return [
            RelayRow(
                name=row.name,
                host=row.host,
                tls_port=row.tls_port,
                wss_port=row.wss_port,
                route=bytes(row.route),
                password=row.password,
            )
            for row in sorted(rows, key=lambda row: row.id)
        ]

    async def slots(self) -> Sequence[SlotRow]:
        """All slots, by relay and number."""
        slots, relays = schema.relay_slots, schema.relays
        joined = select(relays.c.name, slots).join(relays, relays.c.id == slots.c.relay)
        ordered = joined.order_by(slots.c.relay, slots.c.number)
        rows = await self.store.read(lambda connection: connection.execute(ordered).all())
        return [
            SlotRow(
                relay=row.name,
                number=row.number,
                password=row.password,
                taken=bool(row.taken),
                phone=None if row.phone is None else bytes(row.phone),
            )
            for row in rows
        ]

    async def put(self, relay: RelayRow, slots: Sequence[SlotRow]) -> None:
        """Keep a new relay with its slots."""
        values = {
            "name": relay.name,
            "host": relay.host,
            "tls_port": relay.tls_port,
            "wss_port": relay.wss_port,
            "route": relay.route,
            "password": relay.password,
        }

        def write(connection: Connection) -> None:
            connection.execute(insert(schema.relays).values(**values))
            _put(connection, slots)

        await self.store.write(write)

    async def put_slots(self, slots: Sequence[SlotRow]) -> None:
        """Keep slots of known relays."""
        if slots:
            await self.store.write(lambda connection: _put(connection, slots))

    async def remove(self, name: str) -> None:
        """Erase a relay with its slots."""
        gone = delete(schema.relays).where(schema.relays.c.name == name)
        await self.store.write(lambda connection: connection.execute(gone).rowcount)


def _put(connection: Connection, slots: Sequence[SlotRow]) -> None:
    table = schema.relays
    known = {row.name: row.id for row in connection.execute(select(table.c.id, table.c.name)).all()}
    for slot in slots:
        if slot.relay not in known:
            continue  # it was removed meanwhile
        values = {"password": slot.password, "taken": int(slot.taken), "phone": slot.phone}
        row = insert(schema.relay_slots).values(relay=known[slot.relay], number=slot.number, **values)
        connection.execute(row.on_conflict_do_update(set_=values))
