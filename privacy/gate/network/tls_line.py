"""One line to one pinned address, plain or under TLS, which can be cut in the middle at any moment.

TLS runs on memory and this file gives its bytes to the socket itself: nothing is buffered behind our back, so
a cut leaves at most what the kernel holds (SO_SNDBUF, 32 KiB), and that is thrown away with a reset.
What is said on the line: https.py, smtp.py.
"""

import asyncio
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol, TypeVar

SEND_BUFFER = 32_768
PIECE = 16_384  # bytes between two looks at the clock: one TLS record
CONNECT_TIME_S = 10.0
IDLE_TIME_S = 60.0  # without any progress
_TCP_INFO_BYTES_SENT = 200  # offset in struct tcp_info, linux/tcp.h: u64 tcpi_bytes_sent
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to. host is checked against the certificate; ca_file: PEM, or None for the system's store."""

    host: str
    address: IPv4Address | IPv6Address
    port: int
    path: str
    ca_file: str | None


class Reach(Enum):
    """How far something came, as whoever took it says."""

    TAKEN = "taken"  # it has it; more will not be known
    FOLLOWED = "followed"  # it has it, and can be asked later whether it arrived, by its receipt
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. receipt: the receiver's word that it has it, or None; body: foreign, and not kept.

    wait_s: how long it asks to be left alone, by Retry-After in seconds.
    """

    status: int
    receipt: str | None
    body: bytes = field(default=b"", repr=False)
    reach: Reach = Reach.TAKEN
    wait_s: int = 0


class TransferFailed(Exception):
    """It did not arrive. The text: one line without anything that was sent. final: it never will."""

    def __init__(self, what: str, *, final: bool = False) -> None:
        super().__init__(what)
        self.final = final


class Carrier(Protocol):
    """One attempt to bring a payload to its recipient."""

    @property
    def sent(self) -> int:
        """Bytes of the payload that were given to the kernel."""
        ...

    async def run(self) -> Answer:
        """Connect, check the certificate, send, read the answer.

        Raises:
            TransferFailed: at any step.
        """
        ...

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        ...


@contextmanager
def failures(host: str) -> Iterator[None]:
    """Errors of the network and of TLS as TransferFailed."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise TransferFailed(f"{host}: certificate: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise TransferFailed(f"{host}: no TLS: {error.reason or error}") from error
    except TimeoutError as error:
        raise TransferFailed(f"{host}: no progress in time") from error
    except OSError as error:
        raise TransferFailed(f"{host}: {error}") from error


class TlsLine:
    """One connection: ``connect``, bytes in the clear where a protocol begins so, ``secure``, bytes in TLS.

    Errors come as they are; ``failures`` translates them.
    """

    def __init__(self, target: Target, protocols: Sequence[str] = ()) -> None:
        """protocols: names for ALPN."""
        self._target, self._protocols = target, protocols
        self._socket: socket.socket | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = None

    async def connect(self) -> None:
        """Connect to the pinned address."""
        address = self._target.address
        family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
        connection = self._socket = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(CONNECT_TIME_S):
            await asyncio.get_running_loop().sock_connect(connection, (str(address), self._target.port))

    async def secure(self) -> None:
        """Begin TLS and check certificate and host name."""
        context = self._context()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=self._target.host)
        await self._step(tls.do_handshake)
        self._tls = tls

    async def write(self, data: bytes) -> None:
        """Give all bytes to the kernel."""
        tls = self._tls
        if tls is None:
            await self._send(data)
            return
        while data:
            count = await self._step(lambda piece=data: tls.write(piece))  # type: ignore[misc]  # bound now
            data = data[count:]

    async def read(self) -> bytes:
        """Bytes that came; none at the end."""
        tls = self._tls
        if tls is None:
            return await self._receive()
        try:
            return await self._step(lambda: tls.read(PIECE))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def cut(self) -> int:
        """Reset the connection now; return how many bytes the kernel still sent since the call began."""
        connection = self._socket
        if connection is None or connection.fileno() < 0:
            return 0
        before = _bytes_sent(connection)
        loop = asyncio.get_running_loop()
        loop.remove_writer(connection)
        loop.remove_reader(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        after = _bytes_sent(connection)
        connection.close()
        return after - before

    def close(self) -> None:
        """Let the socket go."""
        if self._socket is not None:
            self._socket.close()

    # bytes

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._protocols:
            context.set_alpn_protocols(list(self._protocols))
        if self._target.ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=self._target.ca_file)
        return context

    async def _step(self, call: Callable[[], T]) -> T:
        """Let TLS do one thing, moving bytes between it and the socket as it needs them."""
        while True:
            try:
                result = call()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._receive()
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
                continue
            await self._flush()
            return result

    async def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            await self._send(data)

    async def _send(self, data: bytes) -> None:
        async with asyncio.timeout(IDLE_TIME_S):
            await asyncio.get_running_loop().sock_sendall(self._open(), data)

    async def _receive(self) -> bytes:
        async with asyncio.timeout(IDLE_TIME_S):
            return await asyncio.get_running_loop().sock_recv(self._open(), PIECE)

    def _open(self) -> socket.socket:
        assert self._socket is not None
        return self._socket


def _bytes_sent(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    end = _TCP_INFO_BYTES_SENT + 8
    return int.from_bytes(info[_TCP_INFO_BYTES_SENT:end], sys.byteorder) if len(info) >= end else 0
