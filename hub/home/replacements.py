"""A broken device's successor, the home's part: name, room and past go to the new device, and back.

Both parts, the driver's and this, can be repeated: whoever was interrupted between them does it again. A mark
in the store, written together with the rest, says that this part is done.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from hub.contract import DeviceAddress
from hub.core import History
from privacy.ports import Clock

from .records import Records
from .rooms import Rooms

Pair = tuple[DeviceAddress, DeviceAddress]


class Replacements:
    """Which device took whose place, old → new."""

    def __init__(self, records: Records, rooms: Rooms, history: History, clock: Clock) -> None:
        self._records = records
        self._rooms = rooms
        self._history = history
        self._clock = clock
        self._marks: dict[Pair, datetime] = {}

    async def load(self) -> None:
        """Read the marks."""
        self._marks = dict(await self._records.replacements())

    def is_done(self, old: DeviceAddress, new: DeviceAddress) -> bool:
        """Whether ``new`` has the place of ``old``."""
        return (old, new) in self._marks

    async def carry(self, old: DeviceAddress, new: DeviceAddress) -> None:
        """Give the place of ``old`` to ``new``; what was done already is not done again.

        Raises:
            StoreError: nothing was changed.
        """
        if not self.is_done(old, new):
            now = self._clock.now()
            await self._exchange((old, new), None, lambda c: self._records.mark_replaced(c, old, new, now))
            self._marks[(old, new)] = now

    async def give_back(self, old: DeviceAddress, new: DeviceAddress) -> None:
        """Give ``old`` its place back; what ``new`` reported meanwhile stays with ``new``.

        Raises:
            StoreError: nothing was changed.
        """
        if (since := self._marks.get((old, new))) is not None:
            await self._exchange((old, new), since, lambda c: self._records.mark_replaced(c, old, new, None))
            del self._marks[(old, new)]

    async def forget(self, device: DeviceAddress) -> None:
        """It leaves the home: nothing can be undone with it.

        Raises:
            StoreError: nothing was changed.
        """
        for old, new in [pair for pair in self._marks if device in pair]:
            await self._records.forget_replacement(old, new)
            self._marks.pop((old, new), None)

    async def _exchange(self, pair: Pair, since: datetime | None, mark: Callable[[Connection], None]) -> None:
        def beside(connection: Connection) -> None:
            self._records.exchange_labels(connection, *pair)
            mark(connection)

        await self._rooms.exchange(*pair, lambda: self._history.exchange(*pair, since, beside))
