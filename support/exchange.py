"""One request of a home as it comes, and the answer to it: bytes in, a request out.

No I/O, no clock. Every buffer is bounded: the head by MOST_HEAD, the body by MOST_BODY.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import h11

from privacy.payload import MAX_BYTES

MOST_HEAD = 16_384  # bytes
MOST_BODY = MAX_BYTES + 4_096  # a bundle as an age file: a header for 8 keys, 16 bytes for each 64 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A whole request. headers: names in lower case; what stands there twice has None."""

    method: str
    path: str
    headers: Mapping[str, str | None] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """What came is no request that could be taken. code: of privacy/received.py."""

    code: str


class Exchange:
    """Of one connection: ``feed`` until it returns something, then ``answer``."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MOST_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()

    def feed(self, data: bytes) -> Request | Unfit | None:
        """Return the request once it is whole. data: b"" at the end of what comes. Never raises."""
        try:
            self._http.receive_data(data)
            while True:
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    return None
                if isinstance(event, h11.Request):
                    self._head = event
                    if _length(event) > MOST_BODY:
                        return Unfit(code="too_large")
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > MOST_BODY:
                        return Unfit(code="too_large")
                elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                    return _request(self._head, bytes(self._body))
                else:  # closed, or paused behind a whole request
                    return Unfit(code="no_such_place")
        except (h11.RemoteProtocolError, ValueError, RuntimeError):
            return Unfit(code="no_such_place")

    @property
    def has_head(self) -> bool:
        """Whether who it is for is known, and only its body is to come."""
        return self._head is not None

    def answer(self, status: int, body: bytes) -> bytes:
        """The bytes of an answer after which the connection closes."""
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Connection", "close"),
        ]
        try:
            head = self._http.send(h11.Response(status_code=status, headers=headers)) or b""
            return head + (self._http.send(h11.Data(data=body)) or b"")
        except h11.LocalProtocolError:  # what came broke the protocol: there is no way to answer in it
            return b""


def _length(head: h11.Request) -> int:
    """As it was announced; 0 where it was not: then it is counted as it comes."""
    return next((int(value) for name, value in head.headers if name == b"content-length"), 0)


def _request(head: h11.Request, body: bytes) -> Request:
    headers: dict[str, str | None] = {}
    for name, value in head.headers:
        key = name.decode("latin-1")
        headers[key] = None if key in headers else value.decode("latin-1")
    return Request(
        method=head.method.decode("latin-1"), path=head.target.decode("latin-1"), headers=headers, body=body
    )
