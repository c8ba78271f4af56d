"""Two connected sockets, everything from one to the other: nothing is read, nothing piles up.

At most one piece waits for each direction, besides what the kernel holds; who takes nothing slows the other.
The loop's own callbacks move the bytes, with no task or stream between: that alone doubles what passes.
"""

import asyncio
import socket
from typing import Protocol

PIECE = 1 << 16  # bytes read at once


class SpliceBroken(Exception):
    """One side was reset, or is gone. reason: the kernel's word for it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Allowance(Protocol):
    """What may pass from near to far."""

    def room(self) -> int:
        """Bytes that may pass now; after 0 nothing is read until ``resume``."""
        ...

    def take(self, amount: int) -> None:
        """They are about to pass."""
        ...


class Unlimited:
    """Everything may pass."""

    def room(self) -> int:
        """As much as is read at once."""
        return PIECE

    def take(self, amount: int) -> None:
        """Uncounted."""


class Splice:
    """Moves bytes between ``near`` and ``far``, both connected and non-blocking, until both have ended.

    scratch: PIECE bytes that everything is read into; one may serve all splices of a loop. The owner closes
    the sockets; after ``stop`` neither is touched any more.
    """

    def __init__(
        self, near: socket.socket, far: socket.socket, scratch: memoryview, allowance: Allowance
    ) -> None:
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._outward = _Way(near, far, scratch, allowance, self._ended)
        self._inward = _Way(far, near, scratch, Unlimited(), self._ended)

    @property
    def outward(self) -> int:
        """Bytes that the kernel took for ``far``."""
        return self._outward.moved

    @property
    def inward(self) -> int:
        """Bytes that the kernel took for ``near``."""
        return self._inward.moved

    async def run(self, early: bytes = b"") -> None:
        """Move bytes until both sides have ended. early: what goes to ``far`` first, uncounted.

        Raises:
            SpliceBroken: a side was reset.
        """
        try:
            self._outward.start(early)
            self._inward.start(b"")
            await self._done
        finally:
            self.stop()

    def resume(self) -> None:
        """There may be room again."""
        self._outward.resume()

    def stop(self) -> None:
        """Touch nothing any more; from the loop, at any moment."""
        self._outward.stop()
        self._inward.stop()

    def _ended(self, error: OSError | None) -> None:
        if self._done.done():
            return
        if error is not None:
            self.stop()
            self._done.set_exception(SpliceBroken(error.strerror or type(error).__name__))
        elif self._outward.at_end and self._inward.at_end:
            self._done.set_result(None)


class _Ended(Protocol):
    def __call__(self, error: OSError | None) -> None: ...


class _Way:
    """One direction. It reads from ``source``, or writes what is left of a piece, or waits for room."""

    def __init__(
        self,
        source: socket.socket,
        sink: socket.socket,
        scratch: memoryview,
        allowance: Allowance,
        ended: _Ended,
    ) -> None:
        self._source, self._sink, self._scratch = source, sink, scratch
        self._allowance, self._ended = allowance, ended
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._starved = self._stopped = False
        self.at_end = False
        self.moved = 0

    def start(self, early: bytes) -> None:
        self._rest = early
        if early:
            self._loop.add_writer(self._sink, self._write)
        else:
            self._loop.add_reader(self._source, self._read)

    def resume(self) -> None:
        if self._starved and not self._stopped:
            self._starved = False
            self._loop.add_reader(self._source, self._read)

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._loop.remove_reader(self._source)
            self._loop.remove_writer(self._sink)

    def _read(self) -> None:
        room = min(self._allowance.room(), PIECE)
        if room <= 0:
            self._starved = True
            self._loop.remove_reader(self._source)
            return
        try:
            count = self._source.recv_into(self._scratch, room)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._ended(error)
            return
        if count == 0:
            self._loop.remove_reader(self._source)
            self._end()
            return
        self._allowance.take(count)
        sent = self._send(self._scratch[:count])
        if sent < count and not self._stopped:
            self._rest = bytes(self._scratch[sent:count])
            self._loop.remove_reader(self._source)
            self._loop.add_writer(self._sink, self._write)

    def _write(self) -> None:
        self._rest = self._rest[self._send(self._rest) :]
        if not self._rest and not self._stopped:
            self._loop.remove_writer(self._sink)
            self._loop.add_reader(self._source, self._read)

    def _send(self, data: bytes | memoryview) -> int:
        try:
            sent = self._sink.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError as error:
            self._ended(error)
            return 0
        self.moved += sent
        return sent

    def _end(self) -> None:
        self.at_end = True
        try:
            self._sink.shutdown(socket.SHUT_WR)
        except OSError as error:
            self._ended(error)
            return
        self._ended(None)
