"""One TCP connection of the gate to one pinned address: opened, measured, ended at once.

The kernel holds little that it has not sent (UNSENT), and a reset throws even that away: a plain close was
measured to deliver 8 MB more. What is under way and not acknowledged may be more (SEND_BUFFER): it has left.
Why not a small SO_SNDBUF: docs/adr/0011-unsent-bytes.md.
"""

import asyncio
import ctypes
import fcntl
import socket
import struct
import sys
import termios
from ipaddress import IPv4Address, IPv6Address

from privacy.ports import Clock

SEND_BUFFER = 262_144  # bytes under way, sent and not acknowledged; 32 KiB would allow 0.9 MB/s at 50 ms
UNSENT = 32_768  # bytes that the kernel takes and has not sent yet, give or take a segment
CONNECT_TIME_S = 10.0
DRAIN_LOOK_S = 0.02
_UNSPECIFIED = bytes(16)  # struct sockaddr of the family AF_UNSPEC
_libc = ctypes.CDLL(None)
_TCP_INFO_BYTES_SENT = 200  # offset in struct tcp_info, linux/tcp.h: u64 tcpi_bytes_sent
# a peer that vanished is noticed within minutes, so that its connection does not count as open for ever
_KEEPALIVE = (
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
)


def unconnected(address: IPv4Address | IPv6Address) -> socket.socket:
    """Return a socket for ``address`` with all that has to be set before anything is sent."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # without: 88 ms for a round trip
    for level, option, value in _KEEPALIVE:
        connection.setsockopt(level, option, value)
    return connection


async def connect(connection: socket.socket, address: IPv4Address | IPv6Address, port: int) -> None:
    """Connect; the owner closes ``connection`` whatever comes of it.

    Raises:
        OSError, TimeoutError: it can't be reached.
    """
    async with asyncio.timeout(CONNECT_TIME_S):
        await asyncio.get_running_loop().sock_connect(connection, (str(address), port))


def reset(connection: socket.socket) -> None:
    """Throw away the connection and all that it holds, at once; the owner still closes the socket.

    connect(2) with AF_UNSPEC does what SO_LINGER and close would, and leaves until later what takes longer:
    the last of 200 waits for the others.
    """
    if connection.fileno() >= 0:
        _libc.connect(connection.fileno(), _UNSPECIFIED, len(_UNSPECIFIED))


def forget(connection: socket.socket) -> None:
    """Close what somebody may be waiting on in this loop."""
    if connection.fileno() >= 0:
        loop = asyncio.get_running_loop()
        loop.remove_reader(connection)
        loop.remove_writer(connection)
        connection.close()


async def drained(connection: socket.socket, clock: Clock) -> None:
    """Wait until the other side has acknowledged all: until then it can still be cut."""
    while unsent(connection) > 0:
        await clock.sleep(DRAIN_LOOK_S)


def unsent(connection: socket.socket) -> int:
    """Bytes that the kernel holds and the other side has not acknowledged."""
    if connection.fileno() < 0:
        return 0
    return int(struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0])  # SIOCOUTQ, tcp(7)


def bytes_sent(connection: socket.socket) -> int:
    """Bytes of payload that left since the connection began, repeats included; 0 before Linux 4.19."""
    if connection.fileno() < 0:
        return 0
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    end = _TCP_INFO_BYTES_SENT + 8
    return int.from_bytes(info[_TCP_INFO_BYTES_SENT:end], sys.byteorder) if len(info) >= end else 0
