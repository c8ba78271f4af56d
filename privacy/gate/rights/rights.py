"""People's rights at the gate: object, restrict, take that back, erase, deregister; each with its entry.

What closes takes effect before it is on the disk, like a withdrawal; what opens comes after. The hub's half
of an erasure is done by the hub, and told here so that one signed report names all.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from privacy import canonical, report
from privacy.consent import Grant
from privacy.gate.account import addressees, timezone
from privacy.gate.backups import far_copies
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights import one_person
from privacy.gate.rights.one_person import Whose
from privacy.gate.storage import closures, deletions, key_records, records
from privacy.gate.storage import cuts as cut_entries
from privacy.gate.storage.book import News
from privacy.gate.storage.closures import Closure, ClosureKind
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.storage.tombstones import Tomb, Tombstone
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.register import Language
from privacy.rights import Effect, Scope
from privacy.standing import LEAVING
from privacy.vocabulary import DataCategory

log = logging.getLogger(__name__)

NOTE_LIMIT = 1000  # characters of an objection's reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What was closed. cut: transfers that were ended; entry: of the ledger, None: not yet recorded."""

    cut: int
    entry: int | None


class RightsDesk:
    """One per gate."""

    def __init__(self, door: Door, holder: GateHolder) -> None:
        self._door, self._desk, self.holder = door, door.desk, holder

    async def object_to(self, activity: str, note: str, via: str) -> Closed:
        """Object to an activity (Art. 21): from now on it is refused, whatever the consents."""
        row = self._row(ClosureKind.OBJECTED, activity, note[:NOTE_LIMIT])
        data: dict[str, canonical.Json] = {"activity": activity, "via": via}
        return await self._close(
            row, News(kind=Kind.OBJECTION, data=data), lambda grant: grant.activity == activity
        )

    async def restrict(self, category: DataCategory, via: str) -> Closed:
        """Let no data of that category leave (Art. 18)."""
        row = self._row(ClosureKind.RESTRICTED, category.value)
        data: dict[str, canonical.Json] = {"category": category.value, "via": via}
        return await self._close(
            row, News(kind=Kind.RESTRICTION, data=data), lambda grant: category in grant.categories
        )

    async def lift(self, kind: ClosureKind, subject: str, by: str = "console") -> bool:
        """Take an objection, a restriction or a deregistration back; False when there is none.

        Raises:
            StoreError: it was not taken back.
        """
        if subject not in self._desk.closures.of(kind):
            return False
        data: dict[str, canonical.Json] = {"lifted": kind.value, "subject": subject, "via": by}
        news = News(kind=Kind.OBJECTION if kind is ClosureKind.OBJECTED else Kind.RESTRICTION, data=data)

        def job(tx: Transaction) -> None:
            closures.drop(tx, kind, subject)
            self._desk.append(tx, news)

        await self._desk.store.write(job)
        self._desk.closures.lift(kind, subject, self._desk.standing)
        return True

    async def erase(self, scope: Scope, hub: Sequence[Effect]) -> dict[str, object]:
        """Erase the gate's part; return a signed report of both. hub: what the hub said of its part.

        Raises:
            StoreError: the gate's part was not erased.
        """
        effects = [*hub, *await self.holder.erase(scope)]
        return await self._report(scope, effects, "erasure")

    async def erase_person(self, whose: Whose) -> tuple[Effect, ...]:
        """Erase all that is one person's here; consents for it end first, with what runs under them.

        Nothing where nobody knows them.
        Before the hub's half, which knows whose it is: whoever repeats it after a crash finds the rest.

        Raises:
            StoreError: not all was erased.
        """
        desk = self._desk
        grants = list(desk.standing.live())
        found = await desk.store.read(lambda tx: one_person.theirs(tx, whose, desk.seed, grants))
        if not whose.known and not found.places:
            return ()
        ended = [grant for grant in grants if (grant.activity, grant.addressee) in found.places]
        for activity in sorted({grant.activity for grant in ended}):
            marks = frozenset(grant.mark for grant in ended if grant.activity == activity)
            await self._door.withdrawing.withdraw(activity, via="erasure", marks=marks)
        gone = await desk.store.write(lambda tx: one_person.erased(tx, found))
        copies = await self.holder.erase(Scope(person=whose.name))
        return (*gone, *await desk.store.read(lambda tx: one_person.staying(tx, found)), *copies)

    async def close_ticket(self, ticket: str) -> int:
        """The ticket is closed: our copies go now, and recipients are asked within a minute; how many.

        Consents that are for it end first, with all that runs under them.

        Raises:
            StoreError: nothing was deleted.
        """
        live = [grant for grant in self._desk.standing.live() if ticket and grant.ticket == ticket]
        for activity in sorted({grant.activity for grant in live}):
            marks = frozenset(grant.mark for grant in live if grant.activity == activity)
            await self._door.withdrawing.withdraw(activity, via="ticket closed", marks=marks)
        at = self._desk.time.instant().at

        def job(tx: Transaction) -> int:
            transfers = deletions.close_ticket(tx, ticket, at)
            if transfers:
                records.drop_copies(tx, transfers)
                data: dict[str, canonical.Json] = {"copies": sorted(transfers), "reason": "ticket closed"}
                self._desk.append(tx, News(kind=Kind.ERASED, data=data))
            return len(transfers)

        return await self._desk.store.write(job)

    async def deregister(
        self, step: str, hub: Sequence[Effect], language: Language = Language.EN
    ) -> dict[str, object]:
        """One step of Q6.14: ``authorisations``, or ``data``.

        The first ends, after the hub's people, their phones' keys and then the consents to partners. Then
        the one message leaves that was agreed to for this, if any. language: of what became of it.

        Raises:
            StoreError: it was not recorded; everything outward is closed all the same.
        """
        if step == "data":
            effects = [*hub, *await self.holder.erase(Scope())]
            return await self._report(Scope(), effects, "deregistration: data")
        ended = [grant for grant in self._desk.standing.live() if grant.activity != LEAVING]
        phones = len(self._desk.keys.all())
        self._desk.keys.end_all()
        self._desk.claim.close()
        self._desk.offers.close()
        self._door.giving.closes_all()
        told: dict[str, canonical.Json] = {
            "right": "deregistration: authorisations",
            "people": sum(one.erased for one in hub if one.holding == "hub.people"),
            "sessions": sum(one.erased for one in hub if one.holding == "hub.sessions"),
            "phones": phones,
            "consents": len(ended),
        }
        row = self._row(ClosureKind.DEREGISTERED, "")
        closed = await self._close(row, News(kind=Kind.RIGHT, data=told), lambda _: True, ended)
        sent = await self._door.leave()
        return {
            "entry": closed.entry,
            "cut": closed.cut,
            "phones": phones,
            "consents": len(ended),
            "message": None if sent is None else spelling.outcome(sent, language),
        }

    def _row(self, kind: ClosureKind, subject: str, note: str = "") -> Closure:
        return Closure(kind=kind, subject=subject, at=self._desk.time.instant().at, note=note)

    async def _close(
        self, row: Closure, news: News, concerns: Callable[[Grant], bool], ended: Sequence[Grant] = ()
    ) -> Closed:
        """In memory and on the wire, then on the disk. ended: consents that end with it."""
        desk = self._desk
        desk.closures.close(row, desk.standing)
        cuts = self._door.withdrawing.cut(concerns)
        for grant in ended:
            desk.standing.end(grant, Reason.WITHDRAWN)
        at = desk.time.instant().at

        def job(tx: Transaction) -> int:
            if row.kind is ClosureKind.DEREGISTERED:
                self._end_authorisations(tx, at)
            closures.keep(tx, row)
            return desk.append(tx, news, *cut_entries.news(tx, cuts))[0]

        try:
            entry: int | None = await desk.store.write(job, closing=True)
        except StoreError as error:
            log.error("closure.unwritten", extra={"code": error.code})
            desk.unwritten.append(job)
            self._door.withdrawing.close_outward()
            await desk.store.remember(Tombstone(tomb=Tomb(row.kind.value), subject=row.subject))
            entry = None
        return Closed(cut=len(cuts), entry=entry)

    def _end_authorisations(self, tx: Transaction, at: datetime) -> None:
        """Who may agree goes first, each with an entry before all others; then what was agreed to."""
        far_copies.ask_back(tx, None, at)  # before their access data could go
        addressees.end_all(tx)
        timezone.forget(tx)
        for kid in key_records.end_keys(tx, at):
            data: dict[str, canonical.Json] = {"key": kid, "action": "removed", "by": "deregistration"}
            self._desk.append(tx, News(kind=Kind.KEY, data=data))
        for grant in records.live_grants(tx):  # also one that was being given at this moment
            if grant.activity == LEAVING:
                continue  # its message goes after all of this
            records.end_grant(tx, grant, Reason.WITHDRAWN, at)
            records.purge_outbox(tx, [grant.id])

    async def _report(self, scope: Scope, effects: Sequence[Effect], right: str) -> dict[str, object]:
        desk = self._desk
        data: dict[str, canonical.Json] = {
            "right": right,
            "scope": report.scope_word(scope),
            "erased": sum(one.erased for one in effects),
            "stays": sum(one.stays for one in effects),
        }
        entry = await desk.record(Kind.RIGHT, data)
        told = report.signed(scope, effects, entry, desk.origin, desk.time.instant().at, desk.seed)
        return {**told, "entry": entry}
