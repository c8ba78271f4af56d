"""Asks a service whether a message arrived: decide, write down, look up, ask, write down what it says.

Read downwards: ask → _permit → _begin → _answer → _end. Record or refuse, as sending.py, and under the
consent that the message left by: where that ended, nobody is asked any more. When: receipts.py.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from privacy import canonical
from privacy.consent import Grant
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.tls_line import Answer, Carrier, Target, TransferFailed
from privacy.gate.outbox import cargo
from privacy.gate.outbox.sending import MISTAKE, Running
from privacy.gate.storage import amounts, messages, records, transfers
from privacy.gate.storage.attempt import Result
from privacy.gate.storage.messages import ASK_AFTER_S, Fate, Message
from privacy.gate.storage.store import StoreError, Transaction
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.sms_service import NOT_YET, Said

log = logging.getLogger(__name__)

ENDED, SILENT = "receipt_ended", "receipt_none"  # of receipt_words.py
KEPT_FREE: Final = 4  # one part of so many of a day's amount is for messages: questions leave it alone
_PASSES = frozenset({Reason.CLOCK_UNSURE, Reason.LEDGER_NOT_WRITABLE})  # soon, by itself: asked then


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One to a service. carrier: asks it; read: what its answer says."""

    carrier: Carrier
    read: Callable[[Answer], Said]


Ask = Callable[[Grant, Message, Target], Awaitable[Question]]
"""Makes the question about a message; may raise TransferFailed."""


class Asking:
    """One per gate. running: where a withdrawal finds it; questions: by activity."""

    def __init__(
        self, desk: Desk, running: dict[str, Running], questions: Callable[[str], Ask | None]
    ) -> None:
        self._desk, self._running, self._questions = desk, running, questions

    async def ask(self, row: Message) -> None:
        """Ask once, and keep what is said. Cancelled when it is cut.

        Raises:
            StoreError: nothing was asked.
        """
        desk, at = self._desk, self._desk.time.instant().at
        number = row.transfer
        if self._grant(row) is None:
            await desk.store.write(lambda tx: messages.settled(tx, number, Fate.UNKNOWN, ENDED))
            return
        if row.asked >= len(ASK_AFTER_S) or self._questions(row.activity) is None:
            await desk.store.write(lambda tx: messages.settled(tx, number, Fate.UNKNOWN, SILENT))
            return
        spent = await desk.store.read(lambda tx: amounts.sent_today(tx, row.activity, row.recipient, at))
        permit = self._permit(row, spent)
        if isinstance(permit, Reason):
            if permit not in _PASSES:
                await desk.refuse(row.activity, row.recipient, permit)
                await desk.store.write(lambda tx: self._advanced(tx, row, permit.value))
            return
        assert isinstance(permit.ground, Grant)
        # from here to its end a withdrawal finds it
        item = records.fresh(permit.ground, b"", at, desk.random_bytes(8).hex(), at)
        running = Running(
            item=item,
            grant=permit.ground,
            cargo=cargo.of_bytes(b"", None),
            task=asyncio.current_task(),
        )
        self._running[item.transfer] = running
        try:
            await self._attempt(permit, running, row)
        finally:
            self._running.pop(item.transfer, None)

    def _grant(self, row: Message) -> Grant | None:
        """The consent it left by, while it lives."""
        return next((one for one in self._desk.standing.live() if one.id == row.grant), None)

    def _permit(self, row: Message, spent: int) -> Permit | Reason:
        desk, activity = self._desk, self._desk.register.activities[row.activity]
        if desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        request = EgressRequest(
            activity=row.activity,
            recipient=row.recipient,
            categories=activity.categories,
            payload_sha256=sha256(row.receipt.encode()).hexdigest(),
            addressee=row.addressee,
            size=_size(row),
            sent_today=spent + activity.bytes_per_day // KEPT_FREE,
        )
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        if isinstance(verdict, Refusal):
            return verdict.reason
        assert isinstance(verdict.ground, Grant)
        # a new yes to the same number is none to asking about what left before it
        return verdict if verdict.ground.id == row.grant else Reason.NO_CONSENT

    async def _attempt(self, permit: Permit, running: Running, row: Message) -> None:
        to, servers = permit.recipient, resolver.servers()
        assert isinstance(to, Recipient)
        await self._desk.store.write(lambda tx: self._begin(tx, to, running, row, servers))
        said, result = NOT_YET, Result.FAILED
        try:
            said, result, what = await self._answer(to, running, row, servers)
        except (TransferFailed, resolver.LookupFailed) as error:
            what = str(error)
        except Exception as error:  # noqa: BLE001 - one question must not end the gate; its words may be secret
            log.error("receipt.mistake", extra={"error": type(error).__name__})
            what = MISTAKE
        # no longer cuttable: it is over
        self._running.pop(running.item.transfer, None)
        await self._end(running, row, said, (result, what))

    def _begin(
        self, tx: Transaction, to: Recipient, running: Running, row: Message, servers: Sequence[str]
    ) -> None:
        """On the disk before the first question to anybody; so is when to ask again."""
        at = self._desk.time.instant().at
        told: dict[str, canonical.Json] = {
            "activity": row.activity,
            "grant": running.grant.id,
            "ticket": "",
            "groups": [],
            "bytes": _size(row),
            "attempt": row.asked + 1,
            "receipt_of": row.transfer,
        }
        self._desk.append(tx, *transfers.begun(running.item.transfer, to, servers, told))
        amounts.spend(tx, row.activity, to.name, at, _size(row))
        asked = row.asked + 1
        pause_s = ASK_AFTER_S[min(asked, len(ASK_AFTER_S) - 1)]
        messages.ask_at(tx, row.transfer, at + timedelta(seconds=pause_s), asked)

    async def _answer(
        self, to: Recipient, running: Running, row: Message, servers: tuple[str, ...]
    ) -> tuple[Said, Result, str]:
        target = await outside.target(to, servers, self._desk.random_bytes, row.asked)
        make = self._questions(row.activity)
        assert make is not None  # ask() looked
        question = await make(running.grant, row, target)
        running.upload = question.carrier
        answer = await running.upload.run()
        if not 200 <= answer.status < 300:
            return NOT_YET, Result.FAILED, f"{to.host}: answered {answer.status}"
        said = question.read(answer)
        words = {True: "it arrived", False: said.why, None: "not known yet"}
        return said, Result.DELIVERED, f"answered {answer.status}: {words[said.arrived]}"

    async def _end(self, running: Running, row: Message, said: Said, told: tuple[Result, str]) -> None:
        (result, what), sent = told, 0 if running.upload is None else running.upload.sent

        def job(tx: Transaction) -> None:
            self._desk.append(tx, transfers.ended(running.item.transfer, result.value, sent, what))
            if said.arrived is not None:
                fate = Fate.DELIVERED if said.arrived else Fate.FAILED
                messages.settled(tx, row.transfer, fate, said.why)
            elif row.asked + 1 >= len(ASK_AFTER_S):
                messages.settled(tx, row.transfer, Fate.UNKNOWN, SILENT)

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError:
            self._desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves

    def _advanced(self, tx: Transaction, row: Message, why: str) -> None:
        """A question that was refused counts as one, so that there is an end of it."""
        asked = row.asked + 1
        if asked >= len(ASK_AFTER_S):
            messages.settled(tx, row.transfer, Fate.UNKNOWN, why)
            return
        at = self._desk.time.instant().at
        messages.ask_at(tx, row.transfer, at + timedelta(seconds=ASK_AFTER_S[asked]), asked)


def _size(row: Message) -> int:
    return len(row.receipt.encode())
