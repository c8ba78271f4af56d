"""Opens one TCP line to a device inside the house, such that its packets can get nowhere else.

Bound to the interface on which the device is, not routed (SO_DONTROUTE), and with a hop limit of 1: a router
that gets a packet all the same has to drop it. A device without power is noticed within half a minute.
"""

import asyncio
import errno
import os
import socket
from ipaddress import IPv6Address

from privacy.inside import InsideEntry

CONNECT_S = 5.0  # a device of the house answers within milliseconds, one that sleeps within a second
IDLE_S, PROBE_S, PROBES = 10, 5, 3  # keep-alive: a device that is gone is noticed after 25 s
UNACKNOWLEDGED_MS = 20_000  # and after this time when something was sent to it
BUFFER = 16_384  # bytes; the kernel doubles it for its own needs
_HOP_LIMIT = 1
_CUT = b"\1\0\0\0\0\0\0\0"  # SO_LINGER {1, 0}: what was not sent is forgotten, the other side hears of it


class NoLine(Exception):
    """There is no line. code: stick_unreachable or stick_refuses; why: the kernel's words."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code, why)
        self.code, self.why = code, why


async def open_line(entry: InsideEntry, interface: str) -> socket.socket:
    """Connect; the socket is non-blocking.

    Raises:
        NoLine: it can't be reached, or nothing listens there.
    """
    line = guarded_socket(entry, interface)
    try:
        async with asyncio.timeout(CONNECT_S):
            await asyncio.get_running_loop().sock_connect(line, target(entry))
    except TimeoutError as error:
        line.close()
        raise NoLine("stick_unreachable", f"no answer in {CONNECT_S:.0f} s") from error
    except OSError as error:
        line.close()
        raise _no_line(error) from error
    except BaseException:
        line.close()
        raise
    return line


def guarded_socket(entry: InsideEntry, interface: str) -> socket.socket:
    """A socket that can only reach the link of ``interface``, not yet connected.

    Raises:
        NoLine: the interface is gone.
    """
    six = isinstance(entry.address, IPv6Address)
    line = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        line.setblocking(False)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_DONTROUTE, 1)
        if six:
            line.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, _HOP_LIMIT)
        else:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _HOP_LIMIT)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CUT)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            (socket.TCP_NODELAY, 1),
            (socket.TCP_KEEPIDLE, IDLE_S),
            (socket.TCP_KEEPINTVL, PROBE_S),
            (socket.TCP_KEEPCNT, PROBES),
            (socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS),
        ):
            line.setsockopt(socket.IPPROTO_TCP, option, value)
    except OSError as error:
        line.close()
        raise _no_line(error) from error
    return line


def target(entry: InsideEntry) -> tuple[str, int] | tuple[str, int, int, int]:
    """The entry as ``connect`` takes it; a number, so nothing looks a name up."""
    if isinstance(entry.address, IPv6Address):
        number = socket.if_nametoindex(entry.scope) if entry.scope else 0
        return str(IPv6Address(int(entry.address))), entry.port, 0, number
    return str(entry.address), entry.port


def _no_line(error: OSError) -> NoLine:
    code = "stick_refuses" if error.errno == errno.ECONNREFUSED else "stick_unreachable"
    return NoLine(code, os.strerror(error.errno) if error.errno else str(error))
