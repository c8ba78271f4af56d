"""When services are asked whether what they took arrived, over a start as well; what is open is on the disk.

Each question at its moment, in a task of its own, which a withdrawal may cut. How one is asked: asking.py.
"""

import asyncio
import logging
from datetime import timedelta
from functools import partial

from privacy.gate.desk import Desk
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.moments import AHEAD, Moments
from privacy.gate.storage import messages
from privacy.gate.storage.store import StoreError

log = logging.getLogger(__name__)

SLACK = timedelta(seconds=1)  # a sleep may end a little before its moment


class Receipts:
    """One per door."""

    def __init__(self, desk: Desk, deliveries: Deliveries) -> None:
        self._desk, self._deliveries = desk, deliveries
        self._moments = Moments(desk, deliveries, "receipts")
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[str] = set()

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Ask from now on, in tasks of this group."""
        self._tasks = tasks
        self._moments.begin(tasks)

    async def once(self) -> None:
        """Ask what is due, and wait for what soon will be. A store that can't be read: in the next round."""
        at = self._desk.time.instant().at
        try:
            rows = await self._desk.store.read(lambda tx: messages.to_ask(tx, at + AHEAD))
        except StoreError as error:
            log.warning("receipts.unread", extra={"code": error.code})
            return
        for row in rows:
            assert row.ask is not None  # of to_ask
            if row.ask > at + SLACK:
                self._moments.wait_for(row.transfer, row.ask, partial(self._ask, row.transfer))
            elif row.transfer not in self._running and self._tasks is not None:
                _ = self._tasks.create_task(self._ask(row.transfer), name="privacy.receipt")

    async def _ask(self, transfer: str) -> None:
        if transfer in self._running:
            return
        self._running.add(transfer)
        try:
            await self._ask_if_due(transfer)
        except StoreError as error:
            log.warning("receipt.not_asked", extra={"code": error.code})  # the next round tries again
        finally:
            self._running.discard(transfer)

    async def _ask_if_due(self, transfer: str) -> None:
        at = self._desk.time.instant().at
        due = await self._desk.store.read(lambda tx: messages.to_ask(tx, at + SLACK))
        row = next((row for row in due if row.transfer == transfer), None)
        if row is not None:  # it was not settled, and not put off, meanwhile
            await self._deliveries.ask(row)
