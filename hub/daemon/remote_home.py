"""Sessions with phones, built a moment after the start: their code takes the interpreter 50 ms to load.

Whoever asks before that waits. No decisions: it introduces the parts of hub.remote to each other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from aiohttp import web

from hub.api import Beside
from hub.core import Store
from hub.operations import House
from privacy.client import GateClient, Handler
from privacy.conversation import Reply
from privacy.system import random_bytes

from .phone_desk import LatePhones

PATH = "/session"
QUESTIONS = ("relays.add", "relays.list", "relays.remove", "relays.renew")
Fields = Mapping[str, object]
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RemoteHome:
    """One home's sessions with phones. late: has its phones once they are built; after_s: of the start."""

    def __init__(
        self, house: House, by_name: Beside, store: Store, gate: GateClient, late: LatePhones, after_s: float
    ) -> None:
        self._house, self._by_name, self._store, self._after_s = house, by_name, store, after_s
        self._gate, self._late = gate, late
        self._built = asyncio.Event()
        self._serve: Serve | None = None
        self._answers: Mapping[str, Handler] = {}

    async def run(self) -> None:
        """Build, then serve until cancelled.

        Raises:
            StoreError: phones can't be read.
        """
        clock, house = self._house.clock, self._house
        await clock.sleep(self._after_s)
        from hub.remote.account import AccountMarks  # noqa: PLC0415 - see above
        from hub.remote.admission import Admission  # noqa: PLC0415
        from hub.remote.desk import Desk  # noqa: PLC0415
        from hub.remote.link import Remote  # noqa: PLC0415
        from hub.remote.noise import public_key  # noqa: PLC0415
        from hub.remote.outs import NAME as OUTS  # noqa: PLC0415
        from hub.remote.outs import Outs  # noqa: PLC0415
        from hub.remote.phones import PhoneBook  # noqa: PLC0415
        from hub.remote.relay import Relays  # noqa: PLC0415
        from hub.remote.relay_book import RelayBook  # noqa: PLC0415
        from hub.remote.relay_records import RelayRecords  # noqa: PLC0415
        from hub.remote.responder import Responder  # noqa: PLC0415
        from hub.remote.store import ACCOUNT, OWN, PhoneRecords  # noqa: PLC0415
        from hub.remote.visits import Visits  # noqa: PLC0415
        from hub.remote.websocket import make_handler  # noqa: PLC0415

        from .phone_gate import PhoneGate  # noqa: PLC0415
        from .relay_desk import RelayDesk  # noqa: PLC0415

        phones, visits = PhoneRecords(store=self._store), Visits()
        private = await phones.key(OWN, random_bytes)
        account_key = await phones.key(ACCOUNT, random_bytes)
        marks = AccountMarks(account_key, await house.account.customer_id())
        book = PhoneBook(phones, Outs(self._store.path.with_name(OUTS)), marks)
        await book.load()
        routes = RelayBook(RelayRecords(store=self._store), random_bytes)
        await routes.load()
        admission = Admission(public_key(private), book, visits, routes, clock, random_bytes, house.moments)
        responder = Responder(private, admission, random_bytes)
        remote = Remote(self._by_name, responder, admission, visits, clock, random_bytes)
        desk = Desk(admission, PhoneGate(self._gate), clock)
        relays = Relays(remote, routes, self._gate, clock, random_bytes)

        def erased() -> None:
            book.drop_all()
            routes.drop_all()

        house.rights.phones_erased = erased
        house.account.customer_id_is = remote.account_is
        house.rights.account_erased = partial(remote.account_is, "")
        house.rooms.still_there = book.keep_rooms
        self._serve, self._answers = make_handler(remote), RelayDesk(relays, routes, random_bytes).questions()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(remote.run(), name="remote.run")
            tasks.create_task(desk.run(), name="remote.desk")
            tasks.create_task(relays.run(), name="remote.relays")
            await clock.sleep(0.0)  # all have begun: whoever waits is served
            self._built.set()
            self._late.are(desk)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A phone's connection."""
        await self._built.wait()
        assert self._serve is not None
        return await self._serve(request)

    def questions(self) -> Mapping[str, Handler]:
        """What the gate's console asks of relays."""
        return {name: partial(self._answer, name) for name in QUESTIONS}

    async def _answer(self, name: str, question: Fields) -> Fields | Reply:
        await self._built.wait()
        return await self._answers[name](question)
