"""The line to the radio: the one file of this driver that does I/O.

Gets an open descriptor from the gate (the jail has no tty): a serial port, which is set to raw mode. A socket
will do as well; tests use one. Reads with the time of arrival, writes, and says so within a moment when the
radio is gone.
"""

import asyncio
import contextlib
import os
import stat
import termios
import tty
from collections import deque
from types import TracebackType
from typing import Self

from hub.contract import LinkLost, SerialPort
from privacy.ports import Clock

READ_SIZE = 4096
MAX_CHUNKS = 1024  # read but not yet taken; older ones are dropped: late radio frames are worthless
MAX_UNWRITTEN = 4096  # bytes that the stick does not take; more means that it hangs
SPEED = 38400  # baud, until another is set
_SPEEDS = {38400: termios.B38400, 115200: termios.B115200}
GONE = "port_missing"  # pulled
HANGS = "silent"


class SerialLink:
    """An open port. Use as ``async with``; one reader. hardware_id: as of ``OpenedPort``."""

    def __init__(self, port: SerialPort, clock: Clock) -> None:
        self._port = port
        self._clock = clock
        self._descriptor = -1
        self.hardware_id = ""
        self._chunks: deque[tuple[bytes, float]] = deque(maxlen=MAX_CHUNKS)
        self._arrived = asyncio.Event()
        self._unwritten = b""
        self._waits_to_write = False
        self._lost: str | None = None

    async def __aenter__(self) -> Self:
        opened = await self._port.open()
        self._descriptor, self.hardware_id = opened.descriptor, opened.hardware_id
        try:
            self.set_speed(SPEED)
        except (OSError, termios.error) as error:
            os.close(self._descriptor)
            raise LinkLost("port_denied") from error
        os.set_blocking(self._descriptor, False)
        asyncio.get_running_loop().add_reader(self._descriptor, self._readable)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget_descriptor()
        os.close(self._descriptor)

    def set_speed(self, speed: int) -> None:
        """38400 or 115200 baud; what was received at another is dropped. Means nothing to USB or a network.

        Raises:
            OSError, termios.error: it is neither a serial port nor a socket.
        """
        if not stat.S_ISSOCK(os.fstat(self._descriptor).st_mode):
            _make_raw(self._descriptor, _SPEEDS[speed])

    async def read(self) -> tuple[bytes, float]:
        """The next bytes and when they came, in monotonic seconds.

        Raises:
            LinkLost: port_missing: end of file or an error of the port.
        """
        while not self._chunks:
            if self._lost is not None:
                raise LinkLost(self._lost)
            self._arrived.clear()
            await self._arrived.wait()
        return self._chunks.popleft()

    async def read_until(self, end_s: float) -> tuple[bytes, float]:
        """As ``read``, but nothing when nothing came until ``end_s``, monotonic seconds.

        Raises:
            LinkLost: port_missing.
        """
        if not self._has_news():
            async with asyncio.TaskGroup() as tasks:
                alarm = tasks.create_task(self._ring(end_s), name="bidcos.alarm")
                while not (self._has_news() or alarm.done()):
                    self._arrived.clear()
                    await self._arrived.wait()
                alarm.cancel()
        if self._has_news():
            return await self.read()
        return b"", self._clock.monotonic()

    def _has_news(self) -> bool:
        return bool(self._chunks) or self._lost is not None

    async def _ring(self, end_s: float) -> None:
        await self._clock.sleep(end_s - self._clock.monotonic())
        asyncio.get_running_loop().call_soon(self._arrived.set)  # when this task counts as done

    def write(self, data: bytes) -> None:
        """Give bytes to the stick; what it does not take at once follows.

        Raises:
            LinkLost: port_missing, or silent: it takes nothing any more.
        """
        if self._lost is not None:
            raise LinkLost(self._lost)
        if len(self._unwritten) + len(data) > MAX_UNWRITTEN:
            self._lose(HANGS)
            raise LinkLost(HANGS)
        self._unwritten += data
        self._writable()

    def _readable(self) -> None:
        at_s = self._clock.monotonic()
        try:
            data = os.read(self._descriptor, READ_SIZE)
        except BlockingIOError:
            return
        except OSError:  # EIO: the stick was pulled
            self._lose(GONE)
            return
        if not data:
            self._lose(GONE)
            return
        self._chunks.append((data, at_s))
        self._arrived.set()

    def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            written = os.write(self._descriptor, self._unwritten) if self._unwritten else 0
        except BlockingIOError:
            written = 0
        except OSError:
            self._lose(GONE)
            return
        self._unwritten = self._unwritten[written:]
        if bool(self._unwritten) is self._waits_to_write:
            return
        self._waits_to_write = bool(self._unwritten)
        if self._waits_to_write:
            loop.add_writer(self._descriptor, self._writable)
        else:
            loop.remove_writer(self._descriptor)

    def _lose(self, code: str) -> None:
        self._lost = self._lost or code
        self._forget_descriptor()
        self._arrived.set()

    def _forget_descriptor(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(OSError):
            loop.remove_reader(self._descriptor)
            loop.remove_writer(self._descriptor)


def _make_raw(descriptor: int, speed: int) -> None:
    """8N1 without flow control, echo or line editing."""
    tty.setraw(descriptor, termios.TCSANOW)
    settings = termios.tcgetattr(descriptor)
    settings[2] = (settings[2] | termios.CLOCAL | termios.CREAD) & ~termios.HUPCL & ~termios.CRTSCTS
    settings[4] = settings[5] = speed
    termios.tcsetattr(descriptor, termios.TCSANOW, settings)
    termios.tcflush(descriptor, termios.TCIFLUSH)
