"""A check or a restore as a run of the gate's own: who asked for it may go, and ask again by its number.

A large copy takes longer than a question may, and a terminal may close in the middle. So a run ends by
itself, or by who asked for it as long as nothing was changed; what came of it is told once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from privacy.gate.backups.restored import Restored
from privacy.gate.backups.shelves import Wrong
from privacy.gate.storage.store import StoreError

log = logging.getLogger(__name__)

Job = Callable[[Callable[[], None]], Awaitable[Restored]]
"""Does it. Is given what it has to call before the first change: from there on nobody stops it."""


class Runs:
    """One at a time. What came of one is kept until it was told or the next begins."""

    def __init__(self) -> None:
        self._number = 0
        self._task: asyncio.Task[None] | None = None
        self._outcome: Restored | Wrong | None = None
        self._fixed = False

    @property
    def goes_on(self) -> bool:
        """Whether one was begun and is not over."""
        return self._task is not None

    def begin(self, tasks: asyncio.TaskGroup, job: Job) -> int:
        """Begin one; returns its number."""
        self._number += 1
        self._outcome, self._fixed = None, False
        self._task = tasks.create_task(self._go(job), name="backup.restore")
        return self._number

    def stop(self, number: int) -> bool:
        """Stop it where nothing was changed; False: it goes on.

        Raises:
            Wrong: nothing goes on under that number.
        """
        if number != self._number or self._task is None:
            raise self._unknown(number)
        if self._fixed:
            return False
        self._task.cancel()
        self._outcome, self._task = Wrong("backup_stopped", "it was stopped; nothing was changed"), None
        return True

    def told(self, number: int) -> Restored | None:
        """What came of it, once; None: it goes on.

        Raises:
            Wrong: what was wrong; or nothing is known of that number any more.
        """
        if number != self._number:
            raise self._unknown(number)
        if self._outcome is None and self._task is not None:
            return None
        outcome, self._outcome = self._outcome, None
        if outcome is None:
            raise self._unknown(number)
        if isinstance(outcome, Wrong):
            raise outcome
        return outcome

    async def _go(self, job: Job) -> None:
        try:
            self._outcome = await job(self._fix)
        except Wrong as wrong:
            self._outcome = wrong
        except StoreError as error:
            self._outcome = Wrong("ledger_not_writable", str(error))
        except Exception:  # foreign bytes found a mistake of ours: it must not end the gate
            log.exception("backup.crashed")
            self._outcome = Wrong("internal", "this could not be done; please report it")
        self._task = None

    def _fix(self) -> None:
        self._fixed = True

    def _unknown(self, number: int) -> Wrong:
        what = (
            f"nothing is known of run {number} any more: it was told, a later one began, or the gate did;"
            " homebase backup list says how the home is"
        )
        return Wrong("unknown_run", what)
