"""From a browser's request to the hub's parked stream and back: what passes, passes reduced.

Towards the hub: method, target, a closed list of headers, the peer. Towards the browser: status, length and
JSON or a picture. A hub in foreign hands can give the browser no document, script, cookie or redirect.
"""

import asyncio
import base64
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import h11

from privacy.gate.front.checks import READING
from privacy.gate.front.exchange import API_HEADERS, Answer, Request, problem
from privacy.gate.front.streams import HubAway, HubStream, ParkedStreams

log = logging.getLogger(__name__)

TO_HUB = frozenset({"accept-language", "authorization", "content-type", "idempotency-key", "user-agent"})
TO_HUB_WEBSOCKET = TO_HUB | {"sec-websocket-key", "sec-websocket-protocol", "sec-websocket-version"}
CONTENT_TYPES = frozenset(
    {"application/json", "application/problem+json", "image/jpeg", "image/png", "image/webp"}
)
STATUSES = frozenset({200, 201, 202, 204, *range(400, 432), *range(500, 505)})
ANSWER_LIMIT = 16 << 20  # bytes of one answer of the hub
HEAD_LIMIT = 16 << 10  # bytes of the head of one
ANSWER_TIME_S = 60.0  # the longest command on the radio is done long before
_PIECE = 1 << 16
_WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class HubBroken(Exception):
    """The hub's bytes are not an answer we pass on. reason: for the log, never for the browser."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class HubEnded(HubBroken):
    """The stream ended before an answer began."""


class Relay:
    """The hub as one browser connection sees it: at most one stream, kept while both are alive."""

    def __init__(self, streams: ParkedStreams) -> None:
        self._streams = streams
        self._stream: HubStream | None = None
        self._hub = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)

    async def ask(self, request: Request) -> Answer:
        """Return the hub's answer, reduced; a problem when there is none fit to pass on."""
        kept = self._stream is not None
        try:
            await self._send(request, TO_HUB, ())
            return await self._reduced(await self._head())
        except TimeoutError:
            self.close()
            return _late()
        except (HubAway, OSError):
            self.close()
            return _away()
        except HubEnded:
            self.close()
            # a kept stream may end at any time; reading again does no harm, acting twice may
            return await self.ask(request) if kept and request.method in READING else _away()
        except HubBroken as error:
            self.close()
            return _refused(error)

    async def upgrade(self, request: Request) -> tuple[Answer, HubStream | None, bytes]:
        """Ask for a WebSocket: the 101 to send on, the stream to splice, and what the hub said already.

        Without a stream the answer is a refusal.
        """
        self.close()  # a WebSocket gets a stream of its own
        extra = (("connection", "Upgrade"), ("upgrade", "websocket"))
        try:
            await self._send(request, TO_HUB_WEBSOCKET, extra)
            head = await self._head()
            if not isinstance(head, h11.InformationalResponse):
                answer = await self._reduced(head)
                return answer, None, b""
            headers = _agreed(request, head)
        except TimeoutError:
            self.close()
            return _late(), None, b""
        except (HubAway, HubEnded, OSError):
            self.close()
            return _away(), None, b""
        except HubBroken as error:
            self.close()
            return _refused(error), None, b""
        stream, early = self._stream, self._hub.trailing_data[0]
        self._stream = None
        return Answer(status=101, headers=headers), stream, early

    def close(self) -> None:
        """Give the stream up; the hub parks another when it wants."""
        if self._stream is not None:
            self._stream.writer.close()
            self._stream = None

    # towards the hub

    async def _send(
        self, request: Request, names: frozenset[str], extra: tuple[tuple[str, str], ...]
    ) -> None:
        if self._stream is None or not self._stream.alive or self._hub.our_state is not h11.IDLE:
            self.close()
            self._stream = await self._streams.take()
            self._hub = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_LIMIT)
        target = request.path + (f"?{request.query}" if request.query else "")
        headers = [("host", "homebase"), ("homebase-peer", request.peer), *extra]
        headers += [(name, value) for name, value in request.headers if name in names]
        if request.body:
            headers.append(("content-length", str(len(request.body))))
        # Latin-1 is what bytes were read as; h11 itself would refuse a str that is not ASCII
        encoded = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers]
        events: list[h11.Event] = [h11.Request(method=request.method, target=target, headers=encoded)]
        if request.body:
            events.append(h11.Data(data=request.body))
        events.append(h11.EndOfMessage())
        self._stream.writer.write(b"".join(self._hub.send(event) or b"" for event in events))
        await self._stream.writer.drain()

    # from the hub

    async def _head(self) -> h11.Response | h11.InformationalResponse:
        while True:
            event = await self._event()
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise HubEnded("no answer")

    async def _event(self) -> h11.Event:
        assert self._stream is not None
        try:
            while (event := self._hub.next_event()) is h11.NEED_DATA:
                async with asyncio.timeout(ANSWER_TIME_S):
                    data = await self._stream.reader.read(_PIECE)
                if not data and self._hub.their_state is h11.SEND_RESPONSE:
                    raise HubEnded("no answer")
                self._hub.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise HubBroken(str(error)) from error
        if event is h11.PAUSED:
            raise HubBroken("paused")
        assert not isinstance(event, type)  # NEED_DATA and PAUSED are the only classes it returns
        return event

    async def _reduced(self, head: h11.Response | h11.InformationalResponse) -> Answer:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        status, length = head.status_code, headers.get("content-length", "0")
        if status not in STATUSES or "transfer-encoding" in headers or int(length) > ANSWER_LIMIT:
            raise HubBroken(f"status {status}, length {length}")
        content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        if length != "0" and content_type not in CONTENT_TYPES:
            raise HubBroken("content type")
        kept = [*API_HEADERS]
        if status == 401:
            kept.append(("WWW-Authenticate", "Bearer"))
        if (pause := headers.get("retry-after", "")).isdecimal() and len(pause) < 7:
            kept.append(("Retry-After", pause))
        answer = Answer(status=status, headers=tuple(kept))
        if length == "0":
            await self._finish()
            return answer
        return replace(answer, content_type=content_type, length=int(length), stream=self._body())

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                self._next()
                return
            else:
                raise HubBroken("the answer ended early")

    async def _finish(self) -> None:
        async with aclosing(self._body()) as body:  # type: ignore[type-var]
            async for _ in body:
                raise HubBroken("a body of length 0")

    def _next(self) -> None:
        if self._hub.our_state is h11.DONE and self._hub.their_state is h11.DONE:
            self._hub.start_next_cycle()
        else:
            self.close()


def _agreed(request: Request, head: h11.InformationalResponse) -> tuple[tuple[str, str], ...]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    key = (request.header("sec-websocket-key") or "").encode("latin-1")
    # RFC 6455 prescribes SHA-1 here; it protects nothing
    accept = base64.b64encode(hashlib.sha1(key + _WEBSOCKET_GUID).digest()).decode()  # noqa: S324
    if headers.get("sec-websocket-accept") != accept or "sec-websocket-extensions" in headers:
        raise HubBroken("not the WebSocket that was asked for")
    kept = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)]
    if (chosen := headers.get("sec-websocket-protocol")) is not None:
        asked = [word.strip() for word in (request.header("sec-websocket-protocol") or "").split(",")]
        if chosen not in asked:
            raise HubBroken("a protocol nobody asked for")
        kept.append(("Sec-WebSocket-Protocol", chosen))
    return tuple(kept)


def _away() -> Answer:
    return problem(
        503,
        "hub_away",
        "the home is starting or was stopped",
        way_out="try again in a few seconds; homebase doctor says more",
        headers=(("Retry-After", "2"),),
    )


def _late() -> Answer:
    return problem(
        504,
        "hub_late",
        f"no answer within {ANSWER_TIME_S:.0f} s",
        way_out="look what became of it, then try again; if nothing answers, restart homebase",
    )


def _refused(error: HubBroken) -> Answer:
    log.error("hub.answer_refused", extra={"reason": error.reason})
    return problem(
        502,
        "hub_answer_refused",
        "the hub gave an answer that is not passed on",
        way_out="restart homebase; if it stays, report it",
    )
