"""Waits for a planned moment to the millisecond, each once, and has its figures delivered without a repeat.

Sent by the round of a minute, each home would be known by its second.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from privacy.consent import Grant
from privacy.conversation import ConversationLost, Declined
from privacy.gate.desk import Desk
from privacy.gate.outbox.deliveries import Deliveries
from privacy.gate.outbox.figures import NoFigure
from privacy.gate.storage import records
from privacy.gate.storage.attempt import Outcome
from privacy.gate.storage.store import StoreError

log = logging.getLogger(__name__)

AHEAD = timedelta(seconds=150)  # a moment so near is slept for; rounds are a minute apart


class Moments:
    """One for each kind of figures. name: of it, for the log; waiting: what is slept for now."""

    def __init__(self, desk: Desk, deliveries: Deliveries, name: str) -> None:
        self._desk, self._deliveries, self._name = desk, deliveries, name
        self._tasks: asyncio.TaskGroup | None = None
        self.waiting: set[str] = set()

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Send from now on, in tasks of this group."""
        self._tasks = tasks

    def wait_for(self, key: str, at: datetime, send: Callable[[], Awaitable[None]]) -> None:
        """Call ``send`` at that moment if it is near, and is not waited for already under that key."""
        near = at - self._desk.time.instant().at < AHEAD
        if near and key not in self.waiting and self._tasks is not None:
            self.waiting.add(key)
            _ = self._tasks.create_task(self._wait(key, at, send), name=f"privacy.{self._name}")

    async def delivered(self, grant: Grant, body: bytes, delete_by: datetime) -> Outcome | None:
        """In a task of its own, which a withdrawal may cut; None then. delete_by: when our copy goes."""
        assert self._tasks is not None
        at = self._desk.time.instant().at
        item = records.fresh(grant, body, at, self._desk.random_bytes(8).hex(), delete_by)
        task = self._tasks.create_task(self._deliveries.deliver(grant, item), name="privacy.delivery")
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    async def _wait(self, key: str, at: datetime, send: Callable[[], Awaitable[None]]) -> None:
        try:
            left = at - self._desk.time.instant().at
            await self._desk.clock.sleep(max(left.total_seconds(), 0.0))
            await send()
        except (StoreError, ConversationLost, Declined, NoFigure) as error:
            log.warning("figures.not_sent", extra={"kind": self._name, "reason": type(error).__name__})
        finally:
            self.waiting.discard(key)
