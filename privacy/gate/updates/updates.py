"""Checks for updates: once a day at a random minute, or when the owner asks; under a consent, as all else.

Read downwards: check → _checked → _keep; install. What was seen is kept, so that nobody can show an older
list later. Table: meta.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused
from privacy.gate.network.download import DownloadFailed
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.outbox.downloads import Downloads, Get
from privacy.gate.storage import records
from privacy.gate.storage.book import News
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.updates.conversation import LONGEST, Verdict
from privacy.gate.updates.offer import Offer, order
from privacy.gate.updates.settings import UpdateSettings
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.version import VERSION

log = logging.getLogger(__name__)

ACTIVITY = "update.check"
KEPT = "updates"  # in meta
REQUEST = "update-request"  # in the console's folder; systemd/homebase-update.path waits for it
ROUND_S = 60.0
DAY_S = 86_400


class UpdateRefused(Exception):
    """Not as it is asked. code: of the table in update_words.py; detail: what is wrong, or ""."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class State(msgspec.Struct, frozen=True):
    """What is kept between checks.

    anchor: SHA-256 of the owner's root file, another one begins anew. documents: verified, by role.
    code, role, detail: of the latest check, "" where it was good; offer: of the latest good one.
    next: when it is checked by itself.
    """

    anchor: str = ""
    documents: dict[str, bytes] = {}
    checked: datetime | None = None
    verified: datetime | None = None
    code: str = ""
    role: str = ""
    detail: str = ""
    offer: Offer | None = None
    next: datetime | None = None


class Updates:
    """One per gate. settings: None where homebase.toml names no root: nothing is asked. folder: REQUEST's."""

    def __init__(self, door: Door, settings: UpdateSettings | None, folder: Path) -> None:
        self._desk, self.settings = door.desk, settings
        self._request = folder / REQUEST
        self._downloads = Downloads(door.desk)
        door.deliveries.cut_too = self._downloads.cut
        self._tasks: asyncio.TaskGroup | None = None
        self._one_at_a_time = asyncio.Lock()
        self._next: datetime | None = None  # as it is kept; read once, not each minute

    async def run(self) -> None:
        """Check each day at another minute, until cancelled; not at all without settings."""
        if self.settings is None:
            return
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            while True:
                try:
                    await self.once()
                except StoreError as error:
                    log.warning("updates.store", extra={"code": error.code})
                await self._desk.clock.sleep(ROUND_S)

    async def once(self) -> None:
        """Check, if it is time and somebody agreed to it."""
        at = self._desk.time.instant().at
        if self._next is None:
            self._next = (await self.state()).next
        due = self._next
        if due is not None and at < due <= at + timedelta(days=2):
            return
        self._next = (await self._change(next=self._another_minute(at))).next
        if due is None or not any(grant.activity == ACTIVITY for grant in self._desk.standing.live()):
            return
        try:
            await self.check()
        except (UpdateRefused, Refused) as error:
            log.warning("updates.not_checked", extra={"reason": str(error)[:200]})

    async def state(self) -> State:
        """What is known.

        Raises:
            StoreError: it can't be read.
        """
        return await self._desk.store.read(_read)

    def source(self) -> Recipient | None:
        """The recipient in homebase.toml that is asked; the first, where there are several."""
        rows = sorted(self._desk.recipients.values(), key=lambda row: row.name)
        return next((row for row in rows if ACTIVITY in row.activities), None)

    def lacking(self) -> str | None:
        """What has to be there before anybody is asked: no_source, no_consent."""
        source = self.source()
        if source is None:
            return "no_source"
        grant = self._desk.standing.covering(ACTIVITY, source.name, "", "", None)
        return "no_consent" if isinstance(grant, Reason) else None

    def is_requested(self) -> bool:
        """Whether an installation was asked for and nobody took it up yet."""
        return self._request.exists()

    async def check(self) -> State:
        """Ask now; what came of it.

        Raises:
            UpdateRefused: off, no_source, root_file, clock_unsure.
            Refused: no consent, for example, or it was withdrawn meanwhile.
            StoreError: what was found could not be written.
        """
        source = self.source()
        if self.settings is None or self._tasks is None:
            raise UpdateRefused("off")
        if source is None:
            raise UpdateRefused("no_source")
        root = _root(self.settings.root)
        if not self._desk.time.sure:
            raise UpdateRefused("clock_unsure")  # nobody could tell whether a list is of today
        async with self._one_at_a_time:
            task = self._tasks.create_task(self._handed_back(source, root), name="privacy.update_check")
            await asyncio.wait({task})
        if task.cancelled():
            raise Refused(Reason.WITHDRAWN)
        outcome = task.result()
        if isinstance(outcome, Reason):
            raise Refused(outcome)
        if isinstance(outcome, StoreError):
            raise outcome
        return outcome

    async def _handed_back(self, source: Recipient, root: bytes) -> State | Reason | StoreError:
        """A store that fails is told to who asked; raised in this task it would end the gate."""
        try:
            return await self._checked(source, root)
        except StoreError as error:
            return error

    async def _checked(self, source: Recipient, root: bytes) -> State | Reason:
        from privacy.gate.updates.verifying import BrokenOff, verify  # noqa: PLC0415 - few homes check

        state, at, anchor = await self.state(), self._desk.time.instant().at, sha256(root).hexdigest()
        if state.anchor != anchor:  # the owner trusts another root: what the one before said counts no more
            state = State(anchor=anchor, documents={"root": root})

        async def work(get: Get) -> Verdict:
            return await verify(state.documents, at, get)

        try:
            verdict = await self._downloads.run(ACTIVITY, source.name, work)
        except TransferFailed as error:
            code = error.code if isinstance(error, DownloadFailed) else "no_verdict"
            kept = error.kept if isinstance(error, BrokenOff) else state.documents
            told = {"checked": at, "code": code, "role": "", "detail": str(error)[:200]}
            return await self._change(state, documents=kept, **told)
        if isinstance(verdict, Reason):
            return verdict
        told = {"checked": at, "code": verdict.code, "role": verdict.role, "detail": ""}
        if not verdict.code:
            told |= {"verified": at, "offer": later(verdict.offer)}
        return await self._change(state, documents=verdict.kept, **told)

    async def install(self) -> Offer:
        """Leave word for the package manager's hook: which package, and its SHA-256. For the console.

        Raises:
            UpdateRefused: off, no_update, no_hook, request_unwritten.
            StoreError: the ledger can't be written, so nobody was told.
        """
        if self.settings is None:
            raise UpdateRefused("off")
        offer = later((await self.state()).offer)
        if offer is None:
            raise UpdateRefused("no_update")
        if not self.settings.install:
            raise UpdateRefused("no_hook")
        told = {"update": "installation asked for", "version": offer.release.version, "sha256": offer.sha256}
        await self._desk.record(Kind.CONFIGURATION, dict(told))
        lines = (
            f"version={offer.release.version}",
            f"file={offer.file}",
            f"length={offer.length}",
            f"sha256={offer.sha256}",
        )
        fresh = self._request.with_suffix(".new")
        try:
            fresh.write_text("\n".join(lines) + "\n")
            fresh.replace(self._request)
        except OSError as error:
            raise UpdateRefused("request_unwritten", error.strerror or "") from error
        return offer

    async def _change(self, checked: State | None = None, /, **changes: object) -> State:
        """Write down what is new. checked: that a check started from; its anchor counts from now on."""
        desk = self._desk

        def job(tx: Transaction) -> State:
            before = _read(tx)
            base = before if checked is None or checked.anchor == before.anchor else checked
            if base.anchor != before.anchor:
                desk.append(tx, News(kind=Kind.CONFIGURATION, data={"update_root_sha256": base.anchor}))
            now = msgspec.structs.replace(base, next=before.next)
            now = msgspec.structs.replace(now, **changes)
            records.set_meta(tx, KEPT, msgspec.json.encode(now))
            return now

        return await desk.store.write(job)

    def _another_minute(self, at: datetime) -> datetime:
        """Some second of the next day, so that no minute of the day tells homes apart or comes in crowds."""
        chance = int.from_bytes(self._desk.random_bytes(4), "big") % DAY_S
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return midnight + timedelta(seconds=chance)


def _read(tx: Transaction) -> State:
    kept = records.meta(tx, KEPT)
    return State() if kept is None else msgspec.json.decode(kept, type=State)


def later(offer: Offer | None) -> Offer | None:
    """Only what is newer than what runs: a list never leads back."""
    return offer if offer is not None and order(offer.release.version) > order(VERSION) else None


def _root(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST["root"] + 1)
    except OSError as error:
        raise UpdateRefused("root_file", f"{path}: {error.strerror}") from error
    if not 0 < len(data) <= LONGEST["root"]:
        raise UpdateRefused("root_file", f"{path}: {len(data)} bytes; 1 to {LONGEST['root']}")
    return data
