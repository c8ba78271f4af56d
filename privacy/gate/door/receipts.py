"""Receipts of consents from the gate's own book; privacy/receipt.py spells them."""

from datetime import UTC, datetime
from typing import cast

import msgspec

from privacy.consent import Grant
from privacy.gate.desk import Desk
from privacy.gate.storage.store import Transaction
from privacy.linked import Node
from privacy.reasons import Reason
from privacy.receipt import Ended, receipt


async def receipt_of(desk: Desk, number: int) -> Node | None:
    """The receipt of the consent with that number; None where there is none, or its activity has gone.

    Raises:
        StoreError: the book can't be read.
    """
    found = await desk.store.read(lambda tx: _stored(tx, number))
    if found is None or desk.register.get(found[0].activity) is None:
        return None
    grant, ended = found
    at = desk.time.instant()
    if ended is None:  # what is over and not yet swept
        if grant.began is not None and not grant.resumable(at):
            ended = Ended(at=grant.began, reason=Reason.USED_UP)
        elif grant.began is None and grant.until is not None and grant.expired(at):
            ended = Ended(at=min(grant.until, at.at), reason=Reason.EXPIRED)
    return receipt(grant, desk.register, desk.recipients, desk.origin, at.at, ended)


def _stored(tx: Transaction, number: int) -> tuple[Grant, Ended | None] | None:
    row = tx.execute("SELECT body, reason, ended_ms FROM grants WHERE id = ?", (number,)).fetchone()
    if row is None:
        return None
    body, reason, ended_ms = row
    grant = msgspec.json.decode(cast("bytes", body), type=Grant)
    if reason is None:
        return grant, None
    at = datetime.fromtimestamp(cast("int", ended_ms) / 1000, UTC)
    return grant, Ended(at=at, reason=Reason(reason))
