"""The transfers of this moment, and their end from this side. How one leaves: sending.py, loaded then."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from privacy.consent import Grant
from privacy.gate.desk import Desk
from privacy.gate.storage.attempt import Cut, Outcome
from privacy.gate.storage.messages import Message
from privacy.gate.storage.records import Outgoing

if TYPE_CHECKING:
    from privacy.gate.outbox.asking import Ask, Asking
    from privacy.gate.outbox.sending import Post, Running, Sending

CutToo = Callable[[Callable[[Grant], bool]], tuple[Cut, ...]]


class Deliveries:
    """The transfers of this moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: dict[str, Running] = {}
        # what else ends with them: downloads.py, where something is asked for
        self.cut_too: CutToo | None = None
        self.posts: dict[str, Post] = {}  # of activities whose letters are made as they leave
        self.questions: dict[str, Ask] = {}  # whether a message arrived, by activity
        self.load_posts: Callable[[], object] = lambda: None  # has them all there; called before one leaves

    def running(self) -> Sequence[str]:
        """Ids of the transfers that run."""
        return tuple(self._running)

    async def deliver(self, grant: Grant, item: Outgoing) -> Outcome:
        """Try once. Cancelled when it is cut."""
        return await self._sending.deliver(grant, item)

    async def ask(self, row: Message) -> None:
        """Ask once whether a message arrived, and keep what is said. Cancelled when it is cut.

        Raises:
            StoreError: nothing was asked.
        """
        await self._asking.ask(row)

    @cached_property
    def _asking(self) -> "Asking":
        from privacy.gate.outbox.asking import Asking  # noqa: PLC0415 - most homes send nothing

        return Asking(self._desk, self._running, self._question)

    def _question(self, activity: str) -> "Ask | None":
        self.load_posts()
        return self.questions.get(activity)

    @cached_property
    def _sending(self) -> "Sending":
        from privacy.gate.outbox.sending import Sending  # noqa: PLC0415 - most homes send nothing

        return Sending(self._desk, self._running, self._post)

    def _post(self, activity: str) -> "Post | None":
        self.load_posts()
        return self.posts.get(activity)

    def cut(self, concerns: Callable[[Grant], bool]) -> tuple[Cut, ...]:
        """End every running transfer that ``concerns`` names: first all connections, then the tasks."""
        chosen = [running for running in self._running.values() if concerns(running.grant)]
        cuts = tuple(
            Cut(
                transfer=running.item.transfer,
                grant=running.grant,
                after=0 if running.upload is None else running.upload.cut(),
                sent=0 if running.upload is None else running.upload.sent,
            )
            for running in chosen
        )
        for running in chosen:
            self._running.pop(running.item.transfer, None)
            if running.task is not None:
                running.task.cancel()
        return cuts if self.cut_too is None else (*cuts, *self.cut_too(concerns))
