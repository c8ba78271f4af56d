"""Builds the gate and connects its parts. No decisions.

The hub has been started by start.py. Here the sockets serve, the simulator starts, then comes the ready line.
"""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from sqlcipher3 import dbapi2 as sqlcipher

from privacy.conversation import ANSWER_TIME_S, Handler, Reply
from privacy.gate.answers.api import Sessions, guarded
from privacy.gate.config import GateConfig
from privacy.gate.console.console import Console, console_peer
from privacy.gate.control import control_verbs, staging_verbs, tunnel_verbs
from privacy.gate.control.control import Control
from privacy.gate.door.door import Door
from privacy.gate.door.strangers import Strangers
from privacy.gate.door.upkeep import Upkeep
from privacy.gate.front.access_log import FLUSH_S, AccessLog
from privacy.gate.front.checks import loopback
from privacy.gate.front.connection import House
from privacy.gate.front.exchange import CONSOLE, Endpoint, Request
from privacy.gate.front.files import AppFiles
from privacy.gate.front.front import Front, Routes, address_of
from privacy.gate.front.relay import Relay
from privacy.gate.front.setup_token import SetUpToken
from privacy.gate.front.streams import ParkedStreams
from privacy.gate.jailed.children import GaveUp, keep
from privacy.gate.jailed.jail import JailError
from privacy.gate.jailed.jails import Installation
from privacy.gate.jailed.programs import Begun, Program, simulator_program
from privacy.gate.jailed.runtime import Places, listen
from privacy.gate.jailed.users import ACCOUNT, other_user
from privacy.gate.machine import board
from privacy.gate.machine.groups import first
from privacy.gate.machine.later import Later
from privacy.gate.machine.output import say
from privacy.gate.machine.peer import why_not_jailed
from privacy.gate.machine.process import tell_systemd
from privacy.gate.opening import Opened
from privacy.gate.phones import phone_front, relay_verbs
from privacy.gate.phones.phone_front import Place
from privacy.gate.stick.serial_door import ConfiguredPort, SimulatedStick
from privacy.gate.storage.store import StoreError
from privacy.ledger import Kind
from privacy.system import SystemClock, give_back, random_bytes
from privacy.version import VERSION

if TYPE_CHECKING:
    from privacy.gate.asked import Asked
    from privacy.gate.backups.backups import Backups
    from privacy.gate.lan.lan import Lan
    from privacy.gate.updates.updates import Updates

log = logging.getLogger(__name__)


EXIT_ISOLATION, EXIT_INTERRUPTED = 77, 130
CANARY_EVERY_S = 600.0  # between two ledger entries of a greeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a gate is started with; ``serve`` closes ``opened``. devices, speed: of the demo's simulated home.

    named_home: what commands have to say to find this home, "--run DIR"; "" when they find it by themselves.
    control, streams, tunnels: listen for the hub. hub: None under systemd, where it is a unit of its own, as
    the user ``homebase-hub``; begun: its first start. demo: with a simulated home.
    """

    places: Places
    installed: Installation
    config: GateConfig
    listening: socket.socket
    control: socket.socket
    streams: socket.socket
    tunnels: socket.socket
    opened: Opened
    hub: Program | None
    begun: Begun | None
    demo: bool
    devices: int
    speed: float
    named_home: str = ""


class _Stopped(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def serve(start: Start, announce: Callable[[str], None]) -> int:
    """Run the house until a signal or a final failure; return the exit code. announce: says one line."""
    code = 0
    try:
        async with asyncio.TaskGroup() as tasks:
            _Gate(start).run(tasks, announce)
    except* _Stopped as stopped:
        code = first(stopped).code
    except* GaveUp as gave_up:
        code = first(gave_up).code
    except* JailError as failure:
        say(f"homebase: {first(failure)}")
        code = EXIT_ISOLATION
    finally:
        start.opened.desk.store.close()
    return code


class _Gate:
    """The parts, introduced to each other."""

    def __init__(self, start: Start) -> None:
        self._start, self._clock = start, SystemClock()
        self._site = loopback(start.listening.getsockname()[1])
        self._port = ConfiguredPort(start.config.serial, say)
        self._stick = SimulatedStick(start.places.simulator_state / "stick", start.places.stick)
        self._token = SetUpToken(random_bytes)
        self._canary_told_s: float | None = None
        self._hub_pid = None if start.begun is None else start.begun.jailed.pid
        self._hub_user = other_user(ACCOUNT) if start.hub is None else None
        self._streams = ParkedStreams(self._is_hub)
        self._door = Door(start.opened.desk, self._collect)
        self._strangers = Strangers(self._door, start.places.state, partial(self._ask_hub, "files"))
        self._strangers.look_first()
        self._enter_devices()
        self._lan = _lan(start, self._clock)
        rows = start.opened.store.another_connection()
        self._access_log = AccessLog(rows, self._clock, sqlcipher.DatabaseError)
        self._door.deliveries.load_posts = self._asked
        self._backups_wanted = asyncio.Event()
        own = Later(lambda: self._asked().own())
        self._control = Control(
            self._is_hub,
            Later(lambda: self._asked().hub(), {**self._questions(), **phone_front.table(own)}),
        )
        sessions = Sessions(self._streams)
        routes = Routes(
            AppFiles(relays=partial(relay_verbs.allowed_hosts, start.opened.desk)).answer,
            _trust(self._lan),
            Later(lambda: {place: guarded(sessions, one.roles, one.answer) for place, one in own.items()}),
        )
        self._front = Front(
            House(
                port=start.listening.getsockname()[1],
                find=routes.find,
                streams=self._streams,
                record=self._access_log.record,
            )
        )
        self._console = Console(Later(lambda: self._asked().console(), {"status": self._tell_status}))

    def _enter_devices(self) -> None:
        """What the owner entered in the house counts; most homes have neither, and load neither."""
        start, own_port = self._start, self._start.listening.getsockname()[1]
        if start.config.stick is not None and not start.demo:
            from privacy.gate.stick.network_door import NetworkStick  # noqa: PLC0415 - see above

            self._door.ways.stick = NetworkStick(start.config.stick, start.opened.desk, say, own_port)
        if start.config.devices:
            from privacy.gate.tunnels.devices import Devices  # noqa: PLC0415 - see above

            self._door.tunnels.devices = Devices(start.config.devices, start.opened.desk, own_port)

    def _asked(self) -> "Asked":
        """What people ask for, from their first question on."""
        return self._rooms

    @cached_property
    def _rooms(self) -> "Asked":
        from privacy.gate.asked import Asked, Asking  # noqa: PLC0415 - a home at rest is asked nothing

        asking = Asking(
            door=self._door,
            ask_hub=self._ask_hub,
            origins=self._origins,
            link=self._site.address,
            named_home=self._start.named_home,
            status=self._status(),
            forget_log=self._access_log.forget,
            backups=self._backups,
            updates=lambda: self._updates,
        )
        return Asked(asking)

    @cached_property
    def _backups(self) -> "Backups":
        from privacy.gate.backups.backups import Backups  # noqa: PLC0415 - see _keep_backups

        self._backups_wanted.set()
        return Backups(
            desk=self._start.opened.desk,
            ask=self._ask_hub,
            settings=self._start.config.backup,
            version=VERSION,
            cut=self._door.withdrawing.end_all,
            zone=lambda: self._door.zone,
            far=self._door.far.door,
        )

    @cached_property
    def _updates(self) -> "Updates":
        from privacy.gate.updates.updates import Updates  # noqa: PLC0415 - most homes ask for no updates

        return Updates(self._door, self._start.config.updates, self._start.places.console)

    def run(self, tasks: asyncio.TaskGroup, announce: Callable[[str], None]) -> None:
        """Start everything in ``tasks``."""
        start = self._start
        console, home = (listen(start.places.console / name, 0o600) for name in ("console.sock", "home.sock"))
        tell_systemd("READY=1")
        tasks.create_task(self._control.serve(start.control), name="gate.control")
        tasks.create_task(self._streams.serve(start.streams), name="gate.streams")
        serving = self._door.tunnels.serve(start.tunnels, self._is_hub)
        tasks.create_task(serving, name="gate.tunnels")
        programs = list(self._start_programs(tasks))
        for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, EXIT_INTERRUPTED)):
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
            tasks.create_task(_stop_at(stop, code, programs), name=f"gate.{number.name}")
        tasks.create_task(self._console.serve(console), name="gate.console")
        tasks.create_task(self._front.serve(start.listening, address_of), name="gate.front")
        tasks.create_task(self._front.serve(home, console_peer), name="gate.home")
        if self._lan is not None:
            tasks.create_task(self._lan.run(self._front), name="gate.lan")
        tasks.create_task(self._keep_access_log(), name="gate.access_log")
        tasks.create_task(Upkeep(self._door, self._strangers.look).run(), name="gate.privacy")
        tasks.create_task(self._keep_backups(), name="gate.backups")
        if start.config.updates is not None:
            tasks.create_task(self._updates.run(), name="gate.updates")
        if self._door.ways.stick is not None:
            tasks.create_task(self._door.ways.stick.run(), name="gate.stick")
        tasks.create_task(self._ready(announce), name="gate.ready")

    def _start_programs(self, tasks: asyncio.TaskGroup) -> Iterator[asyncio.Task[None]]:
        start = self._start
        if start.hub is not None:
            program = replace(start.hub, started=partial(self._hub_started, start.hub.started))
            yield tasks.create_task(keep(program, self._clock, start.begun), name="gate.hub")
        if start.demo:
            program = simulator_program(
                start.installed,
                start.places,
                self._stick.belongs_to,
                devices=start.devices,
                speed=start.speed,
            )
            yield tasks.create_task(keep(program, self._clock), name="gate.simulator")

    async def _keep_backups(self) -> None:
        """From the start where they have a place, else from people's first question on."""
        if not self._start.config.backup.folder and not self._door.far.names():
            await self._backups_wanted.wait()
        await self._backups.run()

    # who is the hub

    def _hub_started(self, then: Callable[[int], None] | None, pid: int) -> None:
        self._hub_pid = pid
        if then is not None:
            then(pid)

    def _is_hub(self, connection: socket.socket) -> bool:
        """In a jail, and the very process that we started; where systemd did, the hub's own user."""
        if (reason := why_not_jailed(connection, self._hub_pid, user=self._hub_user)) is not None:
            log.error("hub.refused", extra={"reason": reason})
        return reason is None

    # what the jailed may ask

    def _origins(self) -> tuple[str, ...]:
        """Of the app for phones at home: on this machine, and in the home's network where that is served."""
        there = None if self._lan is None else self._lan.site
        return tuple(site.origin for site in (self._site, there) if site is not None)

    def _questions(self) -> Mapping[str, Handler]:
        return {
            "hello": self._hello,
            "claimed": self._token.claimed,
            "serial.open": self._open_serial,
            "board": board.answer,
            **control_verbs.table(self._door),
            **tunnel_verbs.table(self._door.tunnels),
            **staging_verbs.table(self._door),
        }

    async def _hello(self, question: Mapping[str, object]) -> Mapping[str, object] | Reply:
        """Only a hub that was seen in its jail gets here, and only after its canary found no way out."""
        answer = await self._token.hello(question)
        now_s = self._clock.monotonic()
        if self._canary_told_s is not None and now_s - self._canary_told_s < CANARY_EVERY_S:
            return answer  # a hub that greets without end writes no book full
        self._canary_told_s = now_s
        try:
            await self._door.desk.record(Kind.CANARY, {"program": "hub", "jailed": True, "out": False})
        except StoreError as error:
            log.warning("canary.unwritten", extra={"code": error.code})
        return answer

    async def _collect(self, activity: str, groups: list[str]) -> Mapping[str, object]:
        return await self._control.ask("collect", activity=activity, groups=groups)

    async def _ask_hub(
        self, question: str, within_s: float = ANSWER_TIME_S, /, **fields: object
    ) -> dict[str, object]:
        return await self._control.ask(question, within_s, **fields)

    async def _open_serial(self, question: Mapping[str, object]) -> Reply:
        if self._door.ways.stick is not None:
            return await self._door.ways.stick.open()
        return self._stick.open() if self._start.demo else self._port.open()

    def _status(self) -> Mapping[str, object]:
        """network: whom the front is for, this machine alone or the home's network too."""
        return {"version": VERSION, "jailed": True, "network": "loopback" if self._lan is None else "home"}

    async def _tell_status(self, question: Mapping[str, object]) -> Mapping[str, object]:
        unknown = list(self._door.desk.closures.strangers)
        return {**self._status(), "port": self._start.listening.getsockname()[1], "unknown_files": unknown}

    async def _keep_access_log(self) -> None:
        try:
            while True:
                await self._clock.sleep(FLUSH_S)
                self._access_log.flush()
        finally:
            self._access_log.flush()

    async def _ready(self, announce: Callable[[str], None]) -> None:
        health = Request(method="GET", path="/api/v1/health", query="", headers=(), peer=CONSOLE)
        relay = Relay(self._streams)
        while (await relay.ask(health)).status != 200:
            await self._clock.sleep(0.02)
        relay.close()
        token = await self._token.for_owner()
        in_network = "" if self._lan is None else await self._lan.address()
        address = self._site.address
        way = f"{in_network} and {address}" if in_network else address
        announce(f"homebase ready: {way}" + (f"#setup={token}" if token else ""))
        give_back()


def _lan(start: Start, clock: SystemClock) -> "Lan | None":
    if start.config.lan is None or not start.config.lan.on:
        return None
    from privacy.gate.lan.lan import Lan  # noqa: PLC0415 - it loads TLS

    return Lan(start.config.lan, start.places.gate_state, clock, random_bytes, say)


def _trust(lan: "Lan | None") -> Mapping[Place, Endpoint]:
    if lan is None:
        return {}
    from privacy.gate.lan import trust  # noqa: PLC0415 - it loads every name of HTML's characters

    return trust.table(lan)


async def _stop_at(stop: asyncio.Event, code: int, programs: Sequence[asyncio.Task[None]]) -> None:
    """Stop in order: the hub says goodbye while stick and sockets are still there."""
    await stop.wait()
    for program in programs:
        program.cancel()
        await asyncio.wait([program])
    raise _Stopped(code)
