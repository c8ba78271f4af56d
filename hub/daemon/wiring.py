"""Builds the hub and connects its parts; the only module that knows them all. No decisions.

Order: store → people and rooms → state → door → gate, streams, radio. Nobody waits for the radio.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from hub.api import Beside, ByName, EventStream, ParkedStreams, make_app
from hub.contract import Driver, DriverContext, SerialPort
from hub.core import (
    Bus,
    DeviceRecords,
    Dispatcher,
    DriverBoard,
    DriverRecords,
    History,
    HistoryConfig,
    Intake,
    Registry,
    Settings,
    State,
    Store,
    StoreHolder,
    schema,
    settle_garbage,
    supervise_all,
)
from hub.home.access import Access
from hub.home.account import Account
from hub.home.demo import Demo
from hub.home.details import Details
from hub.home.installation import Installation
from hub.home.license import read_key
from hub.home.moments import Moments
from hub.home.notifications.centre import Notifications, Sources
from hub.home.notifications.people_records import PeopleRecords
from hub.home.notifications.records import NotificationRecords
from hub.home.notifications.teller import Gate, Teller
from hub.home.records import Records
from hub.home.replacements import Replacements
from hub.home.rights import Rights
from hub.home.rooms import Rooms
from hub.home.sessions import Sessions
from hub.operations import ChannelTexts, House
from privacy.client import GateClient
from privacy.ports import Clock
from privacy.system import give_back, random_bytes

from .backup import RESTART_AFTER_S, Backup
from .config import Config
from .diagnosis import Diagnosis, unknown_files
from .direct_serial import DirectSerialPort
from .drivers import GateSerialPort, LoadDriver, load_driver
from .erasure import deregister, erase, whose
from .figures import Figures
from .gate_link import board_serial, clock_held, keep_connected, keep_time
from .log import ErrorCounter
from .options import VERSION, Options
from .owner import Owner
from .past import Past
from .phone_desk import LatePhones, questions
from .remote_home import PATH as SESSION_PATH
from .remote_home import RemoteHome

DAYS_PER_YEAR = 365.25
SETTLE_S = 2.0
EXIT_RESTORED = 75  # EX_TEMPFAIL of sysexits.h; the gate and systemd take it as a planned restart
LAST_ANSWERS_S = 2.0  # for requests that are being answered when the hub ends; the gate waits 5 s for all
Live = Callable[[], Coroutine[None, None, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a hub is built from. radio_after_s: who waits at the door is served before drivers are loaded."""

    options: Options
    config: Config
    clock: Clock
    errors: ErrorCounter
    load: LoadDriver = load_driver
    radio_after_s: float = 0.2
    built: Callable[[House], None] = lambda _: None  # told the house before it lives; for tests and benches
    die: Callable[[int], object] = os._exit  # ends the process at once, when a backup took the store's place


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What was built. lives: run side by side until the hub ends."""

    house: House
    phones: LatePhones
    lives: Mapping[str, Live]


async def serve(plan: Plan) -> None:
    """Run the hub until cancelled.

    Raises:
        StoreError, ConfigError: it can't start.
    """
    gate = GateClient(plan.options.run / "control.sock")
    async with (
        Store(plan.options.state, random_bytes) as store,
        _furnished(plan, store, gate) as parts,
        _door(plan, parts, store, gate) as lives,
    ):
        plan.built(parts.house)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_settle(plan.clock), name="hub.settle")
            tasks.create_task(keep_connected(gate, parts.house.access, plan.clock, VERSION), name="hub.gate")
            tasks.create_task(keep_time(gate, parts.house.moments, plan.clock), name="hub.time")
            for name, live in (*lives.items(), *parts.lives.items()):
                tasks.create_task(live(), name=name)


@asynccontextmanager
async def _furnished(plan: Plan, store: Store, gate: GateClient) -> AsyncIterator[Parts]:
    """The home with all that it remembers; what waits is written at the end."""
    clock, config = plan.clock, plan.config
    kept = DeviceRecords(store, clock)
    past = History(
        store,
        clock,
        ring_path=plan.options.ring / "values.ring",
        random_bytes=random_bytes,
        config=HistoryConfig(
            raw_days=config.history.raw_days, means_days=round(config.history.mean_years * DAYS_PER_YEAR)
        ),
    )
    registry, state = Registry(), State()
    registry.restore(await kept.load())
    holder = StoreHolder(store, past, clock, partial(clock_held, gate), config.notifications.keep_days)
    restored = await past.start()
    await holder.load()
    # history outlives a device; its last value does not
    state.restore(value for value in restored if value.id.channel.device in registry.devices)
    try:
        records = Records(store=store)
        settings = Settings(store)
        sessions = Sessions(records, clock, random_bytes)
        access = Access(records, settings, sessions, clock, random_bytes)
        rooms = Rooms(records)
        await access.load()
        await rooms.load()
        replacements = Replacements(records, rooms, past, clock)
        await replacements.load()
        installation = Installation(
            Details(store=store, table=schema.installation),
            clock,
            random_bytes,
            partial(board_serial, gate),
            read_key(config.license.key),
        )
        await installation.load()
        phones, moments = LatePhones(), Moments(clock, lambda: installation.zone)
        board = DriverBoard((config.radio.driver,), clock.now())
        bus = Bus()
        rights = Rights(holder, past, access, rooms, registry, state)
        sources = Sources(bus=bus, registry=registry, moments=moments, restricted=lambda: rights.restricted)
        notifications = Notifications(NotificationRecords(store=store), sources, clock)
        await notifications.load()
        way_out = Gate(ask=gate.ask, name=rooms.name_of, zone=lambda: moments.zone)
        teller = _teller(notifications, PeopleRecords(store), way_out, rights, clock)
        rights.installation_erased = installation.erased
        intake = Intake(
            bus=bus, registry=registry, state=state, board=board, record=past.record, keep=kept.keep
        )
        drivers = {config.radio.driver: _driver(plan, store, gate, intake)}
        house = House(
            version=VERSION,
            called=config.home.name,
            clock=clock,
            access=access,
            rooms=rooms,
            replacements=replacements,
            bus=bus,
            registry=registry,
            state=state,
            dispatcher=Dispatcher(registry, drivers, kept.flush),
            board=board,
            history=past,
            channels=ChannelTexts(),
            rights=rights,
            account=Account(Details(store=store, table=schema.account), clock),
            installation=installation,
            phones=phones,
            moments=moments,
            notifications=notifications,
            teller=teller,
        )
        _answer_gate(plan, gate, house, drivers)
        put_back = asyncio.Event()
        for question, answer in Backup(store, kept.flush, put_back.set).questions().items():
            gate.on_request(question, answer)
        lives: dict[str, Live] = {
            "hub.history": past.run,
            "hub.sweep": holder.run,
            "hub.devices": kept.run,
            "hub.notifications": notifications.run,
            "hub.teller": teller.run,
            "hub.restored": partial(_end_restored, plan, put_back),
            "hub.drivers": partial(_drive, plan, drivers.values(), intake),
        }
        if plan.options.demo:
            lives["hub.demo"] = _demo(plan, house, settings).furnish
        yield Parts(house=house, phones=phones, lives=lives)
    finally:
        try:
            await kept.flush()
        finally:
            await past.close()


def _teller(
    notifications: Notifications, people: PeopleRecords, gate: Gate, rights: Rights, clock: Clock
) -> Teller:
    """Whoever tells people, told itself of what was erased or has another name."""
    rights.notifications_erased = notifications.erased
    rights.told_people_changed = people.forget
    rights.person_renamed = notifications.renamed
    return Teller(notifications, people, gate, clock)


def _driver(plan: Plan, store: Store, gate: GateClient, intake: Intake) -> Driver:
    name = plan.config.radio.driver
    serial: SerialPort = GateSerialPort(gate)
    if plan.options.serial_direct:
        serial = DirectSerialPort(serial, plan.config.radio.port)
    context = DriverContext(
        clock=plan.clock,
        random_bytes=random_bytes,
        serial=serial,
        gate=gate,
        store=DriverRecords(store, name),
        publish=intake.publish,
        settings={"port": plan.config.radio.port, "kind": plan.config.radio.kind},
    )
    return plan.load(name, context)


def _answer_gate(plan: Plan, gate: GateClient, house: House, drivers: Mapping[str, Driver]) -> None:
    diagnosis = Diagnosis(
        house=house,
        drivers=drivers,
        errors=plan.errors,
        state=plan.options.state,
        started_s=plan.clock.monotonic(),
    )
    figures = Figures(
        house=house, errors=plan.errors, state=plan.options.state, started_s=diagnosis.started_s
    )
    past = Past(house=house)
    collect = past.collect_or(Owner(house=house).collect_or(figures.collect_or(diagnosis.collect)))
    gate.on_request("collect", collect)
    gate.on_request("files", partial(unknown_files, plan.options.state))
    gate.on_request("whose", partial(whose, house.rights))
    gate.on_request("erase", partial(erase, house.rights))
    gate.on_request("deregister", partial(deregister, house.rights))


def _demo(plan: Plan, house: House, settings: Settings) -> Demo:
    return Demo(
        rooms=house.rooms,
        settings=settings,
        registry=house.registry,
        dispatcher=house.dispatcher,
        board=house.board,
        bus=house.bus,
        clock=house.clock,
        interface=plan.config.radio.driver,
        language=plan.config.home.language,
    )


@asynccontextmanager
async def _door(
    plan: Plan, parts: Parts, store: Store, gate: GateClient
) -> AsyncIterator[Mapping[str, Live]]:
    house = parts.house
    events, language = EventStream(house), plan.config.home.language
    app = make_app(house, events, language=language)
    by_name = Beside(house, ByName(house, events, language=language), gate.ask)
    remote = RemoteHome(house, by_name, store, gate, parts.phones, plan.radio_after_s)
    app.router.add_get(SESSION_PATH, remote.serve)
    for question, answer in (*questions(parts.phones).items(), *remote.questions().items()):
        gate.on_request(question, answer)
    runner = web.AppRunner(app, handle_signals=False, access_log=None, shutdown_timeout=LAST_ANSWERS_S)
    await runner.setup()
    assert runner.server is not None  # made by setup
    streams = ParkedStreams(str(plan.options.run / "stream.sock"), runner.server, plan.clock)
    try:
        yield {
            "hub.streams": partial(_admit, house.access, streams),
            "hub.events": events.run,
            "hub.remote": remote.run,
        }
    finally:
        await runner.cleanup()
        house.access.close()


async def _admit(access: Access, streams: ParkedStreams) -> None:
    """Browsers come in once the gate's word is here: its ready line invites whoever has the token."""
    await access.wait_until_told()
    await streams.run()


async def _drive(plan: Plan, drivers: Collection[Driver], intake: Intake) -> None:
    await plan.clock.sleep(plan.radio_after_s)  # loading driver code takes the interpreter 50 ms
    await supervise_all(drivers, plan.clock, intake.publish)


async def _end_restored(plan: Plan, restored: asyncio.Event) -> None:
    """What is known here is another home's by now: leave without a word, the gate starts the next."""
    await restored.wait()
    await plan.clock.sleep(RESTART_AFTER_S)
    plan.die(EXIT_RESTORED)


async def _settle(clock: Clock) -> None:
    """Begin to collect garbage once the first who waited are served; looking at all takes 50 ms, once."""
    await clock.sleep(SETTLE_S)
    settle_garbage()
    gc.enable()
    give_back()
