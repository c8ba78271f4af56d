"""Writes a yes down, whoever gave it: one at a time, and a withdrawal that comes meanwhile wins.

What opens is on the disk before it takes effect.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from privacy import canonical
from privacy.consent import Grant
from privacy.gate.desk import Desk
from privacy.gate.storage import records
from privacy.gate.storage.book import News
from privacy.gate.storage.records import Outgoing
from privacy.gate.storage.store import Transaction
from privacy.ledger import Kind
from privacy.payload import timestamp
from privacy.reasons import Reason

Note = Callable[[Transaction, Grant, Outgoing], None]
"""Writes down, with a consent, what it sends at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What somebody wants to agree to, as a refusal's entry names it."""

    activity: str
    recipient: str
    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A consent to write. item: what it sends at once; preview: the one it uses up; proof: signed bytes."""

    grant: Grant
    item: Outgoing | None = None
    preview: str | None = None
    proof: str | None = None


class Giving:
    """One per door. notes: of activities that keep what they send."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one_at_a_time = asyncio.Lock()  # numbers, previews and challenges are used once
        self._closings: dict[str, int] = {}
        self.notes: dict[str, Note] = {}

    @property
    def busy(self) -> bool:
        """Whether a consent is being given at this moment."""
        return self._one_at_a_time.locked()

    def closes(self, activity: str) -> None:
        """A withdrawal: what is being given now is not given, and no challenge of before opens anything."""
        self._closings[activity] = self._closings.get(activity, 0) + 1
        self._desk.challenges.void()

    def closes_all(self) -> None:
        """A deregistration: the same for every activity."""
        for activity in self._desk.register.activities:
            self.closes(activity)

    async def give(self, about: About, make: Callable[[Transaction], Ready | Reason]) -> Ready | Reason:
        """Let ``make`` say what, inside the writing transaction; or why not, which is recorded.

        Raises:
            StoreError: it could not be written, so it was not given.
        """
        desk, before = self._desk, self._closings.get(about.activity, 0)

        def job(tx: Transaction) -> Ready | Reason:
            ready = make(tx)
            if isinstance(ready, Reason):
                return ready
            if (shut := self._shut(ready.grant)) is not None:
                return shut
            self._write(tx, ready)
            return ready

        async with self._one_at_a_time:
            if self._closings.get(about.activity, 0) != before:
                return Reason.WITHDRAWN
            ready = await desk.store.write(job)
            if isinstance(ready, Reason):
                await desk.refuse(about.activity, about.recipient, ready, about.ticket)
                return ready
            if self._closings.get(about.activity, 0) != before:
                return Reason.WITHDRAWN  # its job came after ours and has ended what we wrote
            desk.standing.give(ready.grant)
        return ready

    def _shut(self, grant: Grant) -> Reason | None:
        """Why the consent could not work: somebody objected, for example, and that wins over it."""
        activity = self._desk.register.get(grant.activity)
        return None if activity is None else self._desk.standing.closed(activity, grant.categories)

    def _write(self, tx: Transaction, ready: Ready) -> None:
        grant = ready.grant
        for old in records.live_grants(tx):
            if _place(old) == _place(grant):
                records.end_grant(tx, old, Reason.EXPIRED, grant.given)
                records.purge_outbox(tx, [old.id])
        records.keep_grant(tx, grant, ready.proof)
        if ready.item is not None:
            records.keep_outgoing(tx, ready.item)
            if (note := self.notes.get(grant.activity)) is not None:
                note(tx, grant, ready.item)
        if ready.preview is not None:
            tx.execute("DELETE FROM previews WHERE id = ?", (ready.preview,))
        self._desk.append(tx, News(kind=Kind.GRANT, data=_told(grant)))


def _place(grant: Grant) -> tuple[str, ...]:
    return (grant.activity, grant.recipient, grant.ticket, grant.addressee, grant.form.value)


def _told(grant: Grant) -> dict[str, canonical.Json]:
    return {
        **grant.agreed(),
        "grant": grant.id,
        "text_sha256": grant.text_hash,
        "until": None if grant.until is None else timestamp(grant.until),
        "payload_sha256": grant.payload_sha256,
    }
