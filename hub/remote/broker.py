"""One connection with a relay's broker, on a stream that somebody else opened and encrypted. I/O.

Read downwards: logged_in → Broker. Nothing that a broker says is proof: a way works when the other side's
own, authentic answer came by it.
Source: docs/protocols/remote.md, "Relay".
"""

import asyncio
import ssl
from collections.abc import AsyncIterator

from privacy.ports import Clock

from . import mqtt

LOGIN_S = 20.0  # a broker that takes longer is taken to be gone
SEND_S = 30.0  # and one that takes nothing for so long
PONG_S = 15.0
_PIECE = 1 << 16


class BrokerRefused(Exception):
    """It does not let us in; trying again helps once its owner changed something. what: for a log."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class BrokerLost(ConnectionError):
    """The connection is over."""


_REASONS = {0x86: "it does not know this user or password", 0x87: "it does not let this user in"}


async def logged_in(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, login: mqtt.Login, clock: Clock
) -> "Broker":
    """Connect as that user.

    Raises:
        BrokerRefused: it says no.
        BrokerLost: it says nothing, nothing sensible, or hangs up.
    """
    broker = Broker(reader, writer, clock)
    try:
        async with asyncio.timeout(LOGIN_S):
            await broker.send(mqtt.connect(login))
            answer = await broker.next()
    except TimeoutError as error:
        raise BrokerLost("the relay says nothing") from error
    if not isinstance(answer, mqtt.Connected):
        raise BrokerLost("what answers there is no relay")
    if answer.reason:
        raise BrokerRefused(_REASONS.get(answer.reason, f"MQTT reason {answer.reason:#04x}"))
    broker.rest_s = min(mqtt.KEEP_ALIVE_S, answer.keep_alive_s or mqtt.KEEP_ALIVE_S) * 0.75
    return broker


class Broker:
    """A connection. rest_s: at most so long nothing is sent; then a PING goes out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, clock: Clock) -> None:
        self._reader, self._writer, self._clock = reader, writer, clock
        self._decoder = mqtt.Decoder()
        self._waiting: list[mqtt.Event] = []
        self._sent_s = clock.monotonic()
        self._number = self._heard = 0
        self.rest_s = mqtt.KEEP_ALIVE_S * 0.75

    async def next(self) -> mqtt.Event:
        """What the broker says next; nothing is lost where the wait is given up.

        Raises:
            BrokerLost: it is over.
        """
        while not self._waiting:
            try:
                data = await self._reader.read(_PIECE)
            except (OSError, ssl.SSLError) as error:
                raise BrokerLost(str(error)) from error
            if not data:
                raise BrokerLost("the connection was closed")
            self._heard += 1
            self._waiting = self._decoder.feed(data)
        event = self._waiting.pop(0)
        if isinstance(event, mqtt.Over):
            raise BrokerLost(event.what)
        return event

    async def messages(self) -> AsyncIterator[mqtt.Message]:
        """Messages until the connection is over.

        Raises:
            BrokerLost: always at the end.
        """
        while True:
            event = await self.next()
            if isinstance(event, mqtt.Message):
                yield event

    async def keep(self) -> None:
        """Beside whoever reads: after some silence of ours a PING asks whether somebody is there.

        Raises:
            BrokerLost: nobody is.
        """
        while True:
            rest_s = self._sent_s + self.rest_s - self._clock.monotonic()
            if rest_s > 0:
                await self._clock.sleep(rest_s)
                continue
            await self.send(mqtt.PING)
            heard = self._heard
            await self._clock.sleep(PONG_S)
            if self._heard == heard:
                self.cut()
                raise BrokerLost("the relay says nothing any more")

    async def subscribe(self, *topics: str) -> None:
        """Ask for these topics' messages; the answer is not waited for, since it proves nothing."""
        self._number = self._number % 0xFFFF + 1
        await self.send(mqtt.subscribe(self._number, *topics))

    async def unsubscribe(self, *topics: str) -> None:
        """Ask for them no more."""
        self._number = self._number % 0xFFFF + 1
        await self.send(mqtt.unsubscribe(self._number, *topics))

    async def publish(self, topic: str, payload: bytes) -> None:
        """Say something there."""
        await self.send(mqtt.publish(topic, payload))

    async def send(self, packet: bytes) -> None:
        """Write a packet; waits while the broker is slow.

        Raises:
            BrokerLost: it takes nothing, or is gone.
        """
        try:
            self._writer.write(packet)
            if self._writer.transport.get_write_buffer_size():
                async with asyncio.timeout(SEND_S):
                    await self._writer.drain()
        except (OSError, ssl.SSLError) as error:  # TimeoutError is one
            self.cut()
            raise BrokerLost(str(error) or "the relay takes nothing") from error
        self._sent_s = self._clock.monotonic()

    def cut(self) -> None:
        """End it at once; the broker says our will."""
        if self._writer.transport is not None:
            self._writer.transport.abort()
