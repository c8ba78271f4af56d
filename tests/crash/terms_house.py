"""A gate's store full of things that have to go by a date, as a house to kill: a row of each of six clocks.

All are written at START. Whatever the kill or the power cut left is started with the clock a second before
each term and a second after it: before, all is found that the start right after finds; after, nothing.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from privacy.clockwork import Vouched
from privacy.conversation import ConversationLost
from privacy.gate.account import addressees
from privacy.gate.account.addressees import Contact
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.door.upkeep import Upkeep
from privacy.gate.front.access_log import AccessLog
from privacy.gate.front.connection import Access
from privacy.gate.storage import amounts, closures, messages, records
from privacy.gate.storage.closures import Closure, ClosureKind
from privacy.gate.storage.messages import Fate, Message
from privacy.gate.storage.records import Sent
from privacy.gate.storage.store import Store, Transaction
from privacy.reasons import Reason
from privacy.register import Form
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock

SECOND = timedelta(seconds=1)
FORTNIGHT, FOUR_WEEKS = timedelta(days=14), timedelta(days=28)
NUMBER = "+4915112345678"
Found = dict[str, list[int]]


def _consent(desk: Desk, tx: Transaction, number: int) -> None:
    at, place = desk.time.instant(), records.next_grant_id(tx)
    given = house.grant(Form.UNTIL, at, place, ticket=f"T-{number}", term=FORTNIGHT)
    records.keep_grant(tx, replace(given, epoch=desk.standing.epoch))


def _diagnosis(desk: Desk, tx: Transaction, number: int) -> None:
    at = desk.time.instant()
    copy = Sent(
        transfer=f"d{number}",
        activity=house.ACTIVITY,
        recipient="support",
        ticket=str(number),
        sha256=house.SHA,
        body=b"{}",
        at=at.at,
        delete_by=at.at + FOUR_WEEKS,
        running_by_s=at.running_s + FOUR_WEEKS.total_seconds(),
        result="delivered",
        receipt=None,
    )
    records.keep_sent(tx, copy)


def _message(desk: Desk, tx: Transaction, number: int) -> None:
    shared: dict[str, Any] = {"activity": "sms.send", "recipient": "sms", "addressee": NUMBER}
    at = desk.time.instant().at
    messages.keep(tx, Message(transfer=f"m{number}", text=str(number), at=at, fate=Fate.SENT, **shared))


def _derived(desk: Desk, tx: Transaction, number: int) -> None:
    amounts.count_refusal(tx, "training", str(number), Reason.NO_CONSENT, desk.time.instant().at)


def _details(desk: Desk, tx: Transaction, number: int) -> None:
    at = desk.time.instant().at
    addressees.keep_contact(tx, Contact(number=NUMBER, label=str(number), since=at))
    objected = Closure(kind=ClosureKind.OBJECTED, subject="training", at=at, note=str(number))
    closures.keep(tx, objected)


def _nothing(desk: Desk, tx: Transaction, number: int) -> None:
    """A line of the log is written by the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long a row of START may be found. numbers: a query for those that are; keep: writes one."""

    limit: timedelta
    numbers: str
    keep: Callable[[Desk, Transaction, int], None]


TERMS: Mapping[str, Term] = {  # the shortest first
    "access": Term(limit=timedelta(days=7), numbers="SELECT substr(file, 2) FROM access_log", keep=_nothing),
    "consent": Term(
        limit=FORTNIGHT,
        numbers="SELECT substr(json_extract(CAST(body AS TEXT), '$.ticket'), 3) FROM grants WHERE live = 1",
        keep=_consent,
    ),
    "diagnosis": Term(limit=FOUR_WEEKS, numbers="SELECT ticket FROM sent", keep=_diagnosis),
    "derived": Term(  # by the day: it goes as the day is over that began three months before
        limit=timedelta(days=89, hours=12),
        numbers="SELECT recipient FROM refusals WHERE activity = 'training'",
        keep=_derived,
    ),
    "message": Term(limit=timedelta(days=90), numbers="SELECT text FROM messages", keep=_message),
    "details": Term(
        limit=timedelta(days=180),
        numbers="SELECT label FROM sms_numbers UNION ALL SELECT reason FROM closures WHERE reason <> ''",
        keep=_details,
    ),
}


class TermsHouse:
    """terms: other ones than TERMS, where a test wants to see that they are held to the second."""

    def __init__(self, terms: Mapping[str, Term] = TERMS) -> None:
        self._terms = terms

    def open(self, state: Path, run: Path) -> None:
        self._left, self._later = run / "left", run / "later"
        for place in (self._left, self._later):
            shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(state, self._left)  # as the kill or the cut left it
        self._store, self._desk = _begun(state, timedelta(0))
        self._rows = self._store.another_connection()
        self._log = AccessLog(self._rows, self._desk.clock, sqlcipher.DatabaseError)
        gone = Closure(kind=ClosureKind.DEREGISTERED, subject="", at=house.START)
        self._store.write(lambda tx: closures.keep(tx, gone))

    def values(self) -> dict[str, int]:
        found = self._store.read(self._found)
        if wrong := list(self._outlived(found)):
            raise AssertionError("; ".join(wrong))
        return {key: max(numbers) for key, numbers in found.items() if numbers}

    def keys(self) -> tuple[str, ...]:
        return tuple(TERMS)

    def set(self, key: str, number: int) -> None:
        if key == "access":
            self._log.record(Access(ip="192.0.2.7", file=f"/{number}", status=200, referrer=""))
            self._log.flush()
        else:
            self._store.write(lambda tx: self._terms[key].keep(self._desk, tx, number))

    def close(self) -> None:
        self._rows.close()
        self._desk.store.close()

    def _outlived(self, found: Found) -> Iterator[str]:
        """What is found a second after its term, or is not a second before."""
        for key, term in self._terms.items():
            if not found[key]:
                continue  # killed before the first of them was written
            for side, word in ((-SECOND, "before"), (SECOND, "after")):
                there = self._found_at(term.limit + side)
                for other, numbers in found.items():
                    over = self._terms[other].limit < term.limit + side
                    if there[other] != ([] if over else numbers):
                        what = f"{len(there[other])} of {len(numbers)} rows are found"
                        yield f"{other}: {what} a second {word} the term of {key}"

    def _found_at(self, after: timedelta) -> Found:
        shutil.copytree(self._left, self._later)
        with _started(self._later, after) as (store, desk):
            asyncio.run(self._sweep(store, desk))
            there = store.read(self._found)
            live = {grant.ticket.removeprefix("T-") for grant in desk.standing.live()}
        shutil.rmtree(self._later)
        assert live >= {str(number) for number in there["consent"]}
        return there | {"consent": sorted(int(number) for number in live)}

    async def _sweep(self, store: Store, desk: Desk) -> None:
        """What a start does, in its order; the hub is not there yet."""
        rows, door = store.another_connection(), Door(desk, _no_hub)
        AccessLog(rows, desk.clock, sqlcipher.DatabaseError)
        async with asyncio.TaskGroup() as tasks:
            door.begin(tasks)
            await Upkeep(door).once()
        rows.close()

    def _found(self, tx: Transaction) -> Found:
        return {
            key: sorted(int(str(number)) for (number,) in tx.execute(term.numbers))
            for key, term in self._terms.items()
        }


def _begun(folder: Path, after: timedelta) -> tuple[Store, Desk]:
    """The gate's store and desk as its start opens them, so long after START."""
    clock = ManualClock()
    clock.wall_offset = after
    store = Store.open(folder, os.urandom)
    rules = (house.register(), house.known(), clock, os.urandom, "0.1.0")
    return store, Desk.open(store, *rules, vouches=lambda: Vouched.SYNCHRONISED)


@contextmanager
def _started(folder: Path, after: timedelta) -> Iterator[tuple[Store, Desk]]:
    store, desk = _begun(folder, after)
    try:
        yield store, desk
    finally:
        desk.store.close()


async def _no_hub(activity: str, groups: list[str]) -> Mapping[str, Any]:
    raise ConversationLost("away")
