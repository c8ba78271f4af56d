"""Canaries planted wherever the home keeps data: all found before an erasure, none after, however one looks.

Looked at with the keys: every page of both stores, free ones too, both write-ahead logs, copies, the ring,
and what was logged. CANARIES=500 in script/nightly.
"""

import asyncio
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, update
from sqlcipher3 import dbapi2 as sqlcipher

from hub.contract import DeviceAppeared
from hub.core import DeviceRecords, History, Store, StoreHolder, schema
from hub.core.ring import read_ring
from hub.core.upgrade import copy_name
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.access_log import AccessLog
from privacy.gate.front.connection import Access
from privacy.gate.storage import records
from privacy.gate.storage.records import Outgoing, Sent
from privacy.gate.storage.store import Transaction
from privacy.rights import Scope
from privacy.vocabulary import DataCategory
from tests.clock import ManualClock
from tests.hub.core.home import DESCRIPTION, DEVICE, value
from tests.privacy import house
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.at_the_door import opened

COUNT = int(os.environ.get("CANARIES", "50"))
CANARIES = [f"canary-{number:04}-{os.urandom(6).hex()}" for number in range(COUNT)]
KINDS = ("room", "device", "person", "value", "renamed", "ring", "sent", "outbox", "access", "waiting")


def of(kind: str) -> list[str]:
    """Every kind of place gets its share."""
    return CANARIES[KINDS.index(kind) :: len(KINDS)]


@pytest.mark.obligation("T2-e")
@pytest.mark.timeout(600)
async def test_every_canary_is_found_before_an_erasure_and_none_after_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub, gate = tmp_path / "hub", tmp_path / "gate"
    hub.mkdir()
    gate.mkdir()
    clock = ManualClock()
    async with Store(hub, os.urandom) as store, opened(gate) as door:
        history = History(store, clock, ring_path=hub / "values.ring", random_bytes=os.urandom)
        await history.start()
        holder = StoreHolder(store, history, clock)
        await _plant_hub(store, history, clock)
        ring_key = store.derive_key(b"ring")
        log = await _plant_gate(door, clock)

        def seen() -> bytes:
            files = everything_in(hub / "hub.db", (hub / "hub.key").read_bytes())
            files += everything_in(gate / "gate.db", (gate / "key").read_bytes())
            for copy in hub.glob("hub-before-upgrade-*.db"):
                files += everything_in(copy, (hub / "hub.key").read_bytes())
            ring = b"".join(read_ring(hub / "values.ring", ring_key).records)
            waiting = repr(log._waiting).encode()
            return files + ring + waiting + caplog.text.encode()

        before = await asyncio.to_thread(seen)
        lost = [one for one in CANARIES if one.encode() not in before]
        assert lost == []  # the control: whoever has the keys reads each of them

        await holder.erase_people()
        effects = await holder.erase(Scope())
        effects += await GateHolder(door.desk, log.forget).erase(Scope())

        after = await asyncio.to_thread(seen)
        assert [one for one in CANARIES if one.encode() in after] == []
        assert {one.holding for one in effects if one.erased} >= {
            "hub.rooms",
            "hub.devices",
            "hub.history",
            "hub.copies",
            "gate.sent",
            "gate.outbox",
            "gate.access_log",
        }
        await history.close()


async def _plant_hub(store: Store, history: History, clock: ManualClock) -> None:
    kept = DeviceRecords(store, clock)
    kept.keep(DeviceAppeared(description=DESCRIPTION))
    await kept.flush()

    def rows(connection: Connection) -> None:
        for name in of("room"):
            connection.execute(insert(schema.rooms).values(name=name))
        for number, name in enumerate(of("device")):
            connection.execute(insert(schema.devices).values(address=f"bidcos:X{number}", name=name))
        for number, name in enumerate(of("person"), start=1):
            person = {"id": number, "name": name, "role": "owner" if number == 1 else "guest"}
            connection.execute(insert(schema.people).values(**person, password_hash="x", created_at=0))
        # a room whose name was long and is short now: the old one lies on a page that nobody uses
        for name in of("renamed"):
            connection.execute(insert(schema.rooms).values(id=None, name=name * 300))

    await store.write(rows)
    rename = update(schema.rooms).where(schema.rooms.c.name.like("canary%canary%")).values(name="y")
    await store.write(lambda connection: connection.execute(rename))
    for number, text in enumerate(of("value")):
        at = clock.now() + timedelta(seconds=number)
        point = DEVICE.channel(1).datapoint(f"TEXT_{number}")
        history.record(value(text, of=point, at=at, category=DataCategory.PRESENCE))
    await history.flush(snapshot=True)
    copy = copy_name(store.path, "0001")
    engine = store._engine
    assert engine is not None

    def aside() -> None:
        raw = engine.raw_connection()
        raw.cursor().execute("VACUUM INTO ?", (str(copy),))
        raw.close()

    await store._run(aside)
    for number, text in enumerate(of("ring")):
        at = clock.now() + timedelta(seconds=100 + number)
        point = DEVICE.channel(1).datapoint(f"RING_{number}")
        history.record(value(text, of=point, at=at, category=DataCategory.CLIMATE))


async def _plant_gate(door: Door, clock: ManualClock) -> AccessLog:
    at = door.desk.time.instant()

    def rows(tx: Transaction) -> None:
        for number, text in enumerate(of("sent")):
            records.keep_sent(tx, _sent(f"s{number}", text.encode(), at.at))
        for number, text in enumerate(of("outbox")):
            records.keep_outgoing(
                tx,
                Outgoing(
                    transfer=f"o{number}",
                    grant_id=1,
                    groups=frozenset(),
                    sha256=house.SHA,
                    body=text.encode() * 50,
                    delete_by=at.at,
                    first=at.at,
                    next=at.at,
                    attempts=0,
                ),
            )

    await door.desk.store.write(rows)
    log = AccessLog(door.desk.store._store.another_connection(), clock, sqlcipher.DatabaseError)
    for text in of("access"):
        log.record(Access(ip="192.0.2.7", file=f"/{text}", status=200, referrer=""))
    log.flush()
    for text in of("waiting"):
        log.record(Access(ip="192.0.2.7", file=f"/{text}", status=200, referrer=""))
    return log


def _sent(transfer: str, body: bytes, at: datetime) -> Sent:
    return Sent(
        transfer=transfer,
        activity=house.ACTIVITY,
        recipient="support",
        ticket="T-1",
        sha256=house.SHA,
        body=body,
        at=at,
        delete_by=at,
        running_by_s=1.0,
        result="delivered",
        receipt=None,
    )
