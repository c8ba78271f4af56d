"""TLS with a device in the house that the owner entered by its certificate; the hub's bytes go inside.

The gate ends TLS itself, as nobody in between sees a certificate (TLS 1.3 encrypts it), and one seen on
another connection says nothing about this one. Nothing of the hub goes before the certificate was compared.
Names, authorities and dates in it count for nothing: it is that certificate, or it is refused.
"""

import asyncio
import hashlib
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hmac import compare_digest

HANDSHAKE_S = 10.0
CLOSE_S = 2.0  # so long a device may take to say that it has read the end
PIECE = 16_384  # bytes: one TLS record


class OtherCertificate(Exception):
    """The device shows another certificate than the entered one."""


@dataclass(slots=True)
class Inside:
    """The plain side. end: what is written there goes to the device, what it says comes from there."""

    end: socket.socket
    _writer: asyncio.StreamWriter
    _outward: "asyncio.Task[None]"
    broken: OSError | None = None

    async def finish(self) -> None:
        """Send on what still waits, and take leave of the device.

        Raises:
            OSError: the device had gone, or its words were no TLS any more.
        """
        with suppress(OSError):  # hung up already
            self.end.shutdown(socket.SHUT_WR)
        await self._outward
        if self.broken is not None:
            raise self.broken
        self._writer.close()
        with suppress(OSError, TimeoutError):  # it may hang up its own way
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()


@asynccontextmanager
async def secured(far: socket.socket, certificate_sha256: str) -> AsyncIterator[Inside]:
    """Speak TLS on ``far``, connected and non-blocking, which stays its owner's to reset and close.

    Raises:
        OtherCertificate: it is somebody else, or shows none.
        OSError: no TLS comes about (ssl.SSLError, TimeoutError too).
    """
    reader, writer = await asyncio.open_connection(
        sock=far.dup(), ssl=_context(), server_hostname="", ssl_handshake_timeout=HANDSHAKE_S, limit=PIECE
    )
    try:
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
        if not compare_digest(hashlib.sha256(shown).hexdigest(), certificate_sha256):
            raise OtherCertificate
        ours, theirs = socket.socketpair()
        with ours, theirs:
            for end in (ours, theirs):
                end.setblocking(False)
            async with _carried(reader, writer, ours, theirs) as inside:
                yield inside
    finally:
        writer.transport.abort()


@asynccontextmanager
async def _carried(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ours: socket.socket, theirs: socket.socket
) -> AsyncIterator[Inside]:
    try:
        async with asyncio.TaskGroup() as tasks:
            outward = tasks.create_task(_outward(theirs, writer), name="device.out")
            inside = Inside(ours, writer, outward)
            inward = tasks.create_task(_inward(reader, theirs, inside), name="device.in")
            yield inside
            for task in (outward, inward):
                task.cancel()
    except ExceptionGroup as group:  # of one, the caller's: the tasks keep theirs to themselves
        raise group.exceptions[0] from None


async def _outward(plain: socket.socket, writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    with suppress(OSError):  # the device's end is told by _inward
        while data := await loop.sock_recv(plain, PIECE):
            writer.write(data)
            await writer.drain()


async def _inward(reader: asyncio.StreamReader, plain: socket.socket, inside: Inside) -> None:
    loop = asyncio.get_running_loop()
    try:
        while data := await reader.read(PIECE):
            await loop.sock_sendall(plain, data)
    except OSError as error:
        inside.broken = error
    with suppress(OSError):
        plain.shutdown(socket.SHUT_WR if inside.broken is None else socket.SHUT_RDWR)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # devices sign for themselves; the handshake still proves that they have the key of what is compared above
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
