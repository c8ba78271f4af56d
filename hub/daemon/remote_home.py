"""Sessions with phones, built a moment after the start: their code takes the interpreter 50 ms to load.

Whoever asks before that waits. No decisions: it introduces the parts of hub.remote to each other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from aiohttp import web

from hub.api import ByName
from hub.core import Store
from hub.operations import House
from privacy.client import Handler, OpensTunnels
from privacy.conversation import Reply

from .system import random_bytes

PATH = "/session"
QUESTIONS = (
    "phones.code",
    "phones.waiting",
    "phones.admit",
    "phones.refuse",
    "phones.list",
    "phones.revoke",
    "relays.add",
    "relays.list",
    "relays.remove",
    "relays.renew",
)
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fields = Mapping[str, object]


class RemoteHome:
    """One home's sessions with phones. after_s: of the start."""

    def __init__(
        self, house: House, by_name: ByName, store: Store, gate: OpensTunnels, after_s: float
    ) -> None:
        self._house, self._by_name, self._store, self._after_s = house, by_name, store, after_s
        self._gate = gate
        self._built = asyncio.Event()
        self._serve: Serve | None = None
        self._answers: Mapping[str, Handler] = {}

    async def run(self) -> None:
        """Build, then serve until cancelled.

        Raises:
            StoreError: phones can't be read.
        """
        clock = self._house.clock
        await clock.sleep(self._after_s)
        from hub.remote.admission import Admission  # noqa: PLC0415 - see above
        from hub.remote.link import Remote  # noqa: PLC0415
        from hub.remote.noise import public_key  # noqa: PLC0415
        from hub.remote.phones import PhoneBook  # noqa: PLC0415
        from hub.remote.relay import Relays  # noqa: PLC0415
        from hub.remote.relay_book import RelayBook  # noqa: PLC0415
        from hub.remote.relay_records import RelayRecords  # noqa: PLC0415
        from hub.remote.responder import Responder  # noqa: PLC0415
        from hub.remote.store import PhoneRecords  # noqa: PLC0415
        from hub.remote.visits import Visits  # noqa: PLC0415
        from hub.remote.websocket import make_handler  # noqa: PLC0415

        from .phone_desk import PhoneDesk  # noqa: PLC0415
        from .relay_desk import RelayDesk  # noqa: PLC0415

        phones, visits = PhoneRecords(store=self._store), Visits()
        private, book = await phones.own_key(random_bytes), PhoneBook(phones)
        await book.load()
        routes = RelayBook(RelayRecords(store=self._store), random_bytes)
        await routes.load()
        admission = Admission(public_key(private), book, phones, visits, routes, clock, random_bytes)
        responder = Responder(private, admission, random_bytes)
        remote = Remote(self._by_name, responder, admission, visits, clock, random_bytes)
        relays = Relays(remote, routes, self._gate, clock, random_bytes)

        def erased() -> None:
            book.drop_all()
            routes.drop_all()

        self._house.rights.phones_erased = erased
        self._serve = make_handler(remote)
        self._answers = {
            **PhoneDesk(admission).questions(),
            **RelayDesk(relays, routes, random_bytes).questions(),
        }
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(relays.run(), name="remote.relays")
            self._built.set()
            await remote.run()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A phone's connection."""
        await self._built.wait()
        assert self._serve is not None
        return await self._serve(request)

    def questions(self) -> Mapping[str, Handler]:
        """What the gate's console asks."""
        return {name: partial(self._answer, name) for name in QUESTIONS}

    async def _answer(self, name: str, question: Fields) -> Fields | Reply:
        await self._built.wait()
        return await self._answers[name](question)
