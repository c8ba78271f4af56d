"""Product mail (clause 6.11): a company that sends news by e-mail is told whom to write to, and no more.

Read downwards: note → once → _see_to. What was shown leaves with the yes. Afterwards it leaves again when it
changed, and before its term there ends: what nobody renews, the recipient has to delete. What came before is
asked back once newer details are there; all of it when the yes is taken back, or the address is another one.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import cast

import msgspec

from privacy.consent import Grant
from privacy.conversation import ConversationLost, Declined
from privacy.gate.desk import Desk
from privacy.gate.outbox import figures, owner_details
from privacy.gate.outbox.figures import Collect
from privacy.gate.storage import deletions, records
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.mail_addresses import mail_address
from privacy.gate.storage.records import Outgoing
from privacy.gate.storage.store import Transaction
from privacy.payload import LONGEST_KEPT

log = logging.getLogger(__name__)

ACTIVITY = "mail.product"
LOOK_EVERY = timedelta(hours=1)  # so no hub makes it leave more often
RENEW_AFTER = timedelta(days=120)  # of the 181 that the recipient may keep it without a word from here
AGAIN = timedelta(days=1)  # after a day of attempts that came to nothing
_KEY = f"{ACTIVITY}:"  # in meta, with the recipient's name


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a recipient was told last, or is being told."""

    transfer: str
    sha256: str
    at_ms: int


class ProductMail:
    """One per door; ``once`` is called by the upkeep each minute."""

    def __init__(self, desk: Desk, collect: Collect) -> None:
        self._desk, self._collect = desk, collect
        self._looked: datetime | None = None

    def note(self, tx: Transaction, grant: Grant, item: Outgoing) -> None:
        """With a yes: what was shown leaves now."""
        told = Told(transfer=item.transfer, sha256=item.sha256, at_ms=to_ms(item.first))
        records.set_meta(tx, _KEY + grant.recipient, msgspec.json.encode(told))

    async def once(self) -> None:
        """Tell each recipient what changed; ask whoever is not meant any more to delete all.

        Raises:
            StoreError: the store can't be read or written; nothing leaves then.
        """
        desk, at = self._desk, self._desk.time.instant().at
        known = await desk.store.read(_known)
        if not known:
            return
        if over := known.keys() - await self._meant():
            await desk.store.write(lambda tx: self._ask_back(tx, over, at))
        live = [one for one in figures.live(desk, ACTIVITY) if one.recipient in known.keys() - over]
        if not live or not desk.time.sure or self._is_early(at):
            return
        try:
            body = await owner_details.body(desk, self._collect, ACTIVITY, {})
        except (owner_details.Missing, ConversationLost, Declined) as error:
            log.warning("product_mail.not_made", extra={"reason": type(error).__name__})
            return
        self._looked = at
        for grant in live:
            await desk.store.write(partial(self._see_to, grant, body, at))

    def _is_early(self, at: datetime) -> bool:
        return self._looked is not None and timedelta(0) <= at - self._looked < LOOK_EVERY

    async def _meant(self) -> set[str]:
        """Recipients with a consent that stands, also one that waits to be confirmed, to today's address."""
        desk = self._desk
        row, address = desk.register.activities[ACTIVITY], await desk.store.read(mail_address)
        if address is None or desk.standing.refused_for_good(row):
            return set()
        return {
            grant.recipient
            for grant in desk.standing.live()
            if (grant.activity, grant.addressee) == (ACTIVITY, address.address)
        }

    def _ask_back(self, tx: Transaction, names: set[str], at: datetime) -> None:
        for name in names:
            withdrawn(tx, ACTIVITY, name)
            deletions.withdrawn(tx, self._desk.register.activities[ACTIVITY], name, None, at)

    def _see_to(self, grant: Grant, body: bytes, at: datetime, tx: Transaction) -> None:
        told = _known(tx).get(grant.recipient)
        if told is None:  # withdrawn meanwhile
            return
        arrived = deletions.has(tx, told.transfer)
        if arrived:
            deletions.replaced(tx, ACTIVITY, grant.recipient, told.transfer, at)
        waits = any(item.grant_id == grant.id for item in records.outgoing(tx))
        age = at - from_ms(told.at_ms)
        changed = sha256(body).hexdigest() != told.sha256
        if not (changed or age >= RENEW_AFTER or (age >= AGAIN and not arrived and not waits)):
            return
        records.purge_outbox(tx, [grant.id])
        storage = self._desk.register.activities[ACTIVITY].storage or LONGEST_KEPT
        item = records.fresh(grant, body, at, self._desk.random_bytes(8).hex(), at + storage)
        records.keep_outgoing(tx, item)
        self.note(tx, grant, item)


def withdrawn(tx: Transaction, activity: str, recipient: str | None) -> None:
    """A consent is taken back: what was told is known no more. recipient: None for all."""
    if activity == ACTIVITY:
        keys = [_KEY + name for name in (_known(tx) if recipient is None else (recipient,))]
        for key in keys:
            tx.execute("DELETE FROM meta WHERE key = ?", (key,))


def _known(tx: Transaction) -> Mapping[str, Told]:
    rows = tx.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{_KEY}*",)).fetchall()
    return {
        str(key).removeprefix(_KEY): msgspec.json.decode(cast("bytes", value), type=Told)
        for key, value in rows
    }
