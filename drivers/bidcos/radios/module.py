"""The HM-MOD-RPI-PCB as a radio: it acknowledges, repeats, signs and wakes by itself; we load it. Pure.

Read downwards: wake → receive → send → know; then starting, what runs, what it says, when it is late.
One request is out at a time: first what has to be loaded (module_load.py), then frames to send.
Source: docs/protocols/bidcos.md, "Module start-up", "Module sends", "Module hears".
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..codec.frames import Flag, Frame, encode_frame
from ..codec.uart import AckStatus, OsCommand, UartDecoder, UartFrame, encode_uart
from ..codec.uart_reports import (
    MAX_CREDITS,
    Answer,
    Credits,
    Parts,
    RadioAnswer,
    Received,
    Signature,
    Started,
    parse_report,
)
from ..codec.uart_requests import Ask, Send
from .module_boot import ANSWER_WAIT_S, ATTEMPTS, Boot
from .module_load import (
    ModuleFacts,
    Step,
    set_time,
    start_steps,
)
from .module_peers import ModulePeers
from .radio import (
    Broken,
    Budget,
    Capabilities,
    Identity,
    RadioEvent,
    RadioKind,
    Ready,
    Reception,
    Result,
    Station,
    Trouble,
    TroubleCode,
    Turn,
    Verdict,
)

# of the protocol
BUSY_START_S = 0.5  # a step that came too early while it starts
BUSY_S = 0.05  # the command before is still running
MAX_BUSY = 10  # then it is reset
CHANNEL_S = 0.2  # the air is not free: again after this
CHANNEL_LATEST_S = 3.0
KEEP_ALIVE_S = 15.0
CREDITS_EVERY = 10  # sends
TIME_EVERY_S = 3600.0
# ours
DEVICE_WAIT_S = 12.0  # three sends and their answers take it up to 10 s
SEND_LATEST_S = 20.0  # what could not go until then is not wanted any more
VERDICT_S = SEND_LATEST_S + DEVICE_WAIT_S + 3.0
MAX_SENDS = 32

_RESULTS: Mapping[int, Result] = {
    AckStatus.OK: Result.SENT,
    AckStatus.INFO: Result.SENT,
    AckStatus.NO_ANSWER: Result.SILENT,
    AckStatus.NO_CREDITS: Result.AIRTIME,
    AckStatus.CHANNEL_BUSY: Result.CHANNEL_BUSY,
    AckStatus.SIGNATURE_FAILED: Result.WRONG_KEY,
}
_DONE: frozenset[int] = frozenset({AckStatus.OK, AckStatus.INFO, AckStatus.MULTI_PART})
_CREDITS_STEP = Step(request=Ask(command=OsCommand.GET_CREDITS))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    frame: Frame
    since_s: float


@dataclass(slots=True, kw_only=True)
class _Running:
    """The request that is out. again_s: when to write it once more, after the module had no time for it."""

    work: Step | _Waiting
    counter: int
    deadline_s: float
    first_s: float
    attempts: int = 1
    busy: int = 0
    again_s: float | None = None


class ModuleRadio:
    """One module from opened to pulled. now: the wall clock, which it is told."""

    kind = RadioKind.MODULE
    capabilities = Capabilities(answers_itself=True, verdict_s=VERDICT_S)

    def __init__(self, station: Station, now_s: float, now: Callable[[], datetime]) -> None:
        self._now = now
        self._station = station
        self._facts = ModuleFacts()
        self._decoder = UartDecoder()
        self._parts = Parts()
        self._boot = Boot(now_s)
        self._ready = False  # what it has to be before it can send is loaded
        self._counter = 0
        self._steps: deque[Step] = deque()
        self._peers = ModulePeers(station, self._steps)
        self._sends: deque[_Waiting] = deque()
        self._running: _Running | None = None
        self._alive_s = self._time_s = now_s
        self._sent_count = 0
        self._write = b""
        self._events: list[RadioEvent] = []

    @property
    def wake_at_s(self) -> float | None:
        """The earliest of all that is waited for."""
        if self._boot.broken:
            return None
        if not self._boot.runs:
            return self._boot.wake_at_s
        times = [self._alive_s, self._time_s] if self._ready else []
        if self._running is not None:
            again_s = self._running.again_s
            times.append(self._running.deadline_s if again_s is None else again_s)
        times += [waiting.since_s + SEND_LATEST_S for waiting in list(self._sends)[:1]]
        return min(times, default=self._boot.wake_at_s)

    def wake(self, now_s: float) -> Turn:
        """Start, repeat, keep alive, whatever is due."""
        self._drop_late_sends(now_s)
        if self._boot.runs:
            self._wake_running(now_s)
            self._keep_alive(now_s)
            self._next(now_s)
        else:
            self._ask(self._boot.wake(now_s))
        return self._turn()

    def receive(self, data: bytes, at_s: float) -> Turn:
        """Take what it says. Damaged bytes are dropped: what they answered is asked again."""
        for event in self._decoder.feed(data):
            if isinstance(event, UartFrame) and not self._boot.broken:
                self._take(event, at_s)
        self._next(at_s)
        return self._turn()

    def send(self, frame: Frame, now_s: float) -> Turn:
        """Queue it; a full queue says at once that it is lost."""
        encode_frame(frame)  # refuses what can't be sent
        if self._boot.broken or len(self._sends) >= MAX_SENDS:
            self._events.append(Verdict(frame=frame, result=Result.LOST))
            return self._turn()
        self._sends.append(_Waiting(frame=frame, since_s=now_s))
        self._next(now_s)
        return self._turn()

    def know(self, station: Station, now_s: float) -> Turn:
        """Pass on what changed; while it starts, it gets everything anyway."""
        moved = station.address != self._station.address
        self._station = station
        if self._boot.runs and moved:
            self._load()
        elif self._ready:
            self._steps += self._peers.learn(station)
        self._next(now_s)
        return self._turn()

    # starting

    def _started(self, started: Started, counter: int, now_s: float) -> None:
        if self._boot.runs:
            if counter != 0:  # a late answer to a question of ours
                return
            self._events.append(Trouble(code=TroubleCode.RESTARTED, text=started.app[:32]))
            self._keep_running()
        self._ask(self._boot.started(started.app, now_s))
        if self._boot.runs:
            self._load()

    def _reset(self, now_s: float, why: str) -> None:
        """It answers no more, or not as it must. What is queued stays."""
        self._keep_running()
        self._events.append(Trouble(code=TroubleCode.RESET, text=why))
        self._ask(self._boot.reset(now_s))

    def _load(self) -> None:
        self._keep_running()
        self._facts = ModuleFacts()
        self._peers.forget(self._station)
        self._steps += start_steps(self._station, self._facts, self._now())

    def _is_loaded(self, now_s: float) -> None:
        self._ready = True
        self._boot.loaded()
        self._alive_s, self._time_s = now_s + KEEP_ALIVE_S, now_s + TIME_EVERY_S
        facts = self._facts
        identity = Identity(
            kind=self.kind, firmware=facts.version, serial=facts.serial, address=facts.factory_address
        )
        self._events += [Ready(identity=identity), Budget(used=facts.used_credits / MAX_CREDITS)]
        self._steps += self._peers.learn(self._station)

    # what runs

    def _next(self, now_s: float) -> None:
        """Write the next request if none is out."""
        if self._running is not None or not self._boot.runs:
            return
        if not self._steps and not self._ready:
            self._is_loaded(now_s)
        if not self._steps and self._sends:
            self._steps += self._peers.greet(self._sends[0].frame)
        if self._steps:
            self._run(self._steps.popleft(), now_s)
        elif self._sends:
            self._sent_count += 1
            self._run(self._sends.popleft(), now_s)

    def _run(self, work: Step | _Waiting, now_s: float) -> None:
        self._running = _Running(work=work, counter=0, deadline_s=now_s, first_s=now_s)
        self._write_running(now_s)

    def _write_running(self, now_s: float) -> None:
        running = self._running
        assert running is not None
        running.counter, running.again_s = self._next_counter(), None
        running.deadline_s = now_s + ANSWER_WAIT_S
        if isinstance(running.work, Step):
            request = running.work.request
        else:
            radio = running.work.frame
            burst = bool(radio.flags & Flag.BURST) if self._facts.takes_burst_byte else None
            request = Send(radio=radio, burst=burst)
            if radio.flags & Flag.BIDI:
                running.deadline_s = now_s + DEVICE_WAIT_S
        self._write += encode_uart(request.frame(running.counter))

    def _ask(self, command: OsCommand | None) -> None:
        """Write what the start-up wants, if anything; or say that it is given up."""
        if self._boot.broken:
            self._break(self._boot.broken)
        elif command is not None:
            self._write += encode_uart(Ask(command=command).frame(self._next_counter()))

    def _next_counter(self) -> int:
        self._counter = self._counter % 255 + 1  # 0 is what it says unasked
        return self._counter

    def _keep_running(self) -> None:
        """It starts anew: a frame that was out goes first then, with its counter, so that it counts once."""
        if self._running is not None and isinstance(self._running.work, _Waiting):
            self._sends.appendleft(self._running.work)
        self._running = None
        self._ready = False
        self._steps.clear()

    # what it says

    def _take(self, frame: UartFrame, at_s: float) -> None:
        report = parse_report(frame)
        match report:
            case Started():
                self._started(report, frame.counter, at_s)
            case Credits():
                self._events.append(Budget(used=min(report.used / MAX_CREDITS, 1.0)))
            case Received():
                if self._ready and self._steps:
                    self._peers.hurry(report.radio.sender, self._running_peer)
                self._events.append(
                    Reception(frame=report.radio, signature=report.signature, answered=report.woken)
                )
            case RadioAnswer():
                self._take_radio_answer(report, frame.counter)
            case Answer():
                self._take_answer(report, frame.counter, at_s)

    @property
    def _running_peer(self) -> bytes | None:
        work = None if self._running is None else self._running.work
        return work.peer if isinstance(work, Step) else None

    def _take_radio_answer(self, report: RadioAnswer, counter: int) -> None:
        signature = Signature.GOOD if report.verified else Signature.NONE
        reception = Reception(frame=report.radio, signature=signature, answered=True)
        running = self._running
        if running is None or running.counter != counter or isinstance(running.work, Step):
            self._events.append(reception)  # too late for its question; still heard
            return
        self._conclude(running.work, Result.ANSWERED, reception)

    def _take_answer(self, answer: Answer, counter: int, at_s: float) -> None:
        running = self._running
        if running is None or running.counter != counter:
            return
        if answer.status == AckStatus.BUSY:
            self._postpone(running, at_s)
        elif isinstance(running.work, Step):
            if (whole := self._parts.collect(answer)) is not None:
                self._end_step(running.work, whole, at_s)
        elif answer.status == AckStatus.CHANNEL_BUSY and at_s - running.first_s < CHANNEL_LATEST_S:
            running.again_s = at_s + CHANNEL_S
        else:
            self._conclude(running.work, _RESULTS.get(answer.status, Result.REFUSED))

    def _end_step(self, step: Step, answer: Answer, at_s: float) -> None:
        self._running = None
        if answer.status in _DONE and step.take(answer.info):
            if step.request == _CREDITS_STEP.request and (read := Credits.parse(answer.info)) is not None:
                self._events.append(Budget(used=min(read.used / MAX_CREDITS, 1.0)))
            return
        text = f"{type(step.request).__name__}: status {answer.status:02X}"
        if step.needed:
            self._reset(at_s, text)
            return
        code = TroubleCode.REFUSED if step.peer is None else TroubleCode.PEER_REFUSED
        self._events.append(Trouble(code=code, text=text))

    def _postpone(self, running: _Running, at_s: float) -> None:
        running.busy += 1
        waits_for_device = isinstance(running.work, _Waiting) and at_s - running.first_s < DEVICE_WAIT_S
        if running.busy > MAX_BUSY and not waits_for_device:
            self._reset(at_s, "busy")
            return
        running.again_s = at_s + (BUSY_S if self._ready else BUSY_START_S)

    def _conclude(self, waiting: _Waiting, result: Result, answer: Reception | None = None) -> None:
        self._running = None
        self._events.append(Verdict(frame=waiting.frame, result=result, answer=answer))
        if self._sent_count % CREDITS_EVERY == 0:
            self._steps.append(_CREDITS_STEP)

    # when it is late

    def _wake_running(self, now_s: float) -> None:
        running = self._running
        if running is None:
            return
        if running.again_s is not None:
            if running.again_s <= now_s:
                self._write_running(now_s)
            return
        if running.deadline_s > now_s:
            return
        if isinstance(running.work, _Waiting):  # sent or not? once more would be a second order
            self._conclude(running.work, Result.LOST)
            self._steps.append(_CREDITS_STEP)  # is it alive?
        elif running.attempts < ATTEMPTS:
            running.attempts += 1
            self._write_running(now_s)
        else:
            self._reset(now_s, "no answer")

    def _keep_alive(self, now_s: float) -> None:
        if not self._ready:
            return
        if now_s >= self._alive_s:
            self._alive_s = now_s + KEEP_ALIVE_S
            self._steps.append(_CREDITS_STEP)
        if now_s >= self._time_s:
            self._time_s = now_s + TIME_EVERY_S
            self._steps.append(set_time(self._now()))

    def _drop_late_sends(self, now_s: float) -> None:
        while self._sends and now_s - self._sends[0].since_s >= SEND_LATEST_S:
            self._events.append(Verdict(frame=self._sends.popleft().frame, result=Result.LOST))

    def _break(self, code: str) -> None:
        self._keep_running()
        self._events += [Verdict(frame=waiting.frame, result=Result.LOST) for waiting in self._sends]
        self._sends.clear()
        self._events.append(Broken(code=code))

    def _turn(self) -> Turn:
        turn = Turn(self._write, tuple(self._events))
        self._write, self._events = b"", []
        return turn
