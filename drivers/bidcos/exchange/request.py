"""What is asked of a device, and what became of it: requests, and the outcomes of the exchanges. Pure data.

Source: docs/protocols/bidcos.md, "Receive modes", "AES signing".
"""

from dataclasses import dataclass
from enum import Enum

from hub.contract.causes import BY_USER, Cause, Urgency

from ..codec.frames import Frame
from ..codec.messages import (
    ConfigEnd,
    ConfigStart,
    Inhibit,
    KeyExchange,
    Message,
    ParamRequest,
    PeerListRequest,
    SerialRequest,
    SetLevel,
    SetMode,
    SetTemperature,
    StatusRequest,
    Stop,
    WritePairs,
    WriteSequence,
)

ANSWERING = Cause(Urgency.BACKGROUND, "answers")  # of acknowledgements and other answers to devices

# obeyed twice they do no more than once; not so: a key press would toggle back, and a device may refuse to
# remove a peer that is gone and to end a configuration that is ended
HARMLESS_TWICE = (
    ConfigStart, Inhibit, ParamRequest, PeerListRequest, SerialRequest, SetLevel, SetMode,
    SetTemperature, StatusRequest, Stop, WritePairs, WriteSequence,
)  # fmt: skip


class Expect(Enum):
    """What answers a step."""

    ACK = "ack"
    STATUS = "status"  # an acknowledgement with status, or a status message
    PAGES = "pages"  # a register list or peers, maybe in several frames
    NOTHING = "nothing"  # the device does not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message.

    optional: a refusal or silence does not fail the request. sealed: the index of the key that its content is
    encrypted with; a device that says it holds another one can't read it.
    """

    message: Message
    expect: Expect = Expect.ACK
    optional: bool = False
    sealed: int | None = None

    @property
    def harmless_twice(self) -> bool:
        """It may be sent as a new frame when nobody knows whether the first was obeyed."""
        ends = self.optional and isinstance(self.message, ConfigEnd)  # that it was ended is no failure then
        return ends or isinstance(self.message, HARMLESS_TWICE)


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

    def half_way(self, position: int) -> bool:
        """After so many steps the device would be left in the middle of a configuration or of a key."""
        done = [step.message for step in self.steps[:position]]
        marks = [message for message in done if isinstance(message, ConfigStart | ConfigEnd)]
        if marks and isinstance(marks[-1], ConfigStart):
            return True
        return sum(isinstance(message, KeyExchange) for message in done) % 2 == 1

    def resume_at(self, position: int) -> int:
        """Where to go on when it slept off there: what was ended is done, what was half done begins anew."""
        return next(at for at in range(position, -1, -1) if not self.half_way(at))


class Failure(Enum):
    """Why a request was given up."""

    SILENT = "silent"
    REFUSED = "refused"
    PEERS_FULL = "peers_full"  # the device has no room for another peer
    UNKNOWN_TARGET = "unknown_target"  # it does not know the peer, list or channel
    WRONG_KEY = "wrong_key"  # it asked for a signature that we can't make, or did not take ours
    AIRTIME = "airtime"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


REFUSALS = {0x82: Failure.PEERS_FULL, 0x84: Failure.UNKNOWN_TARGET}  # by a Nack's code; others: REFUSED


class Proof(Enum):
    """Whether a frame is certainly from who it says."""

    NONE = "none"  # nobody asked for a signature
    GOOD = "good"
    MISSING = "missing"  # its channel signs, but this can't be or was not proven: not to be believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Give this frame to the stick now. cause: who pays for its send time."""

    frame: Frame
    cause: Cause = ANSWERING


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A frame that is not a repeat.

    at_s: when its end was received. answer_to: our request that it answers, or None: it spoke by itself.
    """

    frame: Frame
    message: Message
    at_s: float
    answer_to: Request | None = None
    proof: Proof = Proof.NONE


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
    """Given up. attempts: how often its last frame was sent; retry_after_s: of AIRTIME, when it will go.

    answered: the device answered a part of it before.
    """

    request: Request
    reason: Failure
    attempts: int
    retry_after_s: float = 0.0
    answered: bool = False


Outcome = Send | Heard | Delivered | Deferred | Failed
