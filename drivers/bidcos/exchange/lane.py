"""One device's side of the talking: what waits for it, what was asked, whether it listens. Pure state.

exchange.py moves it. Source: docs/protocols/bidcos.md, "Receive modes".
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hub.contract.causes import IN_BACKGROUND, Cause, Urgency
from hub.contract.datapoints import ReceiveMode

from ..codec.frames import Frame
from ..codec.messages import (
    Ack,
    AckStatus,
    Challenge,
    Message,
    Nack,
    Status,
    StatusRequest,
)
from ..radios.timing import (
    ATTEMPTS,
    ATTEMPTS_AWAKE,
    ATTEMPTS_SIGNED,
    REPEAT_AWAKE_S,
    REPEAT_BURST_S,
    REPEAT_PLAIN_S,
    REPEAT_SIGNED_S,
)
from .pages import Pages, is_part_of
from .request import (
    Deferred,
    Delivered,
    Expect,
    Failed,
    Failure,
    Heard,
    Outcome,
    Proof,
    Request,
    Send,
    Step,
)

__all__ = [
    "Deferred",
    "Delivered",
    "Expect",
    "Failed",
    "Failure",
    "Heard",
    "Lane",
    "Outcome",
    "Request",
    "Send",
    "Step",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A request that is not done: a more urgent one went first, or its device slept off between two steps."""

    request: Request
    position: int
    answers: list[Message]
    pages: list[Message]
    book: Pages = field(default_factory=Pages)


@dataclass(slots=True, kw_only=True)
class Lane:
    """The state of talking with one device. One writer: Exchanges.

    queue: what waits, the most urgent first; aside: what was interrupted; begun: how far those in the queue
    got before the device slept; turn: lower ones waited longer;
    sent: the frame whose answer is awaited, kept for repeats; earlier: the counter that it had before;
    attempt: how often it was sent; busy: how often the channel was not free;
    deadline_s: end of the wait for its answer; ready_at_s: not before;
    awake_until_s: it listens until then; wake_call_at_s: when to send type 12; waking: that was sent;
    guessed: that it listens, as the radio has called it;
    burst_rx: its register 01 lets a burst wake it, None: not known; bursts_back: it answers with a burst, as
    some homebrew does, which takes 370 ms; challenges: how often it asked for a signature in this step;
    key_index: of the key that it named; key: that we signed with; auth: what its answer must end with;
    radio_says: of a radio that challenges by itself, about the answer that came; pages: of the steps that are
    done; book: those of this one.
    """

    device: bytes
    modes: frozenset[ReceiveMode]
    counter: int
    queue: deque[Request] = field(default_factory=deque)
    aside: list[SetAside] = field(default_factory=list)
    begun: dict[Request, SetAside] = field(default_factory=dict)
    turn: int = 0
    current: Request | None = None
    position: int = 0
    sent: Frame | None = None
    earlier: int | None = None
    attempt: int = 0
    busy: int = 0
    burst: bool = False
    deadline_s: float | None = None
    ready_at_s: float = 0.0
    awake_until_s: float = 0.0
    wake_call_at_s: float | None = None
    waking: bool = False
    guessed: bool = False
    wakes: int = 0
    burst_rx: bool | None = None
    bursts_back: bool = False
    signs: bool = False
    challenges: int = 0
    key_index: int = 0
    key: bytes = field(default=b"", repr=False)
    auth: bytes | None = None
    radio_says: Proof | None = None
    answers: list[Message] = field(default_factory=list)
    pages: list[Message] = field(default_factory=list)
    book: Pages = field(default_factory=Pages)

    @property
    def step(self) -> Step:
        """The step of the current request."""
        assert self.current is not None
        return self.current.steps[self.position]

    @property
    def wake_at_s(self) -> tuple[float, bool]:
        """When something is due, and whether it also needs the air to be free."""
        if self.deadline_s is not None:
            return self.deadline_s, False
        if self.wake_call_at_s is not None:
            return self.wake_call_at_s, True
        return self.ready_at_s, True

    @property
    def waits(self) -> bool:
        """Something is to be sent to it, now or when it wakes."""
        return bool(self.queue or self.aside)

    @property
    def rank(self) -> tuple[int, int]:
        """Who goes first: alarms, then who is in the middle of being configured, then by urgency and turn."""
        urgencies = [request.cause.urgency for request in self._all()]
        urgency = min(urgencies, default=Urgency.BACKGROUND)
        if urgency is Urgency.ALARM:
            return 0, self.turn
        if self.current is not None and self.current.half_way(self.position):
            return 1, self.turn
        return urgency + 1, self.turn

    @property
    def sleeps_and_wakes(self) -> bool:
        """A time will come when it listens by itself."""
        waking = {ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG, ReceiveMode.CONDITIONAL_BURST}
        if ReceiveMode.BURST not in self.modes:
            waking.add(ReceiveMode.CONFIG)  # it listens after its button was pressed, and only then
        return ReceiveMode.ALWAYS not in self.modes and bool(self.modes & waking)

    @property
    def cause(self) -> Cause:
        """Why something is sent to it next."""
        request = self.current if self.current is not None else next(self._all(), None)
        return request.cause if request is not None else IN_BACKGROUND

    @property
    def only_optional_left(self) -> bool:
        """No step from here on would fail the request."""
        assert self.current is not None
        return all(step.optional for step in self.current.steps[self.position :])

    @property
    def attempts(self) -> int:
        """How often a step may be sent; a signature takes three frames more that can be lost."""
        if self.challenges:
            return ATTEMPTS_SIGNED
        return ATTEMPTS_AWAKE if self.sleeps_and_wakes and not self.burst else ATTEMPTS

    @property
    def asks_anew(self) -> bool:
        """Some sends get a counter of their own: some firmware is silent to repeats of what it obeyed."""
        if self.current is None or not self.step.harmless_twice:
            return False
        if self.book.parts:
            return True
        if self.sleeps_and_wakes and not self.challenges:  # it listens for two or three of them only
            return self.attempt % 2 == 0
        return self.attempt == self.attempts - 1

    @property
    def patience_s(self) -> float:
        """How long the answer to what was just sent is waited for."""
        if self.signs and not self.waking:
            return REPEAT_SIGNED_S
        if self.burst or self.bursts_back:
            return REPEAT_BURST_S
        return REPEAT_AWAKE_S if self.sleeps_and_wakes else REPEAT_PLAIN_S

    def listens(self, now_s: float) -> bool:
        """It hears a frame without a burst."""
        return ReceiveMode.ALWAYS in self.modes or now_s < self.awake_until_s

    def can_wake(self, request: Request) -> bool:
        """A burst wakes it, or may."""
        return ReceiveMode.BURST in self.modes or (self._burst_may_wake and request.urgent)

    @property
    def can_be_woken(self) -> bool:
        """By a burst, for what waits first."""
        return bool(self.queue) and self.can_wake(self.queue[0])

    def needs_burst(self, now_s: float) -> bool:
        """Its receiver must be woken by the carrier of our frame."""
        return not self.listens(now_s) and ReceiveMode.BURST in self.modes

    def must_be_called(self, now_s: float) -> bool:
        """It may hear a burst, but only type 12 is worth trying that."""
        return not self.listens(now_s) and ReceiveMode.BURST not in self.modes and self._burst_may_wake

    @property
    def _burst_may_wake(self) -> bool:
        return ReceiveMode.CONDITIONAL_BURST in self.modes and self.burst_rx is not False

    def put_on_air(self, frame: Frame) -> None:
        """It is asked this; a late answer to the same question under another number counts, too."""
        if self.sent is not None and self.sent.counter != frame.counter:
            self.earlier = self.sent.counter
        self.sent = frame
        self.counter = frame.counter

    def has_all_pages(self, page: Frame) -> bool:
        """The list is whole with this part; what we ask next has a number beyond it."""
        if (page.counter - self.counter) & 0xFF < 0x80:
            self.counter = page.counter
        return self.book.complete and self.book.over

    def awaits(self, frame: Frame, message: Message) -> bool:
        """``frame`` answers what was asked."""
        if self.sent is None:  # a late answer counts until the repeat is given up
            return False
        ahead = (frame.counter - self.sent.counter) & 0xFF
        if isinstance(message, Ack | AckStatus | Challenge | Nack):
            late = frame.counter == self.earlier and self.auth is None and not isinstance(message, Challenge)
            return ahead == 0 or late
        if self.waking or self.current is None or frame.kind != 0x10:
            return False
        match self.step.expect:
            case Expect.PAGES:
                return is_part_of(self.step.message, frame, message) and self.book.fits(frame.counter)
            case Expect.STATUS:
                return ahead <= 1 and isinstance(message, Status) and self._is_of_channel(message)
            case _:
                return False

    def _is_of_channel(self, status: Status) -> bool:
        asked = self.step.message
        return not isinstance(asked, StatusRequest) or asked.channel == status.channel

    def proves(self, message: Ack | AckStatus, *, must_sign: bool) -> bool:
        """A signed exchange must end with the bytes that only a holder of the key knows.

        must_sign: an order to a channel that signs; its device would have asked for our signature.
        """
        if self.auth is None:
            return not must_sign or self.radio_says is Proof.GOOD
        tail = message.auth if isinstance(message, Ack) else message.tail
        return tail[-4:] == self.auth

    def enqueue(self, request: Request) -> None:
        """Let it wait: behind its equals, before what is less urgent."""
        index = len(self.queue)
        while index and self.queue[index - 1].cause.urgency > request.cause.urgency:
            index -= 1
        self.queue.insert(index, request)

    def take_next(self) -> bool:
        """Make the most urgent waiting request the current one; False when none waits."""
        self.begin_nothing()
        if self.aside and not self._is_less_urgent(self.aside[-1].request):
            self._go_on(self.aside.pop())
            return True
        if not self.queue:
            return False
        self.current = self.queue.popleft()
        if (old := self.begun.pop(self.current, None)) is not None:
            self._go_on(old)
        return True

    def _go_on(self, old: SetAside) -> None:
        self.current, self.position = old.request, old.position
        self.answers, self.pages, self.book = old.answers, old.pages, old.book

    def give_way(self) -> None:
        """Between two steps: somebody more urgent goes first, unless that would leave things half done."""
        if self.current is None or self.sent is not None or not self._is_less_urgent(self.current):
            return
        if self.current.half_way(self.position):
            return
        self.aside.append(self._set_aside(self.current, self.position))
        self.begin_nothing()
        self.current = self.queue.popleft()

    def _set_aside(self, request: Request, position: int) -> SetAside:
        return SetAside(
            request=request,
            position=position,
            answers=self.answers[:position],
            pages=self.pages,
            book=self.book,
        )

    def _is_less_urgent(self, request: Request) -> bool:
        return bool(self.queue) and self.queue[0].cause.urgency < request.cause.urgency

    def next_step(self) -> None:
        """The step is done; without another one there is no current request."""
        assert self.current is not None
        self.position += 1
        self.pages += self.book.parts
        self.book = Pages()
        self.forget_question()
        self.wakes = 0
        if self.position == len(self.current.steps):
            self.current = None

    def delivered(self, request: Request) -> Delivered:
        """It is done, with what was answered."""
        outcome = Delivered(request=request, answers=tuple(self.answers), pages=tuple(self.pages))
        self.begin_nothing()
        return outcome

    def failed(self, reason: Failure, retry_after_s: float) -> list[Outcome]:
        """It is given up, if there was one."""
        request, attempts, answered = (
            self.current,
            self.attempt,
            bool(self.answers or self.pages or self.book.parts),
        )
        self.begin_nothing()
        if request is None:
            return []
        failed = Failed(request=request, reason=reason, attempts=attempts, retry_after_s=retry_after_s)
        return [replace(failed, answered=answered)]

    def put_back(self) -> None:
        """It did not hear: what was begun waits again. A list that was written need not be written twice."""
        for old in reversed(self.aside):
            self._enqueue_first(old.request)
            self.begun[old.request] = old
        if self.current is not None:
            self._enqueue_first(self.current)
            self.begun[self.current] = self._set_aside(self.current, self.current.resume_at(self.position))
        self.begun = {request: old for request, old in self.begun.items() if request in self.queue}
        self.aside.clear()
        self.begin_nothing()

    def _enqueue_first(self, request: Request) -> None:
        """Let it wait before its equals: it was there before them."""
        index = 0
        while index < len(self.queue) and self.queue[index].cause.urgency < request.cause.urgency:
            index += 1
        self.queue.insert(index, request)

    def begin_nothing(self) -> None:
        """No current request."""
        self.current = None
        self.position = 0
        self.answers = []
        self.pages = []
        self.book = Pages()
        self.forget_question()

    def drain(self) -> Iterator[Request]:
        """All requests, which it forgets."""
        yield from self._all()
        self.queue.clear()
        self.aside.clear()
        self.begun.clear()
        self.begin_nothing()

    def forget_question(self) -> None:
        """Nothing is outstanding."""
        self.sent = self.earlier = None
        self.attempt = 0
        self.busy = 0
        self.burst = False
        self.deadline_s = None
        self.waking = False
        self.challenges = 0
        self.auth = None

    def _all(self) -> Iterator[Request]:
        if self.current is not None:
            yield self.current
        yield from (old.request for old in self.aside)
        yield from self.queue
