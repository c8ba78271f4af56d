"""What devices say by themselves: acknowledged in the window, challenged where their channel signs. Pure.

Read downwards: hear → _challenge → _prove; overhear. A report of a channel that signs counts only
with a signature over a challenge that was never used before, so a recorded one is worth nothing. What is not
proven is not remembered either: else a forged copy would make the true one a repeat. What was proven and
comes again, because its acknowledgement was lost, is acknowledged without another challenge.
Source: docs/protocols/bidcos.md, "AES signing", "Timing".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ..codec.frames import Flag, Frame
from ..codec.messages import Ack, AesResponse, Challenge, Message, TimeRequest, decode_message
from ..codec.signing import CHALLENGE_SIZE, verify
from ..radios.timing import (
    ANSWER_S,
    AWAKE_S,
    CALLED_S,
    CONFIG_AWAKE_S,
    PAUSE_S,
    PROOF_LATEST_S,
    PROOF_S,
    turn_round_s,
)
from .answers import Answers
from .duplicates import REPEAT_S, Duplicates
from .keyring import Keyring
from .lane import Lane
from .lanes import Lanes
from .request import Heard, Proof
from .signatures import told_channel

ACK_FLAGS = Flag.RPTEN
ASK_FLAGS = Flag.RPTEN | Flag.BIDI
_CALL_ME = Flag.BIDI | Flag.WAKEMEUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenged:
    """A frame that waits for its signature."""

    frame: Frame
    message: Message
    challenge: bytes
    index: int
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A frame whose signature was right. auth: what its acknowledgement ends with."""

    frame: Frame
    auth: bytes
    until_s: float


class Events:
    """Answers what is meant for us. unproven: how many signatures were wrong or late, for a diagnosis."""

    def __init__(
        self, lanes: Lanes, answers: Answers, random_bytes: Callable[[int], bytes], keyring: Keyring
    ) -> None:
        self.duplicates = Duplicates()
        self.quiet_until_s = 0.0  # a signature for us is on its way
        self.unproven = 0
        self._lanes = lanes
        self._answers = answers
        self._random_bytes = random_bytes
        self._keyring = keyring
        self._open: dict[bytes, Challenged] = {}  # one per device that we speak with
        self._proven: dict[bytes, Proven] = {}  # likewise

    def clear(self) -> None:
        """The radio is gone: no signature will come."""
        self._open.clear()
        self._proven.clear()
        self.quiet_until_s = 0.0

    def remove(self, device: bytes) -> None:
        """Forget a device."""
        self._open.pop(device, None)
        self._proven.pop(device, None)

    def hear(
        self, lane: Lane, frame: Frame, message: Message, at_s: float, radio_says: Proof | None = None
    ) -> Heard | None:
        """Take a frame to us that answers nothing; None: a repeat, or not proven (yet).

        radio_says: what a radio that challenges by itself found out; None: it does not.
        """
        if isinstance(message, AesResponse):
            return self._prove(lane, frame, message, at_s)
        if self._keyring.signs(lane.device, told_channel(frame)):
            if radio_says is Proof.GOOD:
                return self.note(frame, message, at_s, Proof.GOOD)
            if frame.flags & Flag.BIDI and frame.kind != 0x02 and radio_says is None:
                if not self._is_copy(frame, at_s) and not self._acknowledge_again(lane, frame, at_s):
                    self._challenge(lane, frame, message, at_s)
                return None
            return Heard(frame=frame, message=message, at_s=at_s, proof=Proof.MISSING)
        repeat = self.duplicates.seen(frame, at_s)
        if isinstance(message, TimeRequest):  # a thermostat that asks again did not get the time
            repeat = self.duplicates.answered_lately(frame, at_s)
        elif frame.kind == 0x00:
            self._button(lane, frame, at_s)
        elif frame.kind != 0x02 and frame.flags & Flag.BIDI and not self._is_copy(frame, at_s):
            self._acknowledge(lane, frame, frame, Ack(), at_s)
        elif not repeat:
            self._call(lane, frame, at_s)
        return None if repeat else Heard(frame=frame, message=message, at_s=at_s)

    def answered(self, lane: Lane, frame: Frame, message: Message, at_s: float) -> Heard | None:
        """Take an answer to a question of ours. Of a channel that signs only what is signed changes a state.

        Questions are not challenged, so their answers prove nothing: a status report is challenged by us
        then, an acknowledgement that tells a status can't be.
        """
        signed = (lane.auth is not None and frame.kind == 0x02) or lane.radio_says is Proof.GOOD
        if not signed and self._keyring.signs(lane.device, told_channel(frame)):
            if frame.kind == 0x10:
                return self.hear(lane, frame, message, at_s, lane.radio_says)
            return Heard(frame=frame, message=message, at_s=at_s, proof=Proof.MISSING)
        heard = self.note(frame, message, at_s, Proof.GOOD if signed else Proof.NONE)
        if frame.flags & Flag.BIDI and not self._is_copy(frame, at_s):
            self.answer(frame, Ack(), ACK_FLAGS, at_s)
        return heard

    def overhear(self, lane: Lane | None, frame: Frame, at_s: float, *, called: bool = False) -> Heard | None:
        """Take a frame to everybody or to somebody else; a sleeper that tells it listens now is called.

        called: by the radio itself, which does not say whether the sleeper answered.
        """
        message = decode_message(frame)
        signed = self._keyring.signs(frame.sender, told_channel(frame))
        unproven = Heard(frame=frame, message=message, at_s=at_s, proof=Proof.MISSING)
        heard = unproven if signed else self.note(frame, message, at_s)
        if heard is not None and lane is not None:
            if frame.kind == 0x00:
                self._button(lane, frame, at_s)
            elif called and _wants(lane):
                lane.guessed = True
                self._lanes.awake(lane, at_s + CALLED_S, AWAKE_S)
            else:
                self._call(lane, frame, at_s)
        return heard

    def note(self, frame: Frame, message: Message, at_s: float, proof: Proof = Proof.NONE) -> Heard | None:
        """None when it was heard before."""
        if self.duplicates.seen(frame, at_s):
            return None
        return Heard(frame=frame, message=message, at_s=at_s, proof=proof)

    def answer(self, frame: Frame, message: Message, flags: int, at_s: float) -> float:
        """Answer ``frame`` in its window; returns when that will be."""
        self.duplicates.answered(frame, at_s)
        return self._answers.add(frame, message, flags, at_s)

    def _is_copy(self, frame: Frame, at_s: float) -> bool:
        """A repeater's: its answer is on its way."""
        return self.duplicates.answered_lately(frame, at_s)

    def _button(self, lane: Lane, frame: Frame, at_s: float) -> None:
        """It introduces itself: somebody pressed its button, and it listens for some seconds."""
        ready_s = at_s + ANSWER_S
        if (
            frame.receiver == self._answers.address
            and frame.flags & Flag.BIDI
            and not self._is_copy(frame, at_s)
        ):
            ready_s = self.answer(frame, Ack(), ACK_FLAGS, at_s) + PAUSE_S
        if _wants(lane):
            self._lanes.awake(lane, ready_s, CONFIG_AWAKE_S)

    def _call(self, lane: Lane, frame: Frame, at_s: float) -> None:
        """A sleeper that tells it listens now, and wants no answer, is called: whoever its frame was for."""
        if _wants(lane) and frame.flags & _CALL_ME == Flag.WAKEMEUP:
            lane.wake_call_at_s = at_s + turn_round_s(frame)
            self._lanes.activate(lane)

    def _acknowledge(self, lane: Lane, event: Frame, last: Frame, message: Ack, at_s: float) -> None:
        """Answer an event's last frame; a sleeper for which something waits is told to stay awake."""
        wake = bool(event.flags & Flag.WAKEMEUP) and _wants(lane)
        due_s = self.answer(last, message, ACK_FLAGS | Flag.WAKEUP if wake else ACK_FLAGS, at_s)
        if wake:
            self._lanes.awake(lane, due_s + PAUSE_S, AWAKE_S)

    def _challenge(self, lane: Lane, frame: Frame, message: Message, at_s: float) -> None:
        """Ask for a signature."""
        challenge = self._random_bytes(CHALLENGE_SIZE)
        index = self._keyring.held(lane.device).index
        self.answer(frame, Challenge(challenge=challenge, key_byte=2 * index), ASK_FLAGS, at_s)
        self.quiet_until_s = max(self.quiet_until_s, at_s + PROOF_S)
        self._open[lane.device] = Challenged(
            frame=frame, message=message, challenge=challenge, index=index, until_s=at_s + PROOF_LATEST_S
        )

    def _acknowledge_again(self, lane: Lane, frame: Frame, at_s: float) -> bool:
        """It did not hear that its signature was right. One that wants another challenge gets it next time.

        Who records and repeats the frame gains nothing: it is the same report, told once.
        """
        proven = self._proven.pop(lane.device, None)
        if proven is None or at_s > proven.until_s or _signed_part(frame) != _signed_part(proven.frame):
            return False
        self._acknowledge(lane, frame, frame, Ack(auth=proven.auth), at_s)
        return True

    def _prove(self, lane: Lane, frame: Frame, message: AesResponse, at_s: float) -> Heard | None:
        """A signature came: only now the frame counts, and only once. A wrong one marks nothing as heard."""
        asked = self._open.get(lane.device)
        if asked is None or frame.counter != asked.frame.counter:
            return None
        del self._open[lane.device]
        if at_s <= asked.until_s:
            for key in self._keyring.candidates(lane.device, asked.index):
                proof = verify(key, asked.challenge, asked.frame, message.data)
                if proof is not None:
                    self._acknowledge(lane, asked.frame, frame, Ack(auth=proof.auth), at_s)
                    self._proven[lane.device] = Proven(
                        frame=asked.frame, auth=proof.auth, until_s=at_s + REPEAT_S
                    )
                    return self.note(asked.frame, asked.message, at_s, Proof.GOOD)
        self.unproven += 1
        return Heard(frame=asked.frame, message=asked.message, at_s=at_s, proof=Proof.MISSING)


def _wants(lane: Lane) -> bool:
    """Something waits for it, and nothing is on its way to it."""
    return lane.waits and lane.current is None


def _signed_part(frame: Frame) -> Frame:
    """The frame without what its signature does not cover: a repeater on its way, its strength."""
    return replace(frame, flags=frame.flags | Flag.RPTED, rssi_dbm=None)
