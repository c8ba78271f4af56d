"""Sends one payload to one recipient: encrypt, decide, write it down, look up, connect, send, write it down.

Read downwards: deliver → _load, _permit → _begin → _send → _end. Record or refuse: nothing leaves, not
even a question to a name server, before the begin entry is on the disk. What runs is ended by deliveries.py.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from privacy import canonical, otlp, sealing, usage_history
from privacy.closed_schema import FieldRefused
from privacy.consent import Grant, categories_of
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.delivered import FILE_SCHEMA, LETTERS, NUMBERED, check_addressee, check_body
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.tls_line import Answer, Carrier, Reach, Target, TransferFailed
from privacy.gate.outbox import cargo
from privacy.gate.outbox.cargo import Cargo, FileLost
from privacy.gate.storage import amounts, deletions, messages, records, staged, transfers
from privacy.gate.storage.attempt import Outcome, Result
from privacy.gate.storage.messages import ASK_AFTER_S, EXPIRES, Fate
from privacy.gate.storage.records import Outgoing, Sent
from privacy.gate.storage.store import StoreError, Transaction
from privacy.payload import LONGEST_KEPT, PayloadRefused, timestamp
from privacy.reasons import Reason
from privacy.received import answered, number, refusal
from privacy.recipients import Recipient, Transport
from privacy.register import Activity, Form
from privacy.vocabulary import DataCategory

log = logging.getLogger(__name__)

RETRY_AFTER_S = (60.0, 300.0, 900.0)  # then hourly, for a day after the first attempt
RETRY_LAST_S = 3600.0
MISTAKE = "the gate could not make this transfer; look at its access data, and report it"
_FATES = {(Result.DELIVERED, False): Fate.SENT, (Result.FAILED, False): Fate.FAILED}
# these may pass by themselves: it is tried again
WAITS = frozenset({Reason.CLOCK_UNSURE, Reason.BUDGET_USED_UP, Reason.LEDGER_NOT_WRITABLE})
Post = Callable[[Grant, Outgoing, Target], Awaitable[Carrier]]
"""Makes the letter of a transfer, such as a mail; may raise TransferFailed."""


@dataclass(slots=True, kw_only=True)
class Running:
    """One that runs. task: is cancelled when it is cut."""

    item: Outgoing
    grant: Grant
    cargo: Cargo
    task: "asyncio.Task[object] | None"
    upload: Carrier | None = None


class Sending:
    """One per gate. running: where a withdrawal finds it; post: makes the letters of an activity."""

    def __init__(self, desk: Desk, running: dict[str, Running], post: Callable[[str], Post | None]) -> None:
        self._desk, self._running, self._post = desk, running, post

    async def deliver(self, grant: Grant, item: Outgoing) -> Outcome:
        """Try once. Cancelled when it is cut."""
        try:
            return await self._deliver(grant, item)
        except StoreError as error:
            return _unwritable(error)

    async def _deliver(self, grant: Grant, item: Outgoing) -> Outcome:
        if item.transfer in self._running:
            return Outcome(result=Result.FAILED, what="runs already", again=True)
        recipient_name = grant.recipient
        spent = await self._desk.store.read(
            lambda tx: amounts.sent_today(tx, grant.activity, recipient_name, self._desk.time.instant().at)
        )
        try:
            load = await self._load(grant, item)
        except sealing.NotAKey:  # a consent of before there were keys, for example
            return await self._refused(grant, item, Reason.ADDRESSEE_NOT_DECLARED)
        except FileLost:
            return await self._refused(grant, item, Reason.FILE_LOST)
        permit = self._permit(grant, item, load, spent)
        if isinstance(permit, Reason):
            return await self._refused(grant, item, permit)
        # from here to the end of the attempt a withdrawal finds it
        running = Running(item=item, grant=_grant(permit), cargo=load, task=asyncio.current_task())
        self._running[item.transfer] = running
        try:
            return await self._attempt(permit, running)
        finally:
            self._running.pop(item.transfer, None)

    # the way out, step by step

    async def _load(self, grant: Grant, item: Outgoing) -> Cargo:
        """What would leave: bytes are encrypted anew at each attempt, to the keys in the consent alone."""
        activity = self._desk.register.get(grant.activity)
        if activity is not None and activity.schema == FILE_SCHEMA:
            landed = partial(self._landed, item.transfer)
            return await cargo.of_file(self._desk.store, item.transfer, grant.addressee, landed)
        if activity is not None and activity.schema == usage_history.SCHEMA:  # sealed when it was shown
            return replace(cargo.of_bytes(item.body, None), told={"sealed_to": grant.addressee})
        return cargo.of_bytes(item.body, grant.addressee if activity and activity.encrypted else None)

    async def _landed(self, transfer: str, parts: int) -> None:
        await self._desk.store.write(lambda tx: staged.landed(tx, transfer, parts))

    def _permit(self, grant: Grant, item: Outgoing, load: Cargo, spent: int) -> Permit | Reason:
        if self._desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        activity = self._desk.register.get(grant.activity)
        request = EgressRequest(
            activity=grant.activity,
            recipient=grant.recipient,
            ticket=grant.ticket,
            groups=item.groups,
            categories=_categories(activity, item.groups) if activity else frozenset(),
            addressee=grant.addressee,
            payload_sha256=item.sha256,
            size=load.size,
            sent_today=spent,
        )
        desk = self._desk
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        if isinstance(verdict, Refusal):
            return verdict.reason
        by_mail = _by_mail(_recipient(verdict))
        if load.is_file:  # encrypted by the gate as it came; nothing of it can be read any more
            return Reason.WRONG_MODE if by_mail else verdict
        try:
            check_body(desk.register.activities[grant.activity], item.body)
        except (FieldRefused, PayloadRefused):
            return Reason.UNKNOWN_FIELD
        if not check_addressee(grant.activity, item.body, grant.addressee):
            return Reason.ADDRESSEE_NOT_DECLARED
        return verdict

    async def _attempt(self, permit: Permit, running: Running) -> Outcome:
        running.grant = self._desk.standing.began(_grant(permit), self._desk.time.instant())
        servers = resolver.servers()
        try:
            await self._desk.store.write(lambda tx: self._begin(tx, permit, running, servers))
        except StoreError as error:
            return _unwritable(error)
        before = deletions.earlier(running.item.transfer, running.grant)
        if self._is_kept(permit):
            self._desk.standing.sent(before)  # from here on its deletion can be asked for
        outcome = await self._tried(permit, running, servers)
        # no longer cuttable: it is over; a withdrawal from here on finds nothing running
        self._running.pop(running.item.transfer, None)
        return await self._end(running, outcome)

    async def _tried(self, permit: Permit, running: Running, servers: tuple[str, ...]) -> Outcome:
        """Send once; what went wrong outside is told by the outcome.

        Raises:
            StoreError: how to log in, for example, can't be read.
        """
        measured = self._is_measured(running.grant)  # figures get no repeat
        try:
            return _answered(running, await self._send(permit, running, servers), measured=measured)
        except TransferFailed as error:
            return _failed(running, str(error), again=not error.final and not measured)
        except resolver.LookupFailed as error:
            inside = Reason.ADDRESS_NOT_OUTSIDE if isinstance(error, outside.NotOutside) else None
            return replace(_failed(running, str(error), again=not measured), reason=inside)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one transfer must not end the gate; its words may be secret
            log.error("transfer.mistake", extra={"error": type(error).__name__})
            return _failed(running, MISTAKE, again=False)

    def _begin(self, tx: Transaction, permit: Permit, running: Running, servers: Sequence[str]) -> None:
        """The begin entry and all that must be true with it, in one transaction before the first byte."""
        at, item, to = self._desk.time.instant(), running.item, _recipient(permit)
        told = _told(running, hashed=not self._is_measured(running.grant))
        self._desk.append(tx, *transfers.begun(item.transfer, to, servers, told))
        if self._is_kept(permit):
            asked = (deletions.ticket_of(running.grant), item.delete_by, running.grant.activity)
            deletions.expect(tx, item.transfer, to.name, *asked)
        amounts.spend(tx, running.grant.activity, to.name, at.at, running.cargo.size)
        if running.grant.form is Form.ONCE:
            records.keep_grant(tx, running.grant)
        wait_s = RETRY_AFTER_S[item.attempts] if item.attempts < len(RETRY_AFTER_S) else RETRY_LAST_S
        if not self._is_measured(running.grant):
            records.keep_outgoing(
                tx, replace(item, attempts=item.attempts + 1, next=at.at + timedelta(seconds=wait_s))
            )
        records.keep_sent(
            tx,
            Sent(
                transfer=item.transfer,
                activity=running.grant.activity,
                recipient=to.name,
                ticket=running.grant.ticket,
                sha256=item.sha256,
                body=item.body,
                at=at.at,
                delete_by=min(item.delete_by, at.at + LONGEST_KEPT),
                running_by_s=at.running_s + LONGEST_KEPT.total_seconds(),
                result="begun",
                receipt=None,
            ),
        )

    def _is_kept(self, permit: Permit) -> bool:
        """Whether there is somebody who has to delete it later: letter box and phone are their owners'."""
        row = self._desk.register.activities[permit.request.activity]
        return row.storage != timedelta(0) and not row.measured and row.id not in LETTERS

    def _is_measured(self, grant: Grant) -> bool:
        """Whether figures go: with no head of ours, no receipt, no repeat whose moment tells the home."""
        row = self._desk.register.get(grant.activity)
        return row is not None and row.measured

    async def _send(self, permit: Permit, running: Running, servers: tuple[str, ...]) -> Answer:
        to = _recipient(permit)
        target = await outside.target(to, servers, self._desk.random_bytes, running.item.attempts)
        running.upload = await self._carrier(running, target)
        return await running.upload.run()

    async def _carrier(self, running: Running, target: Target) -> Carrier:
        if self._is_measured(running.grant):
            return running.cargo.carrier(target, ())
        if (post := self._post(running.grant.activity)) is not None:
            return await post(running.grant, running.item, target)
        headers = (
            ("Homebase-Activity", running.grant.activity),
            ("Homebase-Ticket", running.grant.ticket),
            ("Homebase-Transfer", running.item.transfer),
            ("Homebase-Delete-By", timestamp(running.item.delete_by)),
        )
        return running.cargo.carrier(target, headers)

    async def _end(self, running: Running, outcome: Outcome) -> Outcome:
        grant, item, desk = running.grant, running.item, self._desk
        over = not outcome.again and grant.form is Form.ONCE
        if over:
            desk.standing.end(grant, Reason.USED_UP)

        ticket = number(outcome.answer) if grant.activity in NUMBERED else ""
        told = (outcome.result.value, outcome.sent, outcome.what, outcome.receipt, ticket)

        def job(tx: Transaction) -> None:
            desk.append(tx, transfers.ended(item.transfer, *told))
            if ticket:
                deletions.under(tx, item.transfer, ticket)
            records.end_sent(tx, item.transfer, outcome)
            # who took all of it and does not say that it refuses it has it, receipt or not
            if outcome.receipt is not None or (outcome.sent >= running.cargo.size and not outcome.refused):
                deletions.had(tx, item.transfer)
            if not outcome.again:
                records.drop_outgoing(tx, item.transfer)
            fate = _FATES.get((outcome.result, outcome.again), Fate.WAITING)
            fate = Fate.DELIVERED if outcome.arrived else fate
            messages.ended(tx, item.transfer, fate, outcome.what, outcome.receipt or "")
            if outcome.followed:
                first = desk.time.instant().at + timedelta(seconds=ASK_AFTER_S[0])
                messages.ask_at(tx, item.transfer, first)
            if over:
                records.end_grant(tx, grant, Reason.USED_UP, desk.time.instant().at)

        try:
            await desk.store.write(job, closing=True)
        except StoreError:
            desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves
        if ticket:
            desk.standing.sent(replace(deletions.earlier(item.transfer, grant), ticket=ticket))
        return outcome

    async def _refused(self, grant: Grant, item: Outgoing, reason: Reason) -> Outcome:
        again = reason in WAITS
        await self._desk.refuse(grant.activity, grant.recipient, reason, grant.ticket)
        if not again:
            await self._desk.store.write(partial(_dropped, item.transfer, reason), closing=True)
        elif grant.activity in EXPIRES:  # a message says what it waits for
            await self._desk.store.write(partial(_waits, item.transfer, reason))
        return Outcome(result=Result.REFUSED, what=reason.value, reason=reason, again=again)


def _answered(running: Running, answer: Answer, *, measured: bool) -> Outcome:
    """What an answer says. measured: as ``_is_measured``; then no receipt is needed."""
    received = answer.receipt is not None or measured
    what = answered(answer.status, answer.body, fits=received)
    if 300 <= answer.status < 400:
        what = f"answered {answer.status}: a redirect, not followed"
    if not (200 <= answer.status < 300 and received):
        failed = _failed(running, what, again=not measured)
        return replace(failed, refused=refusal(answer.body) or "", wait_s=answer.wait_s)
    if measured and (left_out := otlp.rejected(answer.body)):
        what = f"answered {answer.status}: {left_out} data points refused"
    return Outcome(
        result=Result.DELIVERED,
        what=what,
        receipt=answer.receipt,
        sent=_sent(running),
        answer=answer.body,
        followed=answer.reach is Reach.FOLLOWED,
        arrived=answer.reach is Reach.ARRIVED,
    )


def _failed(running: Running, what: str, *, again: bool) -> Outcome:
    return Outcome(result=Result.FAILED, what=what, sent=_sent(running), again=again)


def _sent(running: Running) -> int:
    return 0 if running.upload is None else running.upload.sent


def _dropped(transfer: str, reason: Reason, tx: Transaction) -> None:
    records.drop_outgoing(tx, transfer)
    messages.ended(tx, transfer, Fate.FAILED, reason.value)


def _waits(transfer: str, reason: Reason, tx: Transaction) -> None:
    messages.ended(tx, transfer, Fate.WAITING, reason.value)


def _unwritable(error: StoreError) -> Outcome:
    what = f"{error}; nothing left the house"
    return Outcome(result=Result.REFUSED, what=what, reason=Reason.LEDGER_NOT_WRITABLE, again=True)


def _categories(activity: Activity, groups: frozenset[str]) -> frozenset[DataCategory]:
    """What a payload holds: that of its groups, or all that its fields may hold."""
    return categories_of(activity, groups) if activity.groups else activity.categories


def _grant(permit: Permit) -> Grant:
    assert isinstance(permit.ground, Grant)  # deliveries are asked for by a consent
    return permit.ground


def _recipient(permit: Permit) -> Recipient:
    assert isinstance(permit.recipient, Recipient)
    return permit.recipient


def _by_mail(to: Recipient) -> bool:
    return to.transport is not Transport.HTTPS


def _told(running: Running, *, hashed: bool) -> dict[str, canonical.Json]:
    """hashed: False for figures: a hash would give back a drawn answer, and join a pseudonym to this home."""
    item, grant = running.item, running.grant
    return {
        **running.cargo.told,
        **({"sha256": item.sha256} if hashed else {}),
        "activity": grant.activity,
        "grant": grant.id,
        "ticket": grant.ticket,
        "groups": sorted(item.groups),
        "bytes": running.cargo.size,
        "attempt": item.attempts + 1,
        "delete_by": timestamp(item.delete_by),
    }
