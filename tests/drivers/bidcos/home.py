"""A driver and a simulated home on one manual clock: real bytes on a socket, no waiting in real time."""

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Self, TypeVar

from drivers.bidcos import BidcosDriver
from drivers.bidcos.memory.registers import ListId
from drivers.simulator.air import Conditions
from drivers.simulator.devices import memory
from drivers.simulator.devices.device import Device
from drivers.simulator.world import World, WorldConfig
from hub.contract import (
    BY_USER,
    DatapointChanged,
    DeviceAddress,
    DeviceAppeared,
    DeviceChanged,
    DeviceDescription,
    DriverContext,
    DriverStateChanged,
    Event,
    OpenedPort,
    PairingProgress,
    PairingStage,
    Query,
    StartPairing,
    StopPairing,
)
from tests.clock import ManualClock, settle
from tests.gate import NO_GATE

from .bench import MemoryStore

A = TypeVar("A")
STRANGER = b"A0C01867012345600000000D0F0F2\r\n"  # somebody's weather sensor
TURNS = 24  # of the event loop, in which a frame finds its way through the driver


class _Plug:
    """The driver's end of the line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def open(self) -> OpenedPort:
        return OpenedPort(descriptor=os.dup(self._descriptor))


class Home:
    """A world, a driver and the time of both."""

    def __init__(self, *models: str, loss: float = 0.0, records: Mapping[str, bytes] = {}) -> None:
        self.clock = ManualClock()
        self.store = MemoryStore(records)
        self.events: list[Event] = []
        self._chance = random.Random(5)
        self._near, far = socket.socketpair()
        self._near.setblocking(False)
        self._far = far
        self.world = World(
            WorldConfig(devices=len(models), models=models, conditions=Conditions(loss=loss)),
            uniform=self._chance.random,
            emit=self._emit,
            on_line=None,
        )
        self.sent: list[bytes] = []
        self.driver = self.new_driver()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._near.close()
        self._far.close()

    def new_driver(self) -> BidcosDriver:
        return BidcosDriver(
            DriverContext(
                clock=self.clock,
                random_bytes=self._chance.randbytes,
                serial=_Plug(self._far.fileno()),
                gate=NO_GATE,
                store=self.store,
                publish=self.events.append,
                settings={},
            )
        )

    def _emit(self, data: bytes) -> None:
        self._near.send(data)

    def device(self, number: int) -> Device:
        return self.world.devices[f"SIM{number:07d}"]

    def name(self, number: int) -> DeviceAddress:
        return DeviceAddress("bidcos", f"SIM{number:07d}")

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def register(self, number: int, list_id: ListId, register: int) -> int | None:
        """What a device really holds."""
        peer = list_id.peer.address + bytes((list_id.peer.channel,))
        target = memory.ListId(channel=list_id.channel, number=list_id.index, peer=peer)
        return self.device(number).memory.registers(target).get(register)

    # time

    async def wait(self, seconds: float) -> None:
        await self.until(lambda: False, seconds, fail=False)

    async def until(self, condition: Callable[[], bool], seconds: float = 60.0, *, fail: bool = True) -> None:
        end_s = self.clock.monotonic() + seconds
        await self._meet()
        while not condition():
            if self.clock.monotonic() >= end_s:
                if fail:
                    raise TimeoutError(f"not within {seconds} s: {self.events[-5:]}")
                return
            await self._step(end_s)

    async def _step(self, end_s: float) -> None:
        times = [end_s, self.world.agenda.next_s, self.clock.next_s]
        next_s = max(self.clock.monotonic(), min(at_s for at_s in times if at_s is not None))
        await self.clock.advance(next_s - self.clock.monotonic())
        await self._meet()

    async def _meet(self) -> None:
        """Let both do what is due now, until neither has anything to say."""
        while True:
            self.world.agenda.run_until(self.clock.monotonic())
            await settle(TURNS)
            try:
                data = self._near.recv(4096)
            except BlockingIOError:
                return
            self.sent += [line for line in data.split(b"\n") if line.startswith(b"As")]
            self.world.stick.write(data)

    async def wait_for(self, work: Awaitable[A], seconds: float = 60.0) -> A:
        """Let time pass until ``work`` is done; its result."""
        task = asyncio.ensure_future(work)
        try:
            await self.until(task.done, seconds)
        finally:
            if not task.done():
                task.cancel()
        return await task

    async def ask(self, query: Query[A], seconds: float = 60.0) -> A:
        return await self.wait_for(self.driver.ask(query, BY_USER), seconds)

    # what people do

    async def pair(self, *numbers: int) -> None:
        """Teach these in, one after the other."""
        for number in numbers:
            for _ in range(5):  # as people do: once more when nothing happened
                if not self.is_paired(number):
                    await self.pair_once(number)
            assert self.is_paired(number), self.events[-3:]
        await self.driver.execute(StopPairing(interface="bidcos"))
        await self.wait(6.0)  # their lists are read meanwhile

    async def pair_once(self, number: int, seconds: float = 4.0) -> None:
        """Open the window, press its teach-in button, wait."""
        await self.driver.execute(StartPairing(interface="bidcos", seconds=300))
        self.device(number).teach_in()
        await self.until(lambda: self.is_paired(number), seconds, fail=False)

    def pending(self, number: int) -> bool:
        """Something waits for it to wake, as the driver says."""
        told = [
            event.datapoint.value
            for event in self.events
            if isinstance(event, DatapointChanged)
            and str(event.datapoint.id) == f"{self.name(number)}:0.CONFIG_PENDING"
        ]
        return bool(told and told[-1])

    def description(self, number: int) -> DeviceDescription:
        """What the driver says of it."""
        return next(
            event.description
            for event in reversed(self.events)
            if isinstance(event, DeviceAppeared | DeviceChanged)
            and event.description.address == self.name(number)
        )

    def is_paired(self, number: int) -> bool:
        return any(
            isinstance(event, PairingProgress)
            and event.stage is PairingStage.PAIRED
            and event.device == self.name(number)
            for event in self.events
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The driver runs until the block ends; then another one may begin, as after a restart."""
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(self.driver.run())
            count = len(self.of(DriverStateChanged))
            while len(self.of(DriverStateChanged)) == count:  # the start-up waits in real time
                await self.wait(0.05)
                self._emit(STRANGER)  # unless a frame shows that the stick listens
                await asyncio.sleep(0.01)
            yield
            task.cancel()

    def restart(self) -> None:
        """A new process with the old store."""
        self.driver = self.new_driver()


@asynccontextmanager
async def home(*models: str, loss: float = 0.0, paired: bool = True) -> AsyncIterator[Home]:
    """A running home of these models, numbered from 1, which are all ours already."""
    with Home(*models, loss=loss) as place:
        place.world.power_on()
        async with place.running():
            if paired:
                await place.pair(*range(1, len(models) + 1))
            yield place
