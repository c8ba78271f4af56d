"""Homematic radio driver. Read downwards: run → _take → _apply; execute, ask.

Radio: radio_port.py. Exchanges: exchange.py. Send time: airtime.py. What devices say: reports.py. Values:
values.py. Teach-in: admission.py. Who knows whom: assembly.py. This file brings in what they are told.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Iterable, Mapping
from typing import TypeVar, assert_never, cast

from hub.contract import (
    BY_USER,
    RESTORED_KEY,
    Cause,
    Command,
    CommandRefused,
    Datapoint,
    DeviceAppeared,
    DriverContext,
    LinkLost,
    Ping,
    Query,
    SetValue,
    StartPairing,
    StopPairing,
    StoreError,
    Unpair,
)

from .announce import Announcer
from .assembly import Ground, assemble
from .codec.frames import BROADCAST, Damaged
from .codec.messages import DeviceInfo, TimeRequest
from .exchange.airtime import LIMIT_MS, Airtime
from .exchange.keyring import Keyring
from .exchange.lane import Deferred, Delivered, Failed, Failure, Heard, Outcome, Send
from .exchange.request import Proof
from .keys.radio_keys import PROOFS
from .members.household import Household, member_of
from .members.pairing import INTERFACE
from .members.records import CENTRAL_KEY, new_central, read_records, write_central
from .members.restored import raised
from .memory.learned import learn, silence_s
from .radios.radio import (
    Broken,
    Budget,
    RadioEvent,
    Ready,
    Reception,
    Station,
    Trouble,
    TroubleCode,
    Verdict,
)
from .radios.radio_port import RadioPort
from .radios.tally import Tally
from .services import Answer
from .translation.commands import time_reply
from .waiting import Waiters

log = logging.getLogger(__name__)

TICK_S = 0.5  # silence, motion and window are looked at this often
AIRTIME_EVERY_S = 10.0
STATE_SHARE = 0.1  # of the hour's send time that asking may use up
A = TypeVar("A")


class BidcosDriver:
    """Speaks BidCoS through one serial stick and offers its devices to the hub."""

    name = INTERFACE

    def __init__(self, context: DriverContext) -> None:
        self._context = context
        self._clock = context.clock
        self._household = Household()
        self._airtime = Airtime()
        self._keyring = Keyring()
        self._waiters = Waiters()
        self._answers: Mapping[type, Answer] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._wake_s: float | None = None
        self._announce = Announcer(context)
        self._loaded = False
        self._tally = Tally(context.clock.now)
        self._port = RadioPort(context, self._tally, self._station, self._take, self._sleep_until)
        self.counters = self._tally.counters  # for a diagnosis

    # life

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            ExceptionGroup: of LinkLost: the stick is gone, silent, or not one of ours.
        """
        await self._load()
        try:
            async with self._port.open():
                self._exchanges.verdict_s = self._port.verdict_s
                self._asker.lost = None
                self._exchanges.lanes.resume()
                self._announce.ready()
                async with asyncio.TaskGroup() as tasks:
                    self._tasks = tasks
                    tasks.create_task(self._port.read(), name="bidcos.read")
                    tasks.create_task(self._tick(), name="bidcos.tick")
                    tasks.create_task(
                        self._values.ask_all(self._household, self._clock, self._has_spare_airtime),
                        name="bidcos.states",
                    )
                    tasks.create_task(
                        self._services.learn(self._clock, self._has_spare_airtime), name="bidcos.learn"
                    )
                    self._services.resume()
                    self._values.resume(self._household)
        except* LinkLost as group:
            self._asker.lost = LinkLost(str(group.exceptions[0]))
            raise
        finally:
            self._tasks = self._wake_s = None
            self._asker.lost = self._asker.lost or LinkLost("stopped")
            self._services.reset()
            for failed in self._exchanges.pause(self._waiters.drop()):
                self._waiters.finish(failed)
                self._orders.finish(failed)

    async def _load(self) -> None:
        """Our address and our devices; a first start makes the address."""
        if self._loaded:
            for known in self._household:
                self._context.publish(DeviceAppeared(description=known.description))
            return
        stored = await self._stored()
        records = read_records(stored)
        taken = frozenset(record.address for record in records.devices)
        central = records.central
        if central is None:
            central = new_central(self._context.random_bytes, taken)
            await self._context.store.save({CENTRAL_KEY: write_central(central)})
        ground = Ground(
            context=self._context,
            household=self._household,
            airtime=self._airtime,
            keyring=self._keyring,
            waiters=self._waiters,
            frames=self._tally.frames,
            apply=self._apply,
            spawn=self._spawn,
        )
        parts = assemble(ground, central)
        self._exchanges, self._stations, self._reports = parts.exchanges, parts.stations, parts.reports
        self._asker, self._services, self._orders = parts.asker, parts.services, parts.orders
        self._values, self._instruments, self._teams = parts.values, parts.instruments, parts.teams
        self._members, self._admission = parts.members, parts.admission
        self._services.keys.on_adopt = self._start_anew
        self._services.writing.on_settled = self._tell_pending
        self._services.registers.on_list = self._learn
        self._instruments.load(stored)
        self._teams.load(stored)
        self._answers = {**self._services.answers, **self._instruments.answers}
        unreadable = (*records.unreadable, *self._services.load(stored))
        if unreadable:
            log.error("bidcos.records_unreadable", extra={"count": len(unreadable)})
        for record in records.devices:
            if (member := member_of(record)) is not None:
                self._exchanges.lanes.add(record.address, member.model.receive_modes, record.counter)
                self._members.welcome(member)
                self._learn(record.address)
        self._values.load(stored)
        await self._members.reserve_counters(list(self._household))
        self._loaded = True

    async def _stored(self) -> Mapping[str, bytes]:
        stored = dict(await self._context.store.load())
        if stored.pop(RESTORED_KEY, None) is not None:
            changed = raised(stored)
            await self._context.store.save({**changed, RESTORED_KEY: None})
            stored |= {key: value for key, value in changed.items() if value is not None}
        return stored

    def _learn(self, radio: bytes) -> None:
        learn(self._services.registers, radio, self._exchanges.lanes)
        if (member := self._household.at(radio)) is not None:
            self._reports.silence.limit(radio, silence_s(member, self._services.registers))

    def _start_anew(self) -> None:
        """Our address is another one: this run ends with the next tick, and another one reads it."""
        self._loaded = False

    def _station(self) -> Station:
        return self._stations.current()

    # from the air to the hub

    def _take(self, event: RadioEvent, at_s: float) -> None:
        """What the radio says."""
        now_s = self._clock.monotonic()
        match event:
            case Reception():
                self._receive(event, at_s, now_s)
            case Verdict():  # an answer first counts as any frame does
                if event.answer is not None:
                    self._receive(event.answer, at_s, now_s)
                self._apply(self._exchanges.judge(event.frame, event.result, now_s), now_s)
            case Trouble():
                log.warning("bidcos.trouble", extra={"code": event.code.value, "what": event.text})
                if event.code is TroubleCode.LIMIT:
                    self._airtime.radio_refused(now_s)
            case Broken():
                raise LinkLost(event.code)
            case Budget():
                self._airtime.radio_used(event.used * LIMIT_MS, now_s)
            case Ready():
                self._instruments.identify(event.identity, self._port.hardware_id)
            case Damaged():
                pass
            case _:
                assert_never(event)

    def _receive(self, heard: Reception, at_s: float, now_s: float) -> None:
        proof = PROOFS[heard.signature] if self._port.answers_itself else None  # it has asked for it, too
        if proof is Proof.GOOD:
            self._keyring.vouched(heard.frame.sender)
        called = heard.answered and heard.frame.receiver == BROADCAST
        self._apply(self._exchanges.receive(heard.frame, at_s, now_s, proof, called=called), now_s)

    def _apply(self, outcomes: Iterable[Outcome], now_s: float) -> None:
        """Do what the exchanges decided, then sleep until they want to be woken."""
        for outcome in outcomes:
            match outcome:
                case Send():
                    self._services.sent(outcome.frame)
                    self._port.send(outcome.frame)
                case Heard():
                    self._hear(outcome, now_s)
                case Delivered() | Failed():
                    self._finish(outcome)
                case Deferred():
                    self._orders.defer(outcome.request)
                    self._waiters.defer(outcome)
                    self._tell_pending(outcome.request.device)
                case _:
                    assert_never(outcome)
        self._sleep_until(self._exchanges.wake_at_s)

    def _hear(self, heard: Heard, now_s: float) -> None:
        message = heard.message
        if isinstance(message, DeviceInfo):
            self._admission.meet(heard.frame, message, heard.at_s, now_s)
        elif isinstance(message, TimeRequest) and heard.frame.receiver == self._exchanges.address:
            self._exchanges.answer(heard.frame, time_reply(self._clock.now()), heard.at_s)
        self._services.hear(heard)
        self._instruments.hear(heard)
        confirmed = self._reports.hear(heard, now_s)
        if heard.answer_to is not None:
            self._waiters.confirm(heard.answer_to, confirmed)

    def _finish(self, outcome: Delivered | Failed) -> None:
        member = self._household.at(outcome.request.device)
        self._services.finish(outcome)
        self._orders.finish(outcome)
        self._waiters.finish(outcome)
        if member is None:
            return
        self._tell_pending(member.record.address)
        if isinstance(outcome, Failed) and outcome.reason in {Failure.SILENT, Failure.WRONG_KEY}:
            self._reports.unanswered(member)

    def _tell_pending(self, device: bytes) -> None:
        member = self._household.at(device)
        if member is not None:
            wished = member.model.has_battery and bool(self._services.wishes.of(device))
            self._reports.pending(member, wished or self._exchanges.lanes.owed(device))

    # when its time has come

    def _sleep_until(self, wake_s: float | None) -> None:
        if wake_s is None or self._tasks is None:
            return
        if self._wake_s is None or wake_s < self._wake_s:
            self._wake_s = wake_s
            self._tasks.create_task(self._wake(wake_s), name="bidcos.wake")

    async def _wake(self, wake_s: float) -> None:
        await self._clock.sleep(wake_s - self._clock.monotonic())
        if self._wake_s == wake_s:
            self._wake_s = None
        now_s = self._clock.monotonic()
        self._apply(self._exchanges.wake(now_s), now_s)
        self._port.wake(now_s)

    async def _tick(self) -> None:
        told_s = float("-inf")
        while True:
            await self._clock.sleep(TICK_S)
            if not self._loaded:
                raise LinkLost("restarting")
            now_s = self._clock.monotonic()
            self._reports.wake(now_s)
            self._admission.tick(now_s)
            self._values.tick()
            self._port.know(now_s)
            if now_s - told_s >= AIRTIME_EVERY_S:
                told_s = now_s
                self._announce.airtime(self._airtime.used_ms(now_s), self._airtime.exhausted_in_s(now_s))
            with contextlib.suppress(StoreError):  # the store says so itself; the next tick tries again
                await self._members.reserve_counters(self._members.worn_counters())
                await self._services.writing.settle()
                await self._orders.flush()
                await self._services.keys.flush()
                await self._instruments.flush()
                await self._teams.flush()

    def _has_spare_airtime(self) -> bool:
        return self._airtime.used_ms(self._clock.monotonic()) <= LIMIT_MS * STATE_SHARE

    # from the hub to the air

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        """Do it; return what the device confirmed, or an ASSUMED value while it sleeps.

        Raises:
            CommandRefused: unknown_device, not_writable, refused_by_device.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: not now.
        """
        self._need_loaded()
        match command:
            case SetValue():
                member = self._household.need(command.channel.device)
                if not self._teams.knows(member, command.parameter):
                    return await self._values.set(member, command, cause)
                await self._teams.call(member, command.parameter, cause)
            case Ping():
                return await self._values.ping(self._household.need(command.device), cause)
            case StartPairing():
                self._asker.need_link()
                self._admission.open(command, self._clock.monotonic())
            case StopPairing():
                self._admission.close()
            case Unpair():
                await self._members.release(self._household.need(command.device), command, cause)
            case _:
                assert_never(command)
        return ()

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        """Answer a query.

        Raises:
            CommandRefused: not_supported; and what the service that answers refuses.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: not now.
        """
        self._need_loaded()
        answer = self._answers.get(type(query))
        if answer is None:
            raise CommandRefused("not_supported", field="query", value=type(query).__name__)
        return cast(A, await answer(query, cause))

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None] | None:
        """A child of this run; without a run it is not begun."""
        if self._tasks is None:
            work.close()
            return None
        return self._tasks.create_task(work, name=name)

    def _need_loaded(self) -> None:
        if not self._loaded:
            raise LinkLost("starting")
