"""A ``CONNECT`` proxy on the hub's own loopback, for libraries that make their sockets themselves.

Inside the jail there is no network to connect to; a library is told this proxy, expressly (one that reads
proxies from the environment finds none). It leads to one destination and speaks nothing but ``CONNECT``.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from privacy.client import GateDeclined, GateLost
from privacy.connect_head import Fault, Head, HeadReader
from privacy.splice import PIECE, Splice, SpliceBroken, Unlimited
from privacy.tunnel import Destination, OpensTunnels

HEAD_TIME_S = 5.0
CLIENTS = 64  # at once; further ones wait in the kernel's queue
_BACKLOG = 64
_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@asynccontextmanager
async def forwarding(gate: OpensTunnels, to: Destination) -> AsyncIterator[str]:
    """Forward to ``to`` meanwhile; yields the proxy's URL, for example ``http://127.0.0.1:40001``."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setblocking(False)
    forwarder = Forwarder(gate, to)
    try:
        listening.bind(("127.0.0.1", 0))
        listening.listen(_BACKLOG)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(forwarder.serve(listening), name="forwarder")
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            serving.cancel()
    finally:
        listening.close()


class Forwarder:
    """Serves the clients of one destination."""

    def __init__(self, gate: OpensTunnels, to: Destination) -> None:
        self._gate, self._to = gate, to
        self._free = asyncio.Semaphore(CLIENTS)
        self._scratch = memoryview(bytearray(PIECE))

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            while True:
                await self._free.acquire()
                client, _ = await loop.sock_accept(listening)
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                tasks.create_task(self._serve(client), name="forwarder.client")

    async def _serve(self, client: socket.socket) -> None:
        try:
            with client, suppress(OSError, SpliceBroken):
                head = await self._head(client)
                if isinstance(head, Head):
                    await self._forward(client, head)
        finally:
            self._free.release()

    async def _head(self, client: socket.socket) -> Head | None:
        """The request; None once it was refused."""
        reader, loop = HeadReader(), asyncio.get_running_loop()
        try:
            async with asyncio.timeout(HEAD_TIME_S):
                while data := await loop.sock_recv(client, PIECE):
                    match reader.feed(data):
                        case Head() as head:
                            return head
                        case Fault() as fault:
                            await _refuse(client, *_FAULTS[fault])
                            return None
        except TimeoutError:
            await _refuse(client, 408, f"no whole request within {HEAD_TIME_S:.0f} s")
        return None

    async def _forward(self, client: socket.socket, head: Head) -> None:
        loop = asyncio.get_running_loop()
        try:
            tunnel = await self._gate.open(self._to)
        except GateDeclined as declined:
            await _refuse(client, 403, str(declined))
            return
        except GateLost as lost:
            await _refuse(client, 502, str(lost))
            return
        with tunnel.socket:
            if (head.host, head.port) != (tunnel.host, tunnel.port):
                await _refuse(client, 403, f"this proxy leads to {tunnel.host}:{tunnel.port} only")
                return
            # in one write and with nothing more: libraries read it as one piece
            await loop.sock_sendall(client, _ESTABLISHED)
            await Splice(client, tunnel.socket, self._scratch, Unlimited()).run(head.rest)


_FAULTS = {
    Fault.NOT_HTTP: (400, "not a request of HTTP/1.1"),
    Fault.NOT_CONNECT: (405, "only CONNECT: what is not encrypted goes no way from here; use https"),
    Fault.TOO_LONG: (431, "the request is too long"),
}
_PHRASES = {
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    502: "Bad Gateway",
}


async def _refuse(client: socket.socket, status: int, why: str) -> None:
    body = f"{why}\n".encode()
    head = (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    await asyncio.get_running_loop().sock_sendall(client, head.encode("ascii") + body)
