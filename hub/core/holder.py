"""The hub's store as a holder of personal data: what lies where, all of it for its people, erased in time.

Serves Art. 15 to 20 and the retention rules. Pages: exported.py; what an erasure takes: erasing.py. People,
rooms and sessions stand in memory too: hub/home/rights.py keeps those in step.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Delete, delete, func, update

from hub.contract import StoreError
from privacy.ports import Clock, Holding
from privacy.rights import PAGE, Effect, Hidden, Page, Scope
from privacy.vocabulary import TOLD_DAYS, DataCategory

from . import erasing, exported, renaming, schema
from .history import History
from .history_tables import DAY_MS
from .holdings import COPY_DAYS, MEASURED, PAIRING_DAYS, holdings
from .repositories import Settings
from .store import Store
from .upgrade import upgrade_copies

log = logging.getLogger(__name__)

SWEEP_S = 3600.0
WAIT_S, WAIT_ROUNDS = 5.0, 60  # for a gate's word before the first sweep; then the hub judges by itself
AskHeld = Callable[[], Awaitable[bool | None]]
RESTRICTED = "rights.restricted"
_CORRECTABLE = {  # what people wrote; measured values are the devices' word
    ("hub.people", "name"): (schema.people, schema.people.c.id),
    ("hub.rooms", "name"): (schema.rooms, schema.rooms.c.id),
    ("hub.devices", "name"): (schema.devices, schema.devices.c.address),
}


class StoreHolder:
    """Follows privacy.ports.Holder."""

    def __init__(
        self,
        store: Store,
        history: History,
        clock: Clock,
        ask_held: AskHeld | None = None,
        told_days: int = TOLD_DAYS,
    ) -> None:
        """ask_held: the gate's word whether the clock jumped and nobody confirmed it; None: it is away.

        told_days: notifications are kept so long.
        """
        self._ask_held, self._told_days = ask_held, told_days
        self._store = store
        self._history = history
        self._clock = clock
        self._settings = Settings(store)
        self.restricted: frozenset[DataCategory] = frozenset()

    async def load(self) -> None:
        """Read what is restricted, and end a deregistration or an erasure that a power cut interrupted.

        Raises:
            StoreError: it can't be read.
        """
        kept = await self._settings.get(RESTRICTED)
        known = {category.value: category for category in DataCategory}
        names = kept if isinstance(kept, list) else []
        self._apply(frozenset(known[name] for name in names if name in known))
        if await self._store.read(partial(erasing.is_marked, key=erasing.DATA_DUE)):
            _ = await self.erase(Scope())
        if await self._store.read(partial(erasing.is_marked, key=erasing.COMPACT_DUE)):
            await self._compact()

    async def run(self) -> None:
        """Sweep at once (with the gate's word on the clock, if there is a gate) and each hour."""
        for _ in range(WAIT_ROUNDS):
            if self._ask_held is None or await self._ask_held() is not None:
                break
            await self._clock.sleep(WAIT_S)
        while True:
            try:
                await self.sweep(self._clock.now())
            except StoreError as error:
                log.warning("store.not_swept", extra={"code": error.code})
            await self._clock.sleep(SWEEP_S)

    # look

    def holdings(self) -> tuple[Holding, ...]:
        """All places, with the owner's own terms for history."""
        return holdings(self._history.config.raw_days, self._history.config.means_days, self._told_days)

    def shown(self) -> tuple[str, ...]:
        """The tables that have pages."""
        return exported.shown()

    def hidden(self) -> tuple[Hidden, ...]:
        """Hashes and radio keys."""
        return exported.HIDDEN

    async def count(self) -> Mapping[str, int]:
        """Records of each table.

        Raises:
            StoreError: it can't be read.
        """
        await self._history.flush()
        return await self._store.read(exported.counted)

    async def export(self, holding: str, after: int = 0, limit: int = PAGE) -> Page:
        """A page of one table; what waits for its batch is written first.

        Raises:
            KeyError: nothing of that name is shown.
            StoreError: it can't be read.
        """
        if after == 0:
            await self._history.flush(snapshot=True)
        return await self._store.read(partial(exported.page, holding=holding, after=after, limit=limit))

    async def whose(self, person: str) -> tuple[bool, frozenset[str], frozenset[str]]:
        """Whether somebody of that name is known; the ids of ways that they are told by; those of all others.

        Raises:
            StoreError: it can't be read.
        """
        return await self._store.read(partial(erasing.whose, name=person))

    # change

    async def correct(self, holding: str, record: str, field: str, value: str) -> bool:
        """Put a name right. record: an id of a person or room, or a device's address.

        Raises:
            KeyError: nothing else can be put right.
            IntegrityError: somebody else of that name is told by messages; nothing was changed.
            StoreError: nothing was changed.
        """
        table, key = _CORRECTABLE[holding, field]
        change = update(table).where(key == record).values({field: value})

        def job(connection: Connection) -> bool:
            if table is schema.people:
                renaming.follow(connection, int(record), value)
            return bool(connection.execute(change).rowcount)

        return await self._store.write(job)

    async def erase(self, scope: Scope) -> tuple[Effect, ...]:
        """Erase what ``scope`` means, and the copies from before upgrades, which hold everything.

        Raises:
            StoreError: nothing was erased, or (full) free pages are not rewritten yet: the next start does.
        """
        measured = [category for category in MEASURED if scope.covers(category)]
        series = await self._history.give_up(measured) if measured else []
        effects = await self._store.write(
            partial(erasing.erase, scope=scope, held=self.holdings(), series=series)
        )
        return (*effects, *await self._clean())

    async def erase_people(self) -> tuple[Effect, ...]:
        """Erase everybody with their sessions, the owner too: the home is nobody's then."""
        return await self._store.write(erasing.everybody)

    async def restrict(self, categories: frozenset[DataCategory]) -> None:
        """Keep these and use them for nothing. On disk when this returns.

        Raises:
            StoreError: nothing was changed.
        """
        await self._settings.put(RESTRICTED, sorted(category.value for category in categories))
        self._apply(categories)

    async def sweep(self, at: datetime) -> int:
        """Erase what outlived its retention at ``at``; return how many records went.

        Raises:
            StoreError: it can't be written.
        """
        spent_ms = at.timestamp() * 1000 - PAIRING_DAYS * DAY_MS
        old: tuple[Delete, ...] = (
            delete(schema.sessions).where(schema.sessions.c.expires_at < at.timestamp() * 1000),
            delete(schema.pairings).where(schema.pairings.c.created_at < spent_ms),
        )
        held = None if self._ask_held is None else await self._ask_held()
        if not held:
            told, told_ms = schema.notifications, at.timestamp() * 1000 - self._told_days * DAY_MS
            old += (delete(told).where(func.coalesce(told.c.ended_at, told.c.latest_at) < told_ms),)
        ended = await self._store.write(
            lambda connection: sum(connection.execute(one).rowcount for one in old)
        )
        return ended + self._sweep_copies(at) + await self._history.sweep(at, held=held)

    def _apply(self, categories: frozenset[DataCategory]) -> None:
        self.restricted = categories
        self._history.restrict(categories)

    async def _clean(self) -> tuple[Effect, ...]:
        copies = upgrade_copies(self._store.path)
        for copy in copies:
            copy.unlink()
        await self._history.renew_ring()
        await self._compact()
        return (Effect(holding="hub.copies", erased=len(copies)),)

    async def _compact(self) -> None:
        await self._store.compact()
        await self._store.write(erasing.forget_mark)

    def _sweep_copies(self, at: datetime) -> int:
        old = [
            copy
            for copy in upgrade_copies(self._store.path)
            if at.timestamp() - copy.stat().st_mtime > COPY_DAYS * DAY_MS / 1000
        ]
        for copy in old:
            copy.unlink()
        return len(old)
