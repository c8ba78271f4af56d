"""One simulated device, radio side: who it belongs to, when it listens, how it answers, asks and repeats.

Read downwards: power_on → hears → receive → _answer…; event, inform, status_changed go out.
Configuration (type 01) is configuration.py, repeats are outbox.py, behaviour is the kind's.
Source: docs/protocols/bidcos.md, "Message types", "Pairing, peers, registers", "Timing and receive modes".
"""

from collections.abc import Callable
from functools import partial

from drivers.bidcos.frames import BROADCAST, Damaged, Flag, Frame, decode_frame, encode_frame

from .. import payloads
from ..agenda import Agenda, Appointment
from ..air import Air
from .configuration import Configuration, Pages
from .guard import KEY_EXCHANGE, Guard
from .kind import Kind, Surroundings
from .memory import DEVICE_LIST, ListId, Memory, Registers
from .outbox import Letter, Outbox

TURN_ROUND_S = 0.090  # until the carrier of an answer starts; 10 ms of preamble make it 100 ms
TURN_ROUND_JITTER_S = 0.004
LISTEN_S = 0.250  # receiver stays on after an own frame that wants something
STAY_AWAKE_S = 1.0  # after being spoken to (ours; 0.5 s in open firmware)
LEARNING_S = 20.0  # after the teach-in button (open firmware; "some seconds" elsewhere)
CONFIG_AWAKE_S = 3.0
EVENT_TRIES = 6  # list 0 register 14 where it is set
DUPLICATE_S = 3.0  # an equal frame within this time is a repeat: answered again, not obeyed again
TRIES_REGISTER = 0x14
ANSWER_FLAGS = 0x80
PAGE_FLAGS = 0xA0
PAGE_TRIES = 3
TIME_SIZE = 6  # 02, zone, seconds since 2000
KINDS_FROM_PEERS = (0x3E, 0x40, 0x41, 0x42, 0x58, 0x59)


class Device:
    """A device on the air.

    misses: the next so many frames it does not hear, for tests. knows_time: a central told the time.
    """

    def __init__(
        self, kind: Kind, serial: str, address: bytes, air: Air, agenda: Agenda, surroundings: Surroundings
    ) -> None:
        self.kind = kind
        self.serial = serial
        self.address = address
        self.agenda = agenda
        self.surroundings = surroundings
        self.path_dbm: float | None = -45.0 - (address[2] * 7) % 40
        self.heard_dbm = self.path_dbm
        self.misses = 0
        self.memory = Memory(lists=self._factory_lists())
        self.outbox = Outbox(agenda, surroundings.uniform, self._transmit)
        self.configuration = Configuration(self)
        self.knows_time = False
        self.guard = Guard(self)
        self._auth = b""  # set while a signed message is obeyed; its answer carries it
        self._air = air
        self._awake_until_s = float("-inf")
        self._learning_until_s = float("-inf")
        self._last_question: tuple[int, int, bytes, bytes] | None = None
        self._last_question_s = float("-inf")
        self._last_answer: bytes | None = None
        self._status_due: dict[int, Appointment] = {}
        air.join(self, address, (0x01,))

    def _factory_lists(self) -> dict[ListId, Registers]:
        lists: dict[ListId, Registers] = {DEVICE_LIST: {0x02: 0, 0x0A: 0, 0x0B: 0, 0x0C: 0}}
        for target, registers in self.kind.model.defaults.items():
            lists.setdefault(target, {}).update(registers)
        return lists

    # life

    def power_on(self, delay_s: float = 0.0) -> None:
        """Begin, after the address-dependent wait that keeps a house from talking all at once."""
        self.agenda.after(delay_s + self.address[2] * 0.010, lambda: self.kind.start(self))

    def factory_reset(self) -> None:
        """Forget owner, peers and settings."""
        changes = self.memory.changes
        self.memory = Memory(lists=self._factory_lists(), counter=self.memory.counter, changes=changes + 1)
        self.outbox.clear()

    def teach_in(self) -> None:
        """Press the teach-in button: tell who it is, then listen for a while."""
        self._learning_until_s = self.agenda.now_s + LEARNING_S
        self.stay_awake(LEARNING_S)
        if self.memory.is_paired:
            self._send_info(self.memory.central, 0xA4 if not self.kind.model.sleeps else 0xA2)
        else:
            self._send_info(BROADCAST, 0x84)

    @property
    def is_learning(self) -> bool:
        """Whether an unpaired device takes an owner now."""
        return self.agenda.now_s <= self._learning_until_s

    @property
    def is_awake(self) -> bool:
        """Whether the receiver is on without a burst."""
        return not self.kind.model.sleeps or self.agenda.now_s <= self._awake_until_s

    def stay_awake(self, seconds: float) -> None:
        """Keep the receiver on for at least so long."""
        self._awake_until_s = max(self._awake_until_s, self.agenda.now_s + seconds)

    # from the air

    def hears(self, burst: bool) -> bool:
        """Hear what its receive mode lets it hear."""
        model = self.kind.model
        wakes = model.burst or (model.burst_if_set and self.memory.register(0x01, 0) == 1)
        if burst and wakes:
            self.stay_awake(LISTEN_S)
        return self.is_awake

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Take a frame at its end. Never raises."""
        frame = decode_frame(data, rssi_dbm)
        if isinstance(frame, Damaged) or frame.sender == self.address:
            return
        if self.misses > 0:
            self.misses -= 1
            return
        self.heard_dbm = rssi_dbm
        if frame.receiver == BROADCAST:
            self._receive_broadcast(frame)
        elif frame.kind in {0x02, 0x3F}:
            self._receive_answer(frame)
        elif frame.kind == 0x03:
            self._receive_signature(frame)
        elif not self._is_repeat(frame):
            self._receive_question(frame)

    def _receive_broadcast(self, frame: Frame) -> None:
        """Pair by serial: the named device tells the central who it is."""
        if frame.payload[:2] == b"\x01\x0a" and frame.payload[2:12] == self.serial.encode():
            if self.memory.is_paired and frame.sender != self.memory.central:
                return
            self._learning_until_s = self.agenda.now_s + LEARNING_S
            self.stay_awake(LEARNING_S)
            self.agenda.after(self._turn_round_s(), lambda: self._send_info(frame.sender, 0xA4))

    def _receive_answer(self, frame: Frame) -> None:
        if frame.kind == 0x3F:
            self.knows_time |= len(frame.payload) == TIME_SIZE and self.outbox.answered(frame)
        elif frame.payload[:1] != b"\x04":
            self.outbox.answered(frame)
        elif (message := self.outbox.challenged(frame)) is not None:
            self.stay_awake(STAY_AWAKE_S)
            self.guard.answer_challenge(frame, message)
        if frame.flags & Flag.WAKEUP:
            self.stay_awake(STAY_AWAKE_S)

    def _receive_signature(self, frame: Frame) -> None:
        freed = self.guard.receive_response(frame)
        if freed is not None:
            message, self._auth = freed
            self._is_repeat(message)
            self._obey_question(message)
            self._auth = b""

    def _is_repeat(self, frame: Frame) -> bool:
        question = (frame.counter, frame.kind, frame.sender, frame.payload)
        fresh = self.agenda.now_s - self._last_question_s <= DUPLICATE_S
        repeated = fresh and question == self._last_question
        self._last_question, self._last_question_s = question, self.agenda.now_s
        if repeated:
            if self._last_answer is not None:
                self.stay_awake(STAY_AWAKE_S)
                self._transmit_later(self._last_answer)
            return True
        self._last_answer = None
        return False

    def _receive_question(self, frame: Frame) -> None:
        if frame.sender == self.memory.central and self.guard.challenges(frame):
            self.stay_awake(STAY_AWAKE_S)
            self._last_question = None  # the same message again gets a new challenge
        else:
            self._obey_question(frame)

    def _obey_question(self, frame: Frame) -> None:
        owner = self.memory.central
        if frame.kind == 0x01:
            self.configuration.receive(frame)
        elif frame.kind == 0x12 and frame.sender == owner:
            self.stay_awake(STAY_AWAKE_S)
            self.answer(frame, payloads.ACK)
        elif frame.kind == 0x11 and frame.sender == owner:
            self.stay_awake(STAY_AWAKE_S)
            self._obey(frame)
        elif frame.kind == KEY_EXCHANGE and frame.sender == owner and self._auth:
            self.answer(frame, payloads.ACK if self.guard.take_key_half(frame.payload) else payloads.NACK)
        elif frame.kind in KINDS_FROM_PEERS:
            self._receive_peer(frame, owner)

    def _obey(self, frame: Frame) -> None:
        if frame.payload[:2] == b"\x04\x00":
            self.answer(frame, payloads.ACK)
            self.agenda.after(0.3, self.factory_reset)
        elif not self.kind.execute(frame.payload):
            self.answer(frame, payloads.NACK)
        else:
            self.answer_status(frame, frame.payload[1] if len(frame.payload) > 1 else 0)

    def _receive_peer(self, frame: Frame, owner: bytes) -> None:
        if frame.kind == 0x3E and frame.sender == owner and len(frame.payload) >= 6:
            frame = Frame(  # the central speaks for a peer; the answer still goes to the central
                counter=frame.counter, flags=frame.flags, kind=frame.payload[3], sender=frame.payload[:3],
                receiver=frame.receiver, payload=frame.payload[4:],
            )  # fmt: skip
            self._from_peer(frame, owner)
        elif frame.kind != 0x3E:
            self._from_peer(frame, frame.sender)

    def _from_peer(self, frame: Frame, answer_to: bytes) -> None:
        peer = frame.sender + bytes((frame.payload[0] & 0x3F if frame.payload else 0,))
        for channel, table in self.memory.peers.items():
            if peer in table and self.kind.from_peer(frame, channel):
                self.answer_status(frame, channel, receiver=answer_to)
                return

    # answers

    def answer(self, question: Frame, payload: bytes, *, receiver: bytes | None = None) -> None:
        """Answer a question that wants one, after the turn-round, with its counter."""
        if not question.flags & Flag.BIDI:
            return
        data = encode_frame(
            Frame(
                counter=question.counter,
                flags=ANSWER_FLAGS,
                kind=0x02,
                sender=self.address,
                receiver=receiver or question.sender,
                payload=payload + self._auth,
            )
        )
        self._last_answer = data
        self._transmit_later(data)

    def answer_status(self, question: Frame, channel: int, *, receiver: bytes | None = None) -> None:
        """Acknowledge with the state of a channel, or plainly where it has none."""
        body = self._status(channel)
        self.answer(question, payloads.ACK if body is None else b"\x01" + body, receiver=receiver)

    def answer_pages(self, question: Frame, pages: Pages) -> None:
        """Send the frames of a list one by one, each acknowledged before the next (type 10)."""
        letters = []
        for index, page in enumerate(pages):
            self.memory.counter = (question.counter + index) & 0xFF
            frame = self._frame(0x10, question.sender, page, PAGE_FLAGS, self.memory.counter)
            data = encode_frame(frame)
            letters.append(
                Letter(
                    build=partial(bytes, data),
                    tries=PAGE_TRIES,
                    delay_s=self._turn_round_s(),
                    is_page=True,
                )
            )
        self.outbox.post_pages(letters)

    def _status(self, channel: int) -> bytes | None:
        status = self.kind.status(channel)
        if status is None:
            return None
        rssi = min(0x7F, round(-(self.heard_dbm or 0.0)))
        return bytes((channel, status.value, status.flags, rssi)) + status.tail

    # of its own accord

    def event(self, kind: int, channel: int, payload: bytes, *, flags: int | None = None) -> None:
        """Tell the central, and the channel's peers, and see that they acknowledge it."""
        flags = self.kind.model.event_flags if flags is None else flags
        tries = self.memory.register(TRIES_REGISTER, EVENT_TRIES) or EVENT_TRIES
        for peer in self.memory.peers.get(channel, []):
            if peer[:3] != self.memory.central:
                link = ListId(channel=channel, number=4, peer=peer)
                burst = Flag.BURST if self.memory.register(0x01, 0, link) & 1 else 0
                self._post(kind, peer[:3], payload, flags | burst, tries)
        if self.memory.is_paired:
            self._post(kind, self.memory.central, payload, flags, tries)

    def inform(self, kind: int, payload: bytes, flags: int, receiver: bytes = BROADCAST) -> None:
        """Send to whoever listens; nobody acknowledges it. Unowned devices keep quiet."""
        if self.memory.is_paired:
            frame = self._frame(kind, receiver, payload, flags, self.next_counter())
            self._transmit(encode_frame(frame), lambda: None)

    def status_changed(self, channel: int, delay_s: float = 0.0) -> None:
        """Report the state of a channel as it is after ``delay_s`` (10/06); a later wish replaces it."""
        if (waiting := self._status_due.pop(channel, None)) is not None:
            waiting.cancel()
        self._status_due[channel] = self.agenda.after(delay_s, lambda: self._report_status(channel))

    def _report_status(self, channel: int) -> None:
        body = self._status(channel)
        if body is not None:
            self.event(0x10, 0, b"\x06" + body)

    def ask_time(self) -> None:
        """Ask the central for the time (3F), unless it was told."""
        if self.memory.is_paired and not self.knows_time:
            self._post(0x3F, self.memory.central, b"", 0xA0, PAGE_TRIES)

    def _send_info(self, receiver: bytes, flags: int) -> None:
        model = self.kind.model
        info = payloads.device_info(model.firmware, model.code, self.serial, model.info_tail)
        frame = self._frame(0x00, receiver, info, flags, self.next_counter())
        self._transmit(encode_frame(frame), lambda: None)

    # to the air

    def next_counter(self) -> int:
        """Count one more message."""
        self.memory.counter = (self.memory.counter + 1) & 0xFF
        return self.memory.counter

    def _post(self, kind: int, receiver: bytes, payload: bytes, flags: int, tries: int) -> None:
        def build() -> bytes:
            return encode_frame(self._frame(kind, receiver, payload, flags, self.next_counter()))

        self.outbox.post(Letter(build=build, tries=tries))

    def _frame(self, kind: int, receiver: bytes, payload: bytes, flags: int, counter: int) -> Frame:
        return Frame(
            counter=counter, flags=flags, kind=kind, sender=self.address, receiver=receiver, payload=payload
        )

    def _turn_round_s(self) -> float:
        return TURN_ROUND_S + self.surroundings.uniform() * TURN_ROUND_JITTER_S

    def send_later(self, frame: Frame) -> None:
        """Send a frame after the turn-round."""
        self._transmit_later(encode_frame(frame))

    def _transmit_later(self, data: bytes) -> None:
        self.agenda.after(self._turn_round_s(), lambda: self._transmit(data, lambda: None))

    def transmit(self, data: bytes) -> None:
        """Send a ready frame once."""
        self._transmit(data, lambda: None)

    def _transmit(self, data: bytes, left: Callable[[], None]) -> None:
        def sent() -> None:
            if data[2] & (Flag.BIDI | Flag.WAKEMEUP):
                self.stay_awake(LISTEN_S)
            left()

        self._air.send(self, data, sent=sent, gave_up=left)
