"""The gate's privacy parts at work in a namespace of their own: real store, real sockets, a movable clock."""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from privacy import recipients
from privacy.conversation import Handler
from privacy.gate.console.console_verbs import table
from privacy.gate.control import staging_verbs, tunnel_verbs
from privacy.gate.control.control import Control
from privacy.gate.desk import Desk, packaged_register
from privacy.gate.door.door import Door
from privacy.gate.door.upkeep import Upkeep
from privacy.gate.jailed.runtime import listen
from privacy.gate.storage.store import Store
from privacy.register import Register
from tests.lab import outside
from tests.privacy.test_payload import COLLECTED

T = TypeVar("T")


class MovableClock:
    """The real clock, moved as the test likes."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead.total_seconds()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GateAtWork:
    """Runs a Door on a thread of its own inside ``namespace``. rows: [[recipient]] of homebase.toml.

    register: another one than the package's; sockets: a folder where the hub finds control.sock, tunnel.sock.
    memory: as Store's. further: called with the door before anything runs; more questions of the hub.
    """

    def __init__(
        self,
        folder: Path,
        namespace: str,
        rows: list[dict[str, object]],
        *,
        register: Register | None = None,
        sockets: Path | None = None,
        memory: Path | None = None,
        resolver: str = outside.RESOLVER,
        further: Callable[[Door], Mapping[str, Handler]] = lambda _: {},
    ) -> None:
        self.folder, self.namespace, self.rows = folder, namespace, rows
        self.register, self.sockets = register or packaged_register(), sockets
        self.memory, self.resolver, self.further = memory, resolver, further
        self.clock = MovableClock()
        self.collected: Mapping[str, Any] = COLLECTED
        self.door: Door
        self.upkeep: Upkeep
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "GateAtWork":
        self._thread.start()
        self._ready.wait(20)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End it without a word to anybody: running transfers die with it."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(20)
        if self._failure is not None:
            raise self._failure

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        """What the console would be answered."""
        return self.answered(table(self.door)[verb], fields)

    def answered(self, handler: Handler, fields: Mapping[str, object]) -> dict[str, Any]:
        """What a verb answers, of this table or another."""

        async def answer() -> dict[str, Any]:
            reply = await handler(fields)
            assert isinstance(reply, Mapping)
            return dict(reply)

        return self.call(answer())

    def call(self, work: Coroutine[Any, Any, T], timeout_s: float = 40.0) -> T:
        """Run something on the gate's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout_s)

    def start(self, work: Coroutine[Any, Any, T]) -> "Any":
        """Start something there and return its future."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def collect(self, activity: str, groups: list[str]) -> Mapping[str, object]:
        return {"groups": {name: self.collected[name] for name in groups}}

    def _run(self) -> None:
        try:
            configuration = self.folder.parent / "resolv.conf"
            configuration.write_text(f"nameserver {self.resolver}\n")
            outside.use_resolver(configuration)
            outside.enter(self.namespace)
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        known, mistakes = recipients.read(self.rows, self.register)
        assert not mistakes
        store = Store.open(self.folder, os.urandom, self.memory)
        desk = Desk.open(store, self.register, known, self.clock, os.urandom, "0.1.0")
        self.door = Door(desk, self.collect)
        self.upkeep, further = Upkeep(self.door), self.further(self.door)
        running = {asyncio.create_task(part) for part in (self.upkeep.run(), *self._hub_sockets(further))}
        await asyncio.sleep(0.05)
        self._ready.set()
        await self._stop.wait()
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        desk.store.close()
        for task in running:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    def _hub_sockets(self, further: Mapping[str, Handler]) -> list[Coroutine[Any, Any, None]]:
        if self.sockets is None:
            return []
        tables = (tunnel_verbs.table(self.door.tunnels), staging_verbs.table(self.door), further)
        control = Control(lambda _: True, {name: verb for table in tables for name, verb in table.items()})
        return [
            control.serve(listen(self.sockets / "control.sock", 0o600)),
            self.door.tunnels.serve(listen(self.sockets / "tunnel.sock", 0o600), lambda _: True),
        ]
