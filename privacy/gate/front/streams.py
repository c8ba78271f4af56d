"""Parked streams: connections of the hub that wait until a browser needs one.

The gate listens and the hub connects, never the other way. Whoever is not jailed is closed at once.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger(__name__)

PARKED_LIMIT = 16  # the hub keeps four; a hub that offers more is not believed
WAIT_S = 2.0  # how long a browser's request waits for a stream: the hub may be busy parking the next


class HubAway(Exception):
    """No stream is there: the hub is starting, stopped or stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStream:
    """One connection of the hub."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def alive(self) -> bool:
        """Whether the hub has not closed it, as far as seen."""
        return not (self.reader.at_eof() or self.writer.is_closing())


class ParkedStreams:
    """Accepts the hub's streams and hands them out, oldest first.

    is_jailed: looks at an accepted socket from outside; False closes it (privacy/gate/jailed/jail.py).
    """

    def __init__(self, is_jailed: Callable[[socket.socket], bool]) -> None:
        self._is_jailed = is_jailed
        self._parked: deque[HubStream] = deque()
        self._arrived = asyncio.Event()

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled."""
        server = await asyncio.start_unix_server(self._park, sock=listening)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()
            while self._parked:
                self._parked.popleft().writer.close()

    async def take(self) -> HubStream:
        """Return a living stream.

        Raises:
            HubAway: none came within WAIT_S.
        """
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    while self._parked:
                        stream = self._parked.popleft()
                        if stream.alive:
                            return stream
                        stream.writer.close()
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError as error:
            raise HubAway from error

    def _park(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        if len(self._parked) >= PARKED_LIMIT:
            while self._parked and not self._parked[0].alive:
                self._parked.popleft().writer.close()
        if len(self._parked) >= PARKED_LIMIT or not self._is_jailed(connection):
            log.error("stream.refused", extra={"reason": "not jailed, or too many"})
            writer.transport.abort()
            return
        self._parked.append(HubStream(reader=reader, writer=writer))
        self._arrived.set()
