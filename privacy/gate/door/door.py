"""The owner's side of the door: look (preview), agree (give), take back (withdraw).

What opens is on the disk before it takes effect; what closes takes effect first. What follows by itself is
upkeep.py; console_verbs.py and answers.py spell the answers.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from hashlib import sha256

from privacy import canonical
from privacy.challenges import NONCE_SIZE
from privacy.consent import TICKET, Grant, Wish, categories_of, propose
from privacy.gate.backups import far_copies
from privacy.gate.backups.far_door import FarDoor
from privacy.gate.desk import Desk
from privacy.gate.door import entries
from privacy.gate.door.giving import About, Giving, Ready
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import Collect
from privacy.gate.outbox.monitoring import Monitoring
from privacy.gate.outbox.staging import Staging
from privacy.gate.outbox.telemetry import Telemetry
from privacy.gate.stick.network_door import NetworkStick
from privacy.gate.storage import book, pseudonyms, records
from privacy.gate.storage import cuts as cut_entries
from privacy.gate.storage.attempt import Cut, Outcome, Result
from privacy.gate.storage.book import News
from privacy.gate.storage.records import Outgoing, Preview
from privacy.gate.storage.store import StoreError, Transaction, overwrite_log
from privacy.gate.storage.tombstones import Tomb, Tombstone
from privacy.gate.tunnels.tunnels import Tunnels
from privacy.home_day import zone_of
from privacy.jws import base64url
from privacy.ledger import Kind
from privacy.payload import LONGEST_KEPT, PayloadRefused, build
from privacy.reasons import Reason
from privacy.register import Form

log = logging.getLogger(__name__)

Note = Callable[[Transaction, Grant, Outgoing], None]
PREVIEW_TIME = timedelta(minutes=30)
WAIT_FOR_DELIVERY_S = 20.0  # a command waits so long for the outcome of what it started
_OTHER_PREVIEWS = {  # of activities that have no groups
    "account.register": "homebase account confirm",
    "mail.send": "homebase notify allow",
    "sms.send": "homebase notify allow",
    "push.send": "homebase notify allow",
    "setup.timezone": "homebase account timezone",
}


class Refused(Exception):
    """The door says no. reason: why; detail: more, for the log line of whoever asked."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A consent that was given. outcome: of its first delivery; None while it still runs."""

    grant: Grant
    outcome: Outcome | None


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


class Door:
    """One per gate. ``run`` has to run for anything to be sent."""

    def __init__(self, desk: Desk, collect: Collect) -> None:
        self.desk = desk
        self.deliveries = Deliveries(desk)
        self.tunnels = Tunnels(desk)
        self.staging = Staging(desk)
        self.far = FarDoor(desk)
        self._collect = collect
        self.telemetry = Telemetry(desk, self.deliveries, collect)
        self.monitoring = Monitoring(desk, self.deliveries, collect)
        self._tasks: asyncio.TaskGroup | None = None
        self.giving = Giving(desk)
        self.stick: NetworkStick | None = None  # where homebase.toml names one in the network
        self.timezone: object = None  # of the home, as the hub names it

    @property
    def zone(self) -> tzinfo:
        """Of the home; what is shown goes by it, and no decision."""
        return zone_of(self.timezone)

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Send from now on, in tasks of this group."""
        self._tasks = tasks
        self.staging.begin(tasks)
        self.telemetry.begin(tasks)
        self.monitoring.begin(tasks)

    # look

    async def preview(self, activity: str, groups: frozenset[str], ticket: str) -> Preview:
        """Collect and keep what would be sent, exactly.

        Raises:
            Refused: nothing of that kind may be sent, or the hub's data does not fit.
            ConversationLost, Declined: the hub is away, or says no.
        """
        row = self.desk.register.get(activity)
        reason: Reason | None = None
        if row is None:
            reason = Reason.UNKNOWN_ACTIVITY
        elif not row.leaves_house:
            reason = Reason.STAYS_HOME
        elif not row.built:
            reason = Reason.NOT_BUILT
        elif not row.groups:
            raise Refused(Reason.UNKNOWN_GROUP, _OTHER_PREVIEWS.get(activity, ""))
        elif not TICKET.fullmatch(ticket):
            reason = Reason.NO_TICKET
        elif not groups or not groups <= row.groups.keys():
            reason = Reason.UNKNOWN_GROUP
        else:
            reason = self.desk.standing.closed(row, categories_of(row, groups))
        if reason is not None:
            await self.desk.refuse(activity, "", reason, ticket)
            raise Refused(reason)
        made = self.desk.time.instant().at
        shown = await self._built(activity, groups, ticket, made)
        await self.desk.store.write(lambda tx: records.keep_preview(tx, shown))
        return shown

    async def _built(self, activity: str, groups: frozenset[str], ticket: str, made: datetime) -> Preview:
        collected = (await self._collect(activity, sorted(groups))).get("groups")
        delete_by = made + LONGEST_KEPT
        try:
            body = build(collected, groups=groups, ticket=ticket, made=made, delete_by=delete_by)
        except PayloadRefused as error:
            await self.desk.refuse(activity, "", Reason.UNKNOWN_FIELD, ticket)
            raise Refused(Reason.UNKNOWN_FIELD, str(error)) from error
        return Preview(
            id=self.desk.random_bytes(8).hex(),
            activity=activity,
            ticket=ticket,
            groups=groups,
            sha256=sha256(body).hexdigest(),
            body=body,
            delete_by=delete_by,
            expires=made + PREVIEW_TIME,
        )

    # agree

    async def give(self, wish: Wish, preview_id: str, note: Note | None = None) -> Given:
        """Write the consent down, then send the previewed bytes at once; waits 20 s for the outcome.

        note: writes down with it what is sent.

        Raises:
            Refused: it can't be given, or was withdrawn while it was being written.
            StoreError: it could not be written, so it was not given.
        """
        at = self.desk.time.instant()

        def make(tx: Transaction) -> Ready | Reason:
            shown = records.preview(tx, preview_id)
            if shown is None or at.at >= shown.expires or not _fits(shown, wish):
                return Reason.NO_PREVIEW
            exact = replace(wish, payload_sha256=shown.sha256)
            mark = base64url(self.desk.random_bytes(NONCE_SIZE))
            number = records.next_grant_id(tx)
            grant = propose(exact, self.desk.register, self.desk.recipients, at.to_count_from(), number)
            if isinstance(grant, Reason):
                return grant
            made = self.ready(replace(grant, mark=mark), shown)
            if note is not None and made.item is not None:
                note(tx, made.grant, made.item)
            return made

        ready = await self.giving.give(
            About(activity=wish.activity, recipient=wish.recipient, ticket=wish.ticket), make
        )
        if isinstance(ready, Reason):
            raise Refused(ready)
        assert ready.item is not None
        return Given(grant=ready.grant, outcome=await self._started(ready.grant, ready.item))

    def ready(self, grant: Grant, shown: Preview | None, proof: str | None = None) -> Ready:
        """A consent in this gate's epoch. shown: what is sent at once under it."""
        return Ready(
            grant=replace(grant, epoch=self.desk.standing.epoch),
            item=None if shown is None else self._outgoing(grant, shown, self.desk.time.instant().at),
            preview=None if shown is None else shown.id,
            proof=proof,
        )

    def _outgoing(self, grant: Grant, shown: Preview, at: datetime) -> Outgoing:
        return Outgoing(
            # a file lies under this name already
            transfer=self.desk.random_bytes(8).hex() if shown.body else shown.id,
            grant_id=grant.id,
            groups=shown.groups,
            sha256=shown.sha256,
            body=shown.body,
            delete_by=shown.delete_by,
            first=at,
            next=at,
            attempts=0,
        )

    async def send(self, activity: str) -> tuple[Outcome | None, ...]:
        """Send fresh data now under every live consent with an end; what waits is tried again as well."""
        outcomes = [await self.fresh(grant) for grant in self.until_grants(activity)]
        live = {grant.id: grant for grant in self.desk.standing.live() if grant.activity == activity}
        for item in await self.desk.store.read(records.outgoing):
            grant = live.get(item.grant_id)
            if grant is not None and grant.form is Form.ONCE:
                outcomes.append(await self._started(grant, item))
        if not outcomes:
            await self.desk.refuse(activity, "", Reason.NO_CONSENT)
            raise Refused(Reason.NO_CONSENT)
        return tuple(outcomes)

    async def fresh(self, grant: Grant) -> Outcome | None:
        """Collect anew under a consent with an end and send it.

        Raises:
            Refused, ConversationLost, Declined: as preview.
        """
        at = self.desk.time.instant().at
        shown = await self._built(grant.activity, grant.groups, grant.ticket, at)
        item = self._outgoing(grant, shown, at)

        def job(tx: Transaction) -> None:
            records.purge_outbox(tx, [grant.id])  # what waited is replaced by newer data
            records.keep_outgoing(tx, item)

        await self.desk.store.write(job)
        return await self._started(grant, item)

    async def _started(self, grant: Grant, item: Outgoing) -> Outcome | None:
        """Deliver in a task of its own and wait a while; None: it still runs."""
        task = self._task(grant, item)
        done, _ = await asyncio.wait({task}, timeout=WAIT_FOR_DELIVERY_S)
        if task.cancelled():
            return Outcome(result=Result.CUT, what="", reason=Reason.WITHDRAWN)
        return task.result() if done else None

    def retry(self, grant: Grant, item: Outgoing) -> None:
        """Deliver in a task of its own; nobody waits for the outcome."""
        _ = self._task(grant, item)

    def _task(self, grant: Grant, item: Outgoing) -> "asyncio.Task[Outcome]":
        assert self._tasks is not None
        return self._tasks.create_task(self.deliveries.deliver(grant, item), name="privacy.delivery")

    def until_grants(self, activity: str | None = None) -> list[Grant]:
        """Live consents with an end, of one activity or all."""
        return [
            grant
            for grant in self.desk.standing.live()
            if grant.form is Form.UNTIL
            and activity in {None, grant.activity}
            and grant.epoch == self.desk.standing.epoch
        ]

    # take back

    def has_to_close(self, activity: str) -> bool:
        """Whether a consent of the activity stands, or is being given at this moment."""
        return self.giving.busy or any(grant.activity == activity for grant in self.desk.standing.live())

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

        desk, begin_s = self.desk, self.desk.clock.monotonic()
        if marks is not None and not self.giving.busy and not any(map(concerns, desk.standing.live())):
            return Withdrawn(grants=(), cuts=(), within_ms=0, entry=await desk.store.read(book.size) - 1)
        self.giving.closes(activity)
        self.staging.closes(activity)
        gone = desk.standing.withdraw(concerns)
        cuts = self.cut(concerns)
        if marks is None:
            cuts += entries.shut(desk, self.stick, self.tunnels, activity)
        within_ms = round((desk.clock.monotonic() - begin_s) * 1000)
        at = desk.time.instant().at

        def job(tx: Transaction) -> int:
            data: dict[str, canonical.Json] = {
                "activity": activity,
                "recipient": recipient,
                "grants": [grant.id for grant in gone],
                "cut": len(cuts),
                "via": via,
            }
            told = cut_entries.news(tx, cuts, within_ms=within_ms)
            entry = desk.append(tx, News(kind=Kind.WITHDRAWAL, data=data), *told)[0]
            # also one that is being given at this moment
            written = {grant.id: grant for grant in records.live_grants(tx) if concerns(grant)}
            for grant in (written | {grant.id: grant for grant in gone}).values():
                records.end_grant(tx, grant, Reason.WITHDRAWN, at)
                records.purge_outbox(tx, [grant.id])
            records.drop_previews(tx, activity)
            pseudonyms.withdrawn(tx, activity, recipient)
            far_copies.withdrawn(tx, gone, at)
            entries.keep_shut(tx, desk, activity)
            return entry

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

    async def _tidy(self) -> None:
        try:
            await self.desk.store.read(overwrite_log)
            await self.staging.tidy()  # what waited to leave goes from the disk too
        except StoreError as error:
            log.warning("staging.not_tidied", extra={"code": error.code})  # upkeep tries again

    def cut(self, concerns: Callable[[Grant], bool]) -> tuple[Cut, ...]:
        """End all that runs under such grants, whatever way it goes."""
        return (*self.deliveries.cut(concerns), *self.tunnels.cut(concerns), *self.far.cut(concerns))

    async def end_all(self) -> None:
        """End all that runs under consents, before a new epoch begins; an entry tells of each.

        Raises:
            StoreError: that could not be written.
        """
        cuts = self.cut(lambda _: True)
        await self.desk.store.write(
            lambda tx: self.desk.append(tx, *cut_entries.news(tx, cuts, reason="restored")), closing=True
        )

    def close_outward(self) -> None:
        """The book can't be written: nothing new begins meanwhile, and what runs ends now."""
        self.tunnels.close_all(Reason.LEDGER_NOT_WRITABLE)
        cuts = self.deliveries.cut(lambda _: True) + self.far.cut(lambda _: True, Reason.LEDGER_NOT_WRITABLE)

        def job(tx: Transaction) -> None:
            self.desk.append(tx, *cut_entries.news(tx, cuts, reason=Reason.LEDGER_NOT_WRITABLE.value))

        if cuts:
            self.desk.unwritten.append(job)

    async def reopen(self, activity: str) -> int:
        """Let an entry in homebase.toml count again after its withdrawal; return the ledger's number.

        Raises:
            Refused: no entry opens this activity, or it was withdrawn while this was written.
            StoreError: it could not be written, so it stays shut.
        """
        entry = await entries.reopen(self.desk, self.stick, self.tunnels, activity)
        if isinstance(entry, Reason):
            raise Refused(entry)
        return entry


def _fits(shown: Preview, wish: Wish) -> bool:
    return (shown.activity, shown.ticket, shown.groups) == (wish.activity, wish.ticket, wish.groups)
