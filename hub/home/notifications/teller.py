"""Tells people of what waits, by messages that the gate sends: it knows ways by their ids and no number.

Read downwards: run → once → _tell, then what became of it → _follow, and _drill. Nothing is sent without the
gate's consent for that way; whom to tell, in which order and when is people.py.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import msgspec

from hub.contract import StoreError
from privacy.client import GateDeclined, GateLost, fields_as
from privacy.ports import Clock

from .centre import Notifications
from .kinds import Kind
from .model import Notification
from .people import Person, Telling, due
from .people_records import PeopleRecords

log = logging.getLogger(__name__)

LOOK_S = 5.0
WAYS_S = 600.0  # between two looks at the ways
DRILL_AFTER = timedelta(days=30)  # a way that carried nothing for so long is tried
LONGEST_NAME = 64  # that the gate takes
WAITING, REFUSED = "waiting", "refused"
_LATER = frozenset({"ledger_not_writable", "busy", "clock_unsure"})  # nothing is wrong with the message
Ask = Callable[..., Awaitable[Mapping[str, object]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is asked. ask: a question to the gate; name: what people call a device; zone: of the home."""

    ask: Ask
    name: Callable[[str], str]
    zone: Callable[[], tzinfo | None]


class WayInfo(msgspec.Struct, frozen=True):
    """One way that the gate knows. kind: email or sms; allowed: the owner agreed to it."""

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
        self._told: dict[tuple[int, int], set[tuple[int, int]]] = {}  # by notification and its count
        self._open: set[str] = set()  # transfers whose fate is not known yet
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
            for one in self._notifications.waiting():
                if one.id:
                    await self._tell_all(one, people)
        if self._open:
            await self._follow()

    async def ways(self) -> tuple[WayInfo, ...]:
        """What the gate knows of addresses and numbers; none while it is away."""
        try:
            return fields_as(await self._gate.ask("message.ways"), _Ways).ways
        except (GateLost, GateDeclined):
            return ()

    # step by step

    async def _tell_all(self, one: Notification, people: tuple[Person, ...]) -> None:
        key = (one.id, one.count)
        if key not in self._told:
            rows = await self.records.told([one.id])
            self._told[key] = {(row.person, row.step) for row in rows if row.times == one.count}
            self._open |= {row.transfer for row in rows if row.fate == WAITING}
        for person, step, way in due(one, people, self._told[key], self._clock.now(), self._gate.zone()):
            await self._tell(one, person, step, way)

    async def _tell(self, one: Notification, person: Person, step: int, way: str) -> None:
        transfer, fate, what = "", WAITING, ""
        try:
            answer = await self._gate.ask(
                "message.send",
                way=way,
                event=one.kind.value,
                name=_one_line(self._gate.name(one.subject)),
                at=one.latest.isoformat(),
            )
        except GateDeclined as declined:
            if declined.code in _LATER:
                raise
            fate, what = REFUSED, declined.code
        else:
            transfer = str(answer.get("transfer"))
            self._open.add(transfer)
        self._told[one.id, one.count].add((person.id, step))
        await self.records.keep(
            Telling(
                notification=one.id,
                times=one.count,
                person=person.id,
                step=step,
                at=self._clock.now(),
                transfer=transfer,
                fate=fate,
                what=what,
            )
        )

    async def _follow(self) -> None:
        """Ask what became of those that are on their way."""
        transfers = sorted(self._open)[:100]
        told = fields_as(await self._gate.ask("message.fates", transfers=transfers), _Fates).messages
        for one in told:
            if one.fate != WAITING:
                await self.records.settle(one.transfer, one.fate, one.what)
                self._open.discard(one.transfer)
        self._open -= set(transfers) - {one.transfer for one in told}  # erased at the gate

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


def _one_line(name: str) -> str:
    """As the gate takes it: no name that somebody gave may keep an alarm from being told."""
    return "".join(letter if letter.isprintable() else " " for letter in name)[:LONGEST_NAME]


class _Ways(msgspec.Struct, frozen=True):
    ways: tuple[WayInfo, ...]


class _Fate(msgspec.Struct, frozen=True):
    transfer: str
    fate: str
    what: str


class _Fates(msgspec.Struct, frozen=True):
    messages: tuple[_Fate, ...]
