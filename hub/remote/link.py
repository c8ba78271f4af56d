"""Carries sessions: a transport's messages to the machines, their answers back, requests to the home. I/O.

Read downwards: serve → _greeted → _live → _take → _answer / _follow. Pairing: admission.py.
A request that changes something goes on when its phone is gone: the answer waits for the phone to ask again.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Protocol

from hub.contract import StoreError
from hub.home.errors import Refused
from hub.operations import Caller
from privacy import base64url
from privacy.ports import Clock, RandomBytes

from .admission import Admission
from .frames import Code
from .hub_session import Asked, Credited, Event, Greeted, Kept, StreamOver
from .keys import Mode
from .messages import FOLLOW, Welcome, encode, facts_of
from .once import Once, Turn
from .phone import Phone
from .pouring import pour
from .responder import HALF_OPEN_S, Admits, Half, Responder
from .visits import Line, Visit, Visits
from .waiting import Place, Waiting

log = logging.getLogger(__name__)

SEND_S = 30.0  # a transport that takes nothing for so long is gone
_REFUSED = {Turn.FORGOTTEN: "answer_forgotten", Turn.FULL: "too_many_attempts"}


class Home(Protocol):
    """What phones may ask: the one table of operations."""

    def changes(self, name: str) -> bool:
        """Whether that operation changes the home."""
        ...

    async def answer(self, caller: Caller, name: str, body: bytes, language: str) -> bytes:
        """The ANSWER's body, whatever comes of it."""
        ...

    def streams(self, name: str) -> bool:
        """Whether that operation is answered by bytes."""
        ...

    async def pour(
        self, caller: Caller, name: str, body: bytes, language: str
    ) -> AsyncIterator[bytes] | bytes:
        """The bytes, which may raise StoreError on their way; or the ANSWER's body of a refusal."""
        ...

    def refusal(self, code: str, language: str) -> bytes:
        """The ANSWER's body for a refusal of the session's own."""
        ...

    async def follow(self, caller: Caller, send: Callable[[bytes], Awaitable[None]]) -> None:
        """Tell the home's events to ``send`` until cancelled, or the caller may no longer.

        Raises TimeoutError when it takes too long, Refused where the caller may not.
        """
        ...

    @property
    def name(self) -> str:
        """What its people call it."""
        ...

    @property
    def version(self) -> str:
        """The program's."""
        ...


class Remote:
    """All sessions of a home, over all transports."""

    def __init__(
        self,
        home: Home,
        responder: Responder,
        admission: Admission,
        visits: Visits,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._home, self._responder, self._admission = home, responder, admission
        self._visits, self._clock = visits, clock
        self._boot = base64url.encode(random_bytes(16))
        self._once: dict[bytes, Once] = {}
        self._executing: dict[tuple[bytes, str], asyncio.Event] = {}
        self._at_home, self._by_relay = Waiting(responder.is_waiting), Waiting(responder.is_waiting)
        self._tasks: asyncio.TaskGroup | None = None
        admission.book.gone.append(self._phone_gone)
        admission.book.changed = partial(visits.end, code=Code.DONE)  # it comes again, with its rights

    async def run(self) -> None:
        """Look after pairings, and hold what outlives a connection; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await self._admission.run()
            finally:
                self._tasks = None
                self._visits.end_all(Code.STOPPING)

    def end_on(self, line: Line, code: Code) -> None:
        """End the session on that line, which is told, or close the line where none began."""
        if not self._visits.end_on(line, code):
            line.close()

    # one connection

    @property
    def is_stopped(self) -> bool:
        """Whether no transport is taken: it does not run yet, or no more."""
        return self._tasks is None

    async def serve(
        self, line: Line, messages: AsyncIterator[bytes], route: bytes, admits: Admits | None = None
    ) -> None:
        """Serve one connection to its end. Nobody is told anything who has no key.

        admits: who may come in by that slot of a relay; None: at home, where anybody may who has a key.
        """
        waiting = self._at_home if admits is None else self._by_relay
        try:
            async with asyncio.timeout(HALF_OPEN_S) as deadline:
                place = waiting.enter(deadline)
                try:
                    greeted = await self._greeted(line, messages, route, admits, place)
                finally:
                    waiting.leave(place)
        except (TimeoutError, ConnectionError):
            return
        if greeted is not None:
            await self._live(*greeted, messages)

    async def _greeted(
        self,
        line: Line,
        messages: AsyncIterator[bytes],
        route: bytes,
        admits: Admits | None,
        place: Place,
    ) -> tuple[Visit, list[Event]] | None:
        """The session and its first events; None: there is none, and the connection is over."""
        half: Half | None = None
        refused = False
        try:
            async for message in messages:
                now_s = self._clock.monotonic()
                if half is None and not refused:
                    half = self._responder.open(message, route, now_s, admits)
                    refused = half is None
                    if refused and admits is not None:
                        return None  # by a relay nobody sees that we do not wait for more
                    if half is not None:
                        await line.send(half.answer)
                        place.answered(half, HALF_OPEN_S)
                elif half is not None:
                    events = self._responder.first(half, message, now_s)
                    if events is not None:
                        once = self._once.setdefault(half.phone_key, Once())
                        return Visit(half, line, once, at_home=admits is None), events
            return None
        finally:
            if half is not None:
                self._responder.forget(half)

    async def _live(self, visit: Visit, first: list[Event], messages: AsyncIterator[bytes]) -> None:
        self._visits.enter(visit)
        try:
            async with asyncio.TaskGroup() as tasks:
                _ = visit.begin(tasks, "remote.write", self._write(visit))
                _ = visit.begin(tasks, "remote.watch", self._watch(visit))
                await self._take(visit, first, tasks)
                async for message in messages:
                    events = visit.session.receive(message, self._clock.monotonic())
                    if visit.session.channel.is_over:
                        visit.ending()
                    await self._take(visit, events, tasks)
                    await self._room(visit)
                visit.stop()
        except* ConnectionError:
            pass  # it went: the phone comes again
        finally:
            self._visits.leave(visit)

    async def _room(self, visit: Visit) -> None:
        """Read no further while too much waits to be sent."""
        visit.is_held = True
        await visit.room()
        visit.is_held = False

    async def _write(self, visit: Visit) -> None:
        while True:
            await visit.news.wait()
            visit.news.clear()
            while (wire := visit.session.channel.next()) is not None:
                try:
                    async with asyncio.timeout(SEND_S):
                        await visit.line.send(wire)
                except TimeoutError:
                    visit.line.close(at_once=True)
                    raise ConnectionResetError from None
                visit.sent()
                if visit.is_held:  # its pings wait unread
                    visit.session.channel.not_listening(self._clock.monotonic())
            if visit.session.channel.is_over:
                visit.line.close()
                return

    async def _watch(self, visit: Visit) -> None:
        channel = visit.session.channel
        while not channel.is_over:
            await self._clock.sleep(channel.wake_at_s - self._clock.monotonic())
            channel.wake(self._clock.monotonic())
        visit.news.set()

    # what a phone says

    async def _take(self, visit: Visit, events: Iterable[Event], tasks: asyncio.TaskGroup) -> None:
        for event in events:
            match event:
                case Greeted():
                    await self._greet(visit, event)
                case Kept():
                    await self._admission.kept(visit)
                case _ if not visit.is_in:
                    break  # it came with a greeting that was refused
                case Asked(request=request) if request.name == FOLLOW:
                    following = self._follow(visit, event.stream)
                    visit.following[event.stream] = visit.begin(tasks, "remote.follow", following)
                case Asked(request=request) if self._home.streams(request.name):
                    pouring = self._pour(visit, event)
                    visit.following[event.stream] = visit.begin(tasks, "remote.pour", pouring)
                case Asked():
                    _ = visit.begin(tasks, "remote.answer", self._answer(visit, event))
                case Credited():
                    visit.credited.set()
                case StreamOver(stream=stream):
                    if stream in visit.following:
                        visit.following.pop(stream).cancel()
                case _:
                    visit.session.end(event.stream)  # no operation takes bytes yet
        visit.news.set()

    async def _greet(self, visit: Visit, greeted: Greeted) -> None:
        visit.language = greeted.hello.language
        half, marks = visit.half, self._admission.book.marks
        if half.mode is Mode.PAIR:
            await self._admission.greeted(visit, greeted)
            return
        phone = self._admission.book.get(half.phone_key)
        if phone is None:
            visit.end(Code.REVOKED)
            return
        shown = marks.is_shown(phone.key, greeted.hello.account)
        identified = shown or visit.at_home or phone.permit is None  # who only waits may ask nothing
        if not identified and not marks.may_be_told(phone.key):
            log.info("phone.not_identified")
            visit.end(Code.ACCOUNT)
            return
        if (closed := self._admission.closed(phone)) is not None:
            visit.end(closed)
            return
        mark = marks.mark(phone.key) if visit.at_home or not identified else b""
        welcome = Welcome(
            home=self._home.name, version=self._home.version, boot=self._boot, phone=facts_of(phone, mark)
        )
        visit.session.welcome(encode(welcome))
        if not identified:
            visit.end(Code.DONE)  # it comes again, and shows what it was told
            return
        visit.is_in = True
        if shown:
            marks.told(phone.key)
        try:
            await self._admission.book.saw(phone.key, self._clock.now())
        except StoreError as error:
            log.warning("phone.not_seen", extra={"code": error.code})

    def _caller(self, visit: Visit) -> Caller:
        phone = self._admission.book.get(visit.half.phone_key)
        peer = "phone " + visit.half.phone_key[:6].hex()
        permit = None if phone is None else phone.permit
        return Caller(peer=peer, permit=permit, at_home=visit.at_home, phone=visit.half.phone_key)

    async def _answer(self, visit: Visit, asked: Asked) -> None:
        request, body = asked.request, bytes(asked.request.body)
        if not self._home.changes(request.name):
            answer = await self._home.answer(self._caller(visit), request.name, body, visit.language)
        else:
            answer = await self._changed(visit, request.id, request.name, body)
        visit.session.answer(asked.stream, answer)
        visit.news.set()

    async def _changed(self, visit: Visit, request_id: str, name: str, body: bytes) -> bytes:
        """The answer of a request that is executed once."""
        if self._tasks is None:  # the hub is stopping
            return self._home.refusal("busy", visit.language)
        digest = hashlib.sha256(len(name).to_bytes(4) + name.encode() + body).digest()
        place = (visit.half.phone_key, request_id)
        turn = visit.once.begin(request_id, digest, self._clock.monotonic())
        if turn is Turn.EXECUTE:
            self._executing[place] = asyncio.Event()
            self._tasks.create_task(self._execute(visit, place, name, body), name="remote.execute")
            turn = Turn.WAIT
        if turn is Turn.WAIT:
            if (done := self._executing.get(place)) is not None:
                await done.wait()
            turn = visit.once.begin(request_id, digest, self._clock.monotonic())
        if isinstance(turn, bytes):
            return turn
        return self._home.refusal(_REFUSED.get(turn, "request_id_used"), visit.language)

    async def _execute(self, visit: Visit, place: tuple[bytes, str], name: str, body: bytes) -> None:
        try:
            answer = await self._home.answer(self._caller(visit), name, body, visit.language)
            visit.once.done(place[1], answer)
        finally:
            self._executing.pop(place).set()

    async def _follow(self, visit: Visit, stream: int) -> None:
        async def send(message: bytes) -> None:
            await visit.put(stream, partial(visit.session.event, stream, message))

        with suppress(TimeoutError, ConnectionResetError, Refused):
            await self._home.follow(self._caller(visit), send)
        visit.session.end(stream)
        visit.news.set()

    async def _pour(self, visit: Visit, asked: Asked) -> None:
        request, stream = asked.request, asked.stream
        told = await self._home.pour(self._caller(visit), request.name, bytes(request.body), visit.language)
        try:
            if isinstance(told, bytes):
                visit.session.answer(stream, told)
            else:
                await pour(visit, stream, told)
        except ConnectionResetError:
            pass  # the phone gave it up
        except StoreError as error:
            log.warning("remote.broken_off", extra={"code": error.code})
            visit.session.reset(stream, Code.BROKEN_OFF)
        visit.news.set()

    def account_is(self, customer_id: str) -> None:
        """The home has this customer ID. Another one: phones at home come again, by a relay none comes in."""
        if not self._admission.book.marks.change(customer_id):
            return
        for visit in self._visits.all():
            phone = self._admission.book.get(visit.half.phone_key)
            if phone is not None and phone.permit is not None:
                visit.end(Code.DONE if visit.at_home else Code.ACCOUNT)

    def _phone_gone(self, phone: Phone) -> None:
        self._once.pop(phone.key, None)
        self._visits.end(phone.key, Code.REVOKED)
        self._admission.relays.phone_gone(phone.key)
