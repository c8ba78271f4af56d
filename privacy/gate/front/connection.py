"""One browser connection, from its first byte to its last. Read downwards: run → _exchange → _read → _write.

h11 decides what is HTTP; checks.py what may be asked; this file waits, bounds and writes.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

import h11

from privacy.gate.front.checks import Site, is_websocket, loopback, refuse, too_large
from privacy.gate.front.exchange import CONSOLE, Answer, Endpoint, Request, problem
from privacy.gate.front.german import spoken
from privacy.gate.front.relay import HubBroken, Relay
from privacy.gate.front.streams import HubStream, ParkedStreams

SESSION_PATH = "/session"  # phones' sessions, which only their phone and the hub can read
BODY_LIMIT = 256 << 10  # bytes of one request's body
HEAD_LIMIT = 32 << 10  # bytes of its line and headers
HEAD_TIME_S = 10.0  # from the first byte to the end of the headers; also for the first byte of all
BODY_TIME_S = 20.0
IDLE_TIME_S = 75.0  # between two requests
WRITE_TIME_S = 30.0  # a browser that takes nothing for so long is gone
LINGER_S, LINGER_LIMIT = (
    1.0,
    1 << 20,
)  # a refused body is read so far, or the refusal would be lost to a reset
SEND_BUFFER = 128 << 10  # bytes the kernel keeps for a slow browser: what is behind shows early
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One line of the access log; these fields and no other (obligation Q6.1-a)."""

    ip: str
    file: str
    status: int
    referrer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What every connection shares. find: the endpoint of a method and path, None when the hub is meant.

    port: on 127.0.0.1.
    """

    port: int
    find: Callable[[str, str], Endpoint | None]
    streams: ParkedStreams
    record: Callable[[Access], None]


class Connection:
    """Serves one accepted connection until either side is done.

    waits_since_s: since when (the loop's time) it waits for the browser, for a whole request or to take an
    answer; None while the home is at work for it, and for a WebSocket: those take a session, this nothing.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        peer: str,
        house: House,
        site: Site | None = None,
    ) -> None:
        self._site = site or loopback(house.port)
        self._reader, self._writer, self._peer, self._house = reader, writer, peer, house
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_LIMIT)
        self._relay = Relay(house.streams)
        self._first = True
        self.waits_since_s: float | None = None

    def give_way(self) -> None:
        """End at once, for somebody who came later; only while ``waits_since_s`` says it waits."""
        self._writer.transport.abort()

    async def run(self) -> None:
        """Serve until the connection is done. Never raises for what the other side does."""
        if self._peer != CONSOLE:
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        try:
            while await self._exchange():
                self._first = False
                self._http.start_next_cycle()
        except (OSError, TimeoutError, HubBroken):
            self._writer.transport.abort()
        finally:
            self._relay.close()
            self._writer.close()
        try:
            with self._waiting():
                async with asyncio.timeout(WRITE_TIME_S):
                    await self._writer.wait_closed()
        except OSError:  # also TimeoutError: what it did not take by now it does not get
            self._writer.transport.abort()

    async def _exchange(self) -> bool:
        try:
            request = await self._read()
        except h11.RemoteProtocolError as error:
            await self._refuse_unread(_unreadable(error.error_status_hint))
            return False
        except TimeoutError:
            if self._http.their_state is not h11.IDLE or self._http.trailing_data[0]:
                await self._refuse_unread(_too_slow())
            return False
        if request is None:
            return False
        if isinstance(request, Answer):
            await self._give_up(request)
            return False
        if (request.path.startswith("/api/") or request.path == SESSION_PATH) and is_websocket(request):
            return await self._splice(request)
        endpoint = self._house.find(request.method, request.path)
        await self._write(
            request, await (self._relay.ask(request) if endpoint is None else endpoint(request))
        )
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    # from the browser

    async def _read(self) -> Request | Answer | None:
        """Return the next request, the refusal of it (the rest unread), or None at the end."""
        with self._waiting():
            return await self._read_whole()

    async def _read_whole(self) -> Request | Answer | None:
        async with asyncio.timeout(HEAD_TIME_S if self._first else IDLE_TIME_S) as limit:
            event = await self._event(limit)
        if isinstance(event, h11.ConnectionClosed):
            return None
        assert isinstance(event, h11.Request)
        request = self._understood(event)
        if (refusal := refuse(request, self._site, BODY_LIMIT)) is not None:
            self._log(request.path, refusal.status, request)
            return spoken(request, refusal)
        if self._http.they_are_waiting_for_100_continue:
            await self._send(h11.InformationalResponse(status_code=100, headers=[]))
        body = bytearray()
        async with asyncio.timeout(BODY_TIME_S):
            while isinstance(event := await self._event(), h11.Data):
                body += event.data
                if len(body) > BODY_LIMIT:
                    self._log(request.path, 413, request)
                    return spoken(request, too_large(BODY_LIMIT))
        if isinstance(event, h11.ConnectionClosed):
            return None
        return replace(request, body=bytes(body))

    async def _event(self, limit: asyncio.Timeout | None = None) -> h11.Event:
        while True:
            event = self._http.next_event()
            if event is h11.PAUSED:
                raise h11.RemoteProtocolError("a second request before the first was answered")
            if event is not h11.NEED_DATA:
                assert not isinstance(event, type)
                return event
            data = await self._reader.read(_PIECE)
            if limit is not None and not self._http.trailing_data[0]:
                limit.reschedule(asyncio.get_running_loop().time() + HEAD_TIME_S)
            self._http.receive_data(data)

    def _understood(self, event: h11.Request) -> Request:
        if event.http_version not in {b"1.0", b"1.1"}:
            raise h11.RemoteProtocolError("another version of HTTP", error_status_hint=505)
        if sum(len(name) + len(value) + 4 for name, value in event.headers) > HEAD_LIMIT:
            # h11 bounds a head that is not whole yet; one that came in a single piece is bounded here
            raise h11.RemoteProtocolError("headers too large", error_status_hint=431)
        path, _, query = event.target.decode("latin-1").partition("?")
        return Request(
            method=event.method.decode("latin-1"),
            path=path,
            query=query,
            headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers),
            peer=self._peer,
        )

    # to the browser

    async def _write(self, request: Request, answer: Answer) -> None:
        self._log(request.path, answer.status, request)
        answer = spoken(request, answer)
        if answer.stream is None:
            body = answer.body if request.method != "HEAD" else b""
            await self._send(self._head(answer, len(answer.body)), h11.Data(data=body), h11.EndOfMessage())
            return
        waiting: list[h11.Event] = [self._head(answer, answer.length)]  # goes out with the first piece
        async for piece in answer.stream:
            if request.method != "HEAD":
                await self._send(*waiting, h11.Data(data=piece))
                waiting.clear()
        await self._send(*waiting, h11.EndOfMessage())

    def _head(self, answer: Answer, length: int) -> h11.Response:
        headers = [*answer.headers, *self._site.headers, ("X-Content-Type-Options", "nosniff")]
        if answer.content_type is not None:
            headers.append(("Content-Type", answer.content_type))
        if answer.status not in {204, 304}:
            headers.append(("Content-Length", str(length)))
        if self._http.their_state in {h11.IDLE, h11.SEND_BODY, h11.ERROR}:
            headers.append(("Connection", "close"))
        reason = HTTPStatus(answer.status).phrase
        return h11.Response(status_code=answer.status, headers=headers, reason=reason)

    async def _send(self, *events: h11.Event) -> None:
        """Write events at once: a head apart from its body would wait for the browser's acknowledgement."""
        self._writer.write(b"".join(self._http.send(event) or b"" for event in events))
        with self._waiting():
            async with asyncio.timeout(WRITE_TIME_S):
                await self._writer.drain()

    @contextlib.contextmanager
    def _waiting(self) -> Iterator[None]:
        # from its begin and not from the last byte on: who dribbles does not look busy
        before, self.waits_since_s = self.waits_since_s, asyncio.get_running_loop().time()
        self.waits_since_s = min(before or self.waits_since_s, self.waits_since_s)
        try:
            yield
        finally:
            self.waits_since_s = before

    async def _refuse_unread(self, answer: Answer) -> None:
        self._house.record(Access(ip=self._peer, file="-", status=answer.status, referrer=""))
        await self._give_up(answer)

    async def _give_up(self, answer: Answer) -> None:
        """Refuse, and close so that the refusal arrives."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        head = self._head(answer, len(answer.body))
        await self._send(head, h11.Data(data=answer.body), h11.EndOfMessage())
        with contextlib.suppress(TimeoutError, OSError), self._waiting():
            if self._writer.can_write_eof():  # not under TLS
                self._writer.write_eof()
            async with asyncio.timeout(LINGER_S):
                left = LINGER_LIMIT
                while left > 0 and (data := await self._reader.read(_PIECE)):
                    left -= len(data)

    # WebSocket

    async def _splice(self, request: Request) -> bool:
        answer, stream, early = await self._relay.upgrade(request)
        if stream is None:
            await self._write(request, answer)
            return False
        self._log(request.path, 101, request)
        await self._send(h11.InformationalResponse(status_code=101, headers=list(answer.headers)))
        self._writer.write(early)
        stream.writer.write(self._http.trailing_data[0])
        try:
            await _pass_on_both_ways(self._reader, self._writer, stream)
        finally:
            stream.writer.close()
        return False

    def _log(self, path: str, status: int, request: Request) -> None:
        self._house.record(
            Access(ip=self._peer, file=path, status=status, referrer=_place(request.header("referer") or ""))
        )


def _unreadable(status: int) -> Answer:
    if status == 431:
        return problem(
            431,
            "head_too_large",
            "the headers are too large",
            way_out="send less",
            allowed=f"{HEAD_LIMIT} bytes",
        )
    return problem(status, "not_http", "this is not a request of HTTP/1.1", way_out="send valid HTTP/1.1")


def _too_slow() -> Answer:
    return problem(
        408,
        "too_slow",
        "the request did not arrive in time",
        way_out="send it at once",
        allowed=f"{HEAD_TIME_S:.0f} s for the headers, {BODY_TIME_S:.0f} s for the body",
    )


def _place(url: str) -> str:
    """A URL without its query and fragment, as the path is logged; what is no URL is nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}{_port(parts.netloc)}{parts.path}" if parts.hostname else ""


def _port(netloc: str) -> str:
    port = netloc.rpartition("]")[2].rpartition(":")
    return f":{port[2]}" if port[1] and port[2].isdecimal() else ""


class _Closed(Exception):
    """One side of a splice is done, so both are."""


async def _pass_on_both_ways(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stream: HubStream
) -> None:
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_pass_on(reader, stream.writer), name="websocket.up")
            tasks.create_task(_pass_on(stream.reader, writer), name="websocket.down")
    except* (_Closed, OSError):
        pass


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_PIECE):
        writer.write(data)
        if writer.transport.get_write_buffer_size() or writer.transport.is_closing():
            # the other side is slow: nothing piles up here, and who takes nothing is gone
            async with asyncio.timeout(WRITE_TIME_S):
                await writer.drain()
    raise _Closed
