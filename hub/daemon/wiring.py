"""Builds the hub and connects its parts; the only module that knows them all. No decisions.

Order: store → people and rooms → gate → streams. The radio comes last: nobody waits for it.
"""

import asyncio
import gc
import logging
from collections.abc import Iterator

from aiohttp import web

from hub.api import ParkedStreams, make_app
from hub.core import Settings, Store
from hub.home.access import Access
from hub.home.records import Records
from hub.home.rooms import Rooms
from hub.home.sessions import Sessions
from hub.operations import House
from privacy.client import GateClient, GateDeclined, GateLost
from privacy.ports import Clock

from .config import Config
from .hub import VERSION, Options
from .log import ErrorCounter
from .system import random_bytes

log = logging.getLogger(__name__)


async def serve(options: Options, config: Config, clock: Clock, errors: ErrorCounter) -> None:
    """Run the hub until cancelled.

    Raises:
        StoreError, ConfigError: it can't start.
    """
    async with Store(options.state, random_bytes) as store:
        records = Records(store=store)
        sessions = Sessions(records, clock, random_bytes)
        access = Access(records, Settings(store), sessions, clock, random_bytes)
        rooms = Rooms(records)
        await access.load()
        await rooms.load()
        house = House(version=VERSION, clock=clock, access=access, rooms=rooms)
        gate = GateClient(options.run / "control.sock")
        runner = web.AppRunner(
            make_app(house, language=config.home.language), handle_signals=False, access_log=None
        )
        await runner.setup()
        assert runner.server is not None  # made by setup
        streams = ParkedStreams(str(options.run / "stream.sock"), runner.server, clock)
        gc.collect()
        gc.freeze()  # what start-up made lives until the end: no collection has to look at it again
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_keep_gate(gate, access, clock), name="hub.gate")
                tasks.create_task(streams.run(), name="hub.streams")
        finally:
            await runner.cleanup()
            access.close()


async def _keep_gate(gate: GateClient, access: Access, clock: Clock) -> None:
    """Stay connected with the gate; without one the home goes on."""

    async def claimed() -> None:
        try:
            await gate.claimed()
        except (GateLost, GateDeclined):
            log.warning("gate.not_told")  # hello says it at the next connection

    for pause_s in _pauses():
        try:
            await gate.connect()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(gate.run(), name="gate.run")
                welcome = await gate.hello(version=VERSION, claimed=access.claimed)
                access.expect(welcome.setup_token, claimed)
                log.info("gate.connected")
        except* (GateLost, GateDeclined) as lost:
            log.warning("gate.lost", extra={"reason": str(lost.exceptions[0])})
        await clock.sleep(pause_s)


def _pauses() -> Iterator[float]:
    pause_s = 0.1
    while True:
        yield pause_s
        pause_s = min(pause_s * 2.0, 5.0)
