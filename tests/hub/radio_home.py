"""A whole hub in this process with the real driver, on the stick of a simulated home of its own process."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from drivers.bidcos import BidcosDriver
from hub.contract import Driver, DriverContext, OpenedPort
from hub.daemon.config import Config, RadioConfig
from hub.daemon.log import ErrorCounter
from hub.daemon.options import Options
from hub.daemon.wiring import Plan, serve
from privacy.system import SystemClock
from tests.hub.front import Front
from tests.hub.home_in_a_box import PASSWORD
from tests.paths import ROOT

START_S = 60.0


@dataclass(frozen=True)
class Stick:
    """hub.contract.SerialPort: the simulator's pty."""

    path: Path

    async def open(self) -> OpenedPort:
        return OpenedPort(descriptor=os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))


@dataclass(frozen=True, kw_only=True)
class RadioHome:
    """A running hub with a radio. token: the owner's."""

    front: Front
    token: str

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        async with (
            self.front.browser(self.token) as browser,
            browser.request(method, "/api/v1" + path, json=body) as answer,
        ):
            return answer.status, await answer.json() if answer.status != 204 else None

    async def right(self, method: str, path: str, body: object = None) -> Any:
        """The answer to what must work."""
        status, told = await self.ask(method, path, body)
        assert status < 300, (method, path, told)
        return told

    async def teach_in(self, count: int, limit_s: float = 60.0) -> dict[str, list[str]]:
        """Open the window until so many devices are in; returns their addresses by model."""
        async with asyncio.timeout(limit_s):
            while (await self.right("GET", "/drivers"))["drivers"][0]["state"] != "ready":
                await asyncio.sleep(0.1)
            await self.right("POST", "/pairing", {"seconds": limit_s})
            while len(devices := (await self.right("GET", "/devices"))["devices"]) < count:
                await asyncio.sleep(0.2)
        await self.right("DELETE", "/pairing")
        found: dict[str, list[str]] = {}
        for device in sorted(devices, key=lambda one: str(one["address"])):
            found.setdefault(device["model"], []).append(device["address"])
        return found


@contextlib.asynccontextmanager
async def radio_home(folder: Path, *models: str) -> AsyncIterator[RadioHome]:
    """Simulator and hub until the block ends. folder: short, for sockets lie in it."""
    home = folder / "home"
    home.mkdir()
    async with on_air(folder, *models) as stick, hub_at(home, stick) as front:
        body = {"token": front.setup_token, "password": PASSWORD}
        async with front.browser() as browser, browser.post("/api/v1/setup", json=body) as answer:
            token = str((await answer.json())["token"])
        yield RadioHome(front=front, token=token)


@contextlib.asynccontextmanager
async def on_air(folder: Path, *models: str) -> AsyncIterator[Path]:
    """Simulated devices until the block ends; the stick by which they are reached."""
    air = folder / "air"
    air.mkdir()
    arguments = ("--dir", str(air), "--models", ",".join(models), "--teach-in", "--day", "none")
    simulator = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.daemon", "simulator", *arguments, cwd=ROOT
    )
    try:
        async with asyncio.timeout(START_S):
            while not (air / "stick").exists():
                await asyncio.sleep(0.05)
        yield air / "stick"
    finally:
        simulator.terminate()
        await simulator.wait()


@contextlib.asynccontextmanager
async def hub_at(folder: Path, stick: Path) -> AsyncIterator[Front]:
    """A hub with its data in ``folder``; one whose store a backup took does not die, the block ends it."""

    def load(_: str, context: DriverContext) -> Driver:
        return BidcosDriver(replace(context, serial=Stick(stick)))

    clock = SystemClock()
    plan = Plan(
        options=Options(state=folder, run=folder, ring=folder, config=folder / "homebase.toml", demo=False),
        config=Config(radio=RadioConfig(driver="bidcos")),
        clock=clock,
        errors=ErrorCounter(clock.monotonic),
        load=load,
        radio_after_s=0.0,
        die=lambda _: None,
    )
    async with Front(folder) as front, asyncio.TaskGroup() as tasks:
        hub = tasks.create_task(serve(plan))
        async with front.browser() as browser, browser.get("/api/v1/health") as answer:
            assert answer.status == 200
        while front.control is None or not front.hellos:
            await asyncio.sleep(0.01)
        try:
            yield front
        finally:
            hub.cancel()
