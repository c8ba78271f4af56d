"""What a device does with a frame that it heard: repeats, answers, signatures, questions.

Read downwards: receive → _take → _receive_question → _obey. One frame fits while an answer is on its way.
Source: docs/protocols/bidcos.md, "Message types", "Receive modes", "Signing".
"""

from collections.abc import Mapping

from drivers.bidcos.codec.frames import BROADCAST, Flag, Frame

from .. import payloads
from .channel import Channel
from .configuration import Configuration
from .guard import KEY_EXCHANGE, Guard
from .outbox import Outbox
from .peering import KINDS, Peering
from .surface import OwnDevice

STAY_AWAKE_S = 1.0  # after being spoken to (ours; 0.5 s in open firmware)
DUPLICATE_S = 3.0  # an equal frame within this time is a repeat: answered again, not obeyed again
LAZY_KINDS = frozenset({0x40, 0x41})
INHIBIT_ORDERS = frozenset({0x00, 0x01})
TIME_SIZE = 6  # 02, zone, seconds since 2000
HALF_HOUR_S = 1800.0


class Inbox:
    """The receiving side of one device.

    overruns: frames that were lost because the one before was still being answered.
    auth: four bytes that prove us while a signed message is obeyed; empty otherwise.
    """

    def __init__(
        self, device: OwnDevice, outbox: Outbox, configuration: Configuration, channels: Mapping[int, Channel]
    ) -> None:
        self.overruns = 0
        self.auth = b""
        self.guard = Guard(device)
        self.peering = Peering(device, channels)
        self._device = device
        self._outbox = outbox
        self._configuration = configuration
        self._channels = channels
        self._answering = 0
        self._kept: Frame | None = None
        self._last_question: tuple[int, int, bytes, bytes] | None = None
        self._last_question_s = float("-inf")
        self._last_answer: bytes | None = None

    def forget(self) -> None:
        """Power is gone, and with it what was half done."""
        self._kept = self._last_question = self._last_answer = None
        self.guard.forget()

    def receive(self, frame: Frame) -> None:
        """Take a frame at its end. Never raises."""
        if self._answering == 0:
            self._take(frame)
        elif self._kept is None:
            self._kept = frame
        else:
            self.overruns += 1

    def begin_answer(self, data: bytes) -> None:
        """An answer is on its way; a repeat of the question gets it again."""
        self._answering += 1
        self._last_answer = data

    def answer_left(self) -> None:
        """The answer has left; take the frame that came meanwhile."""
        self._answering = max(0, self._answering - 1)
        if self._answering == 0 and self._kept is not None:
            kept, self._kept = self._kept, None
            self._take(kept)

    def _take(self, frame: Frame) -> None:
        if frame.receiver == BROADCAST:
            self._receive_broadcast(frame)
        elif frame.receiver != self._device.address:
            self.peering.receive(frame)  # a team's, for one of its members
        elif frame.kind in {0x02, 0x3F}:
            self._receive_answer(frame)
        elif frame.kind == 0x03:
            self._receive_signature(frame)
        elif not self._is_repeat(frame):
            self._receive_question(frame)

    def _receive_broadcast(self, frame: Frame) -> None:
        """Pair by serial: the named device tells the central who it is."""
        device = self._device
        if frame.payload[:2] != b"\x01\x0a" or frame.payload[2:12] != device.serial.encode():
            return
        if not device.memory.is_paired or frame.sender == device.memory.central:
            device.introduce(frame.sender)

    def _receive_answer(self, frame: Frame) -> None:
        asked = self._outbox.on_its_way
        if frame.kind == 0x3F:
            if len(frame.payload) == TIME_SIZE and self._outbox.answered(frame):
                self._learn_time(frame.payload)
        elif frame.payload[:1] != b"\x04":
            self._outbox.answered(frame)
        elif (message := self._outbox.challenged(frame)) is not None:
            self._device.stay_awake(STAY_AWAKE_S)
            self.guard.answer_challenge(frame, message)
        if frame.flags & Flag.WAKEUP and self._may_be_kept_awake(asked):
            self._device.stay_awake(STAY_AWAKE_S)

    def _may_be_kept_awake(self, asked: bytes) -> bool:
        """After a message that offered it, or a key or an event; never in devices that only have a button."""
        if not self._device.blueprint.wakes_up or not asked:
            return False
        return bool(asked[2] & Flag.WAKEMEUP) or asked[3] in LAZY_KINDS

    def _learn_time(self, payload: bytes) -> None:
        zone = int.from_bytes(payload[1:2], "big", signed=True)
        local_s = int.from_bytes(payload[2:], "big") + zone * HALF_HOUR_S
        self._device.told_local_s = local_s - self._device.surroundings.home_s()

    def _receive_signature(self, frame: Frame) -> None:
        freed = self.guard.receive_response(frame)
        if freed is not None:
            message, self.auth = freed
            self._is_repeat(message)
            self._obey(message)
            self.auth = b""

    def _is_repeat(self, frame: Frame) -> bool:
        question = (frame.counter, frame.kind, frame.sender, frame.payload)
        now_s = self._device.agenda.now_s
        repeated = now_s - self._last_question_s <= DUPLICATE_S and question == self._last_question
        self._last_question, self._last_question_s = question, now_s
        if repeated:
            if self._last_answer is not None:
                self._device.stay_awake(STAY_AWAKE_S)
                self._device.answer_with(self._last_answer)
            return True
        self._last_answer = None
        return False

    def _receive_question(self, frame: Frame) -> None:
        if frame.sender == self._device.memory.central and self.guard.challenges(frame):
            self._device.stay_awake(STAY_AWAKE_S)
            self._last_question = None  # the same message again gets a new challenge
        else:
            self._obey(frame)

    def _obey(self, frame: Frame) -> None:
        device, owner = self._device, self._device.memory.central
        if frame.kind == 0x01:
            self._configuration.receive(frame)
        elif frame.kind == 0x12 and frame.sender == owner:
            device.stay_awake(STAY_AWAKE_S)
            device.answer(frame, payloads.ACK)
        elif frame.kind == 0x11 and frame.sender == owner:
            device.stay_awake(STAY_AWAKE_S)
            self._execute(frame)
        elif frame.kind == KEY_EXCHANGE and frame.sender == owner and self.auth:
            taken = self.guard.take_key_half(frame.payload)
            if taken is not None:
                device.answer(frame, payloads.ACK if taken else payloads.NACK)
        elif frame.kind in KINDS:
            self.peering.receive(frame)

    def _execute(self, frame: Frame) -> None:
        order, index, data = payloads.split_command(frame.payload)
        if frame.payload[:2] == b"\x04\x00":
            self._device.answer(frame, payloads.ACK)
            self._device.agenda.after(0.3, self._device.factory_reset)
            return
        if index == 0 and order in INHIBIT_ORDERS:
            for each in self._channels.values():
                each.execute(order, data)
            self._device.answer(frame, payloads.ACK)
            return
        everybody = next(iter(self._channels.values()), None) if index == 0 else None  # LED16 at once
        channel = self._channels.get(index, everybody)
        if channel is None or not channel.execute(order, data):
            self._device.answer(frame, payloads.NACK)
        else:
            self._device.answer_status(frame, channel.index)
