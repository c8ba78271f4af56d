"""Streams from the gate: idle connections parked at its socket, each becomes one browser's connection.

The hub never listens: it connects, waits, and when the first byte comes it parks another. What a stream
carries is HTTP/1.1 or a WebSocket; that is for the protocol that ``serve`` makes.
"""

import asyncio
import logging
from collections.abc import Callable

from privacy.ports import Clock

log = logging.getLogger(__name__)

PARKED = 4  # idle streams that wait for a browser
MOST = 256  # streams in all; a browser needs 2 or 3
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 5.0


class ParkedStreams:
    """Keeps ``PARKED`` idle streams at the gate's socket ``path`` and serves those that wake up.

    serve: makes the protocol of one browser connection.
    At ``MOST`` streams no further one is parked until one ends: browsers then wait at the gate.
    """

    def __init__(self, path: str, serve: Callable[[], asyncio.Protocol], clock: Clock) -> None:
        self._path = path
        self.serve = serve
        self._clock = clock
        self._idle: set[_Stream] = set()
        self._busy: set[_Stream] = set()
        self._changed = asyncio.Event()
        self._pause_s = FIRST_PAUSE_S
        self._refused = False

    @property
    def idle(self) -> int:
        """How many streams wait for a browser."""
        return len(self._idle)

    async def run(self) -> None:
        """Park streams until cancelled; closes them all then."""
        try:
            while True:
                self._changed.clear()
                if self._refused:
                    await self._wait_a_while()
                elif len(self._idle) < PARKED and len(self._idle) + len(self._busy) < MOST:
                    await self._park()
                else:
                    await self._changed.wait()
        finally:
            for stream in (*self._idle, *self._busy):
                stream.abort()

    async def _park(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_unix_connection(lambda: _Stream(self), self._path)
        except OSError as error:
            log.debug("stream.refused", extra={"errno": error.errno})
            self._refused = True

    async def _wait_a_while(self) -> None:
        self._refused = False
        await self._clock.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)

    # what a stream tells

    def parked(self, stream: "_Stream") -> None:
        """A stream is connected and idle."""
        self._idle.add(stream)

    def woken(self, stream: "_Stream") -> None:
        """Its first byte came: it serves a browser now, and another one shall be parked."""
        self._idle.discard(stream)
        self._busy.add(stream)
        self._pause_s = FIRST_PAUSE_S
        self._changed.set()

    def ended(self, stream: "_Stream") -> None:
        """It is closed. One that never served means that the gate does not want us now: slow down."""
        if stream in self._idle:
            self._refused = True
        self._idle.discard(stream)
        self._busy.discard(stream)
        self._changed.set()


class _Stream(asyncio.Protocol):
    """One stream: idle until its first byte, then all goes to the protocol made for it."""

    def __init__(self, owner: ParkedStreams) -> None:
        self._owner = owner
        self._transport: asyncio.BaseTransport | None = None
        self._inner: asyncio.Protocol | None = None

    def abort(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._owner.parked(self)

    def data_received(self, data: bytes) -> None:
        if self._inner is None:
            assert self._transport is not None
            self._owner.woken(self)
            self._inner = self._owner.serve()
            self._inner.connection_made(self._transport)
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.ended(self)
        if self._inner is not None:
            self._inner.connection_lost(exc)
