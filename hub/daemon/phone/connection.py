"""A reference phone's connection by one of its ways, around the machines of hub.remote. I/O.

Read downwards: connected → opened_session → Connection. Nobody here repeats a request that changes something.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from msgspec.structs import replace

from hub.remote.frames import Code
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import Mode
from hub.remote.messages import FOLLOW, Answer, Hello, Request
from hub.remote.phone_session import Answered, Data, Event, PhoneSession, StreamEnded, Told
from hub.remote.qr import RelayWay, Way
from privacy import base64url
from privacy.ports import Clock, RandomBytes

from ..command_line import EXIT_IO, EXIT_NOT_RUNNING, EXIT_PERMISSION, CommandFailed
from ..home import problem_failure
from ..speech import phrase
from .ways import Closed, Pipe, name_of, opened, route_of

CLIENT = "homebase phone"
ANSWER_S = 10.0  # of a hub; one that knows us not answers nothing
PING_S = 25.0
_SAID = {
    Code.REVOKED: "this phone was removed at home; ask the owner, or pair it anew",
    Code.OVER: "this phone's time at home is over; the owner can give it another end within 14 days",
    Code.REPLACED: "this phone opened another session; end one of them",
    Code.NOT_CONFIRMED: "at home nobody confirmed this phone; pair it anew with a new code",
    Code.PAIRING_ENDED: "the pairing was ended at home; ask for a new code",
    Code.NOT_NOW: "it is none of this phone's hours, or the home is not sure of the time; come again later",
    Code.ACCOUNT: "by a relay it is not known by the home's account; connect once at home, or pair it anew",
    Code.TOO_FAST: "this phone sent too much at once; try again in a minute",
    Code.PROTOCOL: "home and phone do not understand each other; update both",
}
_AWAY = "the connection with the home was lost; try again"
_LOST = {
    Code.STOPPING: "the home is stopping; try again later",
    Code.DONE: "what this phone may was changed at home; try again",
    Code.TOO_OLD: "the session was a day old; try again",
}
_NOBODY = {  # why nobody answers, and the way out
    Mode.PAIR: "the code is used or over; ask at home for a new code",
    Mode.SESSION: "the home is away, or this phone was removed there; try again later, or pair it anew",
}


class SessionLost(CommandFailed):
    """It ended, and a new one may be opened. closed_by: the hub's word; None: the way was lost."""

    def __init__(self, closed_by: Code | None) -> None:
        super().__init__(phrase(_AWAY if closed_by is None else _LOST.get(closed_by, _AWAY)), EXIT_IO)
        self.closed_by = closed_by


class Connection:
    """One session. hash: of its handshake, for the six words; at_home: no relay is between."""

    def __init__(
        self,
        pipe: Pipe,
        session: PhoneSession,
        handshake_hash: bytes,
        clock: Clock,
    ) -> None:
        self._pipe, self._session, self._clock = pipe, session, clock
        self.hash, self.at_home = handshake_hash, True
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
                    message = await self._pipe.receive()
            except Closed as closed:
                raise _over(self._session) from closed
            except TimeoutError:
                self._session.channel.wake(self._clock.monotonic())
                self._session.ping()
                await self.flush()
                continue
            self._waiting = self._session.receive(message, self._clock.monotonic())
            await self.flush()
        return self._waiting.pop(0)

    async def flush(self) -> None:
        """Send what waits."""
        for wire in self._session.channel.take():
            try:
                await self._pipe.send(wire)
            except Closed as closed:
                raise _over(self._session) from closed

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
                        phrase("the home did not take the request (code {code}); try again", code=code),
                        EXIT_IO,
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
                    raise CommandFailed(phrase("the home ended the events; start again"), EXIT_IO)
                case _:
                    pass

    async def pour(self, name: str, random_bytes: RandomBytes) -> AsyncIterator[bytes]:
        """The bytes that answer a request; more is asked for when the caller is through with what came.

        Raises:
            CommandFailed: the session is over, the home refuses, or it broke off.
        """
        stream = await self._request(name, {}, random_bytes)
        while True:
            match await self.next():
                case Data(stream=at, data=data) if at == stream:
                    yield data
                    self._session.grant(stream, len(data))
                    await self.flush()
                case Answered(stream=at, answer=answer) if at == stream:
                    problem = msgspec.json.decode(answer.problem, type=dict[str, object])
                    raise problem_failure(int(str(problem.get("status", 500))), problem)
                case StreamEnded(stream=at, code=code) if at == stream:
                    if code is None:
                        return
                    raise CommandFailed(
                        phrase("the copy broke off (code {code}); try again", code=code), EXIT_IO
                    )
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
    dial: Callable[[bytes], Dial],
    ways: Sequence[Way],
    hello: Hello,
    clock: Clock,
    random_bytes: RandomBytes,
    account: bytes = b"",
) -> AsyncIterator[Connection]:
    """A session by the first way that works. dial: whom to reach by a route, and with what.

    account: the mark that is shown by a relay; empty: this phone has none.

    Raises:
        CommandFailed: none does.
    """
    tried: list[str] = []
    way_out = phrase("pair this phone anew")  # that knows no way
    for way in ways:
        whom = dial(route_of(way))
        way_out = phrase(_NOBODY[whom.mode])
        handshake = Initiator(whom, random_bytes)
        by_relay = isinstance(way, RelayWay)
        greeting = replace(hello, account=base64url.encode(account)) if by_relay else hello
        async with AsyncExitStack() as stack:
            try:
                pipe = await stack.enter_async_context(opened(way, handshake.connection, clock, random_bytes))
                found = await opened_session(pipe, handshake, greeting, clock)
            except Closed as closed:
                tried.append(f"{name_of(way)}: {closed.what}")
                continue
            if found is not None:
                found.at_home = not by_relay
                yield found
                return
        tried.append(phrase("{way}: no answer within {seconds:.0f} s", way=name_of(way), seconds=ANSWER_S))
    raise CommandFailed(f"{', '.join(tried) or phrase('no way home is known')}: {way_out}", EXIT_NOT_RUNNING)


async def opened_session(pipe: Pipe, handshake: Initiator, hello: Hello, clock: Clock) -> Connection | None:
    """A session on an open way; None: nobody answers, or not our home.

    Raises:
        Closed: the way is over.
    """
    await pipe.send(handshake.opening)
    try:
        async with asyncio.timeout(ANSWER_S):
            split = handshake.answer(await pipe.receive())
    except TimeoutError:
        return None
    if split is None:
        return None
    session = PhoneSession(split, clock.monotonic())
    session.hello(hello)
    connection = Connection(pipe, session, split.hash, clock)
    await connection.flush()
    return connection


def _over(session: PhoneSession) -> CommandFailed:
    code = None if session.ended is None else session.ended.code
    if code in _SAID:
        return CommandFailed(phrase(_SAID[code]), EXIT_PERMISSION)
    return SessionLost(code)
