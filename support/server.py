"""The receiver's door: TLS, one request a connection, bounds on size, count and time.

The rules are in desk.py and label.py. An address is known while its connection lasts, and never written.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from privacy import received
from privacy.ports import Clock
from privacy.received import Deleted

from .certificates import BadCertificate
from .desk import Desk
from .exchange import Exchange, Request, Unfit
from .label import Delivery, Refused, StateAsked, mismatch, read
from .store import StoreError

log = logging.getLogger(__name__)

AT_ONCE = 64  # connections; for one more the slowest has to go
PER_NETWORK = 8  # of them; one more is closed at once
HANDSHAKE_S, HEAD_S, WHOLE_S, LINGER_S = 10.0, 15.0, 120.0, 2.0  # all but the last since it connected
HEAD_START = 1_024  # bytes that count as having come, so that whoever just connected is not the slowest
SWEEP_EVERY_S = 60.0
PAUSE_S = 0.1  # after a connection that could not be taken
PIECE = 65_536
STATUS = {  # of refusals; all others are 403
    **dict.fromkeys(("label", "no_such_place"), 400),
    **dict.fromkeys(
        ("too_long", "not_for_this_key", "not_a_diagnosis", "not_a_report", "not_as_labelled"), 422
    ),
    "full": 503,
    "too_large": 413,
    "deleted": 410,
}
RECEIVED, GONE, REFUSED = 201, 200, 403


@dataclass(slots=True, eq=False, kw_only=True)
class Guest:
    """One connection, from its first moment. network: an IPv4 address, or the /64 of an IPv6 one."""

    sock: socket.socket
    network: str
    since: float
    came: int = HEAD_START
    serving: asyncio.Task[None] | None = None
    is_answered: bool = False  # or about to be: its request is here

    def end(self) -> None:
        """Send it away."""
        if self.serving is not None:
            self.serving.cancel()

    def pace(self, at: float) -> float:
        """Bytes a second."""
        return self.came / max(at - self.since, 0.001)


@dataclass(slots=True, kw_only=True)
class Server:
    """One per process. renewed: called at each sweep, so that certificates are renewed in time."""

    desk: Desk
    context: ssl.SSLContext
    clock: Clock
    renewed: Callable[[], None] = lambda: None
    _guests: set[Guest] = field(default_factory=set, init=False)
    _unrenewed: str = field(default="", init=False)

    async def run(self, address: str, port: int, ready: Callable[[int], None]) -> None:
        """Serve until cancelled. ready: told the port once it is open.

        Raises:
            OSError: the port can't be opened.
            StoreError: the store can't be swept.
        """
        await asyncio.to_thread(self.desk.sweep)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, port), family=family, backlog=AT_ONCE) as door:
            door.setblocking(False)
            ready(door.getsockname()[1])
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._sweep())
                    both.create_task(self._accept(door))
            finally:
                for guest in self._guests:
                    guest.end()

    async def _sweep(self) -> None:
        while True:
            await self.clock.sleep(SWEEP_EVERY_S)
            try:
                await asyncio.to_thread(self.desk.sweep)
            except StoreError as error:
                log.error("support.unswept", extra={"what": error.what})
            self._renew()

    async def _accept(self, door: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, peer = await loop.sock_accept(door)
            except OSError:  # it went away before
                await asyncio.sleep(PAUSE_S)
                continue
            guest = self._admitted(sock, network_of(peer[0]), loop.time())
            if guest is None:
                sock.close()
                continue
            guest.serving = loop.create_task(self._serve(guest))
            guest.serving.add_done_callback(partial(self._left, guest))

    def _admitted(self, sock: socket.socket, network: str, now: float) -> Guest | None:
        """Count who connects, and send away who is the slowest by then; None: this one is too many."""
        if sum(guest.network == network for guest in self._guests) >= PER_NETWORK:
            return None
        if len(self._guests) >= AT_ONCE:
            waiting = [guest for guest in self._guests if not guest.is_answered]
            if not waiting:
                return None
            slowest = min(waiting, key=lambda guest: guest.pace(now))
            self._guests.discard(slowest)
            slowest.end()
        guest = Guest(sock=sock, network=network, since=now)
        self._guests.add(guest)
        return guest

    def _left(self, guest: Guest, serving: asyncio.Task[None]) -> None:
        self._guests.discard(guest)
        guest.sock.close()
        if not serving.cancelled() and (error := serving.exception()) is not None:
            log.error("support.failed", exc_info=error)

    def _renew(self) -> None:
        """Serve on with the certificate of before where that fails; said once for each reason."""
        what = ""
        try:
            self.renewed()
        except (BadCertificate, OSError) as error:
            what = str(error)
        if what and what != self._unrenewed:
            log.error("support.unrenewed", extra={"what": what})
        self._unrenewed = what

    async def _serve(self, guest: Guest) -> None:
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader(limit=PIECE)
        transport: asyncio.WriteTransport | None = None
        try:
            async with asyncio.timeout_at(guest.since + HEAD_S) as limit:
                transport, protocol = await loop.connect_accepted_socket(
                    partial(asyncio.StreamReaderProtocol, reader),
                    guest.sock,
                    ssl=self.context,
                    ssl_handshake_timeout=HANDSHAKE_S,
                )
                writer = asyncio.StreamWriter(transport, protocol, reader, loop)
                exchange = Exchange()
                came = await self._request(exchange, reader, guest, limit)
                status, body = await self._answer(came)
                writer.write(exchange.answer(status, body))
                await writer.drain()
                with suppress(TimeoutError):  # who still sends would lose the answer by a reset
                    async with asyncio.timeout(LINGER_S):
                        while await reader.read(PIECE):
                            pass
        except (OSError, TimeoutError):
            pass  # it went away, or was too slow
        finally:
            if transport is not None:
                transport.abort()

    async def _request(
        self, exchange: Exchange, reader: asyncio.StreamReader, guest: Guest, limit: asyncio.Timeout
    ) -> Request | Unfit:
        came: Request | Unfit | None = None
        while came is None:
            data = await reader.read(PIECE)
            guest.came += len(data)
            came = exchange.feed(data)
            if exchange.has_head:
                limit.reschedule(guest.since + WHOLE_S)
        guest.is_answered = True
        limit.reschedule(guest.since + WHOLE_S)
        return came

    async def _answer(self, came: Request | Unfit) -> tuple[int, bytes]:
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
            if not kept:
                return _refused(said)
            number = self.desk.number_of(asked.transfer) if asked.opens else ""
            return RECEIVED, received.as_received(said, number)
        if isinstance(asked, StateAsked):
            told = self.desk.state(asked)
            return (GONE, received.as_state(told)) if not isinstance(told, str) else _refused(told)
        gone = self.desk.delete(asked)
        return (GONE, received.as_deleted(gone)) if isinstance(gone, Deleted) else _refused(gone)


def network_of(address: str) -> str:
    """Of whom one is who has it: of IPv6 everybody gets a /64 at least."""
    found = ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    if mapped is not None or isinstance(found, IPv4Address):
        return str(mapped or found)
    return str(ip_network((found, 64), strict=False))


def _refused(code: str) -> tuple[int, bytes]:
    return STATUS.get(code, REFUSED), received.as_refused(code)
