"""Builds the hub and connects its parts; the only module that knows them all. No decisions.

Order: store → people and rooms → state → door → gate, streams, radio. Nobody waits for the radio.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from aiohttp import web

from hub.api import EventStream, ParkedStreams, make_app
from hub.contract import DatapointId, Driver, DriverContext
from hub.core import (
    Bus,
    Dispatcher,
    DriverBoard,
    DriverRecords,
    Intake,
    Registry,
    Settings,
    State,
    Store,
    supervise_all,
)
from hub.home.access import Access
from hub.home.records import Records
from hub.home.rooms import Rooms
from hub.home.sessions import Sessions
from hub.operations import House
from privacy.client import GateClient, GateDeclined, GateLost
from privacy.ports import Clock

from .config import Config
from .drivers import GateSerialPort, LoadDriver, load_driver
from .options import VERSION, Options
from .system import random_bytes

log = logging.getLogger(__name__)

Live = Callable[[], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a hub is built from."""

    options: Options
    config: Config
    clock: Clock
    load: LoadDriver = load_driver


async def serve(plan: Plan) -> None:
    """Run the hub until cancelled.

    Raises:
        StoreError, ConfigError: it can't start.
    """
    gate = GateClient(plan.options.run / "control.sock")
    async with Store(plan.options.state, random_bytes) as store:
        house, live = await _furnish(plan, store, gate)
        events = EventStream(house)
        async with _door(plan, house, events) as streams:
            gc.collect()
            gc.freeze()  # what the start made lives until the end: no collection looks at it again
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_keep_gate(gate, house.access, plan.clock), name="hub.gate")
                tasks.create_task(streams.run(), name="hub.streams")
                tasks.create_task(events.run(), name="hub.events")
                tasks.create_task(live(), name="hub.drivers")


async def _furnish(plan: Plan, store: Store, gate: GateClient) -> tuple[House, Live]:
    """Make the home's parts and read what they remember; the second is the drivers' life."""
    clock, name = plan.clock, plan.config.radio.driver
    records = Records(store=store)
    access = Access(records, Settings(store), Sessions(records, clock, random_bytes), clock, random_bytes)
    rooms = Rooms(records)
    await access.load()
    await rooms.load()
    bus, registry, state, board = Bus(), Registry(), State(), DriverBoard((name,), clock.now())
    intake = Intake(
        bus=bus, registry=registry, state=state, board=board, record=lambda _: None, keep=lambda _: None
    )
    context = DriverContext(
        clock=clock,
        random_bytes=random_bytes,
        serial=GateSerialPort(gate),
        store=DriverRecords(store, name),
        publish=intake.publish,
        settings={"port": plan.config.radio.port},
    )
    drivers: dict[str, Driver] = {name: plan.load(name, context)}
    house = House(
        version=VERSION,
        clock=clock,
        access=access,
        rooms=rooms,
        bus=bus,
        registry=registry,
        state=state,
        dispatcher=Dispatcher(registry, drivers),
        board=board,
        read_history=_no_past,
    )
    return house, partial(supervise_all, drivers.values(), clock, intake.publish)


@asynccontextmanager
async def _door(plan: Plan, house: House, events: EventStream) -> AsyncIterator[ParkedStreams]:
    app = make_app(house, events, language=plan.config.home.language)
    runner = web.AppRunner(app, handle_signals=False, access_log=None)
    await runner.setup()
    assert runner.server is not None  # made by setup
    try:
        yield ParkedStreams(str(plan.options.run / "stream.sock"), runner.server, plan.clock)
    finally:
        await runner.cleanup()
        house.access.close()


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


class _NoPast:
    resolution_s = 60.0
    points: tuple[tuple[int, float, float, float], ...] = ()


async def _no_past(_: DatapointId, __: datetime, ___: datetime, ____: int) -> _NoPast:
    return _NoPast()


def _pauses() -> Iterator[float]:
    pause_s = 0.1
    while True:
        yield pause_s
        pause_s = min(pause_s * 2.0, 5.0)
