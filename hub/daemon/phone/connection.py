"""A reference phone's connection: the WebSocket at home, around the machines of hub.remote. I/O.

Read downwards: connected → opened → Connection. Requests that change something are repeated by nobody here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import aiohttp
import msgspec

from hub.remote import base64url
from hub.remote.frames import Code
from hub.remote.initiator import Dial, Initiator
from hub.remote.messages import FOLLOW, Answer, Hello, Request
from hub.remote.phone_session import Answered, Event, PhoneSession, StreamEnded, Told
from hub.remote.transport import MOST_WIRE
from privacy.ports import Clock, RandomBytes

from ..command_line import EXIT_IO, EXIT_NOT_RUNNING, EXIT_PERMISSION, CommandFailed

CLIENT = "homebase phone"
ANSWER_S = 10.0  # of a hub; one that knows us not answers nothing
PING_S = 25.0
_SAID = {
    Code.REVOKED: "this phone was removed at home; pair it anew",
    Code.REPLACED: "this phone opened another session; end one of them",
    Code.NOT_CONFIRMED: "at home nobody confirmed this phone; pair it anew with a new code",
    Code.PAIRING_ENDED: "the pairing was ended at home; ask for a new code",
    Code.STOPPING: "the home is stopping; try again later",
}


class Connection:
    """One session. hash: of its handshake, for the six words."""

    def __init__(
        self,
        socket: aiohttp.ClientWebSocketResponse,
        session: PhoneSession,
        handshake_hash: bytes,
        clock: Clock,
    ) -> None:
        self._socket, self._session, self._clock = socket, session, clock
        self.hash = handshake_hash
        self._waiting: list[Event] = []

    async def next(self) -> Event:
        """What the hub says next.

        Raises:
            CommandFailed: the session is over, with the reason.
        """
        while not self._waiting:
            if self._session.channel.is_over:
                raise _over(self._session)
            try:
                async with asyncio.timeout(PING_S):
                    message = await self._socket.receive()
            except TimeoutError:
                self._session.channel.wake(self._clock.monotonic())
                self._session.ping()
                await self.flush()
                continue
            if message.type is not aiohttp.WSMsgType.BINARY:
                raise _over(self._session)
            self._waiting = self._session.receive(message.data, self._clock.monotonic())
            await self.flush()
        return self._waiting.pop(0)

    async def flush(self) -> None:
        """Send what waits."""
        for wire in self._session.channel.take():
            await self._socket.send_bytes(wire)

    async def kept(self) -> None:
        """In a pairing: the secret is on our disk."""
        self._session.kept()
        await self.flush()

    async def ask(self, name: str, body: object, random_bytes: RandomBytes) -> Answer:
        """One request and its answer.

        Raises:
            CommandFailed: the session is over, or the hub refuses to take it.
        """
        stream = await self._request(name, body, random_bytes)
        while True:
            match await self.next():
                case Answered(stream=at, answer=answer) if at == stream:
                    return answer
                case StreamEnded(stream=at, code=code) if at == stream:
                    raise CommandFailed(
                        f"the home did not take the request (code {code}); try again", EXIT_IO
                    )
                case _:
                    pass

    async def follow(self, random_bytes: RandomBytes) -> AsyncIterator[bytes]:
        """The home's events, first a snapshot, as JSON, until it ends.

        Raises:
            CommandFailed: the session is over.
        """
        stream = await self._request(FOLLOW, {}, random_bytes)
        while True:
            match await self.next():
                case Told(stream=at, body=body) if at == stream:
                    yield body
                case StreamEnded(stream=at) if at == stream:
                    raise CommandFailed("the home ended the events; start again", EXIT_IO)
                case _:
                    pass

    async def _request(self, name: str, body: object, random_bytes: RandomBytes) -> int:
        request = Request(
            id=base64url.encode(random_bytes(16)), name=name, body=msgspec.Raw(msgspec.json.encode(body))
        )
        stream = self._session.request(request)
        assert stream is not None  # one at a time
        await self.flush()
        return stream


@asynccontextmanager
async def connected(
    dial: Dial, origins: Sequence[str], hello: Hello, clock: Clock, random_bytes: RandomBytes
) -> AsyncIterator[Connection]:
    """A session by the first way that works.

    Raises:
        CommandFailed: none does.
    """
    tried = "the code names no way"
    async with aiohttp.ClientSession() as browser:  # noqa: TID251 - a phone is not in the hub's jail
        for origin in origins:
            try:
                socket = await browser.ws_connect(
                    f"{origin}/session", max_msg_size=MOST_WIRE, autoping=False, compress=0
                )
            except (aiohttp.ClientError, OSError) as error:
                tried = f"{origin}: {error}"
                continue
            async with socket:
                found = await _opened(socket, dial, hello, clock, random_bytes)
                if found is not None:
                    yield found
                    return
            tried = (
                f"{origin}: no answer within {ANSWER_S:.0f} s: the code is used or over, or we are unknown"
            )
    raise CommandFailed(f"{tried}; ask at home for a new code", EXIT_NOT_RUNNING)


async def _opened(
    socket: aiohttp.ClientWebSocketResponse, dial: Dial, hello: Hello, clock: Clock, random_bytes: RandomBytes
) -> Connection | None:
    handshake = Initiator(dial, random_bytes)
    await socket.send_bytes(handshake.opening)
    try:
        async with asyncio.timeout(ANSWER_S):
            message = await socket.receive()
    except TimeoutError:
        return None
    split = handshake.answer(message.data) if message.type is aiohttp.WSMsgType.BINARY else None
    if split is None:
        return None
    session = PhoneSession(split, clock.monotonic())
    session.hello(hello)
    connection = Connection(socket, session, split.hash, clock)
    await connection.flush()
    return connection


def _over(session: PhoneSession) -> CommandFailed:
    code = None if session.ended is None else session.ended.code
    if code in _SAID:
        return CommandFailed(_SAID[code], EXIT_PERMISSION)
    return CommandFailed("the connection with the home was lost; try again", EXIT_IO)
