"""The owner's side of the door: look (previews.py), agree (here), take back (withdrawing.py).

What opens is on the disk before it takes effect; what closes takes effect first. What follows by itself is
upkeep.py; console_verbs.py and answers.py spell the answers.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from privacy import base64url
from privacy.challenges import NONCE_SIZE
from privacy.consent import Grant, Wish, propose
from privacy.gate.backups.far_places import FarPlaces
from privacy.gate.desk import Desk
from privacy.gate.door import entries
from privacy.gate.door.giving import About, Giving, Ready
from privacy.gate.door.previews import Previews
from privacy.gate.door.refused import Refused
from privacy.gate.door.withdrawing import Ways, Withdrawing
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import Collect
from privacy.gate.outbox.monitoring import Monitoring
from privacy.gate.outbox.product_mail import ACTIVITY as PRODUCT_MAIL
from privacy.gate.outbox.product_mail import ProductMail
from privacy.gate.outbox.receipts import Receipts
from privacy.gate.outbox.staging import Staging
from privacy.gate.outbox.telemetry import Telemetry
from privacy.gate.outbox.usage_history import UsageHistory
from privacy.gate.storage import records
from privacy.gate.storage.attempt import Outcome, Result
from privacy.gate.storage.records import Outgoing, Preview
from privacy.gate.storage.store import Transaction
from privacy.gate.tunnels.tunnels import Tunnels
from privacy.home_day import zone_of
from privacy.reasons import Reason
from privacy.register import Form
from privacy.standing import LEAVING

WAIT_FOR_DELIVERY_S = 20.0  # a command waits so long for the outcome of what it started


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A consent that was given. outcome: of its first delivery; None while it still runs."""

    grant: Grant
    outcome: Outcome | None


class Door:
    """One per gate. ``run`` has to run for anything to be sent."""

    def __init__(self, desk: Desk, collect: Collect) -> None:
        self.desk = desk
        self.collect = collect
        self.deliveries = Deliveries(desk)
        self.tunnels = Tunnels(desk)
        self.receipts = Receipts(desk, self.deliveries)
        self.staging = Staging(desk)
        self.far = FarPlaces(desk)
        self.previews = Previews(desk, collect)
        self.telemetry = Telemetry(desk, self.deliveries, collect)
        self.monitoring = Monitoring(desk, self.deliveries, collect)
        self.history = UsageHistory(desk, self.deliveries, collect)
        self.product_mail = ProductMail(desk, collect)
        self._tasks: asyncio.TaskGroup | None = None
        self.giving = Giving(desk)
        self.giving.notes[PRODUCT_MAIL] = self.product_mail.note
        self.ways = Ways(deliveries=self.deliveries, tunnels=self.tunnels, staging=self.staging, far=self.far)
        self.withdrawing = Withdrawing(desk, self.giving, self.ways)
        self.timezone: object = None  # of the home, as the hub names it
        # told what became of a transfer, by activity; there once deliveries.load_posts was called
        self.followed: dict[str, Callable[[Outcome], Awaitable[None]]] = {}

    @property
    def zone(self) -> tzinfo:
        """Of the home; what is shown goes by it, and no decision."""
        return zone_of(self.timezone)

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Send from now on, in tasks of this group."""
        self._tasks = tasks
        self.staging.begin(tasks)
        self.receipts.begin(tasks)
        self.telemetry.moments.begin(tasks)
        self.monitoring.moments.begin(tasks)

    # agree

    async def give(self, wish: Wish, preview_id: str) -> Given:
        """Write the consent down, then send the previewed bytes at once; waits 20 s for the outcome.

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
            mark = base64url.encode(self.desk.random_bytes(NONCE_SIZE))
            number = records.next_grant_id(tx)
            grant = propose(exact, self.desk.register, self.desk.recipients, at.to_count_from(), number)
            if isinstance(grant, Reason):
                return grant
            return self.ready(replace(grant, mark=mark), shown)

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
        # a file lies under this name already
        transfer = self.desk.random_bytes(8).hex() if shown.body else shown.id
        return records.begun(shown, grant, at, transfer)

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
        shown = await self.previews.built(grant.activity, grant.groups, grant.ticket, at)
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
        return self._tasks.create_task(self._deliver(grant, item), name="privacy.delivery")

    async def leave(self) -> Outcome | None:
        """The home is deregistered: send the message that tells of it, if one was agreed to.

        None: nobody wanted one, or it still runs.

        Raises:
            StoreError: what waits can't be read.
        """
        live = {grant.id: grant for grant in self.desk.standing.live() if grant.activity == LEAVING}
        for item in await self.desk.store.read(records.outgoing):
            if (grant := live.get(item.grant_id)) is not None:
                return await self._started(grant, item)
        return None

    async def _deliver(self, grant: Grant, item: Outgoing) -> Outcome:
        if (
            grant.activity == LEAVING and not self.desk.standing.deregistered
        ):  # decide.py would refuse it, too
            why = Reason.NOT_LEFT
            return Outcome(result=Result.REFUSED, what=why.value, reason=why, again=True)
        outcome = await self.deliveries.deliver(grant, item)
        if outcome.followed:
            await self.receipts.once()
        if (follow := self.followed.get(grant.activity)) is not None:
            await follow(outcome)
        return outcome

    def until_grants(self, activity: str | None = None) -> list[Grant]:
        """Live consents with an end, of one activity or all."""
        return [
            grant
            for grant in self.desk.standing.live()
            if grant.form is Form.UNTIL
            and activity in {None, grant.activity}
            and grant.epoch == self.desk.standing.epoch
        ]

    async def reopen(self, activity: str) -> int:
        """Let an entry in homebase.toml count again after its withdrawal; return the ledger's number.

        Raises:
            Refused: no entry opens this activity, or it was withdrawn while this was written.
            StoreError: it could not be written, so it stays shut.
        """
        entry = await entries.reopen(self.desk, self.ways.stick, self.tunnels, activity)
        if isinstance(entry, Reason):
            raise Refused(entry)
        return entry


def _fits(shown: Preview, wish: Wish) -> bool:
    return (shown.activity, shown.ticket, shown.groups) == (wish.activity, wish.ticket, wish.groups)
