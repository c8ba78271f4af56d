"""Has copies at far targets deleted after a withdrawal or a deregistration, daily until it is confirmed.

What is due stands in ``deletions`` like every request for deletion; it is asked by a DELETE of the copy.
"""

from privacy import canonical
from privacy.gate.backups import far_copies
from privacy.gate.backups.far_door import Deed, FarDoor
from privacy.gate.backups.target import TargetError
from privacy.gate.desk import Desk
from privacy.gate.storage import access, deletions
from privacy.gate.storage.book import News
from privacy.gate.storage.deletions import DeletionRequest
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind
from privacy.standing import EarlierTransfer


class FarDeletions:
    """One per gate; called by the round that asks for deletions."""

    def __init__(self, desk: Desk, door: FarDoor) -> None:
        self._desk, self._door = desk, door

    async def ask(self, row: DeletionRequest) -> bool:
        """Delete the copy that a transfer brought; whether it was one at a far target.

        Raises:
            StoreError: the store can't be read or written.
        """
        desk = self._desk
        name = await desk.store.read(lambda tx: far_copies.name_of(tx, row.transfer))
        if name is None:
            return False
        at = desk.time.instant().at
        await desk.store.write(lambda tx: deletions.asked(tx, row.transfer, at))
        desk.standing.sent(EarlierTransfer(id=row.transfer, recipient=row.recipient, ticket=row.ticket))
        try:
            deed = Deed(does="remove", name=name, transfer=row.transfer)
            async with self._door.opened(row.recipient, deed) as target:
                await target.remove(name)
        except TargetError as error:
            await self._told(row, str(error))
        else:
            await self._told(row, None)
        return True

    async def _told(self, row: DeletionRequest, wrong: str | None) -> None:
        """Write the answer down; access data that was kept for this alone goes with the last copy."""
        desk = self._desk
        data: dict[str, canonical.Json] = {
            "transfer": row.transfer,
            "recipient": row.recipient,
            "result": "confirmed" if wrong is None else "unconfirmed",
            "what": "deleted" if wrong is None else wrong[:300],
            "receipt": None,
        }

        def job(tx: Transaction) -> None:
            desk.append(tx, News(kind=Kind.DELETION, data=data))
            if wrong is not None:
                deletions.answered(tx, row.transfer, wrong)
            elif desk.standing.deregistered and row.recipient not in far_copies.kept_at(tx):
                access.drop_access_data(tx, row.recipient)

        await desk.store.write(job, closing=True)
