"""Requests and answers one after another over TLS to one pinned address; it can be cut at any moment.

For services that take several requests (WebDAV, S3). No redirects, no proxies, no plain http, no compression:
there is no code for them. What a server writes is foreign and bounded. The line with its TLS is tls_line.py.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeVar

import h11

from privacy.gate.network.tls_line import PIECE, Target, TlsLine, TransferFailed, failures

MOST_HEAD = 65_536  # bytes of an answer's head
MOST_NOTES = 8  # answers of 1xx before the real one
ANSWER_TIME_S = 120.0  # for an answer's head, and for the rest of one that is read at once
PATIENCE_S = 2.0  # for "100 Continue", and for the reason why a server closed while we sent
T = TypeVar("T")
_ASKS_FIRST = 65_536  # bytes of a body from which on a server is asked whether it wants it


class Garbled(TransferFailed):
    """An answer that is none of HTTP, or larger than agreed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request. target: path with its query, percent-encoded; headers: without Host and length."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How an answer begins. headers: names in lower case; of a repeated one, all, with ", " between."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole answer."""

    head: Head
    body: bytes = field(repr=False)


class HttpLine:
    """One user at a time. meter: told how many bytes are about to be sent; it raises to forbid them.

    fits: told a body's size before its request begins, awaited; it raises where that would not all be sent.
    """

    def __init__(
        self,
        target: Target,
        meter: Callable[[int], None],
        fits: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        self.target, self._meter, self._fits = target, meter, fits
        self.sent = 0  # bytes of heads and bodies that were given to the kernel, encrypted
        self._line: TlsLine | None = None
        self._http = h11.Connection(h11.CLIENT)
        self._asks_first = True
        self._over = False
        self._waits: asyncio.Timeout | None = None  # what is awaited at this moment, to be ended by a cut

    async def ask(self, ask: Ask, most: int) -> Reply:
        """Send and read an answer of at most ``most`` bytes.

        Raises:
            TransferFailed: no answer; Garbled: an answer of no use.
        """
        head = await self.begin(ask)
        with failures(self.target.host):
            async with asyncio.timeout(ANSWER_TIME_S):
                return Reply(head=head, body=await self._body(most))

    async def begin(self, ask: Ask) -> Head:
        """Send and read the head of the answer; ``pieces`` has to be read to its end before the next one.

        Raises:
            TransferFailed: as ``ask``.
        """
        reused = await self._ready()
        try:
            return await self._begin(ask)
        except Garbled:
            raise
        except TransferFailed:
            if not reused:
                raise
        # it was closed while nobody asked for anything: once more on a fresh one
        self._drop()
        await self._ready()
        return await self._begin(ask)

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body of the answer that ``begin`` began."""
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise TransferFailed(f"{self.target.host}: closed within an answer")

    def cut(self) -> int:
        """Reset the connection now and for good; return how many bytes the kernel still sent meanwhile."""
        self._over = True
        after = 0 if self._line is None else self._line.cut()
        if self._waits is not None:
            self._waits.reschedule(asyncio.get_running_loop().time())
        return after

    def close(self) -> None:
        """Let the connection go."""
        self._over = True
        self._drop()

    # the connection

    async def _ready(self) -> bool:
        """Have a connection that a request can be sent on; whether it served one before."""
        if self._over:
            raise TransferFailed(f"{self.target.host}: closed")
        if self._line is not None and self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            return True
        self._drop()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEAD)
        self._line = TlsLine(self.target, ("http/1.1",))
        await self._awaited(self._line.connect())
        await self._awaited(self._line.secure())
        return False

    async def _awaited(self, step: Awaitable[T]) -> T:
        """Wait for a step on the line; a cut ends it, as a closed socket would be waited for in vain."""
        with failures(self.target.host):
            async with asyncio.timeout(None) as waits:
                self._waits = waits
                try:
                    return await step
                finally:
                    self._waits = None

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    @property
    def _open(self) -> TlsLine:
        if self._line is None:
            raise TransferFailed(f"{self.target.host}: closed")
        return self._line

    # one request

    async def _body(self, most: int) -> bytes:
        body = b""
        async for piece in self.pieces():
            body += piece
            if len(body) > most:
                self._drop()
                raise Garbled(f"{self.target.host}: an answer of more than {most} bytes")
        return body

    async def _begin(self, ask: Ask) -> Head:
        if self._fits is not None:
            await self._fits(len(ask.body))
        asks_first = self._asks_first and len(ask.body) >= _ASKS_FIRST
        await self._send(self._request(ask, asks_first=asks_first))
        early = await self._wanted() if asks_first else None
        if early is not None:
            return early
        try:
            for start in range(0, len(ask.body), PIECE):
                await self._send(h11.Data(data=ask.body[start : start + PIECE]))
        except TransferFailed:
            with suppress(TransferFailed, TimeoutError):  # a server that is full says so and closes
                async with asyncio.timeout(PATIENCE_S):
                    return await self._head()
            raise
        await self._send(h11.EndOfMessage())
        return await self._head()

    def _request(self, ask: Ask, *, asks_first: bool) -> h11.Request:
        host = self.target.host if self.target.port == 443 else f"{self.target.host}:{self.target.port}"
        headers = [("Host", host), *ask.headers]
        if ask.body or ask.method in {"PUT", "POST"}:
            headers.append(("Content-Length", str(len(ask.body))))
        if asks_first:
            headers.append(("Expect", "100-continue"))
        return h11.Request(method=ask.method, target=ask.target, headers=headers)

    async def _wanted(self) -> Head | None:
        """None when the body is to follow; a final answer where it is not."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                event = await self._event()
        except TimeoutError:
            self._asks_first = False  # this server does not know how to say so
            return None
        if isinstance(event, h11.Response):
            return _head(event)
        if isinstance(event, h11.InformationalResponse):
            return None
        raise TransferFailed(f"{self.target.host}: closed without an answer")

    async def _head(self) -> Head:
        with failures(self.target.host):
            async with asyncio.timeout(ANSWER_TIME_S):  # from here on: a slow way up takes the time it takes
                return await self._answered()

    async def _answered(self) -> Head:
        for _ in range(MOST_NOTES):
            event = await self._event()
            if isinstance(event, h11.Response):
                head = _head(event)
                if head.headers.get("content-encoding", "identity").lower() != "identity":
                    raise Garbled(f"{self.target.host}: a compressed answer, which was not asked for")
                return head
            if not isinstance(event, h11.InformationalResponse):
                raise TransferFailed(f"{self.target.host}: closed without an answer")
        raise Garbled(f"{self.target.host}: an endless answer")

    # bytes

    async def _send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        try:
            data = self._http.send(event) or b""
        except h11.LocalProtocolError as error:
            raise TransferFailed(f"{self.target.host}: {error}") from error
        if not data:
            return
        self._meter(len(data))
        await self._awaited(self._open.write(data))
        self.sent += len(data)

    async def _event(self) -> object:
        closed = False
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                data = await self._awaited(self._open.read())
                closed = not data
                self._http.receive_data(data)
        except h11.RemoteProtocolError as error:
            self._drop()
            if closed:  # as a line that broke: no word of HTTP was wrong
                raise TransferFailed(f"{self.target.host}: closed before the end of an answer") from error
            raise Garbled(f"{self.target.host}: {error}") from error
        return event


def _head(event: h11.Response) -> Head:
    headers: dict[str, str] = {}
    for name, value in event.headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return Head(status=event.status_code, headers=headers)


def phrase(status: int) -> str:
    """The status with its name in the standard, never the server's own words."""
    with suppress(ValueError):
        return f"{status} {HTTPStatus(status).phrase}"
    return str(status)
