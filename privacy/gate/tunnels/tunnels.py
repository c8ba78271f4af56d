"""Tunnels: streams of the hub that the gate connects with one granted host; unread, metered, cut at once.

Read downwards: serve → _carry → _through → _attempt → _begin → (way.py) → _end; ``cut`` ends what runs.
Record or refuse: before the begin entry is on the disk nothing leaves, not even a question to a name server,
and before a greeting of TLS has named the granted host nothing begins.
"""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from privacy.consent import Grant
from privacy.decide import EgressRequest, Permit, Refusal, decide
from privacy.gate.desk import Desk
from privacy.gate.machine.accepting import accept
from privacy.gate.network import line
from privacy.gate.storage import cuts as cut_entries
from privacy.gate.storage.attempt import Cut
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.tunnels.allowances import Allowance, Allowances
from privacy.gate.tunnels.tickets import Ticket, Tickets
from privacy.gate.tunnels.tunnel import Ending, Failed, Outcome, Tunnel
from privacy.instant import Instant
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.standing import OwnerEntry

if TYPE_CHECKING:
    from privacy.gate.tunnels.devices import Devices
    from privacy.gate.tunnels.way import Way

log = logging.getLogger(__name__)

OPEN_LIMIT = 256  # tunnels at once
REVIEW_S = 1.0  # so often each open tunnel is decided about anew
LOOK_S = 10.0  # so often it is looked at who is at the address of an open tunnel
OUTCOMES = 512  # that are remembered for whoever asks
ACCEPTED = b"+"  # the gate's only word on tunnel.sock: the ticket counts, the greeting may come
_STOPPED = "the gate stops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long the hub may take. ticket_s: to show its ticket; greeting_s: until its greeting is whole."""

    ticket_s: float = 5.0
    greeting_s: float = 5.0


class _Refused(Exception):
    """Nothing began."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Tunnels:
    """The tunnels of this moment. ``serve`` has to run for any to open."""

    def __init__(self, desk: Desk, limits: Limits | None = None) -> None:
        self._desk, self._limits = desk, limits or Limits()
        self._tickets = Tickets(desk.random_bytes)
        self._allowances = Allowances(desk)
        self._open: dict[str, Tunnel] = {}
        self._outcomes: dict[str, Outcome | None] = {}
        self._connections = 0
        self._tasks: asyncio.TaskGroup | None = None
        self._looked_s = 0.0
        self.devices: Devices | None = None  # where homebase.toml names some in the house

    def running(self) -> tuple[str, ...]:
        """Ids of the tunnels that are open, or about to."""
        return tuple(self._open)

    # what the hub asks on control.sock

    async def ticket(self, request: EgressRequest) -> tuple[Ticket, Recipient | OwnerEntry] | Reason:
        """The right to one connection and where it leads, or why not; nothing leaves for it."""
        permit = self._permit(request)
        if isinstance(permit, Reason):
            await self._desk.refuse(request.activity, request.recipient, permit, request.ticket)
            return permit
        ticket = self._tickets.issue(request, self._desk.clock.monotonic())
        self._remember(ticket, None)
        return ticket, permit.recipient

    def outcome(self, word: str) -> Outcome | None:
        """What became of a ticket; None while it runs, or waits.

        Raises:
            KeyError: nobody remembers it.
        """
        return self._outcomes[word]

    # life

    async def serve(self, listening: socket.socket, is_jailed: Callable[[socket.socket], bool]) -> None:
        """Accept on tunnel.sock until cancelled. is_jailed: looks at an accepted socket from outside."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._keep(), name="tunnels.keep")
            try:
                while True:
                    near = await accept(listening)
                    if self._connections >= OPEN_LIMIT or not is_jailed(near):
                        log.error("tunnel.refused", extra={"reason": "not jailed, or too many"})
                        near.close()
                        continue
                    self._connections += 1
                    tasks.create_task(self._carry(near), name="tunnel")
            finally:
                listening.close()
                self.close_all(None)

    async def _keep(self) -> None:
        """Each second: what is no longer permitted is cut, days begin, unused amounts go back."""
        while True:
            await self._desk.clock.sleep(REVIEW_S)
            at = self._desk.time.instant()
            for tunnel in tuple(self._open.values()):
                verdict = self._permit(tunnel.permit.request, at)
                if isinstance(verdict, Reason):
                    self._close((tunnel,), verdict)
                elif tunnel.splice is not None and tunnel.splice.abandoned():
                    tunnel.splice.finish()  # else a recipient that never hangs up keeps it open
            self._look_at_devices()
            try:
                await self._allowances.keep()
            except StoreError as error:
                log.warning("tunnel.amounts", extra={"code": error.code})

    def _look_at_devices(self) -> None:
        """Now and then: whoever is not where, or not who, the owner entered is cut off."""
        now_s = self._desk.clock.monotonic()
        if self.devices is None or now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        for tunnel in tuple(self._open.values()):
            if tunnel.device is not None and (reason := self.devices.look_again(tunnel.device)) is not None:
                self._close((tunnel,), reason)

    async def _carry(self, near: socket.socket) -> None:
        """One connection, from its ticket to its end."""
        try:
            ticket = await self._shown(near)
            if ticket is None:
                await self._desk.refuse("", "", Reason.NO_STREAM_TICKET)
                return
            outcome = await self._through(ticket, near)
            asked = ticket.request
            if outcome.ending is Ending.REFUSED and outcome.reason is not None:
                await self._desk.refuse(asked.activity, asked.recipient, outcome.reason, asked.ticket)
            self._remember(ticket, outcome)
        finally:
            self._connections -= 1
            near.close()

    async def _shown(self, near: socket.socket) -> Ticket | None:
        from privacy.gate.tunnels.first_words import read_word  # noqa: PLC0415 - few homes open a tunnel

        word = await read_word(near, self._limits.ticket_s)
        return None if word is None else self._tickets.take(word, self._desk.clock.monotonic())

    async def _through(self, ticket: Ticket, near: socket.socket) -> Outcome:
        asked = ticket.request
        activity = self._desk.register.get(asked.activity)
        assert activity is not None  # it has a ticket
        assert self._tasks is not None
        try:
            allowance = await self._allowances.of(
                asked.activity, asked.recipient, activity.bytes_per_day, self._tasks
            )
            permit = self._permit(replace(asked, sent_today=allowance.meter.used))
            if isinstance(permit, Reason):
                raise _Refused(permit)
            if not allowance.pace.admits(self._desk.clock.monotonic()):
                raise _Refused(Reason.TOO_MANY_CONNECTIONS)
            return await self._found(ticket, permit, near, allowance)
        except _Refused as refused:
            return Outcome(ending=Ending.REFUSED, what=refused.reason.value, reason=refused.reason)
        except StoreError as error:
            return Outcome(ending=Ending.REFUSED, what=str(error), reason=Reason.LEDGER_NOT_WRITABLE)
        except OSError:
            return Outcome(ending=Ending.FAILED, what="the hub hung up before anything began")

    async def _found(
        self, ticket: Ticket, permit: Permit, near: socket.socket, allowance: Allowance
    ) -> Outcome:
        """From here to its end a withdrawal finds it."""
        tunnel = Tunnel(
            id=self._desk.random_bytes(8).hex(),
            ticket=ticket,
            permit=permit,
            near=near,
            task=asyncio.current_task(),
        )
        self._open[tunnel.id] = tunnel
        try:
            return await self._attempt(tunnel, allowance)
        finally:
            self._open.pop(tunnel.id, None)
            if tunnel.far is not None:
                tunnel.far.close()

    # the way out, step by step

    def _permit(self, request: EgressRequest, at: Instant | None = None) -> Permit | Reason:
        desk = self._desk
        if desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        at = at or desk.time.instant()
        verdict = decide(request, desk.register, desk.recipients, desk.standing, at)
        if isinstance(verdict, Refusal):
            return verdict.reason
        if isinstance(verdict.recipient, OwnerEntry):
            # others in the house, such as the stick, are nobody's to tunnel to
            known = self.devices is not None and verdict.recipient.name in self.devices
            return verdict if known else Reason.NOT_BUILT
        return verdict if isinstance(verdict.ground, Grant) else Reason.NOT_BUILT

    async def _attempt(self, tunnel: Tunnel, allowance: Allowance) -> Outcome:
        await asyncio.get_running_loop().sock_sendall(tunnel.near, ACCEPTED)
        if tunnel.device is not None:
            return await self._attempt_inside(tunnel, allowance, tunnel.device)
        from privacy.gate.network import resolver  # noqa: PLC0415 - as above
        from privacy.gate.tunnels.first_words import read_greeting  # noqa: PLC0415 - as above

        greeting = await read_greeting(tunnel.near, tunnel.recipient.host, self._limits.greeting_s)
        if isinstance(greeting, Reason):
            raise _Refused(greeting)
        # asked again: seconds may have passed, and now it is known how much goes first
        size = len(greeting.data) + len(greeting.rest)
        exact = replace(tunnel.permit.request, size=size, sent_today=allowance.meter.used)
        again = self._permit(exact)
        if isinstance(again, Reason):
            raise _Refused(again)
        servers = resolver.servers()
        await self._begin(tunnel, allowance, servers, size)
        return await self._ended(tunnel, self._way(tunnel, allowance).outside(servers, greeting))

    async def _attempt_inside(self, tunnel: Tunnel, allowance: Allowance, name: str) -> Outcome:
        """To a device in the house: no name is looked up and no greeting read; it is known by its card."""
        assert self.devices is not None  # else there was no permit
        place = self.devices.look(name)
        if isinstance(place, Reason):
            raise _Refused(place)
        await self._begin(tunnel, allowance, (), 0)
        return await self._ended(tunnel, self._way(tunnel, allowance).inside(self.devices, place))

    @cached_property
    def _scratch(self) -> memoryview:
        """Whatever passes is read into it; made with the first tunnel."""
        from privacy.splice import PIECE  # noqa: PLC0415 - as above

        return memoryview(bytearray(PIECE))

    def _way(self, tunnel: Tunnel, allowance: Allowance) -> "Way":
        from privacy.gate.tunnels.way import Way  # noqa: PLC0415 - as above

        return Way(
            desk=self._desk,
            tunnel=tunnel,
            allowance=allowance,
            scratch=self._scratch,
            starved=partial(self._starved, tunnel),
            greeting_s=self._limits.greeting_s,
        )

    async def _ended(self, tunnel: Tunnel, passing: Coroutine[None, None, None]) -> Outcome:
        """Let it pass until it is over, and write that down."""
        try:
            await passing
            outcome = tunnel.outcome(Ending.CLOSED, "closed")
        except Failed as failed:
            if tunnel.far is not None:
                line.reset(tunnel.far)
            outcome = tunnel.outcome(Ending.FAILED, failed.what, failed.reason)
        # no longer cuttable: it is over; a withdrawal from here on finds nothing running
        self._open.pop(tunnel.id, None)
        await self._end(tunnel, outcome)
        return outcome

    async def _begin(self, tunnel: Tunnel, allowance: Allowance, servers: tuple[str, ...], size: int) -> None:
        """The begin entry and the amount that may leave first, on the disk before the first byte."""
        at, meter = self._desk.time.instant().at, allowance.meter
        held = meter.take(size)
        amount = meter.order(at_least=0 if held else size)
        news = tunnel.begin(servers)

        def job(tx: Transaction) -> None:
            self._desk.append(tx, *news)
            allowance.spend(tx, amount, at)

        tunnel.begun = True
        try:
            await self._desk.store.write(job)
        except StoreError:
            allowance.landed(meter, amount, written=False)
            tunnel.begun = False
            raise
        except BaseException:  # cut meanwhile: the order must not count as under way for ever
            meter.landed(amount, written=False)
            raise
        allowance.landed(meter, amount, written=True)
        if not held and not meter.take(size):
            tunnel.starved = True  # others were faster: told by its end, after a begin of nothing

    async def _end(self, tunnel: Tunnel, outcome: Outcome) -> None:
        news = tunnel.end(outcome)

        def job(tx: Transaction) -> None:
            self._desk.append(tx, news)

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError:
            self._desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves

    # the end from this side

    def cut(self, concerns: Callable[[Grant], bool]) -> tuple[Cut, ...]:
        """End every tunnel that ``concerns`` names at once, first all connections, then the tasks.

        The caller writes it down. Tickets open nothing any more: whoever shows one is decided about anew.
        """
        chosen = tuple(one for one in self._open.values() if one.grant is not None and concerns(one.grant))
        return self._withdrawn(chosen)

    def cut_inside(self) -> tuple[Cut, ...]:
        """The same for all that lead to devices in the house, whose entries count no more."""
        if self.devices is not None:
            self.devices.strike()
        return self._withdrawn(tuple(one for one in self._open.values() if one.grant is None))

    def _withdrawn(self, chosen: tuple[Tunnel, ...]) -> tuple[Cut, ...]:
        return tuple(cut for tunnel, cut in self._cut(chosen, Reason.WITHDRAWN) if tunnel.begun)

    def close_all(self, reason: Reason | None) -> None:
        """Cut every tunnel; None: because the gate stops."""
        self._close(tuple(self._open.values()), reason)

    def _cut(self, chosen: tuple[Tunnel, ...], reason: Reason | None) -> list[tuple[Tunnel, Cut]]:
        # what counts first, for all of them: the last one waits for the others
        before = [0 if tunnel.far is None else line.bytes_sent(tunnel.far) for tunnel in chosen]
        done = [(tunnel, self._reset(tunnel, sent)) for tunnel, sent in zip(chosen, before, strict=True)]
        for tunnel in chosen:
            self._forget(tunnel, reason)
        return done

    def _reset(self, tunnel: Tunnel, before: int) -> Cut:
        after = 0
        if tunnel.far is not None:
            after = line.bytes_sent(tunnel.far) - before
            line.reset(tunnel.far)
        return Cut(transfer=tunnel.id, grant=tunnel.grant, sent=tunnel.sent, after=after)

    def _forget(self, tunnel: Tunnel, reason: Reason | None) -> None:
        self._open.pop(tunnel.id, None)
        if tunnel.splice is not None:
            tunnel.splice.stop()
        for end in (tunnel.near, tunnel.far):
            if end is not None:
                line.forget(end)
        self._remember(tunnel.ticket, tunnel.outcome(Ending.CUT, _STOPPED, reason))
        if tunnel.task is not None:
            tunnel.task.cancel()

    def _starved(self, tunnel: Tunnel, reason: Reason) -> None:
        if tunnel.id in self._open:
            self._close((tunnel,), reason)

    def _close(self, chosen: tuple[Tunnel, ...], reason: Reason | None) -> None:
        """Cut tunnels for a reason of the gate's own, and have that written down."""
        done, why = self._cut(chosen, reason), _STOPPED if reason is None else reason.value
        begun = tuple(cut for tunnel, cut in done if tunnel.begun)
        if not begun:
            return

        def job(tx: Transaction) -> None:
            self._desk.append(tx, *cut_entries.news(tx, begun, reason=why))

        def written(future: asyncio.Future[None]) -> None:
            if not future.cancelled() and future.exception() is not None:
                self._desk.unwritten.append(job)

        self._desk.store.write(job, closing=True).add_done_callback(written)

    def _remember(self, ticket: Ticket, outcome: Outcome | None) -> None:
        self._outcomes.pop(ticket.word, None)
        while len(self._outcomes) >= OUTCOMES:
            del self._outcomes[next(iter(self._outcomes))]
        self._outcomes[ticket.word] = outcome
