"""Parked streams: four idle ones always, one more when one wakes, slow steps when the gate refuses."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from hub.api import ParkedStreams
from hub.api.streams import MOST, PARKED
from tests.clock import ManualClock, settle


class Gate:
    """Listens; keeps or closes what connects."""

    def __init__(self) -> None:
        self.accepted: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.refuses = False

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted.append((reader, writer))
        if self.refuses:
            writer.close()


@contextlib.asynccontextmanager
async def listening(gate: Gate, path: str) -> AsyncIterator[None]:
    async with await asyncio.start_unix_server(gate, path):
        try:
            yield
        finally:
            for _, writer in gate.accepted:
                writer.transport.abort()
            await asyncio.sleep(0.01)


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data.upper())


async def _until(gate: Gate, count: int) -> None:
    async with asyncio.timeout(60):
        while len(gate.accepted) < count:
            await asyncio.sleep(0.001)


async def test_another_stream_is_parked_when_the_first_byte_comes(tmp_path: Path) -> None:
    gate, path = Gate(), str(tmp_path / "stream.sock")
    streams = ParkedStreams(path, Echo, ManualClock())
    async with listening(gate, path), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(streams.run())
        await _until(gate, PARKED)
        assert streams.idle == PARKED
        for served in range(1, 4):
            reader, writer = gate.accepted[served - 1]
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"HELLO"
            await _until(gate, PARKED + served)
            assert streams.idle == PARKED
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await run
        for reader, _ in gate.accepted:
            assert await reader.read() == b""


async def test_a_stream_that_ends_makes_room(tmp_path: Path) -> None:
    gate, path = Gate(), str(tmp_path / "stream.sock")
    streams = ParkedStreams(path, Echo, ManualClock())
    async with listening(gate, path), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(streams.run())
        # given as many browsers as there may be
        for served in range(MOST):
            await _until(gate, served + 1)
            gate.accepted[served][1].write(b"x")
        await asyncio.sleep(0.05)
        assert len(gate.accepted) == MOST
        # when one goes
        gate.accepted[0][1].close()
        # then one more is parked
        await _until(gate, MOST + 1)
        run.cancel()


async def test_a_gate_that_closes_what_connects_is_asked_ever_more_slowly(tmp_path: Path) -> None:
    gate, clock = Gate(), ManualClock()
    gate.refuses = True
    path = str(tmp_path / "stream.sock")
    streams = ParkedStreams(path, Echo, clock)
    async with listening(gate, path), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(streams.run())
        for _ in range(100):
            await asyncio.sleep(0.001)
        few = len(gate.accepted)
        assert few <= PARKED + 1
        for _ in range(60):
            await clock.advance(1.0)
            await asyncio.sleep(0.001)
        assert few < len(gate.accepted) < 120
        run.cancel()


async def test_a_gate_that_is_not_there_yet_is_found_when_it_comes(tmp_path: Path) -> None:
    gate, clock = Gate(), ManualClock()
    path = str(tmp_path / "stream.sock")
    streams = ParkedStreams(path, Echo, clock)
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(streams.run())
        await settle()
        async with listening(gate, path):
            while len(gate.accepted) < PARKED:
                await clock.advance(1.0)
                await asyncio.sleep(0.001)
            run.cancel()
