"""Gets documents of one recipient under a standing consent: decide, write down, look up, ask, write down.

Read downwards: run → _permit → _begin → work with ``get`` → _end. Record or refuse, as sending.py. What
leaves is the names of documents; ``cut`` ends what runs, at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TypeVar

from privacy import canonical
from privacy.consent import Grant
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.delivered import check_body
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.download import Download, DownloadFailed
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.storage import amounts, transfers
from privacy.gate.storage.attempt import Cut, Result
from privacy.gate.storage.store import StoreError, Transaction
from privacy.reasons import Reason
from privacy.recipients import Recipient

ASKED = 8192  # bytes of questions in one visit; what is not used is given back to the day's budget
DOCUMENT_S = 30.0  # of one document, from the first packet to the last
VISIT_S = 240.0  # of all: look-up, every document, and what the work itself takes
Get = Callable[[str, int], Awaitable[bytes | None]]
"""Document by its name, and how long it may be; None where it is not there. Raises DownloadFailed."""
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class _Running:
    transfer: str
    grant: Grant
    task: "asyncio.Task[object] | None"
    download: Download | None = None
    sent: int = 0
    names: list[str] = field(default_factory=list)


class Downloads:
    """The visits of this moment."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: dict[str, _Running] = {}

    async def run(self, activity: str, recipient: str, work: Callable[[Get], Awaitable[T]]) -> T | Reason:
        """Let ``work`` get what it needs; or why it may not. Cancelled when it is cut.

        Raises:
            TransferFailed: by the network, by the time it took, or by ``work``.
        """
        permit = await self._permit(activity, recipient)
        if isinstance(permit, Reason):
            await self._desk.refuse(activity, recipient, permit)
            return permit
        assert isinstance(permit.ground, Grant)
        running = _Running(
            transfer=self._desk.random_bytes(8).hex(), grant=permit.ground, task=asyncio.current_task()
        )
        self._running[running.transfer] = running
        try:
            return await self._visit(permit, running, work)
        finally:
            self._running.pop(running.transfer, None)

    def cut(self, concerns: Callable[[Grant], bool]) -> tuple[Cut, ...]:
        """End every visit that ``concerns`` names: first all connections, then the tasks."""
        chosen = [running for running in self._running.values() if concerns(running.grant)]
        cuts = tuple(
            Cut(
                transfer=running.transfer,
                grant=running.grant,
                after=0 if running.download is None else running.download.cut(),
                sent=running.sent + (0 if running.download is None else running.download.sent),
            )
            for running in chosen
        )
        for running in chosen:
            self._running.pop(running.transfer, None)
            if running.task is not None:
                running.task.cancel()
        return cuts

    async def _permit(self, activity: str, recipient: str) -> Permit | Reason:
        desk, at = self._desk, self._desk.time.instant()
        spent = await desk.store.read(lambda tx: amounts.sent_today(tx, activity, recipient, at.at))
        if desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        request = EgressRequest(
            activity=activity,
            recipient=recipient,
            categories=desk.register.activities[activity].categories,
            payload_sha256=sha256(b"").hexdigest(),
            size=ASKED,
            sent_today=spent,
        )
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        return verdict.reason if isinstance(verdict, Refusal) else verdict

    async def _visit(
        self, permit: Permit, running: _Running, work: Callable[[Get], Awaitable[T]]
    ) -> T | Reason:
        to, servers = permit.recipient, resolver.servers()
        assert isinstance(to, Recipient)
        day = amounts.day_of(self._desk.time.instant().at)
        try:
            await self._desk.store.write(lambda tx: self._begin(tx, to, running, servers))
        except StoreError:
            return Reason.LEDGER_NOT_WRITABLE
        try:
            async with asyncio.timeout(VISIT_S):
                there = await outside.target(to, servers, self._desk.random_bytes)

                async def get(name: str, longest: int) -> bytes | None:
                    target = replace(there, path=f"{there.path.rstrip('/')}/{name}")
                    return await self._get(running, name, Download(target, longest))

                done = await work(get)
        except (TransferFailed, resolver.LookupFailed, TimeoutError) as error:
            failed = _failed(to, error)
            await self._end(running, to.name, day, Result.FAILED, str(failed))
            raise failed from error
        await self._end(running, to.name, day, Result.DELIVERED, f"asked for {', '.join(running.names)}")
        return done

    async def _get(self, running: _Running, name: str, download: Download) -> bytes | None:
        """One document: nothing but its name leaves, and that is a declared field."""
        check_body(
            self._desk.register.activities[running.grant.activity], canonical.encode({"document": name})
        )
        if running.sent + len(name) + 512 > ASKED:
            raise DownloadFailed("too_long", f"more than {ASKED} bytes of questions")
        running.names.append(name)
        running.download = download
        try:
            async with asyncio.timeout(DOCUMENT_S):
                return await download.run()
        except TimeoutError as error:
            raise DownloadFailed("too_slow", f"{name}: longer than {DOCUMENT_S:.0f} s") from error
        finally:
            running.sent += download.sent
            running.download = None

    def _begin(self, tx: Transaction, to: Recipient, running: _Running, servers: tuple[str, ...]) -> None:
        """On the disk before the first question to anybody. bytes: as many as the questions may have."""
        told: dict[str, canonical.Json] = {
            "activity": running.grant.activity,
            "grant": running.grant.id,
            "ticket": "",
            "groups": [],
            "bytes": ASKED,
        }
        self._desk.append(tx, *transfers.begun(running.transfer, to, servers, told))
        amounts.spend(tx, running.grant.activity, to.name, self._desk.time.instant().at, ASKED)

    async def _end(self, running: _Running, recipient: str, day: str, result: Result, what: str) -> None:
        self._running.pop(running.transfer, None)  # over: a withdrawal from here on finds nothing running
        desk = self._desk

        def job(tx: Transaction) -> None:
            desk.append(tx, transfers.ended(running.transfer, result.value, running.sent, what))
            unused = max(ASKED - running.sent, 0)
            amounts.give_back(tx, running.grant.activity, recipient, day, unused)

        try:
            await desk.store.write(job, closing=True)
        except StoreError:
            desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves


def _failed(to: Recipient, error: Exception) -> TransferFailed:
    if isinstance(error, TransferFailed):
        return error
    if isinstance(error, TimeoutError):
        return DownloadFailed("too_slow", f"{to.host}: took longer than {VISIT_S:.0f} s")
    return DownloadFailed("no_answer", str(error))
