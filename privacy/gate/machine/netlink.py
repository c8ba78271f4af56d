"""Questions to the kernel's network tables, by netlink: framing and attributes. Nothing reaches the network.

Source: netlink(7), rtnetlink(7).
"""

import os
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Final

GET_ROUTE, NEW_ROUTE = 26, 24
REQUEST = 0x001
_DUMP, _ERROR, _DONE = 0x300, 2, 3
_HEADER = struct.Struct("=IHHII")
ROUTE = struct.Struct("=8BI")  # struct rtmsg
ORDER: Final = sys.byteorder
FAMILIES = (socket.AF_INET, socket.AF_INET6)
PIECE = 1 << 16
TABLE_LIMIT = 4 << 20  # bytes of one table that are read; a house has some kilobytes


def asking() -> socket.socket:
    """A socket to the kernel; the caller closes it."""
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    kernel.settimeout(2.0)  # the kernel answers at once
    return kernel


def send(kernel: socket.socket, kind: int, flags: int, body: bytes) -> None:
    """Ask one question."""
    kernel.send(_HEADER.pack(_HEADER.size + len(body), kind, flags, 1, 0) + body)


def dump(kernel: socket.socket, question: int, wanted: int, body: bytes) -> Iterator[bytes]:
    """The bodies of a whole table.

    Raises:
        OSError: it can't be read, or is longer than TABLE_LIMIT.
    """
    send(kernel, question, REQUEST | _DUMP, body)
    read = 0
    while read < TABLE_LIMIT:
        data = kernel.recv(PIECE)
        read += len(data)
        for kind, answer in messages(data):
            if kind == _DONE:
                return
            if kind == _ERROR:
                number = -int.from_bytes(answer[:4], ORDER, signed=True)
                raise OSError(number, os.strerror(number))
            if kind == wanted:
                yield answer
    raise OSError(0, "the kernel's table is too long")


# the kernel's answers, pure


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each netlink message in ``data``; what does not end is left out."""
    while len(data) >= _HEADER.size:
        size, kind, *_ = _HEADER.unpack_from(data)
        if not _HEADER.size <= size <= len(data):
            return
        yield kind, data[_HEADER.size : size]
        data = data[aligned(size) :]


def attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and value of each attribute in ``data``; what does not end is left out."""
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        if not 4 <= size <= len(data):
            return
        yield kind & 0x3FFF, data[4:size]  # without NLA_F_NESTED, NLA_F_NET_BYTEORDER
        data = data[aligned(size) :]


def attribute(kind: int, value: bytes) -> bytes:
    """One attribute of a question."""
    return struct.pack("=HH", 4 + len(value), kind) + value.ljust(aligned(len(value)), b"\0")


def aligned(size: int) -> int:
    """The next multiple of four."""
    return (size + 3) & ~3
