"""The head of a ``CONNECT`` request, as libraries with sockets of their own send it to a proxy.

No I/O, no clock. Reads exactly the head: what follows it is the tunnel's, the client may not have waited.
Source: RFC 9110, section 9.3.6; RFC 9112, sections 2.2 and 3.2.3.
"""

import re
from dataclasses import dataclass
from enum import Enum

HEAD_LIMIT = 8_192  # bytes; real ones take some hundred
_LINE = re.compile(rb"CONNECT ([A-Za-z0-9.-]{1,253}):([0-9]{1,5}) HTTP/1\.[01]")
_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")
_REQUEST = re.compile(rb"[A-Z]{1,20} \S{1,4096} HTTP/1\.[01]")


class Fault(Enum):
    """Why a head is refused."""

    NOT_HTTP = "not_http"
    NOT_CONNECT = "not_connect"  # a request in the clear: http:// goes no way from here
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where to. host: lower case; rest: what came behind the head already."""

    host: str
    port: int
    rest: bytes


class HeadReader:
    """Collects the head of one connection."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._searched = 0  # no end of a head before this place

    def feed(self, data: bytes) -> Head | Fault | None:
        """Take what came; return the head, why it is none, or None while it is not whole. Never raises."""
        self._data += data
        end = self._data.find(b"\r\n\r\n", self._searched)
        self._searched = max(0, len(self._data) - 3)
        if end < 0:
            return Fault.TOO_LONG if len(self._data) >= HEAD_LIMIT else None
        if end + 4 > HEAD_LIMIT:
            return Fault.TOO_LONG
        return _read(bytes(self._data[:end]), bytes(self._data[end + 4 :]))


def _read(head: bytes, rest: bytes) -> Head | Fault:
    first, *headers = head.split(b"\r\n")
    if not all(_HEADER.fullmatch(header) for header in headers):
        return Fault.NOT_HTTP
    line = _LINE.fullmatch(first)
    if line is None:
        return Fault.NOT_CONNECT if _REQUEST.fullmatch(first) else Fault.NOT_HTTP
    port = int(line[2])
    if not 0 < port < 65_536:
        return Fault.NOT_HTTP
    return Head(host=line[1].decode("ascii").lower(), port=port, rest=rest)
