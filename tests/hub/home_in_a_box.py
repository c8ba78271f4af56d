"""A whole hub in this process, wired as always, behind a gate's end of the sockets, with the lamp driver."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from hub.contract import Driver, DriverContext
from hub.daemon.config import Config, HomeConfig, LicenseConfig, RadioConfig
from hub.daemon.log import ErrorCounter
from hub.daemon.options import Options
from hub.daemon.wiring import Plan, serve
from hub.operations import House
from privacy.system import SystemClock
from tests.hub.front import Front
from tests.hub.lamp import LampDriver

PASSWORD = "correct horse battery"


@dataclass(kw_only=True)
class Home:
    """The running hub, as tests see it."""

    front: Front
    lamp: LampDriver
    house: House
    errors: ErrorCounter

    @contextlib.asynccontextmanager
    async def browser(
        self, token: str | None = None, peer: str = "127.0.0.1"
    ) -> AsyncIterator[aiohttp.ClientSession]:
        async with self.front.browser(token, peer) as session:
            yield session

    async def claim(self) -> str:
        """Set the home up; returns the owner's token."""
        body = {"token": self.front.setup_token, "password": PASSWORD}
        async with self.browser() as browser, browser.post("/api/v1/setup", json=body) as answer:
            assert answer.status == 201, await answer.text()
            return str((await answer.json())["token"])


@contextlib.asynccontextmanager
async def running_home(
    folder: Path,
    *,
    language: str = "en",
    demo: bool = False,
    newcomers: Sequence[str] = (),
    license_key: str = "",
) -> AsyncIterator[Home]:
    """Start a hub with its data in ``folder``; it is up when the body runs, and ended after it."""
    clock = SystemClock()
    lamps: list[LampDriver] = []
    houses: list[House] = []

    def load(_: str, context: DriverContext) -> Driver:
        lamps.append(LampDriver(context))
        lamps[-1].newcomers += newcomers
        return lamps[-1]

    errors = ErrorCounter(clock.monotonic)
    options = Options(state=folder, run=folder, ring=folder, config=folder / "homebase.toml", demo=demo)
    config = Config(
        home=HomeConfig(language=language),
        radio=RadioConfig(driver="lamp"),
        license=LicenseConfig(key=license_key),
    )
    plan = Plan(
        options=options,
        config=config,
        clock=clock,
        errors=errors,
        load=load,
        radio_after_s=0.0,
        built=houses.append,
    )
    async with Front(folder) as front, asyncio.TaskGroup() as tasks:
        hub = tasks.create_task(serve(plan))
        async with front.browser() as browser, browser.get("/api/v1/health") as answer:
            assert answer.status == 200
        await lamps[0].running.wait()
        while front.control is None or not front.hellos:
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        try:
            yield Home(front=front, lamp=lamps[0], house=houses[0], errors=errors)
        finally:
            hub.cancel()
