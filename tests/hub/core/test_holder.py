import asyncio
import os
from datetime import timedelta
from pathlib import Path

import msgspec
from sqlalchemy import insert, select

from hub.contract import DeviceAppeared
from hub.core import DeviceRecords, DriverRecords, History, Settings, Store, StoreHolder, schema
from hub.core.holdings import COPY_DAYS
from hub.core.upgrade import copy_name
from privacy.ports import Holder
from tests.clock import START, ManualClock
from tests.hub.core.home import DESCRIPTION, value


async def test_an_export_has_every_table_and_no_secret_and_a_sweep_ends_sessions(tmp_path: Path) -> None:
    clock = ManualClock(START + timedelta(days=2))
    async with Store(tmp_path, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        holder: Holder = StoreHolder(store, history, clock)
        await Settings(store).put("language", "de")
        await DriverRecords(store, "bidcos").save({"key": b"radio-key"})
        devices = DeviceRecords(store, clock)
        devices.keep(DeviceAppeared(description=DESCRIPTION))
        await devices.flush()
        person = {"id": 1, "name": "Owner", "role": "owner", "password_hash": "argon-hash", "created_at": 0}
        session = {
            "token_hash": b"token-hash",
            "person": 1,
            "role": "owner",
            "created_at": 0,
            "expires_at": 5,
        }
        await store.write(lambda c: c.execute(insert(schema.rooms).values(name="Kitchen")))
        await store.write(lambda c: c.execute(insert(schema.people).values(**person)))
        await store.write(lambda c: c.execute(insert(schema.sessions).values(**session)))
        for number in range(1500):
            history.record(value(number, at=START + timedelta(seconds=number)))
        await history.flush(snapshot=True)
        await history.sweep(clock.now())

        records = [record async for record in holder.export()]
        text = msgspec.json.encode(records).decode()
        assert {str(record["table"]) for record in records} == set(schema.metadata.tables) - {
            "alembic_version"
        }
        assert not any(secret in text for secret in ("argon-hash", "token-hash", "radio-key"))
        assert msgspec.json.decode(msgspec.json.encode(records))
        values = [record["value"] for record in records if record["table"] == "history"]
        assert values == list(range(1500))

        assert await holder.sweep(clock.now()) == 1
        assert not [record async for record in holder.export() if record["table"] == "sessions"]
        assert {holding.name for holding in holder.holdings()} >= {"hub.people", "hub.history"}


async def test_it_sweeps_at_the_start_and_each_hour(tmp_path: Path) -> None:
    clock = ManualClock()
    async with Store(tmp_path, os.urandom) as store, asyncio.TaskGroup() as tasks:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        await history.start()
        run = tasks.create_task(StoreHolder(store, history, clock).run())
        for number in range(3):
            history.record(value(number, at=clock.now() - timedelta(days=31)))
            await history.flush()
            async with asyncio.timeout(10):
                while await store.read(lambda c: c.execute(select(schema.history)).all()):
                    await asyncio.sleep(0.01)
                while not clock.sleeping:
                    await asyncio.sleep(0.01)
                await clock.advance(3600)
        run.cancel()


async def test_a_copy_from_before_an_upgrade_goes_after_thirty_days(tmp_path: Path) -> None:
    clock = ManualClock()
    async with Store(tmp_path, os.urandom) as store:
        history = History(store, clock, ring_path=None, random_bytes=os.urandom)
        holder = StoreHolder(store, history, clock)
        copy = copy_name(store.path, "0000")
        copy.write_bytes(b"before an upgrade")
        os.utime(copy, times=(clock.now().timestamp(),) * 2)
        await clock.advance(COPY_DAYS * 86400 - 1)
        assert (await holder.sweep(clock.now()), copy.exists()) == (0, True)
        await clock.advance(2)
        assert (await holder.sweep(clock.now()), copy.exists()) == (1, False)
