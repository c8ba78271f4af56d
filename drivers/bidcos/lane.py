"""One device's side of the talking: what waits for it, what was asked, whether it listens. Pure state.

exchange.py moves it. Source: docs/protocols/bidcos.md, "Receive modes".
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from hub.contract.causes import BY_USER, Cause, Urgency
from hub.contract.datapoints import ReceiveMode

from .frames import Frame
from .messages import (
    Ack,
    AckStatus,
    Challenge,
    Message,
    Nack,
    Opaque,
    ParamPairs,
    ParamSequence,
    PeerList,
    SerialInfo,
    Status,
)


class Expect(Enum):
    """What answers a step."""

    ACK = "ack"
    STATUS = "status"  # an acknowledgement with status, or a status message
    PAGES = "pages"  # a register list or peers, maybe in several frames
    NOTHING = "nothing"  # the device does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message. optional: a refusal or silence does not fail the request."""

    message: Message
    expect: Expect = Expect.ACK
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """Messages for one device, in order.

    key: a waiting request with the same key is replaced by this one. now_only: fails instead of waiting for
    a sleeper. cause: why; decides what goes first and which send time may be used.
    """

    device: bytes
    steps: tuple[Step, ...]
    key: object | None = None
    now_only: bool = False
    cause: Cause = BY_USER

    @property
    def urgent(self) -> bool:
        """Worth a burst that wakes a sleeper which may or may not hear it."""
        return self.cause.urgency < Urgency.BACKGROUND


class Failure(Enum):
    """Why a request was given up."""

    SILENT = "silent"
    REFUSED = "refused"
    WRONG_KEY = "wrong_key"  # it asked for a signature and did not take ours
    AIRTIME = "airtime"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Give this frame to the stick now."""

    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A frame that is not a repeat.

    at_s: when its end was received. answer_to: our request that it answers, or None: it spoke by itself.
    """

    frame: Frame
    message: Message
    at_s: float
    answer_to: Request | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """All steps were answered. answers: one message per step; pages: of steps that read lists."""

    request: Request
    answers: tuple[Message, ...]
    pages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """The device sleeps; the request waits until it wakes."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Given up. attempts: how often its last frame was sent; nack: the code of a device's refusal."""

    request: Request
    reason: Failure
    attempts: int
    nack: int | None = None


Outcome = Send | Heard | Delivered | Deferred | Failed


@dataclass(slots=True, kw_only=True)
class Lane:
    """The state of talking with one device. One writer: Exchanges.

    sent: the frame whose answer is awaited, kept for repeats; attempt: how often it was sent;
    deadline_s: end of the wait for its answer; ready_at_s: not before; awake_until_s: it listens until then;
    wake_call_at_s: when to send type 12; waking: that was sent; auth: what a signed answer carries.
    """

    device: bytes
    modes: frozenset[ReceiveMode]
    counter: int
    queue: deque[Request] = field(default_factory=deque)
    current: Request | None = None
    position: int = 0
    sent: Frame | None = None
    attempt: int = 0
    burst: bool = False
    deadline_s: float | None = None
    ready_at_s: float = 0.0
    awake_until_s: float = 0.0
    wake_call_at_s: float | None = None
    waking: bool = False
    wakes: int = 0
    signs: bool = False
    challenged: bool = False
    auth: bytes | None = None
    answers: list[Message] = field(default_factory=list)
    pages: list[Message] = field(default_factory=list)

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
    def sleeps_and_wakes(self) -> bool:
        """A time will come when it listens by itself."""
        waking = {ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG, ReceiveMode.CONDITIONAL_BURST}
        return ReceiveMode.ALWAYS not in self.modes and bool(self.modes & waking)

    def listens(self, now_s: float) -> bool:
        """It hears a frame without a burst."""
        return ReceiveMode.ALWAYS in self.modes or now_s < self.awake_until_s

    def can_wake(self, request: Request) -> bool:
        """A burst wakes it, or may."""
        if ReceiveMode.BURST in self.modes:
            return True
        return ReceiveMode.CONDITIONAL_BURST in self.modes and request.urgent

    def needs_burst(self, now_s: float) -> bool:
        """Its receiver must be woken by the carrier of our frame."""
        return not self.listens(now_s) and ReceiveMode.BURST in self.modes

    def must_be_called(self, now_s: float) -> bool:
        """It may hear a burst, but only type 12 is worth trying that."""
        return (
            not self.listens(now_s)
            and ReceiveMode.BURST not in self.modes
            and ReceiveMode.CONDITIONAL_BURST in self.modes
        )

    def awaits(self, frame: Frame, message: Message) -> bool:
        """``frame`` answers what was asked."""
        if self.sent is None:  # a late answer counts until the repeat is given up
            return False
        ahead = (frame.counter - self.sent.counter) & 0xFF
        if isinstance(message, Ack | AckStatus | Challenge | Nack):
            return ahead == 0
        if self.waking or self.current is None or frame.kind != 0x10:
            return False
        match self.step.expect:
            case Expect.PAGES:
                return ahead <= len(self.pages) + 1 and isinstance(
                    message, ParamPairs | ParamSequence | PeerList | SerialInfo | Opaque
                )
            case Expect.STATUS:
                return ahead <= 1 and isinstance(message, Status)
            case _:
                return False

    def proves(self, message: Ack | AckStatus) -> bool:
        """A signed exchange must end with the bytes that only a holder of the key knows."""
        if self.auth is None:
            return True
        tail = message.auth if isinstance(message, Ack) else message.tail
        return tail[-4:] == self.auth

    def last_page(self, message: Message) -> bool:
        """No further part follows."""
        return not isinstance(message, ParamPairs | ParamSequence | PeerList) or message.last

    def take_next(self) -> bool:
        """Make the oldest waiting request the current one; False when none waits."""
        self.begin_nothing()
        if not self.queue:
            return False
        self.current = self.queue.popleft()
        return True

    def next_step(self) -> None:
        """The step is done; without another one there is no current request."""
        assert self.current is not None
        self.position += 1
        self._forget_question()
        self.wakes = 0
        if self.position == len(self.current.steps):
            self.current = None

    def delivered(self, request: Request) -> Delivered:
        """It is done, with what was answered."""
        outcome = Delivered(request=request, answers=tuple(self.answers), pages=tuple(self.pages))
        self.begin_nothing()
        return outcome

    def put_back(self) -> None:
        """It did not hear: the request waits again, from its first step."""
        if self.current is not None:
            self.queue.appendleft(self.current)
        self.begin_nothing()

    def begin_nothing(self) -> None:
        """No current request."""
        self.current = None
        self.position = 0
        self.answers = []
        self.pages = []
        self._forget_question()

    def drain(self) -> Iterator[Request]:
        """All requests, which it forgets."""
        if self.current is not None:
            yield self.current
        yield from self.queue
        self.queue.clear()
        self.begin_nothing()

    def _forget_question(self) -> None:
        self.sent = None
        self.attempt = 0
        self.burst = False
        self.deadline_s = None
        self.waking = False
        self.challenged = False
        self.auth = None
