"""From a request to its outcome: submits it to the exchanges and waits for who answers. No I/O but futures.

What the driver's services (values.py, membership.py …) use to talk with devices.
"""

from collections.abc import Callable, Iterable

from hub.contract import (
    BY_USER,
    CommandRefused,
    Datapoint,
    DeviceAddress,
    DeviceUnreachableError,
    DutyCycleExhausted,
    LinkLost,
    ReceiveMode,
    WrongKey,
)
from privacy.ports import Clock

from .codec.frames import BROADCAST
from .codec.messages import Message, message_frame
from .exchange.airtime import Airtime, frame_ms
from .exchange.exchange import Exchanges
from .exchange.lane import Deferred, Delivered, Failed, Failure, Outcome, Request, Send
from .members.household import Member
from .radios.timing import ATTEMPTS
from .waiting import Waiter, Waiters

ROUNDS = 3
_REFUSED = {
    Failure.REFUSED: "refused_by_device",
    Failure.PEERS_FULL: "peers_full",
    Failure.UNKNOWN_TARGET: "unknown_target",
    Failure.REPLACED: "replaced",
    Failure.CANCELLED: "replaced",
}


class Unanswered(DeviceUnreachableError):
    """answered: it answered a part of the request, so it is there and the air is bad."""

    def __init__(self, device: DeviceAddress, attempts: int, *, answered: bool) -> None:
        super().__init__(device, attempts)
        self.answered = answered


class Asker:
    """Talks with one device for whoever asks. apply: does what the exchanges decided."""

    def __init__(
        self,
        exchanges: Exchanges,
        waiters: Waiters,
        airtime: Airtime,
        clock: Clock,
        apply: Callable[[Iterable[Outcome], float], None],
    ) -> None:
        self._exchanges = exchanges
        self._waiters = waiters
        self._airtime = airtime
        self._clock = clock
        self._apply = apply
        self._counter = 0
        self.lost: LinkLost | None = LinkLost("starting")  # why nobody can be asked; None: the link works

    async def ask(
        self, member: Member, request: Request
    ) -> tuple[Delivered | Deferred, tuple[Datapoint, ...]]:
        """Send and wait until it was answered or put aside until the device wakes; and what was confirmed.

        Raises:
            LinkLost: there is no radio.
            CommandRefused: refused_by_device, peers_full, unknown_target, replaced.
            DeviceUnreachableError, WrongKey, DutyCycleExhausted: given up.
        """
        self.need_link()
        waiter = self._waiters.add(request)
        self.submit(request)
        return await self._first(member, waiter)

    async def insist(
        self, member: Member, request: Request
    ) -> tuple[Delivered | Deferred, tuple[Datapoint, ...]]:
        """As ``ask``, for what may be said twice: begun anew while that is cheap or the device seems there.

        Raises:
            As ``ask``.
        """
        for _ in range(ROUNDS - 1):
            try:
                return await self.ask(member, request)
            except Unanswered as error:
                if not worth_repeating(member, answered=error.answered):
                    raise
        return await self.ask(member, request)

    async def join(
        self, member: Member, request: Request
    ) -> tuple[Delivered | Deferred, tuple[Datapoint, ...]]:
        """Wait, as ``ask`` does, for a request that was submitted before and has not ended.

        Raises:
            As ``ask``.
        """
        if self._exchanges.lanes.waiting(request.device):  # that it was put aside nobody says a second time
            return Deferred(request=request), ()
        return await self._first(member, self._waiters.add(request))

    async def _first(
        self, member: Member, waiter: Waiter
    ) -> tuple[Delivered | Deferred, tuple[Datapoint, ...]]:
        outcome = await waiter.first
        match outcome:
            case None:
                raise self.lost or LinkLost("lost")
            case Failed():
                raise self._error(member, outcome)
            case _:
                return outcome, tuple(waiter.confirmed)

    async def finish(self, member: Member, request: Request) -> Delivered:
        """Wait for the end of a request that was put aside.

        Raises:
            As ``ask``.
        """
        outcome = await self._waiters.add(request).final
        match outcome:
            case None:
                raise self.lost or LinkLost("lost")
            case Failed():
                raise self._error(member, outcome)
            case _:
                return outcome

    async def outcome(self, request: Request) -> Delivered | Failed | None:
        """Send and wait for the end, whatever it is; None: the link was lost."""
        waiter = self._waiters.add(request)
        self.submit(request)
        return await waiter.final

    def submit(self, request: Request) -> None:
        """Send it when its turn comes; nobody waits."""
        now_s = self._clock.monotonic()
        self._apply(self._exchanges.submit(request, now_s), now_s)

    def withdraw(self, request: Request) -> None:
        """Do not send it, if it still waits."""
        if self._exchanges.lanes.withdraw(request):
            failed = Failed(request=request, reason=Failure.CANCELLED, attempts=0)
            self._apply((failed,), self._clock.monotonic())

    @property
    def central(self) -> bytes:
        """Our own address."""
        return self._exchanges.address

    def broadcast(self, message: Message, flags: int) -> bool:
        """Say it to everybody, once; False when send time is short."""
        self._counter = (self._counter + 1) & 0xFF
        frame = message_frame(
            message, counter=self._counter, flags=flags, sender=self.central, receiver=BROADCAST
        )
        now_s, cost_ms = self._clock.monotonic(), frame_ms(frame)
        if self._airtime.retry_after_s(cost_ms, now_s):
            return False
        self._airtime.spend(frame, BY_USER, now_s)
        self._apply((Send(frame=frame),), now_s)
        return True

    def listen(self, device: bytes, modes: frozenset[ReceiveMode], counter: int = 0) -> None:
        """Speak with this device, which listens like this; counter counts only when it is new."""
        self._exchanges.lanes.add(device, modes, counter)

    def burst_rx(self, device: bytes, on: bool) -> None:
        """It told whether a burst wakes it."""
        self._exchanges.lanes.set_burst_rx(device, on)

    def woke(self, device: bytes, at_s: float, seconds: float) -> None:
        """Its button was pressed: it listens for so long."""
        self._exchanges.woke(device, at_s, seconds)

    def drop(self, device: bytes) -> None:
        """Nobody speaks with this device any more; what waited for it has failed."""
        self._apply(self._exchanges.remove(device), self._clock.monotonic())

    def need_link(self) -> None:
        """Raise LinkLost when there is no radio."""
        if self.lost is not None:
            raise self.lost

    def _error(self, member: Member, failed: Failed) -> Exception:
        match failed.reason:
            case Failure.AIRTIME:
                return DutyCycleExhausted(max(1.0, failed.retry_after_s))
            case Failure.WRONG_KEY:
                return WrongKey(member.address)
            case Failure.SILENT:
                return Unanswered(member.address, failed.attempts or ATTEMPTS, answered=failed.answered)
            case _:
                return CommandRefused(_REFUSED[failed.reason], field="device", value=str(member.address))


def worth_repeating(member: Member, *, answered: bool) -> bool:
    """It answered a part, or it listens always, so that it costs little; not another row of bursts."""
    return answered or ReceiveMode.ALWAYS in member.model.receive_modes
