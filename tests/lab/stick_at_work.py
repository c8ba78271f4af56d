"""The gate's door to a stick in the network, at work in a namespace: real store and lines, a fast watch."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

from privacy.gate.desk import Desk, packaged_register
from privacy.gate.door.door import Door
from privacy.gate.stick.network_door import NetworkStick
from privacy.gate.storage import book
from privacy.gate.storage.store import Store
from privacy.inside import InsideEntry
from privacy.ledger import content_of
from privacy.system import SystemClock
from tests.lab import outside
from tests.lab.home_network import PORT, RESOLVER, STICK, STICK_MAC

T = TypeVar("T")
FASTER = 100.0  # it looks every 0.1 s who is at the address


class FastClock(SystemClock):
    def monotonic(self) -> float:
        return super().monotonic() * FASTER

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / FASTER)


class StickAtWork:
    """Serves on a thread of its own inside ``namespace`` until the block ends."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self.folder, self.namespace = folder, namespace
        self.said: list[str] = []
        self.door: Door
        self.stick: NetworkStick
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "StickAtWork":
        self._thread.start()
        self._ready.wait(30)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def do(self, work: Callable[[], Awaitable[T]]) -> T:
        async def run() -> T:
            return await work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    def enter(self, address: str = STICK, mac: str = STICK_MAC, port: int = PORT) -> None:
        """Let this be the owner's entry, unchecked: what the configuration would refuse as well."""
        self.stick.entry = InsideEntry(address=ip_address(address), port=port, mac=mac)
        self.stick.enter()

    def open(self) -> int:
        """Ask as the hub does; raises Declined."""
        descriptor = self.do(self.stick.open).descriptor
        assert descriptor is not None
        return descriptor

    def entries(self, kind: str) -> list[dict[str, Any]]:
        rows = self.do(lambda: self.door.desk.store.read(lambda tx: list(book.walk(tx))))
        told = [dict(content) for row in rows if (content := content_of(row)) is not None]
        return [dict(one["data"]) for one in told if one["kind"] == kind]  # type: ignore[arg-type]

    def _run(self) -> None:
        try:
            self.folder.mkdir(exist_ok=True)
            configuration = self.folder.parent / "resolv.conf"
            configuration.write_text(f"nameserver {RESOLVER}\n")
            outside.use_resolver(configuration)
            outside.enter(self.namespace)
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            self._failure = error
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        store = Store.open(self.folder, os.urandom)
        desk = Desk.open(store, packaged_register(), {}, FastClock(), os.urandom, "0.1.0")
        self.door = Door(desk, _nothing)
        entry = InsideEntry(address=ip_address(STICK), port=PORT, mac=STICK_MAC)
        self.stick = self.door.ways.stick = NetworkStick(entry, desk, self.said.append, 1)
        running = asyncio.create_task(self.stick.run())
        await asyncio.sleep(0)
        self._ready.set()
        await self._stop.wait()
        running.cancel()
        await asyncio.wait({running})
        desk.store.close()


async def _nothing(activity: str, groups: list[str]) -> dict[str, object]:
    return {}
