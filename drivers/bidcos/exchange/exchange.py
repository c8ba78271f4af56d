"""Talking with devices: questions, repeats, wake-up, signatures, answers at their time. Pure.

Read downwards: submit, receive, wake; then what a lane does (lane.py holds its state, lanes.py whose turn it
is). What devices say by themselves: events.py. Time is an argument; the caller sends what ``Send`` says, at
once, and calls ``wake`` at ``wake_at_s``.
One exchange per device is outstanding, and one question of ours on the air at a time; what is more urgent
goes first, but nobody is left half configured.
Source: docs/protocols/bidcos.md, "Timing", "Receive modes".
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ..codec.frames import BROADCAST, Flag, Frame
from ..codec.messages import (
    Ack,
    AckStatus,
    Challenge,
    HaveData,
    Message,
    Nack,
    decode_message,
    message_frame,
)
from ..radios.radio import Result
from ..radios.timing import (
    ANSWER_LATEST_S,
    ANSWER_S,
    ATTEMPTS,
    AWAKE_S,
    BUSY_S,
    CALLS,
    HURRIED_PAGE_S,
    JITTER_S,
    OTHERS_S,
    PAGE_S,
    PAUSE_S,
    REPEAT_SIGNED_S,
    turn_round_s,
)
from .airtime import REFUSED_S, Airtime, frame_ms
from .answers import Answers
from .events import ACK_FLAGS, ASK_FLAGS, Events
from .keyring import Keyring
from .lane import Lane
from .lanes import Lanes
from .request import (
    REFUSALS,
    Deferred,
    Delivered,
    Expect,
    Failed,
    Failure,
    Outcome,
    Proof,
    Request,
    Send,
)
from .signatures import Signer, ordered_channel
from .turn import Turn
from .verdicts import Ruling, further_sends, rule

MAX_WAKES = 5  # a request that failed in so many waking phases is given up
TAKES_NONE = 4  # signatures that it did not take: fewer may have been lost
READ_COUNTER_STEP = 16  # as FHEM: neither what actuators tell with + 1 nor a late part of the last list fits


class Exchanges:
    """All exchanges of one radio. address: the central's, 3 bytes."""

    def __init__(
        self,
        address: bytes,
        airtime: Airtime,
        random_bytes: Callable[[int], bytes],
        keyring: Keyring,
    ) -> None:
        self.address = address
        self.lanes = Lanes()
        self._airtime = airtime
        self._random_bytes = random_bytes
        self._keyring = keyring
        self._signer = Signer(keyring, random_bytes)
        self.verdict_s: float | None = None  # so long a radio that repeats by itself takes to say how it went
        self._answers = Answers(address, airtime)
        self.events = Events(self.lanes, self._answers, random_bytes, keyring)
        self._turn = Turn()

    def remove(self, device: bytes) -> list[Failed]:
        """Forget a device; what waits for it fails."""
        lane = self.lanes.remove(device)
        self.events.remove(device)
        if lane is None:
            return []
        self._turn.release(lane)
        return [Failed(request=request, reason=Failure.CANCELLED, attempts=0) for request in lane.drain()]

    def pause(self, cancel: frozenset[Request]) -> list[Failed]:
        """The stick is gone. What waits for a sleeper goes on waiting, without the requests in ``cancel``."""
        self._answers.clear()
        self.events.clear()
        self._turn.clear()
        return self.lanes.pause(cancel)

    def woke(self, device: bytes, at_s: float, seconds: float) -> None:
        """Its button was pressed: it listens for so long."""
        self.lanes.awake(self.lanes[device], at_s + ANSWER_S, seconds)

    @property
    def wake_at_s(self) -> float | None:
        """When to call ``wake`` next; None: not before the next event."""
        times = [self._answers.due_s] if self._answers.due_s is not None else []
        for lane in self.lanes.active():
            at_s, needs_air = lane.wake_at_s
            times.append(max(at_s, self._free_at_s(lane)) if needs_air else at_s)
        return min(times) if times else None

    def _free_at_s(self, lane: Lane) -> float:
        return max(self._turn.free_at_s(lane), self.events.quiet_until_s)

    def submit(self, request: Request, now_s: float) -> list[Outcome]:
        """Take a request; it is sent at once when the device listens and the air is free."""
        lane, outcomes = self.lanes[request.device], list[Outcome](self.lanes.enqueue(request))
        if request not in lane.queue:  # it found no room
            return [*outcomes, *self.wake(now_s)]
        if lane.current is not None or lane.listens(now_s) or lane.can_wake(request):
            self.lanes.activate(lane)
            self._turn.hurry(lane, now_s + HURRIED_PAGE_S)
        elif request.now_only:
            lane.queue.remove(request)
            outcomes.append(Failed(request=request, reason=Failure.SILENT, attempts=0))
        else:
            outcomes.append(Deferred(request=request))
        return [*outcomes, *self.wake(now_s)]

    # from the air

    def receive(
        self,
        frame: Frame,
        at_s: float,
        now_s: float,
        radio_says: Proof | None = None,
        *,
        called: bool = False,
    ) -> list[Outcome]:
        """Take a frame. at_s: when its end was received; radio_says: of a radio that challenges by itself.

        called: the radio has called its sender, who sleeps, by itself.
        """
        if frame.sender == self.address:
            return []
        lane = self.lanes.get(frame.sender)
        if frame.receiver != self.address:
            if frame.flags & Flag.BIDI and frame.receiver != BROADCAST:
                self._turn.keep_quiet(at_s + OTHERS_S)
            heard = self.events.overhear(lane, frame, at_s, called=called)
            return [*([] if heard is None else [heard]), *self.wake(now_s)]
        message = decode_message(frame)
        if lane is not None and lane.awaits(frame, message):
            lane.radio_says = radio_says
            return [*self._take_answer(lane, frame, message, at_s, now_s), *self.wake(now_s)]
        if lane is None:
            heard = self.events.note(frame, message, at_s)
        else:
            heard = self.events.hear(lane, frame, message, at_s, radio_says)
        return [*([] if heard is None else [heard]), *self.wake(now_s)]

    def answer(self, frame: Frame, message: Message, at_s: float) -> None:
        """Answer ``frame`` with ``message`` in its window, instead of an acknowledgement."""
        self.events.answer(frame, message, ACK_FLAGS, at_s)

    def judge(self, frame: Frame, result: Result, now_s: float) -> list[Outcome]:
        """The radio says what became of a question of ours; what was answered has been received already."""
        lane = self._turn.asking
        if lane is None or lane.sent != frame or result in {Result.ANSWERED, Result.SENT}:
            return []
        repeats = self.verdict_s is not None
        for _ in range(further_sends(result) * repeats):
            self._airtime.spend(frame, lane.cause, now_s)
        match rule(lane, result, repeats=repeats, refused=self._keyring.refused(lane.device)):
            case Failure() as reason:
                return [*self._end(lane, reason, REFUSED_S), *self.wake(now_s)]
            case Ruling.AGAIN:
                lane.busy += 1
                lane.attempt -= 1
                self._turn.release(lane)
                lane.ready_at_s = now_s + BUSY_S + self._jitter_s()
            case Ruling.NO_ANSWER:
                lane.deadline_s = now_s
            case Ruling.NOTHING:
                pass
        return self.wake(now_s)

    # an answer to a question of ours

    def _take_answer(
        self, lane: Lane, frame: Frame, message: Message, at_s: float, now_s: float
    ) -> list[Outcome]:
        if isinstance(message, Challenge):
            return self._sign(lane, message, frame, at_s, now_s)
        assert lane.sent is not None  # awaits() has seen it
        must_sign = self._keyring.signs(lane.device, ordered_channel(lane.sent))
        if isinstance(message, Ack | AckStatus) and not lane.proves(message, must_sign=must_sign):
            return []  # from somebody without the key: not an answer
        if frame.kind == 0x02:
            lane.bursts_back = bool(frame.flags & Flag.BURST)
        heard = self.events.answered(lane, frame, message, at_s)
        pages = lane.current is not None and not lane.waking and lane.step.expect is Expect.PAGES
        if pages and not lane.book.take(frame, message, at_s) and not lane.book.over:
            self._turn.hold(lane, now_s + PAGE_S)  # our acknowledgement was lost; the next part follows
            return []
        lane.guessed = False
        told: list[Outcome] = [replace(heard, answer_to=lane.current)] if heard is not None else []
        if lane.waking:
            lane.forget_question()
            self._turn.release(lane)
            self.lanes.awake(lane, at_s + PAUSE_S, AWAKE_S)
            return told
        if isinstance(message, Nack) and not lane.step.optional:
            return [*told, *self._end(lane, REFUSALS.get(message.code, Failure.REFUSED))]
        if pages and not lane.has_all_pages(frame):
            self._turn.await_page(lane, self.lanes.by_rank()[0], frame, at_s, now_s)
            return told
        if lane.auth is not None and isinstance(message, Ack | AckStatus):
            self._keyring.proved(lane.device, lane.key_index, lane.key)
        return [*told, *self._advance(lane, frame, message, at_s)]

    def _sign(
        self, lane: Lane, challenge: Challenge, frame: Frame, at_s: float, now_s: float
    ) -> list[Outcome]:
        """Answer a challenge to what we sent."""
        if self.events.duplicates.answered_lately(frame, at_s):  # a repeater's copy
            return []
        if not self._turn.hold(lane, now_s + REPEAT_SIGNED_S + self._jitter_s()):
            return []  # it came too late, somebody else is being asked; ours is repeated
        response = self._signer.sign(lane, challenge)
        if response is None:
            return self._end(lane, Failure.WRONG_KEY)
        self.events.answer(frame, response, ASK_FLAGS, at_s)
        return []

    def _advance(self, lane: Lane, frame: Frame, message: Message, at_s: float) -> list[Outcome]:
        """One step is done; on to the next, or all are."""
        request = lane.current
        assert request is not None
        lane.answers.append(message)
        self._turn.release(lane)
        lane.next_step()
        ready_s = at_s + (turn_round_s(frame) if frame.flags & Flag.BIDI else 0) + PAUSE_S
        self.lanes.awake(lane, ready_s, AWAKE_S)
        if lane.current is None:
            return [self._delivered(lane, request)]
        if request.half_way(lane.position):
            self._turn.reserve(lane, ready_s + JITTER_S)
        return []

    def _delivered(self, lane: Lane, request: Request) -> Delivered:
        outcome = lane.delivered(request)
        self._rest(lane)
        return outcome

    def _end(self, lane: Lane, reason: Failure, retry_after_s: float = 0.0) -> list[Outcome]:
        self._turn.release(lane)
        failed = lane.failed(reason, retry_after_s)
        self._rest(lane)
        return failed

    def _rest(self, lane: Lane) -> None:
        self.lanes.served(lane)
        if not lane.waits:
            self.lanes.rest(lane)

    # when its time has come

    def wake(self, now_s: float) -> list[Outcome]:
        """Send what is due, repeat what was not answered, begin what may begin."""
        outcomes: list[Outcome] = list(self._answers.take_due(now_s))
        for lane in self.lanes.active():
            if lane.deadline_s is not None and lane.deadline_s <= now_s:
                outcomes += self._time_out(lane, now_s)
        if self._turn.asking is None:
            for lane in self.lanes.by_rank():
                outcomes += self._begin(lane, now_s)
        return outcomes

    def _time_out(self, lane: Lane, now_s: float) -> list[Outcome]:
        """No answer in time: the same frame again, or wait for it to wake, or give up."""
        self._turn.release(lane)
        if lane.waking and lane.attempt < CALLS:  # if only its acknowledgement was lost, it listens
            lane.wake_call_at_s = now_s
            return []
        if lane.waking or lane.current is None:  # it sleeps on; what waits goes when it wakes by itself
            lane.forget_question()
            return self._defer(lane, now_s)
        if lane.step.expect is Expect.NOTHING:
            assert lane.sent is not None
            return self._advance(lane, lane.sent, Ack(), now_s)
        if lane.attempt < lane.attempts and not lane.book.complete:
            lane.ready_at_s = now_s
            return []
        if lane.book.complete or lane.book.plausible:
            assert lane.sent is not None
            return self._advance(lane, lane.sent, lane.book.parts[-1], now_s)
        if lane.only_optional_left:  # what could only have been nice to have is left out
            return [self._delivered(lane, lane.current)]
        if lane.challenges >= TAKES_NONE and self._keyring.refused(lane.device, lane.key_index):
            return self._end(lane, Failure.WRONG_KEY)
        if lane.sleeps_and_wakes and lane.wakes < MAX_WAKES:
            lane.wakes += not lane.guessed  # else nobody knows whether it woke
            return self._defer(lane, now_s)
        return self._end(lane, Failure.SILENT)

    def _defer(self, lane: Lane, now_s: float) -> list[Outcome]:
        """It does not hear us: what waits for it waits until it wakes."""
        lane.put_back()
        lane.awake_until_s = min(lane.awake_until_s, now_s)
        self.lanes.rest(lane)
        missed = [request for request in lane.queue if request.now_only]
        for request in missed:
            lane.queue.remove(request)
        silent = [Failed(request=each, reason=Failure.SILENT, attempts=ATTEMPTS) for each in missed]
        return [*silent, *(Deferred(request=request) for request in lane.queue)]

    def _begin(self, lane: Lane, now_s: float) -> Iterable[Outcome]:
        """Send this lane's next frame if it may be sent now."""
        if lane.deadline_s is not None or self._turn.asking is not None:
            return ()
        if lane.wake_call_at_s is not None:
            return self._call_awake(lane, now_s)
        if lane.ready_at_s > now_s or self._free_at_s(lane) > now_s:
            return ()
        lane.give_way()
        if lane.current is None and not lane.take_next():
            self.lanes.rest(lane)
            return ()
        if lane.sent is not None:  # the same frame again; a sleeper needs its burst again
            frame = self._question(lane, lane.step.message, ASK_FLAGS) if lane.asks_anew else lane.sent
            return self._ask(lane, frame, lane.burst or lane.needs_burst(now_s), now_s)
        if lane.must_be_called(now_s):
            lane.put_back()
            return self._call(lane, Flag.BURST, now_s)
        if not lane.listens(now_s) and not lane.needs_burst(now_s):  # it fell asleep before its turn came
            return self._defer(lane, now_s)
        frame = self._question(lane, lane.step.message, ASK_FLAGS)
        return self._ask(lane, frame, lane.needs_burst(now_s), now_s)

    def _question(self, lane: Lane, message: Message, flags: int) -> Frame:
        """The next frame to this device, with a counter of its own."""
        pages = lane.current is not None and lane.step.expect is Expect.PAGES
        counter = (lane.counter + (READ_COUNTER_STEP if pages else 1)) & 0xFF
        return message_frame(message, counter=counter, flags=flags, sender=self.address, receiver=lane.device)

    def _call_awake(self, lane: Lane, now_s: float) -> Iterable[Outcome]:
        """A sleeper said that it listens: call it in its window."""
        due_s = lane.wake_call_at_s
        if due_s is None or due_s > now_s or self._free_at_s(lane) > now_s:
            return ()
        lane.wake_call_at_s = None
        if now_s > due_s + ANSWER_LATEST_S or not lane.waits:  # the air was taken while it listened
            return self._begin(lane, now_s) if lane.can_be_woken else self._defer(lane, now_s)
        return self._call(lane, 0, now_s)

    def _call(self, lane: Lane, burst: int, now_s: float) -> Iterable[Outcome]:
        """Send type 12; its acknowledgement says that the device listens."""
        lane.waking = True
        frame = self._question(lane, HaveData(), ASK_FLAGS | Flag.WAKEUP)
        return self._ask(lane, frame, bool(burst), now_s)

    def _ask(self, lane: Lane, frame: Frame, burst: bool, now_s: float) -> Iterable[Outcome]:
        frame = replace(frame, flags=frame.flags | Flag.BURST if burst else frame.flags & ~Flag.BURST)
        cost_ms = frame_ms(frame)
        due_s = self._answers.due_s
        if due_s is not None and due_s < now_s + cost_ms / 1000:
            lane.ready_at_s = due_s + 0.001  # first the answer that is due meanwhile
            if lane.waking:
                lane.waking = False
                lane.wake_call_at_s = lane.ready_at_s if not burst else None
            return ()
        cause = lane.cause
        retry_after_s = self._airtime.retry_after_s(cost_ms, now_s, cause.urgency)
        if retry_after_s and lane.waking:  # it wakes by itself, too
            return self._defer(lane, now_s)
        if retry_after_s:
            return self._end(lane, Failure.AIRTIME, retry_after_s)
        self._airtime.spend(frame, cause, now_s)
        if burst and not lane.burst:
            lane.attempt = 0  # it slept, so what was sent before was none
        lane.burst = burst
        lane.put_on_air(frame)
        lane.attempt += 1
        patience_s = lane.patience_s
        if self.verdict_s is not None:  # the radio repeats by itself
            lane.attempt, patience_s = lane.attempts, self.verdict_s
        lane.book.ask(frame.counter, now_s)
        self._turn.take(lane, now_s + patience_s + self._jitter_s())
        return (Send(frame=frame, cause=cause),)

    def _jitter_s(self) -> float:
        return self._random_bytes(1)[0] / 255 * JITTER_S
