"""A simulated home and the real driver on one line, in simulated time."""

import asyncio
import random
import socket
from collections.abc import Callable, Coroutine

from drivers.bidcos import BidcosDriver
from drivers.bidcos.members.records import CENTRAL_KEY, DeviceRecord, write_central, write_device
from drivers.simulator.module import Module
from drivers.simulator.world import World, WorldConfig
from hub.contract import DriverContext, Event, OpenedPort
from tests.gate import NO_GATE

from .virtual import MemoryStore, VirtualClock, VirtualLoop

CENTRAL = bytes.fromhex("2A4C6E")


class House:
    """The home, the driver, and a socket between them.

    on_event: told what the driver publishes. owned: the hub knows all devices from the beginning.
    """

    def __init__(
        self, config: WorldConfig, seed: int, on_event: Callable[[Event], None], *, owned: bool
    ) -> None:
        self.uniform = random.Random(seed).random
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._watch_line: Callable[[bytes], None] = lambda _line: None
        self.world = World(config, uniform=self.uniform, emit=self._speak, on_line=self._take_line)
        self.loop = VirtualLoop(self.world.agenda)
        self.clock = VirtualClock(self.world.agenda)
        self.store = MemoryStore(self._records(owned))
        self.driver = BidcosDriver(
            DriverContext(
                clock=self.clock,
                random_bytes=random.Random(seed + 1).randbytes,
                serial=self,
                gate=NO_GATE,
                store=self.store,
                publish=on_event,
                settings={},
            )
        )
        self._tasks: asyncio.TaskGroup | None = None

    async def open(self) -> OpenedPort:
        """The driver's end of the line, as its serial port; a module boots when its port is opened."""
        if isinstance(self.world.stick, Module):
            self.world.stick.power_on()
        return OpenedPort(descriptor=self._theirs.detach())

    def watch_lines(self, watcher: Callable[[bytes], None]) -> None:
        """Tell ``watcher`` each line that the hub writes, when it does."""
        self._watch_line = watcher

    def _records(self, owned: bool) -> dict[str, bytes]:
        records = {CENTRAL_KEY: write_central(CENTRAL)}
        for device in self.world.devices.values() if owned else ():
            blueprint = device.blueprint
            record = DeviceRecord(
                address=device.address, model=blueprint.code, firmware=blueprint.firmware,
                serial=device.serial, counter=1,
            )  # fmt: skip
            records[record.key] = write_device(record)
        return records

    def _speak(self, data: bytes) -> None:
        self._ours.send(data)
        self.loop.home.has_spoken = True

    def _take_line(self, line: bytes) -> None:
        self._watch_line(line)

    def _hear(self) -> None:
        self.world.stick.write(self._ours.recv(65_536))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Let the hub begin something, from within the home's time."""
        self.loop.call_soon(self._create, work)
        self.loop.home.has_spoken = True

    def _create(self, work: Coroutine[object, object, None]) -> None:
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(work)

    async def live(self, work: Coroutine[object, object, None]) -> None:
        """Run the driver until ``work`` is done."""
        self.loop.add_reader(self._ours.fileno(), self._hear)
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            driver = tasks.create_task(self.driver.run(), name="driver")
            try:
                await work
            finally:
                self._tasks = None
                driver.cancel()
                self.loop.remove_reader(self._ours.fileno())
                self._ours.close()
