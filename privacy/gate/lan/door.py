"""The door towards the home's network, on one interface. Read downwards: listen, serve, _greet, the front.

Its packets can't leave the link: bound to the interface, not routed, hop limit 1. So a machine behind a
router gets not even the answer that a connection begins with. Where the owner lets another network in, the
last two are off, and who comes from elsewhere is hung up on before the first byte.
"""

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

from privacy.gate.front.checks import Site
from privacy.gate.front.front import Front
from privacy.gate.lan.crowd import Crowd
from privacy.gate.lan.interfaces import Interface, is_let_in, is_on_link
from privacy.gate.lan.settings import Network
from privacy.gate.machine.accepting import accept
from privacy.ports import Clock
from privacy.readable import readable

log = logging.getLogger(__name__)

FIRST_BYTE_S = 5.0
GREETING_S = 8.0  # a phone far from the router takes one or two
GOODBYE_S = 2.0
READ_LIMIT = 1 << 16
_BACKLOG = 64
_HANDSHAKE = 0x16  # ContentType of a ClientHello, RFC 8446 5.1
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What the doors of all interfaces share."""

    front: Front
    site: Site
    context: ssl.SSLContext
    crowd: Crowd
    clock: Clock
    also: tuple[Network, ...] = ()


def listen(interface: str, port: int, family: socket.AddressFamily, *, routed: bool) -> socket.socket:
    """Return a socket that listens for the link of ``interface``. routed: its answers may cross routers.

    Raises:
        OSError: the port is taken, or the interface gone.
    """
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    six = family == socket.AF_INET6
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if six:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if not routed:
            level, option = (
                (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL)
            )
            listening.setsockopt(level, option, 1)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        listening.bind(("::" if six else "0.0.0.0", port))  # noqa: S104 - of one interface, see above
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


class Door:
    """Takes connections on one listening socket until cancelled. interface: as it is now."""

    def __init__(self, reception: Reception, interface: Callable[[], Interface]) -> None:
        self._reception, self._interface = reception, interface

    async def serve(self, listening: socket.socket) -> None:
        """Serve; ends with the socket's interface."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                connection = await accept(listening)
                peer = _peer(connection)
                if peer is None:
                    connection.close()
                elif (refusal := self._refusal(peer)) is not None:
                    self._reception.front.refuse(peer, refusal)
                    _hang_up(connection)
                else:
                    tasks.create_task(self._greet(connection, peer, tasks), name="lan.greeting")

    def _refusal(self, peer: str) -> int | None:
        address = ip_address(peer)
        if not is_on_link(address, self._interface()) and not is_let_in(address, self._reception.also):
            return 403
        return None if self._reception.crowd.begin(peer, self._reception.clock.monotonic()) else 503

    async def _greet(self, connection: socket.socket, peer: str, tasks: asyncio.TaskGroup) -> None:
        """TLS, then the front; ``tasks`` serves on, so that a greeting's place is free again."""
        reception = self._reception
        try:
            greeted = await self._spoken(connection)
        except (OSError, TimeoutError):  # SSLError too: not for us, or not in time
            connection.close()
            return
        except BaseException:
            connection.close()
            raise
        finally:
            reception.crowd.greeted(peer)
        if greeted is not None:
            serving = reception.front.serve_neighbour(*greeted, peer, reception.site)
            tasks.create_task(serving, name="lan.connection")

    async def _spoken(
        self, connection: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        async with asyncio.timeout(FIRST_BYTE_S):
            first = await _first_byte(connection)
        if first != _HANDSHAKE:
            _show_the_way(connection, self._reception.site)
            return None
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=READ_LIMIT, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol,
            connection,
            ssl=self._reception.context,
            ssl_handshake_timeout=GREETING_S,
            ssl_shutdown_timeout=GOODBYE_S,
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _first_byte(connection: socket.socket) -> int | None:
    """The first byte, left where it is; None when there is none."""
    await readable(connection)
    seen = connection.recv(1, socket.MSG_PEEK)
    return seen[0] if seen else None


def _show_the_way(connection: socket.socket, site: Site) -> None:
    """Answer who speaks without TLS, if that is HTTP: where to go. What it asked is not read."""
    answer = (
        f"HTTP/1.1 303 See Other\r\nLocation: {site.address}\r\nCache-Control: no-store\r\n"
        "Content-Length: 0\r\nConnection: close\r\n\r\n"
    )
    try:
        connection.recv(READ_LIMIT)  # unread bytes would turn the goodbye into a reset
        connection.send(answer.encode())
    except OSError:
        pass
    connection.close()


def _peer(connection: socket.socket) -> str | None:
    try:
        return str(connection.getpeername()[0])
    except OSError:
        return None  # gone already


def _hang_up(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    connection.close()
