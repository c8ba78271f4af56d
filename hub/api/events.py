"""Events by WebSocket: a snapshot, then changes, the first at once and then one message per 10 ms.

Read downwards: the bus → _note → _flush, once for all clients → each client's _write. A client that does
not take its messages keeps one News, the newest value per datapoint; after 5 s it is sent away with 1013.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec
from aiohttp import WSCloseCode, web

from hub.contract import DeviceAddress, DeviceChanged, DeviceRemoved
from hub.core import HomeEvent
from hub.home.errors import Refused
from hub.home.roles import Verb
from hub.operations import Caller, House, check_verb
from hub.operations.news import Narrow, News, everything, snapshot, told
from hub.operations.view import View, view_of

log = logging.getLogger(__name__)

PACE_S = 0.010  # least time between two messages to one client
PATIENCE_S = 5.0  # for a client that takes nothing
FAREWELL_S = 5.0  # for the close frame to be taken
LOOK_AFTER_SESSION_S = 30.0
HEARTBEAT_S = 25.0
MAX_CLIENT_MESSAGE = 1024  # bytes; clients have nothing to say here
PROTOCOL = "homebase.v1"
BEARER_PROTOCOL = "homebase.bearer."
Send = Callable[[bytes], Awaitable[None]]
_ENCODER = msgspec.json.Encoder()
_SEQ_PLACE = len(b'{"seq":0')


class EventStream:
    """The home's events for all WebSocket clients."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._whole = View(labels=house.rooms)
        self._clients: set[_Client] = set()
        self._news = News()
        self._next_at = 0.0
        self._flush_later: asyncio.TimerHandle | None = None
        house.rooms.rooms_changed = self._rooms_changed
        house.rooms.label_changed = self._label_changed
        house.notifications.changed = self._notifications_changed

    async def run(self) -> None:
        """Follow the bus until cancelled."""
        with self._house.bus.subscribe("api.events") as subscription:
            for device in tuple(self._house.registry.devices.values()):
                self._house.channels.of(device.description)  # in small steps now, or in a long one later
                await asyncio.sleep(0)
            while True:
                events = await subscription.take()
                if subscription.lagging:
                    subscription.lagging = False
                    self._news = everything(self._house)
                self._forget_gone(events)
                self._note(events)

    def _forget_gone(self, events: Sequence[HomeEvent]) -> None:
        """A device that slept when it was released goes when it wakes, and nobody else waits for that."""
        for event in events:
            if isinstance(event, DeviceRemoved) and event.device not in self._house.registry.devices:
                self._house.rooms.forget(event.device)
                self._house.channels.forget(event.device)

    def _rooms_changed(self) -> None:
        self._news.rooms = True
        self._schedule()

    def _notifications_changed(self) -> None:
        self._news.notifications = True
        self._schedule()

    def _label_changed(self, device: DeviceAddress) -> None:
        known = self._house.registry.devices.get(device)
        if known is not None:
            self._note([DeviceChanged(description=known.description)])

    def _note(self, events: list[HomeEvent]) -> None:
        if not self._clients:
            return  # the next one gets a snapshot
        for event in events:
            self._news.add(event)
        self._schedule()

    def _schedule(self) -> None:
        loop = asyncio.get_running_loop()
        if self._flush_later is None and self._news:
            if loop.time() >= self._next_at:
                self._flush()
            else:
                self._flush_later = loop.call_at(self._next_at, self._flush)

    def _flush(self) -> None:
        self._flush_later = None
        news = self._news
        if news and self._clients:
            # encoded once for all who are up to date; each client puts its own number in front
            message, self._news = told(self._house, news, self._whole)
            encoded = _encode(message)
            for client in self._clients:
                client.offer(news, encoded)
            self._next_at = asyncio.get_running_loop().time() + PACE_S
            self._schedule()
        else:
            self._news = News()

    # one client

    async def serve(self, request: web.Request, caller: Caller) -> web.StreamResponse:
        """Serve one client until it goes, its session ends, or it is too slow.

        Raises:
            Refused: websocket_only.
        """
        response = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=HEARTBEAT_S, compress=False, max_msg_size=MAX_CLIENT_MESSAGE
        )
        if not response.can_prepare(request):
            raise Refused("websocket_only")
        await response.prepare(request)
        client = _Client(self._house, partial(response.send_frame, opcode=web.WSMsgType.TEXT), caller)
        try:
            async with asyncio.TaskGroup() as tasks:
                writer = tasks.create_task(self._write(client, response, request), name="events.write")
                async for _ in response:
                    pass  # nothing that a client says here means anything
                writer.cancel()
        finally:
            self._clients.discard(client)
        return response

    async def follow(self, send: Send, caller: Caller) -> None:
        """Tell ``send`` the snapshot and then changes until cancelled, for whoever has no WebSocket here.

        Raises:
            TimeoutError: it took longer than PATIENCE_S for one message.
        """
        await self._tell(_Client(self._house, send, caller))

    async def _tell(self, client: "_Client") -> None:
        try:
            # from here to the snapshot nothing is awaited: no event can fall in between
            self._clients.add(client)
            client.begin()
            await client.send(_ENCODER.encode(snapshot(self._house, client.next_seq(), client.view)))
            await client.write()
        finally:
            self._clients.discard(client)

    async def _write(self, client: "_Client", response: web.WebSocketResponse, request: web.Request) -> None:
        stop_watching = self._house.access.sessions.on_end(client.session_ended)
        try:
            await self._tell(client)
        except TimeoutError:
            log.info("events.slow_client")
            await _farewell(response, WSCloseCode.TRY_AGAIN_LATER, b"too slow", request)
        except ConnectionError:
            return  # gone: the reading side ends by itself
        else:
            await _farewell(response, WSCloseCode.POLICY_VIOLATION, b"session ended", request)
        finally:
            stop_watching()


class _Client:
    """One WebSocket or session: what it still has to be told, and its own count of messages."""

    def __init__(self, house: House, send: Send, caller: Caller) -> None:
        self._send = send
        self.caller = caller
        self.view = view_of(house.rooms, caller.permit)
        self._narrow: Narrow | None = None  # of whoever does not see everything
        self._house = house
        self._seq = 0
        self._news = News()
        self._encoded: bytes | None = None  # of exactly self._news, when nothing else has come since
        self._ready = asyncio.Event()
        self._ended = False

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def begin(self) -> None:
        """What is told from here on follows a snapshot of this moment."""
        self._narrow = None if self.view.is_whole else Narrow(self._house, self.view)

    def offer(self, news: News, encoded: bytes) -> None:
        """Take news that were encoded for whoever sees everything; ``news`` stays as it is."""
        if self._narrow is not None:
            self._news, self._encoded = self._news.joined(self._narrow.of(news)), None
            if not self._news:
                return
        elif self._news:
            self._news, self._encoded = self._news.joined(news), None
        else:
            self._news, self._encoded = news, encoded
        self._ready.set()

    def session_ended(self, key: bytes) -> None:
        """A session was ended: perhaps this client's."""
        if self.caller.session is not None and self.caller.session.key == key:
            self._ended = True
            self._ready.set()

    async def write(self) -> None:
        """Send what is offered until the session ends.

        Raises:
            TimeoutError: the client took nothing for PATIENCE_S.
        """
        loop = asyncio.get_running_loop()
        next_at = 0.0
        while await self._wait_for_news():
            if (early_s := next_at - loop.time()) > 0.0:
                await asyncio.sleep(early_s)
            encoded, self._encoded = self._encoded, None
            news, self._news = self._news, News()
            self._ready.clear()
            if encoded is None:
                message, left = told(self._house, news, self.view)
                encoded = _encode(message)
                if left:
                    self._news = left
                    self._ready.set()
            await self.send(b'{"seq":%d%b' % (self.next_seq(), encoded))
            next_at = loop.time() + PACE_S

    async def send(self, message: bytes) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._send(message)

    async def _wait_for_news(self) -> bool:
        while not self._ended:
            try:
                async with asyncio.timeout(LOOK_AFTER_SESSION_S):
                    await self._ready.wait()
                    return self._may_follow() and not self._ended
            except TimeoutError:
                session = self.caller.session
                if session is not None and not self._house.access.sessions.is_open(session.key):
                    return False
                if not self._may_follow():
                    return False
        return False

    def _may_follow(self) -> bool:
        """Whether their time is not over meanwhile."""
        try:
            check_verb(self._house, self.caller, Verb.SEE)
        except Refused:
            return False
        return True


async def _farewell(
    response: web.WebSocketResponse, code: WSCloseCode, reason: bytes, request: web.Request
) -> None:
    try:
        async with asyncio.timeout(FAREWELL_S):
            await response.close(code=code, message=reason)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()


def _encode(message: msgspec.Struct) -> bytes:
    """The message without its first field, the client's own number."""
    return _ENCODER.encode(message)[_SEQ_PLACE:]


def token_of(request: web.Request) -> str | None:
    """The token that a browser puts among its WebSocket protocols, or None."""
    for protocol in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
        if protocol.strip().startswith(BEARER_PROTOCOL):
            return protocol.strip().removeprefix(BEARER_PROTOCOL)
    return None
