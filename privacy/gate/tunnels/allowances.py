"""The day's amounts of all that goes by tunnels: asked of the meters, reserved in the store.

A reservation is on the disk before its bytes leave. While one is on its way, tunnels go on with what is left.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from privacy.gate.desk import Desk
from privacy.gate.storage import amounts
from privacy.gate.storage.store import StoreError, Transaction
from privacy.meter import Meter, Pace
from privacy.reasons import Reason

Pair = tuple[str, str]
"""Activity and recipient."""


class Allowance:
    """What one pair may still send today; its open tunnels share it."""

    def __init__(self, desk: Desk, pair: Pair, meter: Meter) -> None:
        self._desk, self._pair = desk, pair
        self.meter = meter
        self.pace = Pace(desk.clock.monotonic())
        self.purses: set[Purse] = set()
        self._tasks: asyncio.TaskGroup | None = None

    def begin(self, tasks: asyncio.TaskGroup) -> None:
        """Reserve in tasks of this group from now on."""
        self._tasks = tasks

    def spend(self, tx: Transaction, amount: int, at: datetime) -> None:
        """The part of a job that writes an order down."""
        amounts.spend(tx, *self._pair, at, amount)

    def reserve(self) -> None:
        """Order the next slice if it is time."""
        amount = self.meter.order()
        if amount and self._tasks is not None:
            self._tasks.create_task(self._reserve(amount), name="tunnel.reserve")
        elif self.meter.exhausted:
            self._starve(Reason.BUDGET_USED_UP)

    async def _reserve(self, amount: int) -> None:
        meter, at = self.meter, self._desk.time.instant().at
        try:
            await self._desk.store.write(lambda tx: self.spend(tx, amount, at))
        except StoreError:
            self.landed(meter, amount, written=False)
        else:
            self.landed(meter, amount, written=True)

    def landed(self, meter: Meter, amount: int, *, written: bool) -> None:
        """An order of ``meter`` is done, whoever made it: all who wait for room have waited for this one."""
        meter.landed(amount, written=written)
        if not written:
            self._starve(Reason.LEDGER_NOT_WRITABLE)
            return
        for purse in tuple(self.purses):
            purse.resume()

    async def count(self, size: int) -> Reason | None:
        """Have so much more counted, on the disk, before it leaves; or why it may not."""
        if self.meter.take(size):
            return None
        meter, amount, at = self.meter, self.meter.order(at_least=size), self._desk.time.instant().at
        try:
            await self._desk.store.write(lambda tx: self.spend(tx, amount, at))
        except StoreError:
            self.landed(meter, amount, written=False)
            return Reason.LEDGER_NOT_WRITABLE
        self.landed(meter, amount, written=True)
        return None if meter.take(size) else Reason.BUDGET_USED_UP

    def _starve(self, reason: Reason) -> None:
        for purse in tuple(self.purses):
            if purse.waits:
                purse.starve(reason)

    async def roll(self, day: str) -> None:
        """Begin a new day, if it is one."""
        if self.meter.day == day:
            return
        at = self._desk.time.instant().at
        spent = await self._desk.store.read(lambda tx: amounts.sent_today(tx, *self._pair, at))
        if self.meter.day == day:
            return  # somebody else was faster, and may have counted already
        self.meter = Meter(day=day, limit=self.meter.limit, spent=spent)
        for purse in tuple(self.purses):
            purse.resume()

    async def settle(self) -> None:
        """Give back what nobody uses."""
        if self.purses or not self.meter.left:
            return
        day, unused = self.meter.day, self.meter.give_back()
        await self._desk.store.write(lambda tx: amounts.give_back(tx, *self._pair, day, unused), closing=True)


class Purse:
    """One tunnel's hand on the allowance, as the splice asks it.

    starve: called once it may send nothing more, with the reason; from the loop, never from ``room``.
    """

    def __init__(self, shared: Allowance, starve: Callable[[Reason], None]) -> None:
        self._shared, self.starve = shared, starve
        self._resume: Callable[[], None] | None = None
        self.waits = False

    def open(self, resume: Callable[[], None]) -> None:
        """It is in use. resume: called when there is room again."""
        self._resume = resume
        self._shared.purses.add(self)

    def close(self) -> None:
        """It is not any more."""
        self._shared.purses.discard(self)

    def room(self) -> int:
        """Bytes that may pass now; 0 brings ``resume`` or ``starve`` later."""
        left = self._shared.meter.left
        if left == 0:
            self.waits = True
            asyncio.get_running_loop().call_soon(self._shared.reserve)
        return left

    def take(self, amount: int) -> None:
        """They are about to pass; never more than ``room`` just said."""
        taken = self._shared.meter.take(amount)
        assert taken
        self._shared.reserve()

    def resume(self) -> None:
        """More was reserved."""
        if self.waits and self._resume is not None:
            self.waits = False
            self._resume()


class Allowances:
    """One allowance for each pair."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pairs: dict[Pair, Allowance] = {}

    async def of(self, activity: str, recipient: str, limit: int, tasks: asyncio.TaskGroup) -> Allowance:
        """The pair's own, read from the store at its first use.

        Raises:
            StoreError: it can't be read.
        """
        pair, at = (activity, recipient), self._desk.time.instant().at
        if pair not in self._pairs:
            spent = await self._desk.store.read(lambda tx: amounts.sent_today(tx, *pair, at))
            meter = Meter(day=amounts.day_of(at), limit=limit, spent=spent)
            self._pairs.setdefault(pair, Allowance(self._desk, pair, meter)).begin(tasks)
        allowance = self._pairs[pair]
        await allowance.roll(amounts.day_of(at))
        return allowance

    async def keep(self) -> None:
        """Now and then: begin new days, give back what nobody uses.

        Raises:
            StoreError: it can't be written now.
        """
        day = amounts.day_of(self._desk.time.instant().at)
        for allowance in tuple(self._pairs.values()):
            await allowance.roll(day)
            await allowance.settle()
