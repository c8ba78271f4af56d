"""Carries bytes between a line in the house and the pseudo terminal whose other end the hub holds.

A terminal, not a socket: it can't be connected elsewhere, takes no address and no descriptor, and tells
nothing of the machine's network (a socket made here would: SIOCGIFCONF answers for the namespace that it was
made in). Each direction holds at most a piece: who does not read stops the other side, by the kernels' own
buffers.
"""

import asyncio
import fcntl
import os
import socket
import struct
import termios
import tty
from collections.abc import Callable

from privacy.ports import Clock

PIECE = 4096
# bytes a second each way in the long run: the air carries less than half, a day of both is within the budget
RATE = 6_000
BURST = 65_536  # bytes that may pass at once
_SET_LOCK = 0x40045431  # TIOCSPTLCK, asm-generic/ioctls.h


class Terminal:
    """A pseudo terminal. near: our end, non-blocking. far: the hub's, until it is handed over."""

    def __init__(self) -> None:
        self.near, self.far = os.openpty()
        try:
            tty.setraw(self.far, termios.TCSANOW)
            os.fchmod(self.far, 0o600)
            fcntl.ioctl(self.far, termios.TIOCEXCL)
            # nobody opens it by its name in /dev/pts any more, whoever that user is
            fcntl.ioctl(self.near, _SET_LOCK, struct.pack("i", 1))
            for end in (self.near, self.far):
                os.set_blocking(end, False)
        except OSError:
            os.close(self.far)
            os.close(self.near)
            raise

    def close(self) -> None:
        """Hang up: the hub sees the end of the line."""
        os.close(self.near)


class Bucket:
    """Lets BURST bytes pass at once and RATE a second in the long run. Pure; times are monotonic seconds."""

    def __init__(self, now_s: float) -> None:
        self._left, self._at_s = float(BURST), now_s

    def take(self, size: int, now_s: float) -> float:
        """Take ``size`` bytes out; return for how many seconds to wait before they may pass."""
        self._left = min(float(BURST), self._left + (now_s - self._at_s) * RATE) - size
        self._at_s = now_s
        return max(0.0, -self._left / RATE)


class _Ended(Exception):
    def __init__(self, side: str) -> None:
        super().__init__(side)
        self.side = side


class Splice:
    """One line and one terminal until either ends. count: told each number of bytes, before they pass."""

    def __init__(self, line: socket.socket, near: int, clock: Clock, count: Callable[[int], None]) -> None:
        self._line, self._near, self._clock, self._count = line.fileno(), near, clock, count

    async def run(self) -> str:
        """Carry until one side ends; return which: ``device`` or ``hub``."""
        side = "device"
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._carry(self._line, self._near, "device", "hub"), name="stick.in")
                tasks.create_task(self._carry(self._near, self._line, "hub", "device"), name="stick.out")
        except* _Ended as ended:
            (first, *_) = ended.exceptions
            assert isinstance(first, _Ended)
            side = first.side
        return side

    def cut(self) -> None:
        """Break the line off now, before the task that carries is ended: what waits to be sent is forgotten.

        Its number stays taken until its owner closes it, so that no other file is mistaken for it.
        """
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._line)
        loop.remove_writer(self._line)
        nothing = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        try:
            os.dup2(nothing, self._line, inheritable=False)
        finally:
            os.close(nothing)

    async def _carry(self, source: int, sink: int, giver: str, taker: str) -> None:
        bucket = Bucket(self._clock.monotonic())
        while data := await _read(source):
            if (pause_s := bucket.take(len(data), self._clock.monotonic())) > 0.0:
                await self._clock.sleep(pause_s)
            self._count(len(data))
            while data:
                if (written := await _write(sink, data)) == 0:
                    raise _Ended(taker)
                data = data[written:]
        raise _Ended(giver)


async def _read(source: int) -> bytes:
    """The next bytes, at most a piece; empty at the end, whatever it was."""
    while True:
        try:
            return os.read(source, PIECE)
        except BlockingIOError:
            await _ready(
                source, asyncio.get_running_loop().add_reader, asyncio.get_running_loop().remove_reader
            )
        except OSError:  # EIO of a terminal: the other end is closed; a line that was cut or timed out
            return b""


async def _write(sink: int, data: bytes) -> int:
    """Write what is taken; 0 at the end."""
    while True:
        try:
            return os.write(sink, data)
        except BlockingIOError:
            await _ready(
                sink, asyncio.get_running_loop().add_writer, asyncio.get_running_loop().remove_writer
            )
        except OSError:
            return 0


async def _ready(descriptor: int, add: Callable[..., None], remove: Callable[[int], bool]) -> None:
    ready = asyncio.Event()
    add(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        remove(descriptor)
