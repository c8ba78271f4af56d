"""The places of copies: which there are, what is known of each copy, which go; puts none (keeping.py)."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from privacy.conversation import ConversationLost, Declined
from privacy.gate.backups import copies, far_copies
from privacy.gate.backups.copies import Known, Sending, State
from privacy.gate.backups.far_door import FarDoor
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.folder import FolderTarget, mark
from privacy.gate.backups.making import AskHub
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
CLOSED = {Trouble.NO_ACCESS, Trouble.NOT_FOUND, Trouble.UNREACHABLE, Trouble.NOT_ALLOWED}
CHANGED = "what lies there is not what was put there"
LOST = timedelta(days=400)  # a copy that is away is known for so long: a stick may come back from a drawer
FOLDER = "backup"  # of the gate's: a copy is put together there


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
    def folder(self) -> Path:
        """Where copies are put together, and kept while they are on their way."""
        return self.desk.store.folder / FOLDER

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
            names = far_copies.places(self.desk.recipients)
            self.targets |= {name: FarTarget(self.far, name) for name in names}

    def settled(self, tx: Transaction, copy: Known) -> None:
        """Write it; it is on its way no more."""
        copies.keep(tx, copy)
        one = copies.sending(tx).get(copy.target)
        if one is not None and one.name == copy.name:
            copies.keep_sending(tx, copy.target, None)

    async def failed(self, known: Known, why: str) -> Known:
        """Told in the place of earlier ones of which nothing is left: tries go on for weeks."""
        log.warning("backup.failed", extra={"target": known.target})
        failed = replace(known, state=State.FAILED, why=why)

        def job(tx: Transaction) -> None:
            for copy in copies.every(tx, known.target):
                if copy.state is State.FAILED and copy.size == 0:
                    copies.forget(tx, copy.target, copy.name)
            self.settled(tx, failed)

        await self.desk.store.write(job)
        return failed

    async def remove(self, target: Target, name: str, after: Trouble | None = None) -> bool:
        """Whether nothing of a copy is left. after: what went wrong; some places need not be asked again."""
        if after in CLOSED:
            return False
        try:
            await target.remove(name)
        except TargetError as error:
            log.warning("backup.not_removed", extra={"code": error.trouble.value})
            return False
        return True

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
        try:
            tally = await tally_of(target.read(name))
        except TargetError as error:
            if error.trouble is not Trouble.CHANGED:
                return  # not known; the next check says more
            tally = Tally()
        if (tally.sha256, tally.size) != (copy.sha256, copy.size):
            await self.failed(replace(copy, verified_ms=None), CHANGED)

    async def look(self, where: str) -> tuple[Copy, ...]:
        """What lies there; of ours, what is not there any more is known as gone.

        One that is there again was out of our sight: it is there, and not shown to be good.

        Raises:
            TargetError: nobody knows.
            StoreError: it was not written down.
        """
        before = await self.desk.store.read(lambda tx: copies.every(tx, where))
        found = await self.targets[where].copies()
        sizes = {copy.name: copy.size for copy in found}
        changed = {
            row: replace(row, state=State.STORED if row.name in sizes else State.GONE)
            for row in before
            if (row.was_good and row.state is not State.GONE and row.name not in sizes)
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

    async def mark(self, where: str) -> None:
        """Have the folder in the house be one for backups.

        Raises:
            TargetError: it can't be written.
            StoreError: it was not written down.
        """
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

    async def thin_out(self, where: str, target: Target) -> None:
        """Remove what is neither among the newest nor young; never the only good one, and none of others."""
        known = await self.desk.store.read(lambda tx: copies.every(tx, where))
        at = self.desk.time.instant().at
        young_ms, long_ago_ms = to_ms(at - timedelta(days=self.settings.keep_days)), to_ms(at - LOST)
        newest_ms = max(copy.made_ms for copy in known if copy.state is State.VERIFIED)
        good = [copy for copy in known if copy.was_good and copy.state is not State.GONE]
        old = [copy for copy in good[self.settings.keep :] if copy.made_ms < min(young_ms, newest_ms)]
        bad = [copy for copy in known if not copy.was_good and copy.made_ms < newest_ms]
        lost = [copy for copy in known if copy.state is State.GONE and copy.made_ms < long_ago_ms]
        for copy in (*old, *bad, *lost):
            if copy not in lost:
                await target.remove(copy.name)
            await self.desk.store.write(lambda tx, name=copy.name: copies.forget(tx, where, name))  # type: ignore[misc]

    async def tidy(self) -> frozenset[str]:
        """Forget copies on this disk that go nowhere: half made, withdrawn, or made for an earlier sheet.

        Returns names of those that are on their way.

        Raises:
            StoreError: it can't be read.
        """
        kept = self.going(await self.desk.store.read(copies.sending))
        for path in await asyncio.to_thread(lambda: tuple(self.folder.glob("*.age"))):
            if path.name not in kept:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        return kept

    def going(self, sending: Mapping[str, Sending]) -> frozenset[str]:
        """Names of copies that are on their way to places in use."""
        return frozenset(one.name for where, one in sending.items() if where in self.in_use)


async def tally_of(pieces: AsyncIterator[bytes]) -> Tally:
    """Size and hash of all of it."""
    tally = Tally()
    async with aclosing(cast("AsyncGenerator[bytes, None]", pieces)) as each:
        async for piece in each:
            tally.add(piece)
    return tally
