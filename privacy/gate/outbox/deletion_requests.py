"""Asks whoever got something to delete it: when its ticket is closed, and at the latest when its term ends.

What is due stands in storage/deletions.py. The answer is recorded; what is not confirmed is asked again daily
and shown until it is. Loaded when something is due, which is seldom.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from privacy import canonical, received
from privacy.gate.desk import Desk
from privacy.gate.network import resolver
from privacy.gate.outbox import earlier
from privacy.gate.storage import amounts, deletions, transfers
from privacy.gate.storage.book import News
from privacy.gate.storage.deletions import DeletionRequest
from privacy.gate.storage.store import StoreError, Transaction
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.recipients import Recipient

ACTIVITY = "deletion.request"

Elsewhere = Callable[[DeletionRequest], Awaitable[bool]]
"""Asks for a deletion in another way, and says whether there is one."""


class DeletionRequests:
    """Made by the upkeep when something is due. elsewhere: asked first for each."""

    def __init__(self, desk: Desk, elsewhere: Elsewhere) -> None:
        self._desk, self._elsewhere = desk, elsewhere

    async def ask(self, due: Iterable[DeletionRequest]) -> None:
        """Ask for these.

        Raises:
            StoreError: the store can't be read or written; nothing was asked then.
        """
        for row in due:
            if not await self._elsewhere(row):
                await self._ask(row)

    async def _ask(self, row: DeletionRequest) -> None:
        desk = self._desk
        to = await earlier.permitted(desk, ACTIVITY, row)
        if isinstance(to, Reason):
            at, why = desk.time.instant().at, to.value
            await desk.store.write(lambda tx: deletions.put_off(tx, row.transfer, at, why))
            return
        await self._send(row, to)

    async def _send(self, row: DeletionRequest, to: Recipient) -> None:
        servers = resolver.servers()
        await self._desk.store.write(lambda tx: self._begin(tx, row, to, servers))
        answer, what = await earlier.asked(self._desk, ACTIVITY, row, to, servers)
        said = None if answer is None else received.deleted(answer, row.transfer, had=row.had)
        receipt = said if isinstance(said, str) else None
        denied = "" if said is None or isinstance(said, str) else said.code
        data: dict[str, canonical.Json] = {
            "transfer": row.transfer,
            "result": "confirmed" if receipt is not None else "unconfirmed",
            "what": f"{what}: {denied}" if denied else what[:300],
            "receipt": receipt,
        }

        def job(tx: Transaction) -> None:
            self._desk.append(tx, News(kind=Kind.DELETION, data=data))
            if receipt is None:
                deletions.answered(tx, row.transfer, denied or what)
            else:
                deletions.confirmed(tx, row.transfer, receipt)

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError:
            self._desk.unwritten.append(job)

    def _begin(self, tx: Transaction, row: DeletionRequest, to: Recipient, servers: Sequence[str]) -> None:
        """On the disk before the first question to anybody."""
        at, told = self._desk.time.instant().at, earlier.begun(ACTIVITY, row)
        told["attempt"] = row.attempts + 1
        self._desk.append(tx, *transfers.begun(row.transfer, to, servers, told, Kind.DELETION))
        amounts.spend(tx, ACTIVITY, to.name, at, len(earlier.body_of(row)))
        deletions.asked(tx, row.transfer, at)
