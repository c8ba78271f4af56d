"""One POST over TLS to one pinned address, which can be cut in the middle at any moment.

TLS runs on memory and this file gives its bytes to the socket itself: nothing is buffered behind our back, so
a cut leaves at most what the kernel holds (SO_SNDBUF, 32 KiB), and that is thrown away with a reset. No
redirects, no proxies, no plain http: there is no code for them.
"""

import asyncio
import socket
import ssl
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TypeVar

import h11
import msgspec

SEND_BUFFER = 32_768
PIECE = 16_384  # bytes of body between two looks at the clock: one TLS record
CONNECT_TIME_S = 10.0
IDLE_TIME_S = 60.0  # without any progress
MAX_ANSWER = 65_536
JSON, SEALED = "application/json", "application/octet-stream"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. receipt: the receiver's word that it has it, or None."""

    status: int
    receipt: str | None


class _Receipt(msgspec.Struct, frozen=True):
    receipt: str


class TransferFailed(Exception):
    """It did not arrive. what: one line without anything that was sent."""


class Upload:
    """One attempt. ``run`` sends; ``cut`` ends it at once, at any moment, from the same loop."""

    def __init__(
        self, target: Target, headers: Sequence[tuple[str, str]], body: bytes, media_type: str = JSON
    ) -> None:
        self._target, self._headers, self._body = target, headers, body
        self._media_type = media_type
        self._socket: socket.socket | None = None
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.sent = 0  # bytes of body that were given to the kernel, encrypted

    async def run(self) -> Answer:
        """Connect, check the certificate, send, read the answer.

        Raises:
            TransferFailed: at any step.
        """
        try:
            tls = self._context().wrap_bio(self._incoming, self._outgoing, server_hostname=self._target.host)
            await self._connect()
            await self._step(tls.do_handshake)
            return await self._post(tls)
        except ssl.SSLCertVerificationError as error:
            raise TransferFailed(f"{self._target.host}: certificate: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise TransferFailed(f"{self._target.host}: no TLS: {error.reason or error}") from error
        except TimeoutError as error:
            raise TransferFailed(f"{self._target.host}: no progress in time") from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise TransferFailed(f"{self._target.host}: {error}") from error
        finally:
            if self._socket is not None:
                self._socket.close()

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

    # life

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # checks certificate and host name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if self._target.ca_file is None:
            context.load_default_certs()
        else:
            context.load_verify_locations(cafile=self._target.ca_file)
        return context

    async def _connect(self) -> None:
        address = self._target.address
        family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
        connection = self._socket = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(CONNECT_TIME_S):
            await asyncio.get_running_loop().sock_connect(connection, (str(address), self._target.port))

    async def _post(self, tls: ssl.SSLObject) -> Answer:
        http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_ANSWER)
        head = http.send(
            h11.Request(
                method="POST",
                target=self._target.path,
                headers=[
                    ("Host", self._host_header()),
                    ("Content-Type", self._media_type),
                    ("Content-Length", str(len(self._body))),
                    ("Connection", "close"),
                    *self._headers,
                ],
            )
        )
        assert head is not None
        await self._write(tls, head)
        for start in range(0, len(self._body), PIECE):
            piece = http.send(h11.Data(data=self._body[start : start + PIECE]))
            assert piece is not None
            await self._write(tls, piece)
            self.sent += len(piece)
        http.send(h11.EndOfMessage())
        return await self._answer(tls, http)

    async def _answer(self, tls: ssl.SSLObject, http: h11.Connection) -> Answer:
        status, body = 0, b""
        while True:
            event = http.next_event()
            if event is h11.NEED_DATA:
                http.receive_data(await self._read(tls))
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
                if len(body) > MAX_ANSWER:
                    raise TransferFailed(f"{self._target.host}: an answer of more than {MAX_ANSWER} bytes")
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status=status, receipt=_receipt(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise TransferFailed(f"{self._target.host}: closed without an answer")

    # bytes

    async def _write(self, tls: ssl.SSLObject, data: bytes) -> None:
        while data:
            count = await self._step(lambda piece=data: tls.write(piece))  # type: ignore[misc]  # bound now
            data = data[count:]

    async def _read(self, tls: ssl.SSLObject) -> bytes:
        try:
            return await self._step(lambda: tls.read(PIECE))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    async def _step(self, call: Callable[[], T]) -> T:
        """Let TLS do one thing, moving bytes between it and the socket as it needs them."""
        while True:
            try:
                result = call()
            except ssl.SSLWantReadError:
                await self._flush()
                async with asyncio.timeout(IDLE_TIME_S):
                    data = await asyncio.get_running_loop().sock_recv(self._open(), PIECE)
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
            async with asyncio.timeout(IDLE_TIME_S):
                await asyncio.get_running_loop().sock_sendall(self._open(), data)

    def _open(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

    def _host_header(self) -> str:
        target = self._target
        return target.host if target.port == 443 else f"{target.host}:{target.port}"


def _receipt(body: bytes) -> str | None:
    """The receipt in an answer of the agreed form, at most 200 printable characters."""
    try:
        receipt = msgspec.json.decode(body, type=_Receipt).receipt
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return receipt if 1 <= len(receipt) <= 200 and receipt.isprintable() else None


def _bytes_sent(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    end = _TCP_INFO_BYTES_SENT + 8
    return int.from_bytes(info[_TCP_INFO_BYTES_SENT:end], sys.byteorder) if len(info) >= end else 0
