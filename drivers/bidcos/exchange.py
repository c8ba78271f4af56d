"""Talking with devices: acknowledgement in the window, repeats, wake-up, answers at their time. Pure.

Read downwards: submit, receive, wake; then what a lane does (lane.py holds its state). Time is an argument;
the caller sends what ``Send`` says, at once, and calls ``wake`` at ``wake_at_s``.
One exchange per device is outstanding, and one question of ours on the air at a time.
Source: docs/protocols/bidcos.md, "Timing", "Receive modes".
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from .airtime import Airtime, frame_ms
from .answers import Answers
from .duplicates import Duplicates
from .frames import BROADCAST, Flag, Frame
from .lane import (
    Deferred,
    Expect,
    Failed,
    Failure,
    Heard,
    Lane,
    Outcome,
    Request,
    Send,
)
from .lanes import Lanes
from .messages import (
    Ack,
    AckStatus,
    AesResponse,
    Challenge,
    HaveData,
    Message,
    Nack,
    TimeRequest,
    decode_message,
    message_frame,
)
from .signing import FRESHNESS_SIZE, sign
from .timing import (
    ANSWER_LATEST_S,
    ANSWER_S,
    ATTEMPTS,
    AWAKE_S,
    CONFIG_AWAKE_S,
    JITTER_S,
    OTHERS_S,
    PAGE_S,
    PAUSE_S,
    REPEAT_BURST_S,
    REPEAT_PLAIN_S,
    REPEAT_SIGNED_S,
    turn_round_s,
)

MAX_WAKES = 5  # a request that failed in so many waking phases is given up

_ACK_FLAGS = Flag.RPTEN
_ASK_FLAGS = Flag.RPTEN | Flag.BIDI
_WAKE = Flag.BIDI | Flag.WAKEMEUP


class Exchanges:
    """All exchanges of one radio. address: the central's, 3 bytes."""

    def __init__(
        self,
        address: bytes,
        airtime: Airtime,
        random_bytes: Callable[[int], bytes],
        key: bytes,
    ) -> None:
        self.address = address
        self._airtime = airtime
        self._random_bytes = random_bytes
        self._key = key
        self.lanes = Lanes()
        self._active: dict[bytes, Lane] = {}
        self._answers = Answers(address, airtime)
        self._duplicates = Duplicates()
        self._quiet_until_s = 0.0  # our own frame, or an answer to it or to somebody else, is on the air
        self._asking: Lane | None = None

    def remove(self, device: bytes) -> list[Outcome]:
        """Forget a device; what waits for it fails."""
        lane = self.lanes.remove(device)
        self._active.pop(device, None)
        if lane is None:
            return []
        if self._asking is lane:
            self._asking = None
        return [Failed(request=request, reason=Failure.CANCELLED, attempts=0) for request in lane.drain()]

    def waiting(self, device: bytes) -> bool:
        """Something waits until this device wakes."""
        lane = self.lanes.get(device)
        return lane is not None and bool(lane.queue) and device not in self._active

    def pause(self, cancel: frozenset[Request]) -> None:
        """The stick is gone. What waits for a sleeper goes on waiting, without the requests in ``cancel``."""
        self._answers.clear()
        self._active.clear()
        self._asking = None
        self._quiet_until_s = 0.0
        self.lanes.pause(cancel)

    def woke(self, device: bytes, at_s: float, seconds: float) -> None:
        """Its button was pressed: it listens for so long."""
        self._awake(self.lanes[device], at_s + ANSWER_S, seconds)

    @property
    def wake_at_s(self) -> float | None:
        """When to call ``wake`` next; None: not before the next event."""
        times = [self._answers.due_s] if self._answers.due_s is not None else []
        ready = [lane.wake_at_s for lane in self._active.values()]
        times += [max(at_s, self._quiet_until_s) if free else at_s for at_s, free in ready]
        return min(times) if times else None

    def submit(self, request: Request, now_s: float) -> list[Outcome]:
        """Take a request; it is sent at once when the device listens and the air is free."""
        lane = self.lanes[request.device]
        outcomes: list[Outcome] = list(self.lanes.enqueue(request))
        if lane.current is not None or lane.listens(now_s) or lane.can_wake(request):
            self._active[lane.device] = lane
        elif request.now_only:
            lane.queue.remove(request)
            outcomes.append(Failed(request=request, reason=Failure.SILENT, attempts=0))
        else:
            outcomes.append(Deferred(request=request))
        return [*outcomes, *self.wake(now_s)]

    # from the air

    def receive(self, frame: Frame, at_s: float, now_s: float) -> list[Outcome]:
        """Take a frame. at_s: when its end was received."""
        if frame.sender == self.address:
            return []
        repeat = self._duplicates.seen(frame, at_s)
        if frame.receiver != self.address:
            if frame.flags & Flag.BIDI and frame.receiver != BROADCAST:
                self._quiet_until_s = max(self._quiet_until_s, at_s + OTHERS_S)
            outcomes = [] if repeat else self._overhear(frame, at_s)
            return [*outcomes, *self.wake(now_s)]
        message = decode_message(frame)
        lane = self.lanes.get(frame.sender)
        outcomes = []
        if lane is None:
            outcomes = [] if repeat else [Heard(frame=frame, message=message, at_s=at_s)]
        elif lane.awaits(frame, message):
            outcomes = self._take_answer(lane, frame, message, at_s, now_s, repeat=repeat)
        else:
            if frame.kind != 0x02:
                self._acknowledge(lane, frame, message, at_s, repeat=repeat)
            if isinstance(message, TimeRequest):  # a thermostat that asks again did not get the time
                repeat = self._duplicates.answered_lately(frame, at_s)
            outcomes = [] if repeat else [Heard(frame=frame, message=message, at_s=at_s)]
        return [*outcomes, *self.wake(now_s)]

    def _overhear(self, frame: Frame, at_s: float) -> list[Outcome]:
        """A broadcast, or something between others; a sleeper that tells it listens now is woken."""
        lane = self.lanes.get(frame.sender)
        if lane is not None and lane.queue and lane.current is None:
            if frame.kind == 0x00:
                self._awake(lane, at_s + ANSWER_S, CONFIG_AWAKE_S)
            elif frame.flags & _WAKE == Flag.WAKEMEUP and frame.receiver == BROADCAST:
                lane.wake_call_at_s = at_s + turn_round_s(frame)
                self._active[lane.device] = lane
        return [Heard(frame=frame, message=decode_message(frame), at_s=at_s)]

    def _acknowledge(self, lane: Lane, frame: Frame, message: Message, at_s: float, *, repeat: bool) -> None:
        """Answer an event that wants it, and wake who has something waiting."""
        if frame.kind == 0x00:
            if lane.queue and lane.current is None:
                self._awake(lane, at_s + ANSWER_S, CONFIG_AWAKE_S)
            return
        if not frame.flags & Flag.BIDI or isinstance(message, TimeRequest):
            return
        if repeat and self._duplicates.answered_lately(frame, at_s):
            return
        wake = bool(frame.flags & Flag.WAKEMEUP) and bool(lane.queue) and lane.current is None
        flags = _ACK_FLAGS | Flag.WAKEUP if wake else _ACK_FLAGS
        due_s = self._answer(frame, Ack(), flags, at_s)
        if wake:
            self._awake(lane, due_s + PAUSE_S, AWAKE_S)

    def answer(self, frame: Frame, message: Message, at_s: float) -> None:
        """Answer ``frame`` with ``message`` in its window, instead of an acknowledgement."""
        self._answer(frame, message, _ACK_FLAGS, at_s)

    def _answer(self, frame: Frame, message: Message, flags: int, at_s: float) -> float:
        due_s = self._answers.add(frame, message, flags, at_s)
        self._duplicates.answered(frame, at_s)
        return due_s

    def _awake(self, lane: Lane, ready_s: float, seconds: float) -> None:
        lane.ready_at_s = ready_s
        lane.awake_until_s = ready_s + seconds
        self._active[lane.device] = lane

    # an answer to a question of ours

    def _take_answer(
        self, lane: Lane, frame: Frame, message: Message, at_s: float, now_s: float, *, repeat: bool
    ) -> list[Outcome]:
        if isinstance(message, Challenge):
            self._sign(lane, message, frame, at_s, now_s)
            return []
        if frame.flags & Flag.BIDI and not (repeat and self._duplicates.answered_lately(frame, at_s)):
            self._answer(frame, Ack(), _ACK_FLAGS, at_s)
        if repeat:
            return []
        if isinstance(message, Ack | AckStatus) and not lane.proves(message):
            return []  # signed by somebody without the key: not an answer
        heard = Heard(frame=frame, message=message, at_s=at_s, answer_to=lane.current)
        if lane.waking:
            lane.waking = False
            lane.sent = None
            self._release(lane)
            self._awake(lane, at_s + PAUSE_S, AWAKE_S)
            return [heard]
        if isinstance(message, Nack) and not lane.step.optional:
            return [heard, *self._end(lane, Failure.REFUSED, message.code)]
        if lane.step.expect is Expect.PAGES and not lane.last_page(message):
            lane.pages.append(message)
            lane.deadline_s = now_s + PAGE_S
            self._quiet_until_s = max(self._quiet_until_s, now_s + PAGE_S)
            return [heard]
        if lane.step.expect is Expect.PAGES:
            lane.pages.append(message)
        return [heard, *self._advance(lane, frame, message, at_s)]

    def _sign(self, lane: Lane, challenge: Challenge, frame: Frame, at_s: float, now_s: float) -> None:
        assert lane.sent is not None  # awaits() has seen it
        signature = sign(self._key, challenge.challenge, lane.sent, self._random_bytes(FRESHNESS_SIZE))
        lane.signs = True
        lane.challenged = True
        lane.auth = signature.auth
        self._answers.add(frame, AesResponse(data=signature.data), _ASK_FLAGS, at_s)
        lane.deadline_s = now_s + REPEAT_SIGNED_S + self._jitter_s()
        self._quiet_until_s = max(self._quiet_until_s, lane.deadline_s)

    def _advance(self, lane: Lane, frame: Frame, message: Message, at_s: float) -> list[Outcome]:
        """One step is done; on to the next, or all are."""
        request = lane.current
        assert request is not None
        lane.answers.append(message)
        self._release(lane)
        lane.next_step()
        if lane.current is None:
            self._rest(lane, at_s)
            return [lane.delivered(request)]
        self._awake(lane, at_s + (turn_round_s(frame) if frame.flags & Flag.BIDI else 0) + PAUSE_S, AWAKE_S)
        return []

    def _end(self, lane: Lane, reason: Failure, nack: int | None = None) -> list[Outcome]:
        request, attempts = lane.current, lane.attempt
        self._release(lane)
        lane.begin_nothing()
        if not lane.queue:
            self._active.pop(lane.device, None)
        if request is None:
            return []
        return [Failed(request=request, reason=reason, attempts=attempts, nack=nack)]

    def _rest(self, lane: Lane, at_s: float) -> None:
        if lane.queue:
            self._awake(lane, at_s + PAUSE_S, AWAKE_S)
        else:  # it listens for a moment still: what follows from its answer may be said now
            lane.ready_at_s = max(lane.ready_at_s, at_s + PAUSE_S)
            lane.awake_until_s = max(lane.awake_until_s, lane.ready_at_s + AWAKE_S)
            self._active.pop(lane.device, None)

    def _release(self, lane: Lane) -> None:
        """Its answer came or will not come: the air is free for the next question."""
        lane.deadline_s = None
        if self._asking is lane:
            self._asking = None
            self._quiet_until_s = 0.0

    # when its time has come

    def wake(self, now_s: float) -> list[Outcome]:
        """Send what is due, repeat what was not answered, begin what may begin."""
        outcomes: list[Outcome] = list(self._answers.take_due(now_s))
        for lane in list(self._active.values()):
            if lane.deadline_s is not None and lane.deadline_s <= now_s:
                outcomes += self._time_out(lane, now_s)
        for lane in list(self._active.values()):
            if lane.device in self._active:
                outcomes += self._begin(lane, now_s)
        return outcomes

    def _time_out(self, lane: Lane, now_s: float) -> list[Outcome]:
        """No answer in time: the same frame again, or wait for it to wake, or give up."""
        self._release(lane)
        if lane.waking:  # it sleeps on; what waits goes when it wakes by itself
            lane.waking = False
            lane.sent = None
            lane.awake_until_s = now_s
            self._active.pop(lane.device, None)
            return [Deferred(request=request) for request in lane.queue]
        if lane.step.expect is Expect.NOTHING:
            assert lane.sent is not None
            return self._advance(lane, lane.sent, Ack(), now_s)
        if lane.attempt < ATTEMPTS:
            lane.ready_at_s = now_s
            return []
        request = lane.current
        assert request is not None
        if lane.step.optional:  # what could only have been nice to have is left out
            self._rest(lane, now_s)
            return [lane.delivered(request)]
        reason = Failure.WRONG_KEY if lane.challenged else Failure.SILENT
        if lane.sleeps_and_wakes and not request.now_only and lane.wakes < MAX_WAKES and not lane.challenged:
            lane.wakes += 1
            lane.put_back()
            lane.awake_until_s = now_s
            self._active.pop(lane.device, None)
            return [Deferred(request=request)]
        return self._end(lane, reason)

    def _begin(self, lane: Lane, now_s: float) -> Iterable[Outcome]:
        """Send this lane's next frame if it may be sent now."""
        if lane.deadline_s is not None or self._asking is not None:
            return ()
        if lane.wake_call_at_s is not None:
            return self._call_awake(lane, now_s)
        if lane.ready_at_s > now_s or self._quiet_until_s > now_s:
            return ()
        if lane.current is None and not lane.take_next():
            self._active.pop(lane.device, None)
            return ()
        if lane.sent is not None:  # the same frame again; a sleeper needs its burst again
            return self._ask(lane, lane.sent, lane.burst or lane.needs_burst(now_s), now_s)
        if lane.must_be_called(now_s):
            lane.put_back()
            return self._call(lane, Flag.BURST, now_s)
        if not lane.listens(now_s) and not lane.needs_burst(now_s):  # it fell asleep before its turn came
            lane.put_back()
            self._active.pop(lane.device, None)
            return [Deferred(request=request) for request in lane.queue]
        message = lane.step.message
        lane.counter = (lane.counter + 1) & 0xFF
        frame = message_frame(
            message, counter=lane.counter, flags=_ASK_FLAGS, sender=self.address, receiver=lane.device
        )
        return self._ask(lane, frame, lane.needs_burst(now_s), now_s)

    def _call_awake(self, lane: Lane, now_s: float) -> Iterable[Outcome]:
        """A sleeper said that it listens: call it in its window, whatever else waits."""
        due_s = lane.wake_call_at_s
        if due_s is None or due_s > now_s:
            return ()
        lane.wake_call_at_s = None
        if now_s > due_s + ANSWER_LATEST_S or not lane.queue:
            self._active.pop(lane.device, None)
            return ()
        return self._call(lane, 0, now_s)

    def _call(self, lane: Lane, burst: int, now_s: float) -> Iterable[Outcome]:
        """Send type 12; its acknowledgement says that the device listens."""
        lane.waking = True
        lane.counter = (lane.counter + 1) & 0xFF
        flags = _ASK_FLAGS | Flag.WAKEUP
        frame = message_frame(
            HaveData(), counter=lane.counter, flags=flags, sender=self.address, receiver=lane.device
        )
        return self._ask(lane, frame, bool(burst), now_s)

    def _ask(self, lane: Lane, frame: Frame, burst: bool, now_s: float) -> Iterable[Outcome]:
        lane.burst = burst
        flags = frame.flags | Flag.BURST if burst else frame.flags & ~Flag.BURST
        frame = replace(frame, flags=flags)
        cost_ms = frame_ms(frame)
        due_s = self._answers.due_s
        if due_s is not None and due_s < now_s + cost_ms / 1000:
            lane.ready_at_s = due_s + 0.001  # first the answer that is due meanwhile
            if lane.waking:
                lane.waking = False
                lane.wake_call_at_s = lane.ready_at_s if not burst else None
            return ()
        urgent = lane.current is None or lane.current.urgent
        if self._airtime.retry_after_s(cost_ms, now_s, urgent=urgent):
            if lane.current is None:
                lane.take_next()
            return self._end(lane, Failure.AIRTIME)
        self._airtime.charge(cost_ms, now_s)
        lane.sent = frame
        lane.attempt += 1
        repeat_s = REPEAT_BURST_S if burst else REPEAT_PLAIN_S
        if lane.signs and not lane.waking:
            repeat_s = REPEAT_SIGNED_S
        lane.deadline_s = now_s + repeat_s + self._jitter_s()
        self._asking = lane
        self._quiet_until_s = lane.deadline_s
        return (Send(frame=frame),)

    def _jitter_s(self) -> float:
        return self._random_bytes(1)[0] / 255 * JITTER_S
