"""Puts a copy where it shall lie, fetches it back and proves it, and thins out older ones.

"Encrypted" and "restorable" are said of a copy only after it was fetched back from where it lies, opened with
the throw-away key that was made for it, checked against its manifest and put into scratch stores
(``Known.state``). The throw-away key lives in memory from ``make`` to the end of that, and nowhere else.
"""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from privacy.conversation import ConversationLost, Declined
from privacy.gate.backups import copies
from privacy.gate.backups.copies import Known, State
from privacy.gate.backups.far_door import FarDoor
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.folder import FolderTarget, mark
from privacy.gate.backups.making import AskHub, Made
from privacy.gate.backups.reading import NotGood
from privacy.gate.backups.restoring import prove
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.backups.target import Copy, Target, TargetError, Trouble
from privacy.gate.desk import Desk
from privacy.gate.outbox.sealed_file import Tally
from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

log = logging.getLogger(__name__)

LOCAL = "local"
_CLOSED = {Trouble.NO_ACCESS, Trouble.NOT_FOUND, Trouble.UNREACHABLE, Trouble.NOT_ALLOWED}
_CHANGED = "what lies there is not what was put there"


class Wrong(Exception):
    """It was not done. code: for programs; what: one line for people."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code, self.what = code, what


@dataclass(slots=True, kw_only=True)
class Progress:
    """What is being done. stage: "" for nothing; all: 0 where not known. wrong, code: of the last run."""

    stage: str = ""
    done: int = 0
    all: int = 0
    wrong: str = ""
    code: str = ""
    runs: int = 0

    def tell(self, stage: str, done: int, of: int) -> None:
        """How far it got."""
        self.stage, self.done, self.all = stage, done, of


@dataclass(kw_only=True)
class Shelves:
    """All places, by name."""

    desk: Desk
    ask: AskHub
    settings: BackupSettings
    progress: Progress
    far: FarDoor | None = None
    targets: dict[str, Target] = field(default_factory=dict)
    _marker: str = ""

    @property
    def in_use(self) -> dict[str, Target]:
        """Those that a copy goes to now: a far one only where the owner allowed it."""
        far = self.far
        return {
            name: target
            for name, target in self.targets.items()
            if name == LOCAL or far is None or far.allowed(name)
        }

    async def begin(self) -> None:
        """Know where backups go.

        Raises:
            StoreError: the store can't be read.
        """
        if folder := self.settings.folder:
            self._marker = await self.desk.store.read(lambda tx: copies.marker(tx, folder))
            self.targets[LOCAL] = FolderTarget(Path(folder), lambda: self._marker)
        if self.far is not None:
            self.targets |= {name: FarTarget(self.far, name) for name in self.far.names()}

    async def keep(self, where: str, target: Target, made: Made) -> Known:
        """Put it there, read it back, thin out; return what is known of it then.

        Raises:
            StoreError: it was not written down.
        """
        at_ms = to_ms(self.desk.time.instant().at)
        size, digest = made.source.size, made.source.sha256
        known = Known(target=where, name=made.name, made_ms=at_ms, size=size, sha256=digest)
        earlier = await self.desk.store.read(lambda tx: copies.every(tx, where))
        try:
            await self._mark(where)
            if earlier and earlier[0].state is not State.VERIFIED:
                await target.tidy()  # what a kill or a line that broke left there
            await self.desk.store.write(
                lambda tx: copies.keep(tx, known)
            )  # first: a kill leaves none unknown
            await target.put(made.name, made.source, lambda done: self.progress.tell("storing", done, size))
        except TargetError as error:
            await self._remove(target, made.name, error.trouble)
            return await self._failed(replace(known, size=0), str(error))
        for copy in earlier:
            if copy.state is State.STORED and await self._remove(target, copy.name):
                await self.desk.store.write(lambda tx, name=copy.name: copies.forget(tx, where, name))  # type: ignore[misc]
        try:
            await self._check(target, known, made)
        except NotGood as error:
            return await self._bad(target, known, str(error))
        except TargetError as error:
            if error.trouble is Trouble.CHANGED:
                return await self._bad(target, known, str(error))
            return await self._unproven(known, str(error))
        except (ConversationLost, Declined) as error:
            return await self._unproven(known, f"it could not be checked: {error}")
        now_ms = to_ms(self.desk.time.instant().at)
        good = replace(known, state=State.VERIFIED, verified_ms=now_ms)
        await self.desk.store.write(lambda tx: copies.keep(tx, good))
        try:
            await self._thin_out(where, target)
        except TargetError as error:
            log.warning("backup.not_thinned_out", extra={"code": error.trouble.value})
        return good

    async def _bad(self, target: Target, known: Known, why: str) -> Known:
        gone = await self._remove(target, known.name)  # so that nobody takes it for a copy
        return await self._failed(replace(known, size=0) if gone else known, why)

    async def _unproven(self, known: Known, why: str) -> Known:
        there = replace(known, why=why)
        await self.desk.store.write(lambda tx: copies.keep(tx, there))
        return there

    async def _failed(self, known: Known, why: str) -> Known:
        """Told in the place of earlier ones of which nothing is left: tries go on for weeks."""
        log.warning("backup.failed", extra={"target": known.target})
        failed = replace(known, state=State.FAILED, why=why)

        def job(tx: Transaction) -> None:
            for copy in copies.every(tx, known.target):
                if copy.state is State.FAILED and copy.size == 0:
                    copies.forget(tx, copy.target, copy.name)
            copies.keep(tx, failed)

        await self.desk.store.write(job)
        return failed

    async def _remove(self, target: Target, name: str, after: Trouble | None = None) -> bool:
        """Whether nothing of a copy is left. after: what went wrong; some places need not be asked again."""
        if after in _CLOSED:
            return False
        try:
            await target.remove(name)
        except TargetError as error:
            log.warning("backup.not_removed", extra={"code": error.trouble.value})
            return False
        return True

    async def _check(self, target: Target, known: Known, made: Made) -> None:
        """Fetch it back and prove it, as a restore would; ends with what it opened being forgotten.

        Raises:
            NotGood, TargetError, ConversationLost, Declined: it is not shown to be good.
        """
        self.progress.tell("checking", 0, known.size)
        try:
            proven = await prove(self.ask, target.read(made.name), made.opens)
        finally:
            await self.let_go()
        read, own = proven.read, made.manifest
        keys = len(own.vouched) + 1
        if (read.sha256, read.size) != (known.sha256, known.size):
            raise NotGood(_CHANGED)
        if read.manifest != own:
            raise NotGood("the manifest is not the one that was made")
        if read.keys != keys:
            raise NotGood(f"the copy is encrypted to {read.keys} keys instead of {keys}")

    async def look_again(self, where: str, target: Target, name: str) -> None:
        """After a check that failed: a copy of ours that is not as it was put is good no more.

        Where it is as it was, it was another sheet. Done while the check's own reason is told.

        Raises:
            StoreError: it was not written down.
        """
        known = await self.desk.store.read(lambda tx: copies.every(tx, where))
        copy = next((one for one in known if one.name == name and one.state is State.VERIFIED), None)
        if copy is None:
            return
        tally = Tally()
        try:
            async with aclosing(cast("AsyncGenerator[bytes, None]", target.read(name))) as pieces:
                async for piece in pieces:
                    tally.add(piece)
        except TargetError as error:
            if error.trouble is not Trouble.CHANGED:
                return  # not known; the next check says more
        if (tally.sha256, tally.size) != (copy.sha256, copy.size):
            await self._failed(replace(copy, verified_ms=None), _CHANGED)

    async def look(self, where: str) -> tuple[Copy, ...]:
        """What lies there; of ours, what is not there any more is known as gone, until it is there again.

        Raises:
            TargetError: nobody knows.
            StoreError: it was not written down.
        """
        before = await self.desk.store.read(lambda tx: copies.every(tx, where))
        found = await self.targets[where].copies()
        sizes = {copy.name: copy.size for copy in found}
        changed = {
            row: replace(row, state=State.VERIFIED if row.name in sizes else State.GONE)
            for row in before
            if (row.state is State.VERIFIED and row.name not in sizes)
            or (row.state is State.GONE and sizes.get(row.name) == row.size)
        }

        def job(tx: Transaction) -> None:
            for row in copies.every(tx, where):
                if row in changed:  # what was removed or proven meanwhile stays as that
                    copies.keep(tx, changed[row])

        if changed:
            await self.desk.store.write(job)
        return found

    async def let_go(self) -> None:
        """The hub forgets what it holds of a copy."""
        try:
            await self.ask("backup.end")
        except (ConversationLost, Declined) as error:
            log.warning("backup.hub_holds", extra={"reason": str(error)[:200]})

    async def _mark(self, where: str) -> None:
        if where != LOCAL or self._marker:
            return
        folder, word = Path(self.settings.folder), self.desk.random_bytes(8).hex()
        try:
            word = await asyncio.to_thread(mark, folder, word)
        except OSError as error:
            what = f"{folder} can't be written ({error.strerror}); is the stick plugged in, and writable?"
            raise TargetError(Trouble.NO_ACCESS, what) from error
        await self.desk.store.write(lambda tx: copies.keep_marker(tx, str(folder), word))
        self._marker = word

    async def forget_folder(self) -> None:
        """The next backup takes whatever is in the folder's place, a new stick for example.

        Raises:
            StoreError: it was not written.
        """
        await self.desk.store.write(lambda tx: copies.keep_marker(tx, self.settings.folder, ""))
        self._marker = ""

    async def _thin_out(self, where: str, target: Target) -> None:
        """Remove what is neither among the newest nor young; never the only good one, and none of others."""
        known = await self.desk.store.read(lambda tx: copies.every(tx, where))
        young_ms = to_ms(self.desk.time.instant().at - timedelta(days=self.settings.keep_days))
        good = [copy for copy in known if copy.state is State.VERIFIED]
        old = [copy for copy in good[self.settings.keep :] if copy.made_ms < young_ms]
        bad = [copy for copy in known if copy.state is not State.VERIFIED and copy.made_ms < good[0].made_ms]
        for copy in (*old, *bad):
            await target.remove(copy.name)
            await self.desk.store.write(lambda tx, name=copy.name: copies.forget(tx, where, name))  # type: ignore[misc]
