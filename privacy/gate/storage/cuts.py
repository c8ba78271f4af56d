"""How the ledger tells of transfers that were cut: each by an entry that follows its begin, or by none.

Who is cut while the begin entry is still being written may never get one (the disk refuses it, or the task
ends before its turn has come). Nothing left the house then, and an entry of a cut would stand alone.
"""

from collections.abc import Iterable

from privacy import canonical
from privacy.gate.storage import unfinished
from privacy.gate.storage.attempt import Cut
from privacy.gate.storage.book import News
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind


def news(tx: Transaction, cuts: Iterable[Cut], **more: canonical.Json) -> list[News]:
    """The entries, inside the transaction that writes them. more: what each says besides, such as why."""
    found: list[News] = []
    for cut in cuts:
        tx.execute("UPDATE sent SET result = 'cut' WHERE transfer = ?", (cut.transfer,))
        if unfinished.is_open(tx, cut.transfer):
            told: dict[str, canonical.Json] = {
                "transfer": cut.transfer,
                "sent": cut.sent,
                "after": cut.after,
                **more,
            }
            found.append(News(kind=Kind.CUT, data=told))
    return found
