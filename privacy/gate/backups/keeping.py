"""Puts one copy at one place and shows that it is good there, at once or, far away, over days.

"Encrypted" and "restorable" are said of a copy only after it was fetched back from where it lies, opened with
the throw-away key that was made for it, checked against its manifest and put into scratch stores
(``Known.state``). The throw-away key lives in memory from ``make`` to the end of that, and nowhere else.
A copy for a far place is proven so before it leaves, as its way may take days; what comes back from there
has to be the same bytes. Until then the copy stays on this disk and goes on where it was (``Sending``).
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from privacy.conversation import ConversationLost, Declined
from privacy.gate.backups import copies, far_copies
from privacy.gate.backups.copies import Known, Sending, State
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.making import Made
from privacy.gate.backups.reading import NotGood
from privacy.gate.backups.restoring import prove
from privacy.gate.backups.schedule import AGAIN_AFTER, Place
from privacy.gate.backups.shelves import CHANGED, CLOSED, Shelves, tally_of
from privacy.gate.backups.target import NOTHING, PIECE, Source, Taken, Target, TargetError, Trouble
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Transaction

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

log = logging.getLogger(__name__)

_WAITS = CLOSED | {Trouble.NEXT_DAY}  # a copy on its way far away is kept and goes on
STALE = timedelta(days=1)  # a copy of which nothing arrived in that time is not the one to send
GIVEN_UP = timedelta(days=30)  # a copy that did not arrive in that time
_NEXT_DAY = timedelta(minutes=5)  # after midnight, UTC, by which days are counted
_NOT_FOR_THIS = "the recovery sheet was replaced, or the yes taken back, while it was on its way"
Check = Callable[[], Awaitable[None]]


@dataclass(kw_only=True)
class Keeping:
    """One per gate."""

    shelves: Shelves
    _proven: str = ""  # SHA-256 of the copy that was opened and restored into scratch last
    _put_to: str = ""  # where one is put at this moment

    async def keep(self, where: str, target: Target, made: Made) -> Known:
        """Put it there, read it back, thin out; return what is known of it then.

        Raises:
            StoreError: it was not written down.
        """
        at_ms = to_ms(self.shelves.desk.time.instant().at)
        size, digest = made.source.size, made.source.sha256
        known = Known(target=where, name=made.name, made_ms=at_ms, size=size, sha256=digest)
        if not isinstance(target, FarTarget):
            return await self._put(target, known, made.source, lambda: self._check(target.read, known, made))
        try:
            if self._proven != digest:
                await self._check(lambda _: _own(made.source), known, made)
        except (NotGood, TargetError, ConversationLost, Declined) as error:
            return await self.shelves.failed(replace(known, size=0), f"it could not be checked: {error}")
        (sheet, *_) = made.manifest.vouched
        one = Sending(name=known.name, sheet=sheet, next_ms=to_ms(self._next(None)))
        return await self._put(target, known, made.source, lambda: self._same(target, known), one)

    async def go_on(self, where: str, target: Target, one: Sending) -> Known | None:
        """Send on what is on its way there; None: it is not the one to send any more, and nothing is left.

        Raises:
            StoreError: it was not written down.
        """
        rows = await self.shelves.desk.store.read(lambda tx: copies.every(tx, where))
        known = next((copy for copy in rows if copy.name == one.name and copy.state is State.STORED), None)
        path = self.shelves.folder / one.name
        if known is not None and not self._is_over(known, one) and await asyncio.to_thread(_is, path, known):
            source = Source(path=path, size=known.size, sha256=known.sha256)
            return await self._put(target, known, source, lambda: self._same(target, known), one)
        await self.shelves.desk.store.write(lambda tx: self._give_up(tx, where, one))
        return None

    def sheet_replaced(self, tx: Transaction) -> None:
        """What waits to go on is for none of the sheets of now. What is put at this moment ends by itself."""
        for where, one in copies.sending(tx).items():
            if where != self._put_to and not one.arrived:
                self._give_up(tx, where, one)
                for copy in copies.every(tx, where):
                    if copy.name == one.name:
                        copies.keep(tx, replace(copy, state=State.FAILED, size=0, why=_NOT_FOR_THIS))

    def _give_up(self, tx: Transaction, where: str, one: Sending) -> None:
        """It is on its way no more, and nothing of it stays there."""
        copies.keep_sending(tx, where, None)
        far_copies.give_up(tx, where, one.name, self.shelves.desk.time.instant().at)

    def _is_over(self, known: Known, one: Sending) -> bool:
        age = self.shelves.desk.time.instant().at - from_ms(known.made_ms)
        return age >= (GIVEN_UP if one.landed else STALE)

    async def _put(
        self, target: Target, known: Known, source: Source, check: Check, one: Sending | None = None
    ) -> Known:
        """As ``_put_and_shown``, which nobody else ends meanwhile."""
        self._put_to = known.target
        try:
            return await self._put_and_shown(target, known, source, check, one)
        finally:
            self._put_to = ""

    async def _put_and_shown(
        self, target: Target, known: Known, source: Source, check: Check, one: Sending | None
    ) -> Known:
        """check: raises where what lies there is not shown to be good. one: how far it is, of a far place."""
        where, store = known.target, self.shelves.desk.store
        rows = await store.read(lambda tx: copies.every(tx, where))
        earlier = [] if any(row.name == known.name for row in rows) else rows
        arrived = one is not None and one.arrived
        if not arrived and (wrong := await self._sent(target, known, source, one, earlier)) is not None:
            return wrong
        for copy in earlier:
            unproven = copy.state is State.STORED and not copy.was_good
            if unproven and await self.shelves.remove(target, copy.name):
                await store.write(lambda tx, name=copy.name: copies.forget(tx, where, name))  # type: ignore[misc]
        try:
            await check()
        except (NotGood, TargetError, ConversationLost, Declined) as error:
            return await self._not_shown(target, known, one, error)
        now_ms = to_ms(self.shelves.desk.time.instant().at)
        good = replace(known, state=State.VERIFIED, why="", verified_ms=now_ms)
        await store.write(lambda tx: self.shelves.settled(tx, good))
        try:
            await self.shelves.thin_out(where, target)
        except TargetError as error:
            log.warning("backup.not_thinned_out", extra={"code": error.trouble.value})
        return good

    async def _sent(
        self, target: Target, known: Known, source: Source, one: Sending | None, earlier: list[Known]
    ) -> Known | None:
        """Put it; what is known of it where that did not succeed."""
        store, before = self.shelves.desk.store, Taken()
        if one is not None:
            before = Taken(upload=one.upload, tags=one.tags)

        async def land(done: int, taken: Taken = NOTHING) -> None:
            nonlocal one
            self.shelves.progress.tell("storing", done, known.size)
            if one is not None:  # before the next part leaves: a kill costs no other
                one = msgspec.structs.replace(one, landed=done, upload=taken.upload, tags=dict(taken.tags))
                await store.write(lambda tx: _remember(tx, known.target, one))

        def begun(tx: Transaction) -> bool:
            if one is not None and not self._is_wanted(tx, known.target, one):
                return False
            copies.keep(tx, known)
            if one is not None:
                copies.keep_sending(tx, known.target, one)
            return True

        try:
            await self.shelves.mark(known.target)
            if not await store.write(begun):  # first: a kill leaves none unknown
                return await self._failed(known, one, _NOT_FOR_THIS)
            if earlier and earlier[0].state is not State.VERIFIED:
                await target.tidy()  # what a kill or a line that broke left there
            await target.put(known.name, source, land, before)
        except TargetError as error:
            if one is not None and error.trouble in _WAITS:
                return await self._wait(known, one, error)
            gone = await self.shelves.remove(target, known.name, error.trouble)
            return await self._failed(known, None if gone else one, str(error))
        return None

    async def _failed(self, known: Known, left: Sending | None, why: str) -> Known:
        """Nothing of it stays. left: what of it may still lie there."""
        if left is not None:
            await self.shelves.desk.store.write(lambda tx: self._give_up(tx, known.target, left))
        return await self.shelves.failed(replace(known, size=0), why)

    def _is_wanted(self, tx: Transaction, where: str, one: Sending) -> bool:
        """Whether it is for the sheet of now, and may go there: what ends a yes closes, then is written."""
        return where in self.shelves.in_use and any(sheet.key == one.sheet for sheet in copies.sheets(tx))

    async def _not_shown(self, target: Target, known: Known, one: Sending | None, error: Exception) -> Known:
        """There, and not shown to be good: removed where it is bad, else looked at again."""
        trouble = error.trouble if isinstance(error, TargetError) else None
        if isinstance(error, NotGood) or trouble is Trouble.CHANGED:
            gone = await self.shelves.remove(target, known.name)  # so that nobody takes it for a copy
            return await self.shelves.failed(replace(known, size=0) if gone else known, str(error))
        if one is not None and isinstance(error, TargetError):
            arrived = msgspec.structs.replace(one, landed=known.size, arrived=True)
            return await self._wait(known, arrived, error)
        why = str(error) if isinstance(error, TargetError) else f"it could not be checked: {error}"
        there = replace(known, why=why)
        await self.shelves.desk.store.write(lambda tx: self.shelves.settled(tx, there))
        return there

    async def _wait(self, known: Known, one: Sending, error: TargetError) -> Known:
        """Go on later: an hour later, or with the next day's amount."""
        next_ms = to_ms(self._next(error.trouble))

        def job(tx: Transaction) -> Known:
            if self._is_wanted(tx, known.target, one):
                there = replace(known, why=str(error))
                copies.keep(tx, there)
                waits = msgspec.structs.replace(one, next_ms=next_ms, trouble=error.trouble.value)
                copies.keep_sending(tx, known.target, waits)
            else:
                there = replace(known, state=State.FAILED, why=_NOT_FOR_THIS)
                self.shelves.settled(tx, there)
                if not one.arrived:
                    far_copies.give_up(tx, known.target, one.name, self.shelves.desk.time.instant().at)
            return there

        return await self.shelves.desk.store.write(job)

    def _next(self, trouble: Trouble | None) -> datetime:
        at = self.shelves.desk.time.instant().at
        if trouble is not Trouble.NEXT_DAY:
            return at + AGAIN_AFTER
        return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), UTC) + _NEXT_DAY

    async def _check(self, read: Callable[[str], AsyncIterator[bytes]], known: Known, made: Made) -> None:
        """Read it back and prove it, as a restore would; ends with what it opened being forgotten.

        Raises:
            NotGood, TargetError, ConversationLost, Declined: it is not shown to be good.
        """
        try:
            proven = await prove(self.shelves.ask, self._counted(read(made.name), known), made.opens)
        finally:
            await self.shelves.let_go()
        got, own = proven.read, made.manifest
        keys = len(own.vouched) + 1
        if (got.sha256, got.size) != (known.sha256, known.size):
            raise NotGood(CHANGED)
        if got.manifest != own:
            raise NotGood("the manifest is not the one that was made")
        if got.keys != keys:
            raise NotGood(f"the copy is encrypted to {got.keys} keys instead of {keys}")
        self._proven = known.sha256

    async def _same(self, target: Target, known: Known) -> None:
        """Fetch it back: is it, byte for byte, the copy that was proven before it left?

        Raises:
            NotGood, TargetError: it is not, or nobody knows.
        """
        tally = await tally_of(self._counted(target.read(known.name), known))
        if (tally.sha256, tally.size) != (known.sha256, known.size):
            raise NotGood(CHANGED)

    async def _counted(self, pieces: AsyncIterator[bytes], known: Known) -> "AsyncGenerator[bytes, None]":
        """As they come, with the progress told."""
        done = 0
        self.shelves.progress.tell("checking", 0, known.size)
        async with aclosing(cast("AsyncGenerator[bytes, None]", pieces)) as each:
            async for piece in each:
                done += len(piece)
                self.shelves.progress.tell("checking", done, known.size)
                yield piece


async def _own(source: Source) -> AsyncIterator[bytes]:
    """The copy as it lies on this disk."""
    offset = 0
    while piece := await source.read(offset, PIECE):
        offset += len(piece)
        yield piece


def _is(path: Path, known: Known) -> bool:
    """Whether it lies there whole; that its bytes are the same is shown by what comes back (``_same``)."""
    try:
        return path.stat().st_size == known.size
    except OSError:
        return False


def place_of(rows: Sequence[Known]) -> Place:
    """When one is to go there next. rows: of one place, newest first."""
    good = (from_ms(row.made_ms) for row in rows if row.was_good)
    missed = bool(rows) and not rows[0].was_good
    return Place(good=next(good, None), missed=missed)


def is_well(copy: Known, on_its_way: Sending | None) -> bool:
    """Proven, or on its way for as long as a day's amount lets it take. on_its_way: to the copy's place."""
    if on_its_way is not None and on_its_way.name == copy.name:
        return on_its_way.trouble == Trouble.NEXT_DAY.value
    return copy.state is State.VERIFIED


def _remember(tx: Transaction, where: str, one: Sending) -> None:
    """How far it is, unless it was given up meanwhile: a withdrawal has the last word."""
    before = copies.sending(tx).get(where)
    if before is not None and before.name == one.name:
        copies.keep_sending(tx, where, one)
