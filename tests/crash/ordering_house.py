"""Orders for a sleeping thermostat, given to the real driver over and over, killed and cut meanwhile."""

import asyncio
import os
from pathlib import Path

from drivers.bidcos import BidcosDriver
from hub.contract import DeviceAddress, DriverContext, DriverStateChanged, Event, SetValue
from hub.contract.causes import IN_BACKGROUND
from hub.core import DriverRecords, Store
from tests.crash.hub_house import verify
from tests.drivers.bidcos.bench import SWITCH, PlayedStick, Port, RealClock, paired
from tests.gate import NO_GATE

CHANNEL = DeviceAddress("bidcos", "SIM0000001").channel(4)
LEAST, STEP = 5.0, 1e-6  # degrees: each number is an order of its own, and none is out of range


class OrderingHouse:
    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def open(self, state: Path, run: Path) -> None:
        del run
        self._runner.run(self._open(state))

    async def _open(self, state: Path) -> None:
        self._store = await Store(state, os.urandom).__aenter__()
        records = DriverRecords(self._store, "bidcos")
        if not await records.load():
            await records.save(paired("HM-CC-RT-DN"))
        self._ready = asyncio.Event()
        self._driver = BidcosDriver(
            DriverContext(
                clock=RealClock(),
                random_bytes=os.urandom,
                serial=Port(PlayedStick()),
                gate=NO_GATE,
                store=records,
                publish=self._hear,
                settings={},
            )
        )
        self._running = asyncio.ensure_future(self._driver.run())
        await self._ready.wait()
        await asyncio.sleep(0)  # what waited waits again

    def _hear(self, event: Event) -> None:
        if isinstance(event, DriverStateChanged):
            self._ready.set()

    def values(self) -> dict[str, int]:
        return self._runner.run(self._values())

    async def _values(self) -> dict[str, int]:
        await self._store.read(verify)
        waiting = self._driver._orders.waiting(SWITCH)
        return {"order": round((float(waiting[0].value) - LEAST) / STEP)} if waiting else {}

    def keys(self) -> tuple[str, ...]:
        return ("order",)

    def set(self, key: str, number: int) -> None:
        del key
        command = SetValue(channel=CHANNEL, parameter="SET_TEMPERATURE", value=LEAST + number * STEP)
        self._runner.run(self._driver.execute(command, IN_BACKGROUND))  # urgent ones cost a burst first

    def close(self) -> None:
        self._runner.run(self._close())
        self._runner.close()

    async def _close(self) -> None:
        self._running.cancel()
        await asyncio.wait([self._running])
        await self._store.__aexit__(None, None, None)
