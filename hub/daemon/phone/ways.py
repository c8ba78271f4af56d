"""A reference phone's ways to its home: the WebSocket there, and relays by MQTT. I/O; it is in no jail.

Read downwards: opened → _at_home / _by_relay.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import aiohttp

from hub.remote import mqtt, topics
from hub.remote.broker import Broker, BrokerLost, BrokerRefused, logged_in
from hub.remote.keys import AT_HOME
from hub.remote.qr import Home, RelayWay, Way
from hub.remote.transport import TOO_MUCH_WIRE
from privacy import base64url
from privacy.ports import Clock, RandomBytes

from ..speech import phrase

DIAL_S = 15.0
_CLIENT_ID_SIZE = 16


class Closed(Exception):
    """The way is over. what: for people."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class Pipe(Protocol):
    """Carries messages, whole."""

    async def send(self, message: bytes) -> None:
        """Send one. Raises Closed."""
        ...

    async def receive(self) -> bytes:
        """The next one. Raises Closed."""
        ...


def route_of(way: Way) -> bytes:
    """What the handshake is bound to there."""
    return way.route if isinstance(way, RelayWay) else AT_HOME


def name_of(way: Way) -> str:
    """For people; no secret is in it."""
    return phrase("relay {host}", host=way.host) if isinstance(way, RelayWay) else way.origin


@asynccontextmanager
async def opened(way: Way, connection: bytes, clock: Clock, random_bytes: RandomBytes) -> AsyncIterator[Pipe]:
    """A way, open. connection: of the opening that goes by it.

    Raises:
        Closed: it does not open.
    """
    match way:
        case Home():
            async with _at_home(way) as pipe:
                yield pipe
        case RelayWay():
            async with _by_relay(way, connection, clock, random_bytes) as pipe:
                yield pipe


class SocketPipe:
    """The WebSocket at home. Follows Pipe."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, message: bytes) -> None:
        """One binary message."""
        try:
            await self._socket.send_bytes(message)
        except (aiohttp.ClientError, OSError) as error:
            raise Closed(str(error)) from error

    async def receive(self) -> bytes:
        """The next one."""
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.BINARY:
            raise Closed(phrase("the home hung up"))
        return bytes(message.data)


@asynccontextmanager
async def _at_home(way: Home) -> AsyncIterator[Pipe]:
    async with aiohttp.ClientSession() as browser:  # noqa: TID251 - a phone is not in the hub's jail
        try:
            async with asyncio.timeout(DIAL_S):
                socket = await browser.ws_connect(
                    f"{way.origin}/session", max_msg_size=TOO_MUCH_WIRE, autoping=False, compress=0
                )
        except (aiohttp.ClientError, OSError) as error:
            raise Closed(str(error) or phrase("nobody answers there")) from error
        async with socket:
            yield SocketPipe(socket)


class _Topic:
    """Follows Pipe. A session's own PINGs keep the connection with the broker alive.

    The first message is the opening; a home that comes to the relay before it answered gets it once more.
    """

    def __init__(self, broker: Broker, way: RelayWay, connection: bytes) -> None:
        self._broker = broker
        self._up = topics.up(way.route, way.slot, connection)
        self._down = topics.down(way.route, way.slot, connection)
        self._presence = topics.presence(way.route)
        self._opening, self._answered = b"", False

    async def listen(self) -> None:
        """Before anything is said."""
        await self._broker.subscribe(self._down, self._presence)
        try:
            async with asyncio.timeout(DIAL_S):
                while not isinstance(await self._broker.next(), mqtt.Subscribed):
                    pass  # the home's presence may come before
        except TimeoutError as error:
            raise Closed(phrase("the relay does not listen")) from error

    async def send(self, message: bytes) -> None:
        self._opening = self._opening or message
        try:
            await self._broker.publish(self._up, message)
        except BrokerLost as error:
            raise Closed(str(error)) from error

    async def receive(self) -> bytes:
        while True:
            try:
                message = await self._broker.next()
            except BrokerLost as error:
                raise Closed(str(error)) from error
            if not isinstance(message, mqtt.Message):
                continue
            if message.topic == self._presence and message.payload == topics.GONE:
                raise Closed(phrase("the home left the relay"))
            if message.topic == self._presence and message.payload == topics.HERE:
                await self._open_again()
            if message.topic == self._down:
                self._answered = True
                return message.payload

    async def _open_again(self) -> None:
        """The home came, maybe after our opening; a home that has it already ignores it."""
        if self._answered:
            raise Closed(phrase("the home left the relay and came again"))
        if self._opening:
            await self.send(self._opening)


@asynccontextmanager
async def _by_relay(
    way: RelayWay, connection: bytes, clock: Clock, random_bytes: RandomBytes
) -> AsyncIterator[Pipe]:
    if not way.tls_port:
        raise Closed(phrase("it offers MQTT to browsers only"))
    trust = ssl.create_default_context()
    trust.minimum_version = ssl.TLSVersion.TLSv1_3
    login = mqtt.Login(
        client_id=base64url.encode(random_bytes(_CLIENT_ID_SIZE)),
        user=topics.user(way.route, way.slot),
        password=way.password,
    )
    try:
        async with asyncio.timeout(DIAL_S):
            reader, writer = await asyncio.open_connection(  # noqa: TID251 - as above
                way.host, way.tls_port, ssl=trust
            )
    except (OSError, ssl.SSLError) as error:
        raise Closed(str(error) or phrase("nobody answers there")) from error
    try:
        broker = await logged_in(reader, writer, login, clock)
        topic = _Topic(broker, way, connection)
        await topic.listen()
        yield topic
        with suppress(BrokerLost):  # all was done
            await broker.send(mqtt.DISCONNECT)
    except (BrokerRefused, BrokerLost) as error:
        raise Closed(str(error)) from error
    finally:
        writer.transport.abort()


def to_fields(way: Way) -> Mapping[str, object]:
    """As a phone's file keeps it."""
    match way:
        case Home(origin=origin):
            return {"origin": origin}
        case RelayWay():
            return {
                "host": way.host,
                "tls_port": way.tls_port,
                "wss_port": way.wss_port,
                "route": base64url.encode(way.route),
                "slot": way.slot,
                "password": way.password,
            }


def from_fields(fields: object) -> Way | None:
    """A way that was kept; None: it is none."""
    match fields:
        case {"origin": str(origin)}:
            return Home(origin=origin)
        case {
            "host": str(host),
            "tls_port": int(tls),
            "wss_port": int(wss),
            "route": str(route),
            "slot": int(slot),
            "password": str(password),
        } if (known := base64url.decode(route)) is not None:
            return RelayWay(host=host, tls_port=tls, wss_port=wss, route=known, slot=slot, password=password)
        case _:
            return None
