"""Two connected sockets, everything from one to the other: nothing is read, nothing piles up.

At most one piece waits for each direction, besides what the kernel holds; who takes nothing slows the other.
The loop's own callbacks move the bytes, with no task or stream between: that alone doubles what passes.
"""

import asyncio
import select
import socket
from enum import Enum
from typing import Protocol

PIECE = 1 << 17  # bytes read at once
_PIECES_AT_ONCE = 8


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
        self._near = near
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

    async def run(self, early: bytes = b"", back: bytes = b"") -> None:
        """Move bytes until both sides have ended. early, back: go first to ``far``, ``near``; uncounted.

        Raises:
            SpliceBroken: a side was reset.
        """
        try:
            self._outward.start(early)
            self._inward.start(back)
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

    def abandoned(self) -> bool:
        """Whether ``near`` has sent all, and nobody is there any more to take what may still come."""
        if not self._outward.at_end or self._near.fileno() < 0:
            return False
        looking = select.poll()
        looking.register(self._near, 0)  # POLLHUP is told unasked; a half-closed end has none
        return any(event & select.POLLHUP for _, event in looking.poll(0))

    def finish(self) -> None:
        """End, without a failure, though ``far`` has not."""
        self.stop()
        if not self._done.done():
            self._done.set_result(None)

    def _ended(self, error: OSError | None) -> None:
        if self._done.done():
            return
        if error is not None:
            self.stop()
            self._done.set_exception(SpliceBroken(error.strerror or type(error).__name__))
        elif self._outward.at_end and self._inward.at_end:
            self._done.set_result(None)


class _Wait(Enum):
    TO_READ = "to read"
    TO_WRITE = "to write"
    FOR_ROOM = "for room"


class _Ended(Protocol):
    def __call__(self, error: OSError | None) -> None: ...


class _Way:
    """One direction: waits to read from ``source``, to write to ``sink``, or for room; never for two of them.

    While both sides are busy it stays with the one wait and moves as much as there is: changing what the loop
    waits for costs more than the bytes do.
    """

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
        self._waits: _Wait | None = None
        self._stopped = False
        self.at_end = False
        self.moved = 0

    def start(self, early: bytes) -> None:
        self._rest = early
        self._wait(_Wait.TO_WRITE if early else _Wait.TO_READ)

    def resume(self) -> None:
        if self._waits is _Wait.FOR_ROOM and not self._stopped:
            self._wait(_Wait.TO_READ)

    def stop(self) -> None:
        if not self._stopped:
            self._wait(None)
            self._stopped = True

    def _wait(self, what: _Wait | None) -> None:
        """Have the loop call ``_move`` once that is possible."""
        if what is self._waits or self._stopped:
            return
        if self._waits is _Wait.TO_READ:
            self._loop.remove_reader(self._source)
        elif self._waits is _Wait.TO_WRITE:
            self._loop.remove_writer(self._sink)
        self._waits = what
        if what is _Wait.TO_READ:
            self._loop.add_reader(self._source, self._move)
        elif what is _Wait.TO_WRITE:
            self._loop.add_writer(self._sink, self._move)

    def _move(self) -> None:
        """Move pieces until one side has to be waited for; a few at most, for the other tunnels' sake."""
        try:
            for _ in range(_PIECES_AT_ONCE):
                if self._rest:
                    self._rest = self._rest[self._send(self._rest) :]
                if self._rest:
                    return self._wait(_Wait.TO_WRITE)
                room = min(self._allowance.room(), PIECE)
                if room <= 0:
                    return self._wait(_Wait.FOR_ROOM)
                try:
                    count = self._source.recv_into(self._scratch, room)
                except (BlockingIOError, InterruptedError):
                    return self._wait(_Wait.TO_READ)
                if count == 0:
                    return self._end()
                self._allowance.take(count)
                sent = self._send(self._scratch[:count])
                self._rest = bytes(self._scratch[sent:count])
        except OSError as error:
            self._ended(error)

    def _send(self, data: bytes | memoryview) -> int:
        try:
            sent = self._sink.send(data)
        except (BlockingIOError, InterruptedError):
            return 0
        self.moved += sent
        return sent

    def _end(self) -> None:
        self._wait(None)
        self.at_end = True
        self._sink.shutdown(socket.SHUT_WR)
        self._ended(None)
