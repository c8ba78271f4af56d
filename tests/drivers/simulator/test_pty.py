import array
import asyncio
import contextlib
import fcntl
import os
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.simulator import system
from drivers.simulator.line import Line
from drivers.simulator.pty import Port
from drivers.simulator.world import World, WorldConfig


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@contextlib.contextmanager
def opened(link: Path) -> Iterator[int]:
    fd = os.open(link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(fd)
    yield fd
    os.close(fd)


async def read_line(fd: int) -> bytes:
    data = b""
    end_s = time.monotonic() + 5
    while not data.endswith(b"\r\n"):
        assert time.monotonic() < end_s, data
        with contextlib.suppress(BlockingIOError):
            data += os.read(fd, 100)
        await asyncio.sleep(0.002)
    return data


def home(folder: Path) -> Line:
    line = Line(Port(folder / "stick"), system.monotonic)
    line.start(
        World(
            WorldConfig(devices=1),
            uniform=system.chance(1),
            emit=line.emit,
            on_line=line.take,
            now_s=system.monotonic(),
        )
    )
    return line


async def test_a_host_meets_a_stick_and_pairs_over_the_pty(folder: Path) -> None:
    line = home(folder)
    with opened(folder / "stick") as fd:
        os.write(fd, b"\nV\n")
        assert (await read_line(fd)).startswith(b"V 1.")
        os.write(fd, b"X21\nAr\n")
        await asyncio.sleep(0.05)
        device = line.world.devices["SIM0000001"]
        device.teach_in()
        line.step()
        info = await read_line(fd)
        assert info[:1] == b"A"
        assert bytes.fromhex(info[21:].decode().strip())[3:13] == b"SIM0000001"
        os.write(fd, b"As1001A001123456510001" + b"00050000000000\n")
        assert b"80021234".replace(b"1234", b"510001123456") in await read_line(fd)
    line.stop()


async def test_a_pulled_stick_hangs_up_and_comes_back_behind_the_same_link(folder: Path) -> None:
    # given a host on the line
    line = home(folder)
    with opened(folder / "stick") as fd:
        # when the stick is pulled
        line.pull()

        # then the link is gone and the host's descriptor is at its end
        assert not (folder / "stick").is_symlink()
        try:
            end = os.read(fd, 10)
        except OSError:
            end = b""
        assert end == b""
    line.plug()
    with opened(folder / "stick") as fd:
        os.write(fd, b"V\n")
        assert (await read_line(fd)).startswith(b"V ")
    line.stop()
    assert not line.port.is_plugged


async def test_what_nobody_reads_is_dropped_not_kept(folder: Path) -> None:
    line = home(folder)
    for _ in range(2000):
        line.emit(b"A" + b"0" * 40 + b"\r\n")
    assert line.port.has_pending
    line.port.flush(system.monotonic() + 2.0)
    assert line.port.dropped > 1000
    line.stop()


async def test_a_dead_hosts_exclusive_use_does_not_lock_the_next_one_out(folder: Path) -> None:
    line = home(folder)
    with opened(folder / "stick") as fd:
        fcntl.ioctl(fd, termios.TIOCEXCL)
    await asyncio.sleep(0.6)
    with opened(folder / "stick") as fd:
        assert array.array("i", fcntl.ioctl(fd, 0x80045440, bytes(4))) == array.array("i", [0])  # TIOCGEXCL
    line.stop()
