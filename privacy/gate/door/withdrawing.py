"""Take back: what a consent opened is shut in memory, on the wire, then on the disk, then it is told."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privacy import canonical
from privacy.consent import Grant
from privacy.gate.backups import far_copies
from privacy.gate.backups.far_places import FarPlaces
from privacy.gate.desk import Desk
from privacy.gate.door import entries
from privacy.gate.door.giving import Giving
from privacy.gate.outbox import product_mail, usage_history
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.staging import Staging
from privacy.gate.storage import book, pseudonyms, records
from privacy.gate.storage import cuts as cut_entries
from privacy.gate.storage.attempt import Cut
from privacy.gate.storage.book import News
from privacy.gate.storage.store import StoreError, Transaction, overwrite_log
from privacy.gate.storage.tombstones import Tomb, Tombstone
from privacy.gate.tunnels.tunnels import Tunnels
from privacy.ledger import Kind
from privacy.reasons import Reason

if TYPE_CHECKING:
    from privacy.gate.stick.network_door import NetworkStick

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Ways:
    """All that a withdrawal has to shut. stick: where homebase.toml names one in the network."""

    deliveries: Deliveries
    tunnels: Tunnels
    staging: Staging
    far: FarPlaces
    stick: "NetworkStick | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shut:
    """What is shut already and has to be written down. all_of: every consent of the activity, not some.

    concerns: whether a consent is meant; gone: those that stood in memory.
    """

    activity: str
    recipient: str | None
    via: str
    all_of: bool
    concerns: Callable[[Grant], bool]
    gone: tuple[Grant, ...]
    cuts: tuple[Cut, ...]
    within_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A consent that was taken back.

    cuts: transfers that were ended; within_ms: from the decision to the last connection closed; entry: number
    of the ledger entry, None when it could not be written (then everything outward stays closed).
    """

    grants: tuple[Grant, ...]
    cuts: tuple[Cut, ...]
    within_ms: int
    entry: int | None


class Withdrawing:
    """One per door."""

    def __init__(self, desk: Desk, giving: Giving, ways: Ways) -> None:
        self._desk, self._giving, self._ways = desk, giving, ways

    def has_to_close(self, activity: str) -> bool:
        """Whether a consent of the activity stands, or is being given at this moment."""
        return self._giving.busy or any(grant.activity == activity for grant in self._desk.standing.live())

    async def withdraw(
        self,
        activity: str,
        recipient: str | None = None,
        via: str = "console",
        marks: frozenset[str] | None = None,
    ) -> Withdrawn:
        """Shut it now: in memory, on the wire, then on the disk, then say so.

        marks: of these consents only; where none of them lives, nothing is written.
        """

        def concerns(grant: Grant) -> bool:
            return (
                grant.activity == activity
                and recipient in {None, grant.recipient}
                and (marks is None or grant.mark in marks)
            )

        desk, begin_s = self._desk, self._desk.clock.monotonic()
        if marks is not None and not self._giving.busy and not any(map(concerns, desk.standing.live())):
            return Withdrawn(grants=(), cuts=(), within_ms=0, entry=await desk.store.read(book.size) - 1)
        self._giving.closes(activity)
        self._ways.staging.closes(activity)
        gone = desk.standing.withdraw(concerns)
        cuts = self.cut(concerns)
        if marks is None:
            cuts += entries.shut(desk, self._ways.stick, self._ways.tunnels, activity)
        within_ms = round((desk.clock.monotonic() - begin_s) * 1000)
        job = self._written(
            _Shut(
                activity=activity,
                recipient=recipient,
                via=via,
                all_of=marks is None,
                concerns=concerns,
                gone=gone,
                cuts=cuts,
                within_ms=within_ms,
            )
        )
        try:
            entry: int | None = await desk.store.write(job, closing=True)
        except StoreError as error:
            log.error("withdrawal.unwritten", extra={"code": error.code})
            desk.unwritten.append(job)
            self.close_outward()
            await desk.store.remember(Tombstone(tomb=Tomb.WITHDRAWN, subject=activity))
            entry = None
        else:
            await self._tidy()
        return Withdrawn(grants=gone, cuts=cuts, within_ms=within_ms, entry=entry)

    def _written(self, shut: _Shut) -> Callable[[Transaction], int]:
        """The job that writes a withdrawal down; its result is the number of the entry."""
        desk, at = self._desk, self._desk.time.instant().at

        def job(tx: Transaction) -> int:
            data: dict[str, canonical.Json] = {
                "activity": shut.activity,
                "recipient": shut.recipient,
                "grants": [grant.id for grant in shut.gone],
                "cut": len(shut.cuts),
                "via": shut.via,
            }
            told = cut_entries.news(tx, shut.cuts, within_ms=shut.within_ms)
            entry = desk.append(tx, News(kind=Kind.WITHDRAWAL, data=data), *told)[0]
            # also one that is being given at this moment
            written = {grant.id: grant for grant in records.live_grants(tx) if shut.concerns(grant)}
            ended = written | {grant.id: grant for grant in shut.gone}
            for grant in ended.values():
                records.end_grant(tx, grant, Reason.WITHDRAWN, at)
                records.purge_outbox(tx, [grant.id])
            records.drop_previews(tx, shut.activity)
            of = [shut.recipient] if shut.all_of else sorted({grant.recipient for grant in ended.values()})
            for name in of:
                pseudonyms.withdrawn(tx, shut.activity, name)
                usage_history.withdrawn(tx, shut.activity, name)
                product_mail.withdrawn(tx, shut.activity, name)
            row = desk.register.get(shut.activity)
            far_copies.withdrawn(tx, row, shut.recipient, shut.gone, at, all_of=shut.all_of)
            entries.keep_shut(tx, desk, shut.activity)
            return entry

        return job

    async def _tidy(self) -> None:
        try:
            await self._desk.store.read(overwrite_log)
            await self._ways.staging.tidy()  # what waited to leave goes from the disk too
        except StoreError as error:
            log.warning("staging.not_tidied", extra={"code": error.code})  # upkeep tries again

    def cut(self, concerns: Callable[[Grant], bool]) -> tuple[Cut, ...]:
        """End all that runs under such grants, whatever way it goes."""
        ways = self._ways
        return (*ways.deliveries.cut(concerns), *ways.tunnels.cut(concerns), *ways.far.cut(concerns))

    async def end_all(self) -> None:
        """End all that runs under consents, before a new epoch begins; an entry tells of each.

        Raises:
            StoreError: that could not be written.
        """
        cuts = self.cut(lambda _: True)
        await self._desk.store.write(
            lambda tx: self._desk.append(tx, *cut_entries.news(tx, cuts, reason="restored")), closing=True
        )

    def close_outward(self) -> None:
        """The book can't be written: nothing new begins meanwhile, and what runs ends now."""
        ways, why = self._ways, Reason.LEDGER_NOT_WRITABLE
        ways.tunnels.close_all(why)
        cuts = ways.deliveries.cut(lambda _: True) + ways.far.cut(lambda _: True, why)

        def job(tx: Transaction) -> None:
            self._desk.append(tx, *cut_entries.news(tx, cuts, reason=why.value))

        if cuts:
            self._desk.unwritten.append(job)
