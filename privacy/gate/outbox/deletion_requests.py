"""Asks whoever got something to delete it: when its ticket is closed, and at the latest when its term ends.

What is due stands in storage/deletions.py. The answer is recorded; what is not confirmed is asked again daily
and shown until it is. Loaded when something is due, which is seldom.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from hashlib import sha256

from privacy import canonical, received
from privacy.closed_schema import FieldRefused
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.delivered import check_body
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.https import Upload
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.storage import amounts, deletions, transfers
from privacy.gate.storage.book import News
from privacy.gate.storage.deletions import DeletionRequest
from privacy.gate.storage.store import StoreError, Transaction
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.vocabulary import DataCategory

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
        desk, at = self._desk, self._desk.time.instant()
        told: dict[str, canonical.Json] = {"transfer": row.transfer, "ticket": row.ticket}
        body = canonical.encode(told)
        spent = await desk.store.read(lambda tx: amounts.sent_today(tx, ACTIVITY, row.recipient, at.at))
        request = EgressRequest(
            activity=ACTIVITY,
            recipient=row.recipient,
            categories=frozenset({DataCategory.CONSENT_RECORD}),
            payload_sha256=sha256(body).hexdigest(),
            ticket=row.ticket,
            size=len(body),
            sent_today=spent,
            transfer=row.transfer,
        )
        permit = self._checked(decide(request, desk.register, desk.recipients, desk.standing, at), body)
        if isinstance(permit, Reason):
            await desk.refuse(ACTIVITY, row.recipient, permit, row.ticket)
            await desk.store.write(lambda tx: deletions.put_off(tx, row.transfer, at.at, permit.value))
            return
        assert isinstance(permit.recipient, Recipient)  # only these get transfers
        await self._send(row, permit.recipient, body)

    def _checked(self, verdict: Permit | Refusal, body: bytes) -> Permit | Reason:
        if isinstance(verdict, Refusal):
            return verdict.reason
        if self._desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        try:
            check_body(self._desk.register.activities[ACTIVITY], body)
        except FieldRefused:
            return Reason.UNKNOWN_FIELD
        return verdict

    async def _send(self, row: DeletionRequest, to: Recipient, body: bytes) -> None:
        servers = resolver.servers()
        await self._desk.store.write(lambda tx: self._begin(tx, row, to, body, servers))
        receipt, what, denied = None, "", ""
        try:
            target = await outside.target(to, servers, self._desk.random_bytes, row.attempts)
            headers = (("Homebase-Activity", ACTIVITY), ("Homebase-Ticket", row.ticket))
            answer = await Upload(target, headers, body).run()
            what = received.answered(answer.status, answer.body)
            if 200 <= answer.status < 300:
                said_there = received.deleted(answer.body, row.transfer, had=row.had)
                if isinstance(said_there, str):
                    receipt = said_there
                else:
                    denied = said_there.code
        except (TransferFailed, resolver.LookupFailed) as error:
            what = str(error)
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

    def _begin(
        self, tx: Transaction, row: DeletionRequest, to: Recipient, body: bytes, servers: Sequence[str]
    ) -> None:
        """On the disk before the first question to anybody."""
        at = self._desk.time.instant().at
        data: dict[str, canonical.Json] = {
            "activity": ACTIVITY,
            "ticket": row.ticket,
            "bytes": len(body),
            "sha256": sha256(body).hexdigest(),
            "attempt": row.attempts + 1,
        }
        self._desk.append(tx, *transfers.begun(row.transfer, to, servers, data, Kind.DELETION))
        amounts.spend(tx, ACTIVITY, to.name, at, len(body))
        deletions.asked(tx, row.transfer, at)
