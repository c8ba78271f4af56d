"""The exchange machine under random weather: losses, delays, doubles, busy channels, sleep, false answers.

A small device of its own answers as real ones do: after about 100 ms, with the question's counter, with the
same answer to the same frame, challenged when it signs, deaf while it sleeps.
"""

import heapq
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Flag, Frame
from drivers.bidcos.codec.messages import (
    Ack,
    AckStatus,
    AesResponse,
    Challenge,
    ConfigEnd,
    ConfigStart,
    HaveData,
    KeyPress,
    Message,
    ParamPairs,
    ParamRequest,
    SetLevel,
    Status,
    StatusRequest,
    Weather,
    WritePairs,
    decode_message,
    message_frame,
)
from drivers.bidcos.codec.signing import DEFAULT_KEY, sign, verify
from drivers.bidcos.exchange.airtime import LIMIT_MS, Airtime
from drivers.bidcos.exchange.exchange import READ_COUNTER_STEP, Exchanges
from drivers.bidcos.exchange.keyring import Keyring
from drivers.bidcos.exchange.lanes import MAX_QUEUE
from drivers.bidcos.exchange.request import (
    Deferred,
    Delivered,
    Expect,
    Failed,
    Heard,
    Outcome,
    Proof,
    Request,
    Send,
    Step,
)
from drivers.bidcos.radios.radio import Result
from drivers.bidcos.radios.timing import ATTEMPTS, ATTEMPTS_AWAKE, ATTEMPTS_SIGNED
from hub.contract import Cause, ReceiveMode, Urgency

CENTRAL = bytes.fromhex("631964")
PARTS = 8
MODES = {
    b"\x10\x00\x01": frozenset({ReceiveMode.ALWAYS}),
    b"\x10\x00\x02": frozenset({ReceiveMode.ALWAYS}),
    b"\x10\x00\x03": frozenset({ReceiveMode.BURST}),
    b"\x10\x00\x04": frozenset({ReceiveMode.WAKE_UP}),
    b"\x10\x00\x05": frozenset({ReceiveMode.CONDITIONAL_BURST, ReceiveMode.WAKE_UP}),
    b"\x10\x00\x06": frozenset({ReceiveMode.CONFIG, ReceiveMode.LAZY_CONFIG}),
}
ADDRESSES = sorted(MODES)
SIGNERS = {ADDRESSES[1], ADDRESSES[3]}
CONFIG = (
    Step(message=ConfigStart(channel=1, list_index=1)),
    Step(message=WritePairs(channel=1, registers=((3, 7),))),
    Step(message=ConfigEnd(channel=1)),
)
KINDS: tuple[tuple[Step, ...], ...] = (
    (Step(message=SetLevel(channel=1, level=0xC8)),),
    (Step(message=StatusRequest(channel=1), expect=Expect.STATUS),),
    (Step(message=ParamRequest(channel=1, list_index=1), expect=Expect.PAGES),),
    CONFIG,
)


@dataclass
class Device:
    """hears until awake_until_s, or always; answers is what it said to which frame."""

    address: bytes
    signs: bool
    counter: int = 0
    awake_until_s: float = 0.0
    challenged: Frame | None = None
    challenge: bytes = b""
    pages: list[Message] = field(default_factory=list)
    page_counter: int = 0
    own: Frame | None = None

    def hears(self, frame: Frame, now_s: float) -> bool:
        modes = MODES[self.address]
        if ReceiveMode.ALWAYS in modes or now_s < self.awake_until_s:
            return True
        wakes = modes & {ReceiveMode.BURST, ReceiveMode.CONDITIONAL_BURST}
        return bool(frame.flags & Flag.BURST and wakes)

    def hear(self, frame: Frame, now_s: float, chance: random.Random) -> Frame | None:
        self.awake_until_s = now_s + 1.5
        message = decode_message(frame)
        if isinstance(message, AesResponse):
            asked, self.challenged = self.challenged, None
            if asked is None or asked.counter != frame.counter:
                return None
            proof = verify(DEFAULT_KEY, self.challenge, asked, message.data)
            return None if proof is None else self._say(Ack(auth=proof.auth), frame.counter, 0x80)
        if isinstance(message, Challenge) and self.own is not None:
            signature = sign(DEFAULT_KEY, message.challenge, self.own, chance.randbytes(6))
            return self._say(AesResponse(data=signature.data), frame.counter, 0xA0)
        if frame.kind == 0x02:
            if self.pages and frame.counter == self.page_counter:
                self.page_counter = (frame.counter + 1) & 0xFF
                return self._say(self.pages.pop(0), self.page_counter, 0xA0)
            return None
        reads = isinstance(message, ParamRequest | StatusRequest | HaveData)
        if self.signs and not reads:
            self.challenged, self.challenge = frame, chance.randbytes(6)
            return self._say(Challenge(challenge=self.challenge, key_byte=0), frame.counter, 0xA0)
        if isinstance(message, ParamRequest):
            self.page_counter = frame.counter
            self.pages = [ParamPairs(registers=((4, 4), (5, 5))), ParamPairs(registers=((6, 6), (0, 0)))]
            return self._say(ParamPairs(registers=((1, 1), (2, 2))), frame.counter, 0xA0)
        if isinstance(message, StatusRequest):
            return self._say(Status(channel=1, value=0, flags=0), frame.counter, 0x80)
        if isinstance(message, SetLevel):
            return self._say(AckStatus(channel=1, value=0xC8, flags=0, tail=b"\x30"), frame.counter, 0x80)
        return self._say(Ack(), frame.counter, 0x80)

    def speak(self, message: Message, flags: int, receiver: bytes, now_s: float) -> Frame:
        self.counter = (self.counter + 1) & 0xFF
        if flags & Flag.WAKEMEUP:
            self.awake_until_s = now_s + 0.6
        frame = self._say(message, self.counter, flags)
        self.own = replace(frame, receiver=receiver)
        return self.own

    def _say(self, message: Message, counter: int, flags: int) -> Frame:
        return message_frame(message, counter=counter, flags=flags, sender=self.address, receiver=CENTRAL)


class Sky:
    """loss, twice, late, busy: probabilities, 0 to 1."""

    def __init__(self, seed: int, loss: float, twice: float, late: float, busy: float) -> None:
        self.chance = random.Random(seed)
        self.loss, self.twice, self.late, self.busy = loss, twice, late, busy
        self.now_s = 1000.0
        self.keyring = Keyring()
        self.airtime = Airtime()
        self.exchanges = Exchanges(CENTRAL, self.airtime, self.chance.randbytes, self.keyring)
        self.devices = {address: Device(address=address, signs=address in SIGNERS) for address in ADDRESSES}
        for address, modes in MODES.items():
            self.exchanges.lanes.add(address, modes, self.chance.randrange(256))
        self.on_air: list[tuple[float, int, Frame]] = []
        self._order = itertools.count()
        self.open: dict[bytes, Frame] = {}
        self.sends: Counter[tuple[bytes, int, int]] = Counter()  # of one question: device, counter, epoch
        self.epoch: Counter[bytes] = Counter()
        self.counters: dict[bytes, int] = {}
        self.asked: list[Request] = []
        self.ended: Counter[int] = Counter()
        self.delivered: list[Delivered] = []
        self.heard: list[Heard] = []

    def submit(self, kind: int, address: bytes, urgency: Urgency) -> None:
        request = Request(device=address, steps=KINDS[kind], cause=Cause(urgency))
        self.asked.append(request)
        self.take(self.exchanges.submit(request, self.now_s))

    def take(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Send():
                    self.send(outcome.frame)
                case Delivered() | Failed():
                    self.ended[id(outcome.request)] += 1
                    self.open.pop(outcome.request.device, None)
                    if isinstance(outcome, Delivered):
                        self.delivered.append(outcome)
                case Heard():
                    self.heard.append(outcome)
                    if outcome.answer_to is not None:
                        self.open.pop(outcome.frame.sender, None)
                case Deferred():
                    self.open.pop(outcome.request.device, None)

    def send(self, frame: Frame) -> None:
        if frame.kind not in {0x02, 0x03, 0x3F}:  # a question
            self.check_question(frame)
        if self.chance.random() < self.busy:
            self.take(self.exchanges.judge(frame, Result.CHANNEL_BUSY, self.now_s))
            return
        if frame.kind not in {0x02, 0x03, 0x3F}:
            self.sends[frame.receiver, frame.counter, self.epoch[frame.receiver]] += 1
        device = self.devices[frame.receiver]
        if device.hears(frame, self.now_s) and self.chance.random() >= self.loss:
            answer = device.hear(frame, self.now_s, self.chance)
            if answer is not None:
                delay_s = 0.11 + (self.chance.random() * 0.9 if self.chance.random() < self.late else 0)
                self.fly(answer, delay_s)

    def check_question(self, frame: Frame) -> None:
        before = self.open.get(frame.receiver)
        last = self.counters.get(frame.receiver)
        if last == frame.counter:
            assert before is None or (before.payload, before.kind) == (frame.payload, frame.kind)
        else:
            most = READ_COUNTER_STEP + PARTS  # an answer's parts count on
            assert last is None or 0 < (frame.counter - last) & 0xFF <= most, "counters only grow"
            self.epoch[frame.receiver] += 1
        self.counters[frame.receiver] = frame.counter
        self.open = {frame.receiver: frame}

    def fly(self, frame: Frame, delay_s: float) -> None:
        for _ in range(2 if self.chance.random() < self.twice else 1):
            if self.chance.random() >= self.loss:
                heapq.heappush(self.on_air, (self.now_s + delay_s, next(self._order), frame))
            delay_s += 0.05

    def wait(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        for turn in itertools.count():
            assert turn < 3000, "it never comes to rest"
            wake_s = self.exchanges.wake_at_s
            fly_s = self.on_air[0][0] if self.on_air else None
            times = [at_s for at_s in (wake_s, fly_s) if at_s is not None]
            if not times or min(times) > end_s:
                break
            self.now_s = max(self.now_s, min(times))
            if fly_s is not None and fly_s <= self.now_s:
                _, _, frame = heapq.heappop(self.on_air)
                self.take(self.exchanges.receive(frame, self.now_s, self.now_s))
            else:
                self.take(self.exchanges.wake(self.now_s))
            self.check()
        self.now_s = end_s

    def check(self) -> None:
        outstanding = [lane for lane in self.exchanges.lanes.active() if lane.deadline_s is not None]
        assert len(outstanding) <= 1, "one question is on the air at a time"
        assert self.airtime.used_ms(self.now_s) <= LIMIT_MS
        for address in ADDRESSES:
            lane = self.exchanges.lanes[address]
            assert len(lane.queue) + len(lane.aside) <= MAX_QUEUE + 5
            most = ATTEMPTS_AWAKE if lane.sleeps_and_wakes else ATTEMPTS
            most = ATTEMPTS_SIGNED if address in SIGNERS else most
            counts = [n for (device, _, _), n in self.sends.items() if device == address]
            assert max(counts, default=0) <= most

    def lose_radio(self) -> None:
        """It is pulled and comes back; what was on the air is gone."""
        self.on_air.clear()
        self.open.clear()
        self.take([*self.exchanges.pause(frozenset())])
        assert self.exchanges.wake_at_s is None
        self.now_s += 5.0
        self.exchanges.lanes.resume()
        self.take(self.exchanges.wake(self.now_s))

    def release(self, address: bytes) -> None:
        """It is no device of ours any more, and then one again."""
        self.open.pop(address, None)
        self.counters.pop(address, None)
        self.take([*self.exchanges.remove(address)])
        self.exchanges.lanes.add(address, MODES[address], self.chance.randrange(256))
        self.epoch[address] += 1

    def wake_sleepers(self) -> None:
        for address in ADDRESSES[3:]:
            device = self.devices[address]
            if address == ADDRESSES[5]:
                frame = device.speak(
                    KeyPress(channel=1, counter=device.counter & 0x7F), 0xA2, CENTRAL, self.now_s
                )
            else:
                frame = device.speak(Weather(temperature=device.counter), 0x86, bytes(3), self.now_s)
            self.fly(frame, 0.02)
            self.wait(3.0)


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, len(KINDS) - 1),
        st.sampled_from(ADDRESSES),
        st.sampled_from(list(Urgency)),
        st.sampled_from([0.0, 0.01, 0.2, 1.0, 4.0]),
        st.sampled_from(["", "", "", "", "", "pulled", "released"]),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.2, 0.6, 1.0]),
    twice=st.sampled_from([0.0, 0.3]),
    late=st.sampled_from([0.0, 0.3]),
    busy=st.sampled_from([0.0, 0.2]),
    requests=REQUESTS,
)
def test_every_request_ends_exactly_once_whatever_the_air_does(
    seed: int,
    loss: float,
    twice: float,
    late: float,
    busy: float,
    requests: list[tuple[int, bytes, Urgency, float, str]],
) -> None:
    air = Sky(seed, loss, twice, late, busy)
    for kind, address, urgency, pause_s, then in requests:
        air.submit(kind, address, urgency)
        air.wait(pause_s)
        if then == "pulled":
            air.lose_radio()
        elif then == "released":
            air.release(address)
    for _ in range(12):
        air.wake_sleepers()
        air.wait(60.0)
    air.loss = air.late = air.twice = air.busy = (
        0.0  # in the end all is well, and nobody may have been forgotten
    )
    for _ in range(12):
        air.wake_sleepers()
        air.wait(120.0)
    assert [air.ended[id(request)] for request in air.asked] == [1] * len(air.asked)
    assert air.exchanges.wake_at_s is None
    for delivered in air.delivered:
        if delivered.request.steps == KINDS[2]:
            registers = [pair for page in delivered.pages for pair in page.registers]  # type: ignore[union-attr]
            assert {(1, 1), (4, 4), (6, 6)} <= set(registers), "no part of a list is missing"


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32), urgencies=st.lists(st.sampled_from(list(Urgency)), min_size=2, max_size=20)
)
def test_what_waits_is_sent_in_the_order_of_its_urgency(seed: int, urgencies: list[Urgency]) -> None:
    air = Sky(seed, 0.0, 0.0, 0.0, 0.0)
    air.submit(0, ADDRESSES[0], Urgency.BACKGROUND)  # occupies the air
    for urgency in urgencies:
        air.submit(0, ADDRESSES[0], urgency)
    air.wait(60.0)
    order = [delivered.request.cause.urgency for delivered in air.delivered[1:]]
    assert order == sorted(urgencies)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), loss=st.sampled_from([0.0, 0.3]), forged=st.booleans())
def test_a_signed_report_is_told_once_and_only_when_it_is_proven(
    seed: int, loss: float, forged: bool
) -> None:
    air = Sky(seed, loss, 0.3, 0.0, 0.0)
    address = ADDRESSES[1]
    air.keyring.note_signing(address, 1, True)
    device = air.devices[address]
    for press in range(5):
        frame = device.speak(KeyPress(channel=1, counter=press), 0xA0, CENTRAL, air.now_s)
        if forged:
            device.own = replace(frame, payload=b"\x01\x63")  # somebody else signs something else
        for _ in range(6):
            air.fly(frame, 0.02)
            air.wait(1.0)
    good = [heard for heard in air.heard if heard.proof is Proof.GOOD and heard.frame.sender == address]
    assert len(good) == len({heard.frame.counter for heard in good})
    assert all(heard.proof is not Proof.NONE for heard in air.heard if heard.frame.sender == address)
    assert not (forged and good)
    if not forged and not loss:
        assert len(good) == 5
