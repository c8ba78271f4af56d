"""Backups of this home: when one is made, for which sheet, and how one is restored. One thing at a time.

What is said of a copy, and by what right: keeping.py.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo

from privacy.conversation import ConversationLost, Declined
from privacy.gate.backups import copies, gate_members
from privacy.gate.backups.copies import Known, Sheet
from privacy.gate.backups.far_door import FarDoor
from privacy.gate.backups.keeping import Keeping, is_well, place_of
from privacy.gate.backups.making import AskHub, NotMade, Order, make, public_of
from privacy.gate.backups.putting_back import PuttingBack, Wish
from privacy.gate.backups.reading import NotGood
from privacy.gate.backups.restored import Restored
from privacy.gate.backups.runs import Runs
from privacy.gate.backups.schedule import Round, next_round
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.backups.shelves import LOCAL, Progress, Shelves, Wrong
from privacy.gate.backups.target import NAME, Target, TargetError, in_words
from privacy.gate.backups.telling import told
from privacy.gate.desk import Desk
from privacy.gate.storage.book import News, from_ms
from privacy.gate.storage.store import StoreError, Transaction
from privacy.ledger import Kind
from privacy.register import Language

log = logging.getLogger(__name__)

ROUND_S = 60.0
_BUSY = "a backup or a restore is going on; wait for it"
_NOT_GOOD = "backup_not_good"


@dataclass(kw_only=True)
class Backups:
    """One per gate. cut: ends all that leaves the house at this moment, as a new epoch begins."""

    desk: Desk
    ask: AskHub
    settings: BackupSettings
    version: str
    cut: Callable[[], Awaitable[None]]
    far: FarDoor | None = None
    progress: Progress = field(default_factory=Progress)
    shelves: Shelves = field(init=False)
    keeping: Keeping = field(init=False)
    putting_back: PuttingBack = field(init=False)
    runs: Runs = field(default_factory=Runs)
    zone: Callable[[], tzinfo] = lambda: UTC
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)  # ``run`` knows the places
    _tasks: asyncio.TaskGroup | None = None
    _tried: datetime | None = None
    _going: frozenset[str] | None = None  # copies on their way when this disk was tidied last

    def __post_init__(self) -> None:
        """Have places."""
        self.shelves = Shelves(
            desk=self.desk, ask=self.ask, settings=self.settings, progress=self.progress, far=self.far
        )
        self.keeping = Keeping(shelves=self.shelves)
        self.putting_back = PuttingBack(shelves=self.shelves, cut=self.cut)

    async def begin(self) -> None:
        """Know where backups go, and forget what a kill left half made.

        Raises:
            StoreError: the store can't be read.
        """
        await self.shelves.begin()
        self._going = await self.shelves.tidy()

    async def told(self, look: str = LOCAL, language: Language = Language.EN) -> Mapping[str, object]:
        """All that people are shown. look: where to look for what lies there; far costs a transfer.

        While something is done, nobody looks: who waits for its end asks each second.

        Raises:
            StoreError: it can't be read.
            Wrong: there is no such place.
        """
        if look != LOCAL and look not in self.shelves.targets:
            raise self._no_place(look)
        progress = replace(self.progress)  # before the rest: what is told to be over stands in the rest
        upcoming = await self._next()
        at, where = None if upcoming is None else upcoming.at, "" if progress.stage else look
        return await told(self.shelves, progress, at, where, language)

    async def run(self) -> None:
        """Make one when it is time, until cancelled."""
        async with asyncio.TaskGroup() as self._tasks:
            while True:
                try:
                    if not self._begun.is_set():
                        await self.begin()
                        self._begun.set()
                    await self._round()
                except StoreError as error:
                    log.warning("backup.store", extra={"code": error.code})
                await self.desk.clock.sleep(ROUND_S)

    async def _round(self) -> None:
        """Make one if it is time."""
        due, going = await self._planned()
        if going != self._going and not self._one.locked():  # a yes was taken back, for example
            async with self._one:
                self._going = await self.shelves.tidy()
        if due is not None and due.at <= self.desk.time.instant().at and not self._one.locked():
            await self._quietly(due.places)

    async def _next(self) -> Round | None:
        """When the next one is made by itself, and where it goes."""
        return (await self._planned())[0]

    async def _planned(self) -> tuple[Round | None, frozenset[str]]:
        """The next one, and which copies are on their way."""
        known, sheets, sending = await self.desk.store.read(
            lambda tx: (copies.every(tx), copies.sheets(tx), copies.sending(tx))
        )
        going = self.shelves.going(sending)
        if not sheets:
            return None, going
        in_use = self.shelves.in_use
        of = {name: [copy for copy in known if copy.target == name] for name in in_use if name not in sending}
        places = {name: place_of(rows) for name, rows in of.items()}
        tried = [from_ms(of[name][0].made_ms) for name, place in places.items() if place.missed]
        if self.progress.wrong and self.progress.code != _NOT_GOOD and self._tried is not None:
            tried.append(self._tried)
        since = from_ms(sheets[0].since_ms)
        regular = next_round(self.settings, places, since, max(tried, default=None), self.zone())
        rounds = [] if regular is None else [regular]
        for name in in_use.keys() & sending.keys():
            rounds.append(Round(at=from_ms(sending[name].next_ms), places=frozenset({name})))
        return min(rounds, key=lambda one: one.at, default=None), going

    async def _quietly(self, places: Collection[str] = ()) -> None:
        """Make one; ``progress`` says what was wrong. places: as ``now``."""
        self._tried = self.desk.time.instant().at
        try:
            await self.now(places)
        except Wrong as wrong:
            log.warning("backup.wrong", extra={"code": wrong.code})

    # make

    async def start(self, *, new_folder: bool = False) -> int:
        """Begin one in a task of its own; returns how many have ended before: it may be over at once.

        new_folder: another stick, or the old one emptied, takes the folder's place.

        Raises:
            Wrong: something else is going on, or there is no place.
            StoreError: the folder's change was not written.
        """
        if self._one.locked():
            raise Wrong("backup_busy", _BUSY)
        await self._begun.wait()  # the first question of all wakes ``run``
        self._places()
        if self._one.locked() or self._tasks is None:
            raise Wrong("backup_busy", _BUSY)
        if new_folder:
            await self.shelves.forget_folder()
        before = self.progress.runs
        self.progress.tell("collecting", 0, 0)
        self._tasks.create_task(self._quietly(), name="backup.now")
        await asyncio.sleep(0)
        return before

    async def now(self, places: Collection[str] = ()) -> tuple[Known, ...]:
        """Make a backup, put it everywhere, prove each copy; return what is known of them.

        places: only those of these that are in use. A place that has its copy gets no second one because
        another place failed: a night of attempts would thin out the weeks before.

        Raises:
            Wrong: none was made, or not everywhere; the code says why.
        """
        if self._one.locked():
            raise Wrong("backup_busy", _BUSY)
        async with self._one:
            try:
                known, bad = await self._put(places)
            except Wrong as wrong:
                self.progress.wrong, self.progress.code = wrong.what, wrong.code
                raise
            finally:
                self.progress.tell("", 0, 0)
                self.progress.runs += 1
        self.progress.wrong = "" if bad is None else f"{bad.target}: {bad.why}"
        self.progress.code = "" if bad is None else _NOT_GOOD
        if bad is not None:
            raise Wrong(_NOT_GOOD, self.progress.wrong)
        return known

    def _no_place(self, where: str) -> Wrong:
        places = ", ".join(sorted(self.shelves.targets)) or "none yet; docs/backup-targets.md"
        return Wrong("no_target", f"{where[:32]!r} is no place for backups; places: {places}")

    def _places(self) -> Mapping[str, Target]:
        """Where copies go now.

        Raises:
            Wrong: nowhere.
        """
        if in_use := self.shelves.in_use:
            return in_use
        what = "no place for backups; name a folder as [backup] folder in homebase.toml, or allow a far one"
        raise Wrong("no_target", what)

    async def _put(self, places: Collection[str]) -> tuple[tuple[Known, ...], Known | None]:
        """What is known of each, and the first that is not well."""
        in_use = self._places()
        try:
            sheets = await self.desk.store.read(copies.sheets)
            if not sheets:
                raise Wrong("no_sheet", "there is no recovery sheet; make one: homebase backup sheet")
            wanted = {name: in_use[name] for name in places if name in in_use} if places else in_use
            try:
                gone_on = await self._gone_on(wanted)
                fresh = {name: target for name, target in wanted.items() if name not in gone_on}
                known = (*(await self._made(sheets, fresh) if fresh else ()), *gone_on.values())
                sending = await self.desk.store.read(copies.sending)
                return known, next((one for one in known if not is_well(one, sending.get(one.target))), None)
            finally:
                self._going = await self.shelves.tidy()
        except NotMade as error:
            raise Wrong(error.code, str(error)) from error
        except ConversationLost as error:
            raise Wrong("hub_away", f"the hub does not give its data: {error}") from error
        except Declined as error:
            code = error.code if error.code == "member_too_large" else "hub_away"
            raise Wrong(code, f"the hub does not give its data: {error.detail or error}") from error
        except (StoreError, OSError) as error:
            what = (
                f"the disk of the Home Base does not take it ({error}); make room, then homebase backup now"
            )
            raise Wrong("disk", what) from error

    async def _gone_on(self, wanted: Mapping[str, Target]) -> dict[str, Known]:
        """What was on its way is sent on, and makes no second copy go there."""
        sending = await self.desk.store.read(copies.sending)
        went = {
            name: await self.keeping.go_on(name, wanted[name], one)
            for name, one in sending.items()
            if name in wanted
        }
        return {name: known for name, known in went.items() if known is not None}

    async def _made(self, sheets: list[Sheet], wanted: Mapping[str, Target]) -> tuple[Known, ...]:
        made = await make(self.ask, await self._order(sheets), self.progress.tell)
        return tuple([await self.keeping.keep(*one, made) for one in wanted.items()])

    async def _order(self, sheets: list[Sheet]) -> Order:
        desk = self.desk
        note, at = await desk.checkpoint(), desk.time.instant().at
        seed = await desk.store.write(lambda tx: copies.seed(tx, desk.random_bytes))
        gate = await desk.store.read(lambda tx: gate_members.exported(tx, desk.origin, note, seed))
        return Order(
            gate=gate,
            sheets=sheets,
            seed=seed,
            made=at,
            version=self.version,
            folder=self.shelves.folder,
            most=self.settings.most_mib << 20,
            history=await desk.store.read(copies.has_history),
        )

    # sheets

    async def signer(self) -> bytes:
        """The public key that signs manifests.

        Raises:
            StoreError: it could not be made.
        """
        return public_of(await self.desk.store.write(lambda tx: copies.seed(tx, self.desk.random_bytes)))

    async def keep_sheet(self, key: str, vouched: str) -> None:
        """Make backups for that sheet from now on.

        Raises:
            NotAKey: of age.
            StoreError: it was not kept.
        """
        at = self.desk.time.instant().at

        def job(tx: Transaction) -> None:
            self.keeping.sheet_replaced(tx)
            copies.keep_sheet(tx, key, vouched, at)
            self.desk.append(tx, News(kind=Kind.CONFIGURATION, data={"backup_key": key}))

        await self.desk.store.write(job)

    async def keep_history(self, *, wanted: bool) -> None:
        """Have the history in backups, too, or no more, from the next one on.

        Raises:
            StoreError: it was not kept.
        """

        def job(tx: Transaction) -> None:
            copies.keep_history(tx, wanted=wanted)
            self.desk.append(tx, News(kind=Kind.CONFIGURATION, data={"backup_history": wanted}))

        await self.desk.store.write(job)

    # restore

    async def start_restore(self, wish: Wish) -> int:
        """Begin a check or a restore in a task of its own; returns its number in ``runs``.

        Raises:
            Wrong: something else is going on, or there is no such copy or place.
        """
        self._target(wish)
        await self._begun.wait()
        if self._one.locked() or self.runs.goes_on or self._tasks is None:
            raise Wrong("backup_busy", _BUSY)
        number = self.runs.begin(self._tasks, lambda fixed: self.restore(wish, fixed))
        await asyncio.sleep(0)
        return number

    async def restore(self, wish: Wish, fixed: Callable[[], None] = lambda: None) -> Restored:
        """Read a copy with a sheet's key and put it in place: all, or one room. fixed: as PuttingBack.

        Raises:
            Wrong: the home is as it was; the code says why. Where the hub failed at the last step, what was
                allowed waits for the owner all the same.
            StoreError: the gate's part, or the drill of a trial, was not written.
        """
        target = self._target(wish)
        if self._one.locked():
            raise Wrong("backup_busy", _BUSY)
        async with self._one:
            try:
                return await self.putting_back.restored(target, wish, fixed)
            except (NotGood, gate_members.NotRestorable) as error:
                await self.shelves.look_again(wish.where, target, wish.name)
                raise Wrong(_NOT_GOOD, str(error)) from error
            except TargetError as error:
                raise Wrong(error.trouble.value, in_words(str(error), Language.EN)) from error
            except Declined as error:
                raise Wrong(error.code, error.detail) from error
            except ConversationLost as error:
                raise Wrong("hub_away", f"the hub does not answer: {error}") from error
            finally:
                self.progress.tell("", 0, 0)

    def _target(self, wish: Wish) -> Target:
        if not NAME.fullmatch(wish.name):
            raise Wrong("bad_name", f"{wish.name[:32]!r} is no name of a backup; see homebase backup list")
        target = self.shelves.targets.get(wish.where)
        if target is None:
            raise self._no_place(wish.where)
        return target
