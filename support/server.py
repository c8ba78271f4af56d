"""The receiver's door: TLS, one request a connection, bounds on size, count and time.

The rules are in desk.py and label.py. It keeps no address of anybody, and writes none into its log.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from privacy import received
from privacy.ports import Clock
from privacy.received import Deleted

from .desk import Desk
from .exchange import Exchange, Request, Unfit
from .label import Deletion, Delivery, Refused, mismatch, read
from .store import StoreError

log = logging.getLogger(__name__)

AT_ONCE = 16  # connections; one more is closed at once
HANDSHAKE_S, WHOLE_S, LINGER_S = 10.0, 120.0, 2.0
SWEEP_EVERY_S = 60.0
PIECE = 65_536
STATUS = {  # of refusals; all others are 403
    **dict.fromkeys(("label", "no_such_place"), 400),
    **dict.fromkeys(("too_long", "not_for_this_key", "not_a_diagnosis", "not_as_labelled"), 422),
    **dict.fromkeys(("full", "busy"), 503),
    "too_large": 413,
    "deleted": 410,
}
RECEIVED, GONE, REFUSED = 201, 200, 403


@dataclass(slots=True, kw_only=True)
class Server:
    """One per process. renewed: called at each sweep, so that certificates are renewed in time."""

    desk: Desk
    context: ssl.SSLContext
    clock: Clock
    renewed: Callable[[], None] = lambda: None
    _busy: int = field(default=0, init=False)

    async def run(self, address: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve until cancelled. ready: told the port once it is open.

        Raises:
            OSError: the port can't be opened.
            StoreError: the store can't be swept.
        """
        server = await asyncio.start_server(
            self._serve, address, port, ssl=self.context, ssl_handshake_timeout=HANDSHAKE_S, limit=PIECE
        )
        async with server:
            await asyncio.to_thread(self.desk.sweep)
            ready(server.sockets[0].getsockname()[1])
            while True:
                await self.clock.sleep(SWEEP_EVERY_S)
                try:
                    await asyncio.to_thread(self.desk.sweep)
                    self.renewed()
                except StoreError as error:
                    log.error("support.unswept", extra={"what": error.what})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._busy += 1
        try:
            async with asyncio.timeout(WHOLE_S):
                exchange = Exchange()
                status, body = await self._answer(exchange, reader)
                writer.write(exchange.answer(status, body))
                await writer.drain()
                writer.write_eof() if writer.can_write_eof() else None
                with suppress(TimeoutError):  # who still sends would lose the answer by a reset
                    async with asyncio.timeout(LINGER_S):
                        while await reader.read(PIECE):
                            pass
        except (OSError, TimeoutError):
            pass  # it went away, or was too slow
        finally:
            self._busy -= 1
            writer.transport.abort()

    async def _answer(self, exchange: Exchange, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        if self._busy > AT_ONCE:
            return _refused("busy")
        came: Request | Unfit | None = None
        while came is None:
            came = exchange.feed(await reader.read(PIECE))
        try:
            return await asyncio.to_thread(self._decided, came)
        except StoreError as error:
            log.error("support.unwritten", extra={"what": error.what})
            return _refused("full")

    def _decided(self, came: Request | Unfit) -> tuple[int, bytes]:
        if isinstance(came, Unfit):
            return _refused(self.desk.refuse(came.code))
        asked = read(came, self.clock.now())
        if isinstance(asked, Refused):
            return _refused(self.desk.refuse(asked.code))
        if isinstance(asked, Delivery):
            said, kept = self.desk.take(asked, partial(mismatch, came))
            return (RECEIVED, received.as_received(said)) if kept else _refused(said)
        assert isinstance(asked, Deletion)
        gone = self.desk.delete(asked)
        return (GONE, received.as_deleted(gone)) if isinstance(gone, Deleted) else _refused(gone)


def _refused(code: str) -> tuple[int, bytes]:
    return STATUS.get(code, REFUSED), received.as_refused(code)
