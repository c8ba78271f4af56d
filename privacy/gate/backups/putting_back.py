"""A copy is read with its sheet and put in place: first the gate's part, then the hub's. Backups has it done.

Between the two the home is half restored: the gate knows the new epoch, the hub is the one of before. A note
in the gate's store says so until the hub has it all, through kills and power cuts.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from privacy import canonical
from privacy.backup_sheet import is_vouched, vouch
from privacy.gate.backups import copies, gate_members
from privacy.gate.backups.making import public_of
from privacy.gate.backups.restored import Restored, identity, report
from privacy.gate.backups.restoring import Restorable, prove
from privacy.gate.backups.shelves import Shelves, Wrong
from privacy.gate.backups.target import Target, TargetError
from privacy.gate.storage.store import StoreError, Transaction

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

log = logging.getLogger(__name__)

PUT_WITHIN_S = 300.0
PUT_BYTES_S = 300_000  # of history, on a slow card


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be read, and whether it is put in place. secret: of the sheet.

    room: it alone; trial: change nothing; anyway: though somebody lives here.
    """

    where: str
    name: str
    secret: bytes = field(repr=False)
    room: str | None = None
    trial: bool = True
    anyway: bool = False


@dataclass(kw_only=True)
class PuttingBack:
    """One per gate. cut: ends all that leaves the house at this moment, as a new epoch begins."""

    shelves: Shelves
    cut: Callable[[], Awaitable[None]]

    async def restored(self, target: Target, wish: Wish, fixed: Callable[[], None]) -> Restored:
        """Read, prove, put in place. fixed: told right before the first change; it has to go on from there.

        Raises:
            Wrong: not for this sheet, or somebody lives here.
            NotGood, NotRestorable, TargetError, ConversationLost, Declined: as ``prove``.
            StoreError: the gate's part, or the drill of a trial, was not written.
        """
        desk, ask = self.shelves.desk, self.shelves.ask
        opens = identity(wish.secret)
        key = str(opens.to_public())
        whole = wish.room is None
        put = not wish.trial
        try:
            pieces = self._counted(target, wish)
            proven = await prove(ask, pieces, opens, keep=put and whole, room=wish.room)
            manifest = proven.read.manifest
            vouched = manifest.vouched.get(key, "")
            if not is_vouched(wish.secret, bytes.fromhex(manifest.signer), vouched):
                raise Wrong("signer_unknown", "this backup was not made by the home whose sheet this is")
            blank = await desk.store.read(gate_members.is_blank)
            if put and whole and not wish.anyway and proven.told.get("blank") is not True:
                what = (
                    "people or devices are here already and would be replaced; add --replace if that is meant"
                )
                raise Wrong("not_blank", what)
            if put:
                fixed()
                self.shelves.progress.tell("putting", 0, 0)
                if whole:  # first: a hub of before with what was allowed since would go on sending
                    await self._put_gate(proven, wish, blank=blank)
                within_s = PUT_WITHIN_S + proven.history / PUT_BYTES_S
                await ask("restore.put", within_s, room=wish.room, history=proven.history > 0)
        finally:
            await self.shelves.let_go()
        await self._noted(key, put=put, whole=whole)
        return report(wish.name, proven, room=wish.room, blank=blank, applied=put)

    async def _noted(self, key: str, *, put: bool, whole: bool) -> None:
        """The sheet was tried; a home that was put back whole is not half restored any more."""
        desk = self.shelves.desk
        at = desk.time.instant().at

        def job(tx: Transaction) -> None:
            copies.drilled(tx, key, at)
            if put and whole:
                copies.keep_unfinished(tx, None)

        try:
            await desk.store.write(job)
        except StoreError as error:
            if not put:
                raise
            log.warning("backup.store", extra={"code": error.code})  # the home is back all the same

    async def _put_gate(self, proven: Restorable, wish: Wish, *, blank: bool) -> None:
        """A new epoch: whatever was allowed waits for the owner; what leaves ends now.

        A gate that was blank, or has no sheet, makes backups for the sheet that opened this one.
        """
        desk, secret = self.shelves.desk, wish.secret
        at = desk.time.instant().at

        def fill(tx: Transaction) -> Mapping[str, canonical.Json]:
            told: dict[str, canonical.Json] = {"backup": gate_members.ledger_of(proven.gate)}
            copies.keep_unfinished(tx, copies.Unfinished(target=wish.where, name=wish.name))
            if blank:
                gate_members.put_back(tx, proven.gate)
                gate_members.count_on(tx, proven.gate, proven.read.manifest.made)
                copies.take_seed(tx, gate_members.seed_of(proven.gate))
            if blank or not copies.sheets(tx):
                key = str(identity(secret).to_public())
                signer = public_of(copies.seed(tx, desk.random_bytes))
                copies.keep_sheet(tx, key, vouch(secret, signer), at)
                told["backup_key"] = key
            return told

        await self.cut()
        await desk.begin_epoch("restored", fill)

    async def _counted(self, target: Target, wish: Wish) -> "AsyncGenerator[bytes, None]":
        """The copy's bytes, with the progress told."""
        tell, done = self.shelves.progress.tell, 0
        tell("reading", 0, 0)
        size = await self._size(target, wish)
        pieces = target.read(wish.name)
        async with aclosing(cast("AsyncGenerator[bytes, None]", pieces)) as each:
            async for piece in each:
                done += len(piece)
                tell("reading", done, max(done, size) if size else 0)
                yield piece
        tell("comparing", 0, 0)

    async def _size(self, target: Target, wish: Wish) -> int:
        """Of the copy, in bytes; 0 where nobody says it."""
        known = await self.shelves.desk.store.read(lambda tx: copies.every(tx, wish.where))
        if size := next((one.size for one in known if one.name == wish.name), 0):
            return size
        try:
            return next((one.size for one in await target.copies() if one.name == wish.name), 0)
        except TargetError:
            return 0  # the reading says why
