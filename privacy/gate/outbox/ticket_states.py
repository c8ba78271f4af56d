"""Asks whoever opened a ticket for a report of the owner whether it is still open: when the owner asks.

Record or refuse, as sending.py. What it means that one is closed: rights/tickets.py. Never by itself.
"""

from collections.abc import Sequence

from privacy import canonical, received
from privacy.gate.desk import Desk
from privacy.gate.network import resolver
from privacy.gate.outbox import earlier
from privacy.gate.storage import amounts, transfers
from privacy.gate.storage.attempt import Result
from privacy.gate.storage.deletions import DeletionRequest
from privacy.gate.storage.store import StoreError, Transaction
from privacy.reasons import Reason
from privacy.recipients import Recipient

ACTIVITY, REPORT = "support.state", "support.ticket"


async def state(desk: Desk, row: DeletionRequest) -> tuple[str, str] | Reason:
    """``open`` or ``closed``, or "" with the line that says why nothing is known; or why nobody was asked.

    Raises:
        StoreError: it could not be written down, so nobody was asked.
    """
    to = await earlier.permitted(desk, ACTIVITY, row)
    if isinstance(to, Reason):
        return to
    number, servers = desk.random_bytes(8).hex(), resolver.servers()
    await desk.store.write(lambda tx: _begin(tx, desk, number, row, to, servers))
    answer, what = await earlier.asked(desk, ACTIVITY, row, to, servers)
    said = (None if answer is None else received.state(answer, row.ticket)) or ""
    result = (Result.DELIVERED if answer is not None else Result.FAILED).value
    sent = 0 if answer is None else len(earlier.body_of(row))
    over = transfers.ended(number, result, sent, f"{what}: {said}" if said else what)

    def job(tx: Transaction) -> None:
        desk.append(tx, over)

    try:
        await desk.store.write(job, closing=True)
    except StoreError:
        desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves
    return said, what


def _begin(
    tx: Transaction, desk: Desk, number: str, row: DeletionRequest, to: Recipient, servers: Sequence[str]
) -> None:
    """On the disk before the first question to anybody."""
    told = {**earlier.begun(ACTIVITY, row), "groups": list[canonical.Json](), "state_of": row.transfer}
    desk.append(tx, *transfers.begun(number, to, servers, told))
    amounts.spend(tx, ACTIVITY, to.name, desk.time.instant().at, len(earlier.body_of(row)))
