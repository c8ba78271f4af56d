"""A door towards a home's network on loopback, the front's bench behind it, and a client that trusts it."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_interface
from pathlib import Path

from privacy.gate.front.front import Front
from privacy.gate.jailed.runtime import listen_on_loopback
from privacy.gate.lan.crowd import Crowd
from privacy.gate.lan.door import Door, Reception
from privacy.gate.lan.identity import Identity, make
from privacy.gate.lan.interfaces import Interface
from privacy.gate.lan.lan import site_of
from privacy.gate.lan.settings import Network
from privacy.gate.lan.tls import Tls
from privacy.system import SystemClock
from tests.privacy.gate.bench import FrontBench, Got, front_bench

NAMES = ("dobaketi.local", "dobaketi.home.arpa")
LOOPBACK = Interface(name="lo", index=1, kind=1, flags=1, addresses=(ip_interface("127.0.0.1/8"),))
ELSEWHERE = replace(LOOPBACK, addresses=(ip_interface("192.168.1.5/24"),))


@cache
def identity() -> Identity:
    return make(NAMES, datetime.now(UTC))


@dataclass
class AtHome:
    """port: of the door."""

    port: int
    bench: FrontBench
    reception: Reception

    @property
    def host(self) -> str:
        return f"{NAMES[0]}:{self.port}"

    async def connect(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A greeted connection, blocking."""
        return await asyncio.to_thread(self._connect, context or trusting())

    def _connect(self, context: ssl.SSLContext) -> ssl.SSLSocket:
        # not wrapped once it is connected: Python leaves what was reset by then open
        connection = context.wrap_socket(socket.socket(), server_hostname=NAMES[0])
        try:
            connection.settimeout(60)
            connection.connect(("127.0.0.1", self.port))
        except BaseException:
            connection.close()
            raise
        return connection

    async def get(self, path: str, *headers: str, host: str = "", method: str = "GET") -> Got:
        """One request over TLS."""
        connection = await self.connect()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host or self.host}", "Connection: close", *headers]
        return Got.of(await asyncio.to_thread(_asked, connection, "\r\n".join([*lines, "", ""]).encode()))


def trusting(ca: bool = True) -> ssl.SSLContext:
    """A client's context, with the home's CA or without."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    der = identity().ca
    assert der is not None
    if ca:
        context.load_verify_locations(cadata=der)
    return context


def _asked(connection: ssl.SSLSocket, request: bytes) -> bytes:
    with connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(1 << 16), b""))


@asynccontextmanager
async def at_home(
    folder: Path, interface: Interface = LOOPBACK, also: tuple[Network, ...] = ()
) -> AsyncIterator[AtHome]:
    async with front_bench(folder, lambda _: True) as bench:
        clock, tls = SystemClock(), Tls(identity())
        tls.turn(clock.now())
        with listen_on_loopback(0) as listening:
            listening.setblocking(False)
            port = listening.getsockname()[1]
            reception = Reception(
                front=Front(bench.house),
                site=site_of(identity(), port),
                context=tls.context,
                crowd=Crowd(clock.monotonic()),
                clock=clock,
                also=also,
            )
            async with asyncio.TaskGroup() as tasks:
                serving = tasks.create_task(Door(reception, lambda: interface).serve(listening))
                yield AtHome(port=port, bench=bench, reception=reception)
                serving.cancel()
            await asyncio.sleep(0.05)  # lets closed transports go
