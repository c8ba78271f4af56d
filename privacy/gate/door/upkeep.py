"""What happens at the door by itself, each minute: unwritten entries, ends, retries, daily transfers, sweeps.

A checkpoint is signed at least hourly while there is news.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial

from privacy.consent import Grant
from privacy.conversation import ConversationLost, Declined
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.door.refused import Refused
from privacy.gate.storage import book, deletions, messages, records
from privacy.gate.storage.book import to_ms
from privacy.gate.storage.messages import EXPIRES, Fate
from privacy.gate.storage.records import Outgoing
from privacy.gate.storage.store import StoreError, Transaction, overwrite_log
from privacy.reasons import Reason

log = logging.getLogger(__name__)

ROUND_S = 60.0
EVERY = timedelta(hours=24)  # between two transfers under a consent with an end
GIVE_UP_AFTER = timedelta(hours=24)
CHECKPOINT_EVERY = timedelta(hours=1)


class Upkeep:
    """Runs beside the door as long as the gate does. look: for files that nobody declared."""

    def __init__(self, door: Door, look: Callable[[], Awaitable[None]] | None = None) -> None:
        self._door, self._desk, self._look = door, door.desk, look
        self._holder = GateHolder(door.desk)
        self._signed_at: datetime | None = None
        self._signed_size = -1

    async def run(self) -> None:
        """Serve until cancelled. A store that fails is told once a minute; nothing leaves meanwhile."""
        async with asyncio.TaskGroup() as tasks:
            self._door.begin(tasks)
            tasks.create_task(self._desk.time.run(self._desk.store), name="privacy.time")
            while True:
                try:
                    await self.once()
                except StoreError as error:
                    log.warning("privacy.store", extra={"code": error.code})
                await self._desk.clock.sleep(ROUND_S)

    async def once(self) -> None:
        """One round."""
        if self._look is not None:
            await self._look()
        await self._write_what_waits()
        await self._door.far.refresh()
        await self._end_expired()
        await self._door.staging.tidy()
        await self._door.history.once()
        await self._door.product_mail.once()
        live = {grant.id: grant for grant in self._desk.standing.live()}
        at = self._desk.time.instant()
        waiting = await self._desk.store.read(records.outgoing)
        for item in waiting:
            grant = live.get(item.grant_id)
            if grant is None or at.at - item.first >= EXPIRES.get(grant.activity, GIVE_UP_AFTER):
                await self._give_up(item)
            elif item.next <= at.at:
                self._door.retry(grant, item)
        await self._door.receipts.once()
        waited_for = {item.grant_id for item in waiting}
        for grant in self._door.until_grants():
            last_ms = await self._desk.store.read(partial(_last_sent, grant))
            if grant.id not in waited_for and to_ms(at.at - EVERY) >= last_ms:
                await self._daily(grant)
        await self._door.telemetry.once()
        await self._door.monitoring.once()
        await self._ask_for_deletions(at.at)
        await self._holder.sweep(at.at)
        await self._sign()

    async def _ask_for_deletions(self, at: datetime) -> None:
        due = await self._desk.store.read(lambda tx: deletions.due(tx, at))
        if not due:
            return
        from privacy.gate.outbox.deletion_requests import DeletionRequests  # noqa: PLC0415 - seldom due

        await DeletionRequests(self._desk, self._door.far.delete).ask(due)

    async def _daily(self, grant: Grant) -> None:
        if not self._desk.time.sure:
            return  # suspended
        try:
            await self._door.fresh(grant)
        except (Refused, ConversationLost, Declined) as error:
            log.warning("diagnosis.not_collected", extra={"reason": str(error)[:200]})

    async def _write_what_waits(self) -> None:
        if not self._desk.unwritten:
            return
        while self._desk.unwritten:
            await self._desk.store.write(self._desk.unwritten[0], closing=True)
            self._desk.unwritten.pop(0)
        await self._desk.store.read(overwrite_log)
        # whatever is closed and refused from here on is noted after this: one thread does both
        await self._desk.store.forget_closed()

    async def _end_expired(self) -> None:
        at = self._desk.time.instant()
        for grant in self._desk.standing.live():
            over = not grant.resumable(at) if grant.began is not None else grant.expired(at)
            if over:
                reason = Reason.EXPIRED if grant.began is None else Reason.USED_UP
                self._desk.standing.end(grant, reason)
                await self._desk.store.write(partial(_ended, grant, reason, at.at))

    async def _give_up(self, item: Outgoing) -> None:
        await self._desk.store.write(partial(_given_up, item), closing=True)

    async def _sign(self) -> None:
        at = self._desk.time.instant().at
        size = await self._desk.store.read(book.size)
        if size != self._signed_size and (
            self._signed_at is None or at - self._signed_at >= CHECKPOINT_EVERY
        ):
            await self._desk.checkpoint()
            self._signed_at, self._signed_size = at, size


def _given_up(item: Outgoing, tx: Transaction) -> None:
    records.drop_outgoing(tx, item.transfer)
    messages.ended(tx, item.transfer, Fate.EXPIRED)


def _last_sent(grant: Grant, tx: Transaction) -> int:
    return records.last_sent_ms(tx, grant)


def _ended(grant: Grant, reason: Reason, at: datetime, tx: Transaction) -> None:
    records.end_grant(tx, grant, reason, at)
