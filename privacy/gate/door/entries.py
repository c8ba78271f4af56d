"""What an owner's entry in homebase.toml opened: shut by a withdrawal, open again at the console only.

Which activities are shut is kept in the store, so that a restart opens nothing.
"""

from typing import TYPE_CHECKING

from privacy import canonical
from privacy.gate.desk import Desk
from privacy.gate.storage import records
from privacy.gate.storage.attempt import Cut
from privacy.gate.storage.book import News
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.tunnels.tunnels import Tunnels
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.standing import ENTERED

if TYPE_CHECKING:
    from privacy.gate.stick.network_door import NetworkStick


def shut(desk: Desk, stick: "NetworkStick | None", tunnels: Tunnels, activity: str) -> tuple[Cut, ...]:
    """Shut it in memory and on the wire; return what was cut. Nothing, where no entry opens it."""
    if activity not in desk.register.by_entry():
        return ()
    desk.struck |= {activity}
    if activity != ENTERED:
        return ()
    cuts, visit = tunnels.cut_inside(), None if stick is None else stick.cut()
    return cuts if visit is None else (*cuts, Cut(transfer=visit.transfer, sent=visit.bytes, after=0))


def keep_shut(tx: Transaction, desk: Desk, activity: str) -> None:
    """Write down that it is shut, beside the withdrawal's entry."""
    if activity in desk.register.by_entry():
        records.close_entry(tx, activity)


async def reopen(desk: Desk, stick: "NetworkStick | None", tunnels: Tunnels, activity: str) -> int | Reason:
    """Let it count again, once that is on the disk; return the entry's number, or why not.

    Raises:
        StoreError: it could not be written, so it stays shut.
    """
    if activity not in desk.register.by_entry():
        return Reason.FORM_NOT_ALLOWED

    def job(tx: Transaction) -> int:
        records.reopen_entry(tx, activity)
        told: dict[str, canonical.Json] = {"activity": activity, "form": "entry", "via": "console"}
        return desk.append(tx, News(kind=Kind.GRANT, data=told))[0]

    desk.struck -= {activity}  # opens nothing yet; a withdrawal from here on sets it again
    try:
        entry = await desk.store.write(job)
    except StoreError:
        desk.struck |= {activity}
        raise
    if activity in desk.struck:
        return Reason.WITHDRAWN  # its job came after ours
    if stick is not None and activity == ENTERED:
        stick.enter()
    if tunnels.devices is not None and activity == ENTERED:
        tunnels.devices.enter()
    return entry
