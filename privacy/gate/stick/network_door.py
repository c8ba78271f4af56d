"""The stick in the house's network: the owner's entry, decided, written down, connected, carried, watched.

Read downwards: open → _opened → _judge, _begin, _connected; _watch goes on as long as the gate does. The hub
gets a terminal (splice.py), never the line. Record or refuse: the begin entry is on the disk before the first
packet. One entry and its end tell of a *visit*: all lines of an hour at most, so that a stick without power,
or a hub that asks on and on, writes no book full.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass

from privacy import canonical
from privacy.conversation import Declined, Reply
from privacy.decide import EgressRequest, Refusal, decide
from privacy.gate.desk import Desk
from privacy.gate.network import neighbours
from privacy.gate.network.inside_line import NoLine, open_line
from privacy.gate.network.neighbours import Place
from privacy.gate.stick.splice import Splice, Terminal
from privacy.gate.storage import amounts
from privacy.gate.storage.book import News
from privacy.gate.storage.store import StoreError, Transaction
from privacy.inside import InsideEntry
from privacy.ledger import Kind
from privacy.reasons import Reason
from privacy.register import Language
from privacy.standing import ENTERED, OwnerEntry
from privacy.vocabulary import DataCategory
from privacy.whereabouts import Situation, misplaced

log = logging.getLogger(__name__)

NAME = "radio"
WATCH_S = 10.0  # between two looks at who is at the address
VISIT_S, GRACE_S = 3600.0, 60.0  # a visit without a line ends after so long, or when the hub asks no more
SPEND_S = 900.0  # between two times that the bytes of a day are written down: a card lives longer
REFUSAL_S = 60.0  # between two writings of one refusal: a hub asks each second
WAYS_OUT = {
    "stick_unreachable": "check its power, its cable and [radio] port",
    "stick_refuses": "nothing listens at this port: check [radio] port and the device's settings",
}


@dataclass(slots=True, kw_only=True)
class Visit:
    """What one pair of ledger entries tells of. lines: that were open; failed: attempts; last: its end."""

    transfer: str
    began_s: float
    asked_s: float
    lines: int = 0
    failed: int = 0
    bytes: int = 0
    last: str = ""


class NetworkStick:
    """Opens the owner's entry for the hub, one line at a time; ``run`` has to run.

    say: a line for the owner, once for each trouble. own_port: where the gate itself listens on loopback.
    """

    def __init__(self, entry: InsideEntry, desk: Desk, say: Callable[[str], None], own_port: int) -> None:
        self.entry, self._desk, self._say, self._own_port = entry, desk, say, own_port
        self._opening = asyncio.Lock()
        self._tasks: asyncio.TaskGroup | None = None
        self._connecting: asyncio.Task[socket.socket | NoLine] | None = None
        self._splice: Splice | None = None
        self._line: asyncio.Task[None] | None = None
        self._visit: Visit | None = None
        self._unspent = self._sent_today = 0
        self._spend_at_s = self._refuse_at_s = 0.0
        self._told = ""
        if ENTERED not in desk.struck:
            self.enter()

    def enter(self) -> None:
        """Let the entry of homebase.toml count; until it is withdrawn."""
        self._desk.standing.enter(
            OwnerEntry(
                name=NAME,
                activity=ENTERED,
                address=str(self.entry.address),
                port=self.entry.port,
                mac=self.entry.mac or None,
                certificate_sha256=None,
            )
        )

    async def run(self) -> None:
        """Serve until cancelled; then the line is closed and its end written down."""
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                try:
                    while True:
                        await self._desk.clock.sleep(WATCH_S)
                        await self._watch()
                finally:
                    self._tasks = None
                    self._hang_up("the gate was stopped")
        finally:
            await self._end_visit()

    # opening

    async def open(self) -> Reply:
        """Return a terminal that leads to the stick; an earlier one hangs up.

        Raises:
            Declined: with the code of why there is no line.
        """
        try:
            async with self._opening:
                self._hang_up("asked again")
                terminal = await self._opened()
        except Declined as declined:
            if declined.detail != self._told:
                self._say(f"homebase: radio: {declined.detail}")
            self._told = declined.detail
            raise
        self._told = ""
        return Reply(fields={"hardware_id": self.entry.mac}, descriptor=terminal.far)

    async def _opened(self) -> Terminal:
        self._sent_today = await self._spent()
        place = await self._judge(None)
        visit = await self._begin()
        try:
            line = await self._connected(place)
        except NoLine as error:
            visit.failed, visit.last = visit.failed + 1, error.code
            detail = f"{self.entry}: {error.why}; {WAYS_OUT[error.code]}"
            raise Declined(error.code, detail) from error
        try:
            # again: who answered is only known now, and meanwhile anything may have changed
            await self._judge("" if place.own else neighbours.card_of(self.entry, place.interface))
            terminal = Terminal()
        except BaseException as error:
            line.close()
            if isinstance(error, OSError):
                raise Declined("stick_unreachable", f"{self.entry}: {error.strerror}") from error
            raise
        self._carry(visit, line, terminal)
        return terminal

    async def _judge(self, card: str | None) -> Place:
        """Look where the address is and decide. card: who answered there, None before anybody was asked.

        Raises:
            Declined: it may not be spoken with.
        """
        try:
            place = neighbours.find(self.entry)
            # what is open goes on while the book can't be written; nothing new begins
            reason = Reason.LEDGER_NOT_WRITABLE if self._desk.unwritten else self._decided(place, card)
        except OSError as error:
            detail = f"{self.entry}: the kernel does not say where it is: {error.strerror}; check the network"
            raise Declined("stick_unreachable", detail) from error
        if reason is not None:
            await self._refuse(reason)
            raise Declined(reason.value, f"{self.entry}: {reason.text(Language.EN)}")
        return place

    def _decided(self, place: Place, card: str | None) -> Reason | None:
        desk, entry = self._desk, self.entry
        at_home = place.own == entry.address.is_loopback  # else an address of this machine in its network
        our_door = entry.address.is_loopback and entry.port == self._own_port
        situation = Situation(
            on_link=place.on_link and at_home,
            serves_network=our_door or neighbours.serves_network(entry, place),
            mac=card,
        )
        if desk.standing.entry(NAME) is None:
            return Reason.WITHDRAWN
        request = EgressRequest(
            activity=ENTERED,
            recipient=NAME,
            # what the frames mean is the hub's knowledge: to restrict one kind of data silences no home
            categories=frozenset({DataCategory.RADIO}),
            payload_sha256=None,
            sent_today=self._sent_today + self._unspent,
        )
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        return verdict.reason if isinstance(verdict, Refusal) else misplaced(entry, situation)

    async def _refuse(self, reason: Reason) -> None:
        now_s = self._desk.clock.monotonic()
        if self._refuse_at_s <= now_s:
            self._refuse_at_s = now_s + REFUSAL_S
            await self._desk.refuse(ENTERED, "", reason)

    async def _begin(self) -> Visit:
        """The visit that goes on, or a new one, written down.

        Raises:
            Declined: it can't be written.
        """
        now_s = self._desk.clock.monotonic()
        if self._visit is not None and now_s - self._visit.began_s >= VISIT_S:
            await self._end_visit()
        if self._visit is not None:
            self._visit.asked_s = now_s
            return self._visit
        transfer = self._desk.random_bytes(8).hex()
        told: dict[str, canonical.Json] = {
            "transfer": transfer,
            "activity": ENTERED,
            "recipient": NAME,
            "host": str(self.entry.address),
            "port": self.entry.port,
            "mac": self.entry.mac,
        }
        try:
            await self._desk.record(Kind.TRANSFER_BEGIN, told)
        except StoreError as error:
            raise Declined(Reason.LEDGER_NOT_WRITABLE.value, f"{self.entry}: {error}") from error
        self._visit = Visit(transfer=transfer, began_s=now_s, asked_s=now_s)
        return self._visit

    async def _connected(self, place: Place) -> socket.socket:
        """Connect in a task of its own, which a withdrawal can end."""
        if self._tasks is None or self._desk.standing.entry(NAME) is None:
            raise Declined(Reason.WITHDRAWN.value, f"{self.entry}: {Reason.WITHDRAWN.text(Language.EN)}")
        task = self._tasks.create_task(_reach(self.entry, place), name="stick.connect")
        self._connecting = task
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:  # the hub went
            task.add_done_callback(_let_go)
            task.cancel()
            raise
        finally:
            self._connecting = None
        if task.cancelled():
            raise Declined(Reason.WITHDRAWN.value, f"{self.entry}: {Reason.WITHDRAWN.text(Language.EN)}")
        line = task.result()
        if isinstance(line, NoLine):
            raise line
        return line

    # carrying

    def _carry(self, visit: Visit, line: socket.socket, terminal: Terminal) -> None:
        splice = Splice(line, terminal.near, self._desk.clock, lambda size: self._count(visit, size))
        visit.lines += 1
        assert self._tasks is not None
        self._splice = splice
        task = self._tasks.create_task(self._carried(visit, splice), name="stick.line")
        self._line = task

        def over(_: object) -> None:  # not in the task: one that is ended before it began runs nothing
            line.close()
            terminal.close()
            if self._splice is splice:
                self._splice = self._line = None
                visit.asked_s = self._desk.clock.monotonic()

        task.add_done_callback(over)

    async def _carried(self, visit: Visit, splice: Splice) -> None:
        side = await splice.run()
        if self._splice is splice:  # else it was hung up, for the reason that stands there
            visit.last = f"ended by the {side}"

    def _count(self, visit: Visit, size: int) -> None:
        visit.bytes += size
        self._unspent += size
        activity = self._desk.register.get(ENTERED)
        if activity is None or self._sent_today + self._unspent > activity.bytes_per_day:
            self._hang_up(Reason.BUDGET_USED_UP.value)

    def _hang_up(self, why: str) -> None:
        """Close what is open, at once: nothing that was not sent yet leaves any more."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self._splice is not None and self._line is not None:
            self._splice.cut()
            self._line.cancel()
            self._splice = self._line = None
            if self._visit is not None:
                self._visit.last = why

    def cut(self) -> Visit | None:
        """Close at once and for good, for a withdrawal, which writes it down; return what was ended."""
        self._desk.standing.strike(NAME)
        self._hang_up(Reason.WITHDRAWN.value)
        visit, self._visit = self._visit, None
        return visit

    # watching

    async def _watch(self) -> None:
        """Who is at the address now, what a day has cost, and whether the visit is over."""
        now_s = self._desk.clock.monotonic()
        async with self._opening:
            if self._splice is not None:
                await self._look_again()
            if self._spend_at_s <= now_s:
                self._spend_at_s = now_s + SPEND_S
                await self._spend()
            visit = self._visit
            if visit is not None and self._splice is None and now_s - visit.asked_s >= GRACE_S:
                await self._end_visit()

    async def _look_again(self) -> None:
        try:
            place = neighbours.find(self.entry)
            card = "" if place.own else neighbours.card_of(self.entry, place.interface)
            # an idle neighbour may be forgotten by the kernel, another one is not
            reason = self._decided(place, card or None)
        except OSError:
            reason = Reason.NOT_ON_LINK
        if reason is not None:
            self._hang_up(reason.value)
            self._say(f"homebase: radio: {self.entry}: {reason.text(Language.EN)}")
            await self._refuse(reason)

    async def _spent(self) -> int:
        at = self._desk.time.instant().at
        try:
            return await self._desk.store.read(lambda tx: amounts.sent_today(tx, ENTERED, NAME, at))
        except StoreError as error:
            raise Declined(Reason.LEDGER_NOT_WRITABLE.value, f"{self.entry}: {error}") from error

    async def _spend(self) -> None:
        if self._unspent:
            try:
                await self._desk.store.write(self._spending())
                self._sent_today = await self._spent()
            except (StoreError, Declined) as error:
                log.warning("stick.unwritten", extra={"reason": str(error)[:200]})

    def _spending(self) -> Callable[[Transaction], None]:
        """A job that writes down what passed since the last one."""
        amount, self._unspent, at = self._unspent, 0, self._desk.time.instant().at
        self._sent_today += amount
        return lambda tx: amounts.spend(tx, ENTERED, NAME, at, amount)

    async def _end_visit(self) -> None:
        visit, self._visit = self._visit, None
        if visit is None:
            return
        spend = self._spending()
        told: dict[str, canonical.Json] = {
            "transfer": visit.transfer,
            "result": "ended" if visit.lines else "failed",
            "sent": visit.bytes,
            "lines": visit.lines,
            "failed": visit.failed,
            "what": visit.last,
        }

        def job(tx: Transaction) -> None:
            self._desk.append(tx, News(kind=Kind.TRANSFER_END, data=told))
            spend(tx)

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError:
            self._desk.unwritten.append(job)  # its end is missing in the book: until then nothing opens


def _let_go(connecting: asyncio.Task[socket.socket | NoLine]) -> None:
    if not connecting.cancelled() and isinstance(line := connecting.result(), socket.socket):
        line.close()


async def _reach(entry: InsideEntry, place: Place) -> socket.socket | NoLine:
    """As ``open_line``; that there is none is an answer, which ends no other task."""
    try:
        return await open_line(entry, place.interface)
    except NoLine as error:
        return error
