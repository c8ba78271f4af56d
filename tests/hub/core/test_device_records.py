import asyncio
import os
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select, update

from hub.contract import DeviceAppeared, DeviceChanged, DeviceRemoved
from hub.core import DeviceRecords, Store, schema
from tests.clock import ManualClock
from tests.hub.core.home import DESCRIPTION, DEVICE


async def test_a_device_comes_back_whole(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        records = DeviceRecords(store, ManualClock())
        records.keep(DeviceAppeared(description=DESCRIPTION))
        await records.flush()
        await records.flush()
        assert await records.load() == [DESCRIPTION]


async def test_a_new_description_leaves_name_and_room_alone_and_removal_takes_all(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        records = DeviceRecords(store, ManualClock())
        records.keep(DeviceAppeared(description=DESCRIPTION))
        await records.flush()
        await store.write(lambda c: c.execute(update(schema.devices).values(name="Lamp")))
        newer = replace(DESCRIPTION, firmware="2.0")
        records.keep(DeviceChanged(description=newer))
        await records.flush()
        assert await store.read(lambda c: c.execute(select(schema.devices.c.name)).scalars().all()) == [
            "Lamp"
        ]
        assert await records.load() == [newer]
        records.keep(DeviceRemoved(device=DEVICE))
        await records.flush()
        assert await records.load() == []


async def test_a_row_that_can_not_be_read_does_not_stop_the_start(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        row = {"address": "bidcos:OLD", "description": b'{"model": 7}'}
        await store.write(lambda c: c.execute(insert(schema.devices).values(**row)))
        assert await DeviceRecords(store, ManualClock()).load() == []


async def test_what_is_noted_is_written_soon(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store, asyncio.TaskGroup() as tasks:
        records = DeviceRecords(store, ManualClock())
        run = tasks.create_task(records.run())
        records.keep(DeviceAppeared(description=DESCRIPTION))
        async with asyncio.timeout(60):
            while await records.load() != [DESCRIPTION]:
                await asyncio.sleep(0.01)
        run.cancel()
