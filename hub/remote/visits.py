"""Sessions on their transports: which phone is here, and how its session is ended from elsewhere."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Protocol

from .frames import Code
from .hub_session import HubSession
from .once import Once
from .responder import Half

END_S = 1.0  # that a session which is over has its transport for what waits to be sent
MOST_UNSENT = 1 << 20  # bytes of a session; beyond it nothing more is read or made for its phone


class Line(Protocol):
    """One connection of a transport."""

    async def send(self, message: bytes) -> None:
        """Send a message; waits while the other side is slow. Raises ConnectionError when it is gone."""
        ...

    def close(self, *, at_once: bool = False) -> None:
        """End it; its messages end too. at_once: what still waits to be sent is thrown away."""
        ...


class Visit:
    """A session on its transport. once: what its phone had executed; at_home: no relay is between.

    is_in: it may ask; before that nothing is executed.
    """

    def __init__(self, half: Half, line: Line, once: Once, *, at_home: bool) -> None:
        self.half, self.line, self.once, self.at_home = half, line, once, at_home
        self.session: HubSession = half.session
        self.language, self.is_in = "", False
        self.news = asyncio.Event()  # something has to be sent
        self.credited = asyncio.Event()
        self._sent = asyncio.Event()
        self.is_held = False  # its phone is not read, until it takes what waits for it
        self.following: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_ending = False

    def begin(
        self, tasks: asyncio.TaskGroup, name: str, life: Coroutine[None, None, None]
    ) -> asyncio.Task[None]:
        """Start something that lives no longer than the transport."""
        task = tasks.create_task(life, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def put(self, stream: int, queue: Callable[[], bool]) -> None:
        """Queue a frame that needs credit once there is room and credit; queue: False without credit.

        Raises:
            ConnectionResetError: the stream is over.
        """
        while True:
            await self.room()
            if queue():
                break
            if not self.session.channel.is_open(stream):
                raise ConnectionResetError
            self.credited.clear()
            await self.credited.wait()
        self.news.set()

    async def room(self) -> None:
        """Wait while more than MOST_UNSENT bytes wait to be sent."""
        while self.session.channel.unsent > MOST_UNSENT:
            self._sent.clear()
            await self._sent.wait()

    def sent(self) -> None:
        """The transport took a message."""
        self._sent.set()

    def stop(self) -> None:
        """The transport is gone: end what was begun."""
        for task in tuple(self._tasks):
            task.cancel()

    def end(self, code: Code) -> None:
        """End the session; what has to be sent goes first, within END_S."""
        self.session.channel.close(code)
        self.ending()
        self.news.set()

    def ending(self) -> None:
        """The session is over: a phone that takes nothing keeps its transport no longer."""
        if not self._is_ending:
            self._is_ending = True
            asyncio.get_running_loop().call_later(END_S, lambda: self.line.close(at_once=True))


class Visits:
    """Every phone's session; a phone has one."""

    def __init__(self) -> None:
        self._visits: dict[bytes, Visit] = {}

    def get(self, key: bytes | None) -> Visit | None:
        """The session of that phone, or None."""
        return None if key is None else self._visits.get(key)

    def enter(self, visit: Visit) -> None:
        """A session begins; an older one of that phone ends."""
        self.end(visit.half.phone_key, Code.REPLACED)
        self._visits[visit.half.phone_key] = visit

    def leave(self, visit: Visit) -> None:
        """Its transport is gone."""
        if self._visits.get(visit.half.phone_key) is visit:
            del self._visits[visit.half.phone_key]

    def end(self, key: bytes, code: Code) -> None:
        """End that phone's session, if it has one."""
        if (visit := self._visits.get(key)) is not None:
            visit.end(code)

    def end_on(self, line: Line, code: Code) -> bool:
        """End the session on that line; whether there is one."""
        found = [visit for visit in self._visits.values() if visit.line is line]
        for visit in found:
            visit.end(code)
        return bool(found)

    def all(self) -> tuple[Visit, ...]:
        """All sessions."""
        return tuple(self._visits.values())

    def end_all(self, code: Code) -> None:
        """End all sessions."""
        for key in tuple(self._visits):
            self.end(key, code)
