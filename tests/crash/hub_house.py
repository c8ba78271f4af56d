"""The hub's store, driver records and history as a house to kill."""

import asyncio
import os
from pathlib import Path

from sqlalchemy import Connection, text

from hub.contract import DeviceAddress
from hub.core import DriverRecords, History, Settings, Store
from tests.clock import ManualClock
from tests.crash.house import BATCH, FAST
from tests.hub.core.home import value

CHANNEL = DeviceAddress("bidcos", "SIM0000001").channel(1)
PAD = "x" * 3000  # so that the write-ahead log fills up and checkpoints happen in a short run


class HubHouse:
    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._clock = ManualClock()

    def open(self, state: Path, run: Path) -> None:
        self._runner.run(self._open(state, run))

    async def _open(self, state: Path, run: Path) -> None:
        self._store = await Store(state, os.urandom).__aenter__()
        self._settings = Settings(self._store)
        self._records = DriverRecords(self._store, "bidcos")
        self._history = History(self._store, self._clock, ring_path=run / "ring", random_bytes=os.urandom)
        self._restored = await self._history.start()

    def values(self) -> dict[str, int]:
        return self._runner.run(self._values())

    async def _values(self) -> dict[str, int]:
        found = {key: int.from_bytes(number, "big") for key, number in (await self._records.load()).items()}
        for key in ("setting.a", "setting.b", "setting.c", BATCH):
            setting = await self._settings.get(key)
            if isinstance(setting, list):
                found[key] = int(setting[0])
        for datapoint in self._restored:
            found[FAST + datapoint.id.parameter] = int(datapoint.value)
        await self._store.read(verify)
        return found

    def keys(self) -> tuple[str, ...]:
        return ("setting.a", "record.a", "fast.A", "setting.b", "fast.B", "record.b", "setting.c", BATCH)

    def set(self, key: str, number: int) -> None:
        self._runner.run(self._set(key, number))

    async def _set(self, key: str, number: int) -> None:
        if key.startswith(FAST):
            self._history.record(value(number, of=CHANNEL.datapoint(key.removeprefix(FAST))))
        elif key.startswith("record."):
            await self._records.save({key: number.to_bytes(8)})
        else:
            if key == BATCH:
                await self._history.flush()
            await self._settings.put(key, [number, PAD])

    def close(self) -> None:
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        await self._history.close()
        await self._store.__aexit__(None, None, None)


def verify(connection: Connection) -> None:
    for pragma in ("integrity_check", "foreign_key_check"):
        rows = connection.execute(text(f"PRAGMA {pragma}")).all()
        if [tuple(row) for row in rows] not in ([("ok",)], []):
            raise AssertionError(f"{pragma}: {rows[:3]}")
