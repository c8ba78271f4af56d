"""The carrying between a line and the hub's terminal: both ways, bounded, and broken off at once."""

import asyncio
import os
import socket
import termios
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.network.inside_line import BUFFER, open_line
from privacy.gate.stick.splice import BURST, PIECE, RATE, Bucket, Splice, Terminal
from privacy.inside import read_address
from privacy.system import SystemClock
from tests.clock import ManualClock

WAIT_S = 30.0
# what the kernel may hold on the way: the terminal's own pages, both sockets' buffers, a piece in our hands
ON_THE_WAY = 1 << 20


@dataclass
class Way:
    """device: the far socket. hub: the terminal's far end. counted: bytes that were told."""

    splice: Splice
    device: socket.socket
    hub: int
    counted: list[int] = field(default_factory=list)
    ended: "asyncio.Task[str] | None" = None

    async def read_hub(self, size: int) -> bytes:
        return await read(lambda: os.read(self.hub, size), size)

    async def read_device(self, size: int) -> bytes:
        return await read(lambda: self.device.recv(size), size)


async def read(once: Callable[[], bytes], size: int) -> bytes:
    """``size`` bytes, or what came before the end."""
    data = b""
    async with asyncio.timeout(WAIT_S):
        while len(data) < size:
            try:
                piece = once()
            except BlockingIOError:
                await asyncio.sleep(0.001)
                continue
            if not piece:
                break
            data += piece
    return data


@asynccontextmanager
async def carrying(clock: ManualClock | SystemClock | None = None) -> AsyncIterator[Way]:
    listening = socket.create_server(("127.0.0.1", 0))
    entry = read_address(f"tcp://127.0.0.1:{listening.getsockname()[1]}")
    line = await open_line(entry, "lo")
    device, _ = listening.accept()
    listening.close()
    device.setblocking(False)
    terminal = Terminal()
    counted: list[int] = []
    way = Way(
        Splice(line, terminal.near, clock or SystemClock(), counted.append), device, terminal.far, counted
    )
    async with asyncio.TaskGroup() as tasks:
        way.ended = tasks.create_task(way.splice.run())
        yield way
        way.ended.cancel()
    for close in (line.close, terminal.close, device.close, lambda: os.close(terminal.far)):
        with suppress(OSError):
            close()


async def test_every_byte_passes_unchanged_both_ways_and_is_counted() -> None:
    everything = bytes(range(256)) * 8
    async with carrying() as way:
        way.device.send(everything)
        assert await way.read_hub(len(everything)) == everything
        os.write(way.hub, everything)
        assert await way.read_device(len(everything)) == everything
        assert sum(way.counted) == 2 * len(everything)


async def test_the_hub_sees_a_pulled_stick_when_the_device_closes() -> None:
    async with carrying() as way:
        way.device.close()
        assert way.ended is not None
        async with asyncio.timeout(WAIT_S):
            assert await way.ended == "device"


async def test_the_line_ends_when_the_hub_lets_go() -> None:
    async with carrying() as way:
        os.close(way.hub)
        assert way.ended is not None
        async with asyncio.timeout(WAIT_S):
            assert await way.ended == "hub"


async def flood(write: Callable[[], int]) -> int:
    """Write until nothing is taken for a while; return how much was."""
    taken, idle = 0, 0
    async with asyncio.timeout(WAIT_S):
        while idle < 50:
            try:
                taken += write()
                idle = 0
            except BlockingIOError:
                idle += 1
                await asyncio.sleep(0.002)
    return taken


async def test_a_device_that_floods_a_hub_that_does_not_read_is_stopped() -> None:
    async with carrying(FreeClock()) as way:
        taken = await flood(lambda: way.device.send(bytes(1 << 16)))
        assert 0 < taken < ON_THE_WAY * 6  # the sender's own buffer is the machine's, up to 4 MiB
        assert sum(way.counted) < ON_THE_WAY
        # and it goes on from there when the hub reads
        before = sum(way.counted)
        await way.read_hub(4 * PIECE)
        async with asyncio.timeout(WAIT_S):
            while sum(way.counted) <= before:
                await asyncio.sleep(0.001)


async def test_a_hub_that_floods_a_device_that_does_not_read_is_stopped() -> None:
    async with carrying(FreeClock()) as way:
        way.device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        taken = await flood(lambda: os.write(way.hub, bytes(PIECE)))
        assert 0 < taken < ON_THE_WAY * 8


class FreeClock(SystemClock):
    """On which no waiting takes time: what is left to stop a flood are the buffers."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


async def test_a_flood_that_is_read_passes_at_the_rate_of_a_radio() -> None:
    clock = ManualClock()
    async with carrying(clock) as way:
        way.device.setblocking(True)
        sending = asyncio.get_running_loop().run_in_executor(None, send_all, way.device, BURST + 4 * PIECE)
        assert len(await way.read_hub(BURST)) == BURST  # no time has passed
        async with asyncio.timeout(WAIT_S):
            while not clock.sleeping:
                await asyncio.sleep(0.001)
        stopped_at = sum(way.counted)
        assert BURST - PIECE <= stopped_at <= BURST
        await clock.advance(PIECE / RATE)
        await way.read_hub(1)
        assert stopped_at < sum(way.counted) <= stopped_at + PIECE
        way.splice.cut()
        await sending


def send_all(device: socket.socket, size: int) -> None:
    with suppress(OSError):
        device.sendall(bytes(size))


async def test_a_cut_breaks_the_line_off_with_all_that_waits() -> None:
    async with carrying(FreeClock()) as way:
        await flood(lambda: os.write(way.hub, bytes(PIECE)))
        way.splice.cut()
        # nothing of us has run since, and the other side is reset: what waited here never comes
        received = 0
        way.device.setblocking(True)
        way.device.settimeout(WAIT_S)
        with suppress(ConnectionResetError):
            while data := way.device.recv(1 << 16):
                received += len(data)
            pytest.fail("the line ended in peace")
        assert received < sum(way.counted)


async def test_without_the_cut_what_waits_still_leaves() -> None:
    """The control: a plain close delivers what the kernel holds."""
    async with carrying(FreeClock()) as way:
        await flood(lambda: os.write(way.hub, bytes(PIECE)))
        assert way.ended is not None
        line = way.splice
        with socket.socket(fileno=os.dup(line._line)) as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes(8))
            again.shutdown(socket.SHUT_WR)
        received = len(await way.read_device(1 << 30))
        assert received >= sum(way.counted) - PIECE


async def test_the_terminal_is_raw_private_and_opened_by_nobody_else() -> None:
    terminal = Terminal()
    name = os.ttyname(terminal.far)
    assert os.fstat(terminal.far).st_mode & 0o777 == 0o600
    assert termios.tcgetattr(terminal.far)[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == 0
    for path in (name, f"/proc/self/fd/{terminal.far}"):
        with pytest.raises(OSError, match=r"busy|Input/output error"):
            os.open(path, os.O_RDWR | os.O_NOCTTY)
    terminal.close()
    os.close(terminal.far)
    near, far = os.openpty()  # the control: any other one is opened by its name
    os.close(os.open(Path(os.ttyname(far)), os.O_RDWR | os.O_NOCTTY))
    os.close(near)
    os.close(far)


@given(st.lists(st.tuples(st.integers(1, PIECE), st.floats(0.0, 30.0)), max_size=60))
def test_in_the_long_run_no_more_than_the_rate_passes(pieces: list[tuple[int, float]]) -> None:
    now_s, passed, bucket = 0.0, 0, Bucket(0.0)
    for size, idle_s in pieces:
        now_s += idle_s
        now_s += bucket.take(size, now_s)  # whoever takes waits as told
        passed += size
        assert passed <= BURST + RATE * now_s + 1.0
