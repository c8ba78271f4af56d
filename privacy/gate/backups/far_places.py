"""Far places of a home. Most homes have none: the door to them is loaded where there is one, or asked for."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from privacy.consent import Grant
from privacy.gate.backups import far_copies
from privacy.gate.desk import Desk
from privacy.gate.storage.attempt import Cut
from privacy.gate.storage.deletions import DeletionRequest
from privacy.reasons import Reason

if TYPE_CHECKING:
    from privacy.gate.backups.far_door import FarDoor


class FarPlaces:
    """One per gate."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @cached_property
    def door(self) -> "FarDoor":
        """The way there."""
        from privacy.gate.backups.far_door import FarDoor  # noqa: PLC0415 - see above

        return FarDoor(self._desk)

    def names(self) -> tuple[str, ...]:
        """Recipients that copies of this home may go to, once that is agreed to."""
        return far_copies.places(self._desk.recipients)

    async def refresh(self) -> None:
        """Know anew whose account each is, and who can open what lies there.

        Raises:
            StoreError: it can't be read.
        """
        if self.names():
            await self.door.refresh()

    def cut(self, concerns: Callable[[Grant], bool], why: Reason = Reason.WITHDRAWN) -> tuple[Cut, ...]:
        """End all that runs under such a yes."""
        return self.door.cut(concerns, why) if self.names() else ()

    async def delete(self, row: DeletionRequest) -> bool:
        """Delete the copy that a transfer brought; whether it was one at a far place.

        Raises:
            StoreError: the store can't be read or written.
        """
        from privacy.gate.backups.far_deletions import FarDeletions  # noqa: PLC0415 - see above

        return await FarDeletions(self._desk, self.door).ask(row)
