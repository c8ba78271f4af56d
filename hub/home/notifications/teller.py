"""Tells people of what waits, by messages that the gate sends: it knows ways by their ids and no number.

Read downwards: run → once → _tell, then what became of it → _follow → _go_on, and _drill. Nothing is sent
without the gate's consent for that way; whom to tell, in which order and when is people.py.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

import msgspec

from hub.contract import StoreError
from privacy.client import GateDeclined, GateLost, fields_as
from privacy.ports import Clock

from .centre import Notifications
from .kinds import URGENT, Kind
from .model import Notification
from .people import EXPIRED, FAILED, REFUSED, WAITING, Person, Telling, due
from .people_records import PeopleRecords

log = logging.getLogger(__name__)

LOOK_S = 5.0
MOST_ASKED = 100  # fates in one question; the gate takes 200
WAYS_S = 600.0  # between two looks at the ways
RECEIPTS = timedelta(hours=6)  # the gate knows by then what it will ever know of one
DRILL_AFTER = timedelta(days=30)  # a way that carried nothing for so long is tried
LONGEST_NAME = 64  # that the gate takes
_LATER = frozenset({"ledger_not_writable", "busy", "clock_unsure"})  # nothing is wrong with the message
Ask = Callable[..., Awaitable[Mapping[str, object]]]
Matter = tuple[Kind, str, datetime, int]  # one coming of one notification, also before the store has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is asked. ask: a question to the gate; name: what people call a device; zone: of the home."""

    ask: Ask
    name: Callable[[str], str]
    zone: Callable[[], tzinfo | None]


class WayInfo(msgspec.Struct, frozen=True):
    """One way that the gate knows. kind: email, sms or push; allowed: the owner agreed to it."""

    id: str
    kind: str
    label: str
    allowed: bool
    last_sent: datetime | None


class Teller:
    """One per home."""

    def __init__(
        self, notifications: Notifications, records: PeopleRecords, gate: Gate, clock: Clock
    ) -> None:
        self._notifications, self.records = notifications, records
        self._gate, self._clock = gate, clock
        self._told: dict[Matter, set[tuple[int, int]]] = {}  # person and step, of what waits
        self._late: dict[Matter, list[Telling]] = {}  # what the store did not take yet
        self._open: set[str] | None = None  # transfers whose fate may still change; None: not read
        self._settled: dict[str, str] = {}  # fates of those that were written down already
        self._looked_s: float | None = None

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            try:
                await self.once()
            except StoreError as error:
                log.warning("notification.not_told", extra={"code": error.code})
            except (GateLost, GateDeclined):
                pass  # the gate is away: what is due stays due
            await self._clock.sleep(LOOK_S)

    async def once(self) -> None:
        """One look.

        Raises:
            GateLost, GateDeclined, StoreError: the rest has to wait for the next one.
        """
        people = await self.records.people()
        if people:
            await self._drill(people)
            waiting = self._notifications.waiting()
            matters = {_matter(one) for one in waiting}
            self._told = {matter: told for matter, told in self._told.items() if matter in matters}
            self._late = {matter: rows for matter, rows in self._late.items() if matter in matters}
            for one in waiting:
                await self._tell_all(one, people)
        await self._follow()

    async def ways(self) -> tuple[WayInfo, ...]:
        """What the gate knows of addresses and numbers; none while it is away."""
        try:
            return fields_as(await self._gate.ask("message.ways"), _Ways).ways
        except (GateLost, GateDeclined):
            return ()

    # step by step

    async def _tell_all(self, one: Notification, people: tuple[Person, ...]) -> None:
        matter = _matter(one)
        if matter not in self._told:
            self._told[matter] = await self._told_before(one)
        for person, step, _ in due(one, people, self._told[matter], self._clock.now(), self._gate.zone()):
            await self._tell(one, person, step)
        if one.stored and matter in self._late:
            for row in self._late.pop(matter):
                await self._keep(matter, replace(row, notification=one.id))

    async def _told_before(self, one: Notification) -> set[tuple[int, int]]:
        try:
            rows = await self.records.told([one.id]) if one.stored else ()
        except StoreError as error:
            if one.urgency not in URGENT:
                raise
            log.warning("notification.tellings_unread", extra={"code": error.code})
            return set()  # danger is told twice rather than to nobody
        return {(row.person, row.step) for row in rows if row.times == one.count}

    async def _tell(self, one: Notification, person: Person, step: int, begin: int = 0) -> None:
        """By the way of that step; where the gate refuses it, at once by the one after it.

        begin: how many ways behind it to begin with.
        """
        matter, transfer, refused = _matter(one), "", ""
        for further in range(begin, len(person.ways)):
            try:
                answer = await self._gate.ask(
                    "message.send",
                    way=person.ways[(step + further) % len(person.ways)],
                    event=one.kind.value,
                    name=_one_line(self._gate.name(one.subject)),
                    at=one.latest.isoformat(),
                )
            except GateDeclined as declined:
                if declined.code in _LATER:
                    raise
                refused = refused or declined.code
            else:
                transfer = str(answer.get("transfer"))
                break
        self._told[matter].add((person.id, step))
        telling = Telling(
            notification=one.id,
            times=one.count,
            person=person.id,
            step=step,
            at=self._clock.now(),
            transfer=transfer,
            fate=WAITING if transfer else REFUSED,
            what="" if transfer else refused,
            further=further if transfer else begin,
        )
        if one.stored:
            await self._keep(matter, telling)
        else:
            self._late.setdefault(matter, []).append(telling)

    async def _keep(self, matter: Matter, row: Telling) -> None:
        """Write it down, later where the store takes nothing: the next person is told all the same."""
        try:
            await self.records.keep(row)
        except StoreError as error:
            log.warning("notification.telling_not_kept", extra={"code": error.code})
            self._late.setdefault(matter, []).append(row)
        else:
            if self._open is not None and row.fate == WAITING:
                self._open.add(row.transfer)

    async def _follow(self) -> None:
        """Ask what became of those that are on their way, also since before a restart."""
        if self._open is None:
            self._open = {*await self.records.open(self._clock.now() - RECEIPTS)}
        if not self._open:
            return
        transfers = sorted(self._open)
        for start in range(0, len(transfers), MOST_ASKED):
            await self._follow_these(transfers[start : start + MOST_ASKED])

    async def _follow_these(self, transfers: list[str]) -> None:
        told = fields_as(await self._gate.ask("message.fates", transfers=transfers), _Fates).messages
        for one in told:
            if one.fate == WAITING:
                continue
            if self._settled.get(one.transfer) != one.fate:
                await self.records.settle(one.transfer, one.fate, one.what)
                self._settled[one.transfer] = one.fate
            if one.fate == FAILED:
                await self._go_on(one.transfer)
            if not one.open:
                self._closed(one.transfer)
        for erased in set(transfers) - {one.transfer for one in told}:  # at the gate: nobody knows any more
            await self.records.settle(erased, EXPIRED, "")
            self._closed(erased)

    def _closed(self, transfer: str) -> None:
        if self._open is not None:
            self._open.discard(transfer)
        self._settled.pop(transfer, None)

    async def _go_on(self, transfer: str) -> None:
        """It did not arrive: of danger and alarm that person is told at once by the next way."""
        row = await self.records.telling(transfer)
        people = {person.id: person for person in await self.records.people()}
        person = None if row is None else people.get(row.person)
        if row is None or person is None or row.further + 1 >= len(person.ways):
            return
        for one in self._notifications.waiting():
            meant = one.stored and (one.id, one.count) == (row.notification, row.times)
            told = self._told.get(_matter(one))
            if not meant or told is None or one.urgency not in URGENT:
                continue
            if all(step <= row.step for who, step in told if who == person.id):  # else it went on already
                await self._tell(one, person, row.step, row.further + 1)

    async def _drill(self, people: tuple[Person, ...]) -> None:
        """Remind of a way that carried nothing for a month: nobody knows whether it still works."""
        now_s, now = self._clock.monotonic(), self._clock.now()
        if self._looked_s is not None and now_s - self._looked_s < WAYS_S:
            return
        self._looked_s = now_s
        used = {way for person in people for way in person.ways}
        old = [
            way
            for way in fields_as(await self._gate.ask("message.ways"), _Ways).ways
            if way.id in used and way.allowed and (way.last_sent is None or now - way.last_sent > DRILL_AFTER)
        ]
        await self._notifications.say(Kind.DRILL_DUE, "", so=bool(old))


def _matter(one: Notification) -> Matter:
    return one.kind, one.subject, one.begun, one.count


def _one_line(name: str) -> str:
    """As the gate takes it: no name that somebody gave may keep an alarm from being told."""
    return "".join(letter if letter.isprintable() else " " for letter in name)[:LONGEST_NAME]


class _Ways(msgspec.Struct, frozen=True):
    ways: tuple[WayInfo, ...]


class _Fate(msgspec.Struct, frozen=True):
    transfer: str
    fate: str
    what: str
    open: bool = False


class _Fates(msgspec.Struct, frozen=True):
    messages: tuple[_Fate, ...]
