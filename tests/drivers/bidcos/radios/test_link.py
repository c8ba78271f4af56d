"""The serial link on real descriptors."""

import asyncio
import os
import termios

import pytest

from drivers.bidcos.radios.link import MAX_UNWRITTEN, SerialLink
from hub.contract import LinkLost, OpenedPort

from ..bench import PlayedStick, Port, RealClock


class GivenPort:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def open(self) -> OpenedPort:
        return OpenedPort(descriptor=self._descriptor)


async def test_the_port_is_raw_and_bytes_pass_both_ways_unchanged() -> None:
    stick = PlayedStick()
    async with SerialLink(Port(stick), RealClock()) as link:
        local_flags = termios.tcgetattr(link._descriptor)[3]
        assert not local_flags & (termios.ECHO | termios.ICANON | termios.ISIG)
        os.write(stick.master, b"\x03\x00\xffA\r\n")
        data, _ = await link.read()
        assert data == b"\x03\x00\xffA\r\n"
        link.write(b"V\n")
        await asyncio.sleep(0.05)
        assert stick.lines[-1][1] == b"V"
    stick.pull()


async def test_what_is_no_terminal_is_refused_and_closed() -> None:
    reader, writer = os.pipe()
    with pytest.raises(LinkLost, match="port_denied"):
        await SerialLink(GivenPort(reader), RealClock()).__aenter__()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(reader)
    os.close(writer)


async def test_a_stick_that_takes_nothing_is_lost_and_memory_stays_bounded() -> None:
    master, slave = os.openpty()
    async with SerialLink(GivenPort(slave), RealClock()) as link:

        def flood() -> None:
            for _ in range(100_000):
                link.write(b"As" + b"0" * 60 + b"\n")

        with pytest.raises(LinkLost, match="silent"):
            flood()
        assert len(link._unwritten) <= MAX_UNWRITTEN
        with pytest.raises(LinkLost, match="silent"):
            await link.read()
    os.close(master)
