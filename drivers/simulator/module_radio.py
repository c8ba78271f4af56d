"""The radio of an HM-MOD-RPI-PCB: it repeats, acknowledges, wakes and signs by itself for the peers it knows.

Read downwards: send → _attempt → _take_answer …; receive → _acknowledge, _challenge → _take_signature.
Source: docs/protocols/bidcos.md, "Module requests", "Module reports", "Signing".
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from drivers.bidcos.codec.frames import BROADCAST, Damaged, Flag, Frame, decode_frame, encode_frame
from drivers.bidcos.codec.signing import (
    CHALLENGE_SIZE,
    DEFAULT_KEY,
    FRESHNESS_SIZE,
    KEY_SIZE,
    seal_key_half,
    sign,
    verify,
)
from drivers.bidcos.codec.uart import AckStatus, AppCommand, Destination
from drivers.bidcos.codec.uart_reports import Answer, Credits, PeerAdded, RadioAnswer, Received, Report

from .agenda import Agenda, Appointment, Uniform
from .air import BURST_S, PREAMBLE_S, Air, airtime_s
from .places import Place

TURN_ROUND_S = 0.090
SENDS = 3  # of one frame
ANSWER_WAIT_S = 0.4  # from the end of a frame, for the start and the end of its answer
SIGNED_WAIT_S = 0.6
BUSY_PATIENCE_S = 0.1  # with listening first: how long until it says that the channel is busy (ours)
HELD_UP_KEPT = 64
HOUR_S, LIMIT_S, HALF_PERCENTS = 3600.0, 36.0, 200
FULL = 199  # half per cent of the hour's send time: no more sending
NEITHER = Flag.BIDI | Flag.WAKEMEUP
AUTH_SIZE = 4
KEY_KIND = 0x04
HOST_KINDS = frozenset({0x02, 0x3F})  # answers, and the question for the time, are the host's
PLAIN, ANSWERED, EVENT, GOOD, WRONG = 0x00, 0x01, 0x11, 0x12, 0x13
SIGNED_KINDS = frozenset({0x40, 0x41})
SIGNED_INFOS = frozenset({0x04, 0x05, 0x06})  # of type 10
ALL = PeerAdded.everything


@dataclass(slots=True)
class Peer:
    """A device that the module knows. signed: channels whose messages are signed."""

    key_index: int
    wake_up: bool
    signed: frozenset[int]


@dataclass(slots=True)
class Errand:
    """The frame that is being sent. challenged: key index that the device asked for; auth: what must come."""

    frame: Frame
    sends: int = 0
    challenged: int | None = None
    auth: bytes = b""
    timer: Appointment | None = None


@dataclass(slots=True)
class Doubt:
    """An event that must be signed before it is believed."""

    event: Frame
    challenge: bytes
    key_index: int
    timer: Appointment = field(repr=False)


class ModuleRadio:
    """Speaks for one central.

    report: takes what the host is told. listens_first: CSMA. listens: to devices, at 10 kbit/s.
    keys: what the host loaded, index and key by command. peers: by address. held_up: the latest answers that
    it never sent because the air was not free in their time, by receiver and counter.
    """

    def __init__(
        self, agenda: Agenda, air: Air, uniform: Uniform, report: Callable[[Report], None], place: Place
    ) -> None:
        self.place = place
        self._agenda = agenda
        self._air = air
        self._uniform = uniform
        self._report = report
        self._used: deque[tuple[float, float]] = deque()  # end and length of what was sent in this hour
        self._used_s = 0.0
        self._errand: Errand | None = None
        self.held_up: deque[tuple[bytes, int]] = deque(maxlen=HELD_UP_KEPT)
        self.clear()

    def clear(self) -> None:
        """Forget what the host set; the send time of the hour stays."""
        if self._errand is not None and self._errand.timer is not None:
            self._errand.timer.cancel()
        self.address = bytes(3)
        self.listens = False
        self.listens_first = False
        self.counts_credits = True
        self.keys: dict[AppCommand, tuple[int, bytes]] = {}
        self.peers: dict[bytes, Peer] = {}
        self._errand = None
        self._doubts: dict[bytes, Doubt] = {}
        self._told_credits = -1

    # what the host sets

    def add_peer(self, address: bytes, key_index: int, wake_up: bool) -> tuple[int, frozenset[int]]:
        """Know a device; a new one is signed on all channels afterwards, though its answer says on none yet.

        Returns:
            How many peers it knows, and which channels its answer calls signed.
        """
        if (peer := self.peers.get(address)) is not None:
            peer.key_index, peer.wake_up = key_index, wake_up
            return len(self.peers), peer.signed
        self.peers[address] = Peer(key_index, wake_up, ALL)
        return len(self.peers), frozenset()

    def sign(self, address: bytes, channels: tuple[int, ...], on: bool) -> bool:
        """Sign these channels of a peer, or no longer; False when it is not known."""
        peer = self.peers.get(address)
        if peer is None:
            return False
        peer.signed = peer.signed | frozenset(channels) if on else peer.signed - frozenset(channels)
        return True

    def credits_used(self) -> int:
        """Half per cent of this hour's send time, 0 to 200."""
        now_s = self._agenda.now_s
        while self._used and self._used[0][0] <= now_s - HOUR_S:
            self._used_s -= self._used.popleft()[1]
        return min(HALF_PERCENTS, round(self._used_s / LIMIT_S * HALF_PERCENTS))

    @property
    def is_spent(self) -> bool:
        """Whether it may send nothing any more, not even an acknowledgement."""
        return self.counts_credits and self.credits_used() >= FULL

    def _key(self, index: int) -> bytes | None:
        """The key of an index; index 0 is always the built-in one, whatever the host loads there."""
        if index == 0:
            return DEFAULT_KEY
        return next((key for at, key in self.keys.values() if at == index and any(key)), None)

    # to the air

    def send(self, frame: Frame, *, burst: bool) -> None:
        """Send for the host; the answer to it is reported once, whatever happens."""
        flags = frame.flags | Flag.BURST if burst else frame.flags
        errand = self._errand = Errand(self._expanded(replace(frame, flags=flags)))
        self._attempt(errand)

    def _expanded(self, frame: Frame) -> Frame:
        """A key exchange that the host only names, 01 and a key byte, becomes the sealed half of that key."""
        peer = self.peers.get(frame.receiver)
        if frame.kind != KEY_KIND or len(frame.payload) != 2 or peer is None:
            return frame
        index, second = frame.payload[1] // 2, bool(frame.payload[1] & 1)
        old, new = self._key(peer.key_index), self._key(index)
        if old is None or new is None:
            return frame
        return replace(frame, payload=seal_key_half(old, new, index, second, self._random(2)))

    def _attempt(self, errand: Errand) -> None:
        if errand is not self._errand:
            return
        if errand.sends >= SENDS:
            self._give_up(errand)
            return
        errand.sends += 1
        errand.auth = b""
        self._emit(errand.frame, lambda: self._sent(errand), lambda: self._busy(errand))

    def _sent(self, errand: Errand) -> None:
        if errand is not self._errand:
            return
        if errand.frame.flags & Flag.BIDI and errand.frame.receiver != BROADCAST:
            errand.timer = self._agenda.after(ANSWER_WAIT_S, lambda: self._attempt(errand))
        else:
            self._close(Answer(destination=Destination.APP, status=AckStatus.OK))

    def _busy(self, errand: Errand) -> None:
        if errand is self._errand:
            self._close(Answer(destination=Destination.APP, status=AckStatus.CHANNEL_BUSY))

    def _give_up(self, errand: Errand) -> None:
        if errand.challenged is None:
            self._close(Answer(destination=Destination.APP, status=AckStatus.NO_ANSWER))
        else:
            info = bytes((errand.challenged,))
            self._close(Answer(destination=Destination.APP, status=AckStatus.SIGNATURE_FAILED, info=info))

    def _close(self, report: Report) -> None:
        if self._errand is not None and self._errand.timer is not None:
            self._errand.timer.cancel()
        self._errand = None
        self._report(report)
        used = self.credits_used()
        if used != self._told_credits:
            self._told_credits = used
            self._report(Credits(used=used))

    def _take_answer(self, errand: Errand, frame: Frame) -> None:
        is_challenge = frame.kind == 0x02 and frame.payload[:1] == b"\x04"
        if errand.timer is not None:
            errand.timer.cancel()
        if is_challenge:
            self._answer_challenge(errand, frame)
        elif errand.auth and frame.kind == 0x02 and frame.payload[-AUTH_SIZE:] != errand.auth:
            self._give_up(errand)
        else:
            index = errand.challenged or 0
            self._close(RadioAnswer(radio=frame, key_index=index, verified=bool(errand.auth)))
            if frame.flags & Flag.BIDI:
                self._acknowledge(frame, b"")

    def _answer_challenge(self, errand: Errand, challenge: Frame) -> None:
        """Sign our message for the device, if it is a peer with a signed channel and a key that we have."""
        six = challenge.payload[1 : 1 + CHALLENGE_SIZE]
        index = challenge.payload[7] // 2 if len(challenge.payload) > 7 else 0
        peer, key = self.peers.get(challenge.sender), self._key(index)
        errand.challenged = index
        if peer is None or not peer.signed or key is None or len(six) < CHALLENGE_SIZE:
            self._give_up(errand)
            return
        signature = sign(key, six, errand.frame, self._random(FRESHNESS_SIZE))
        errand.auth = signature.auth
        response = replace(
            challenge, flags=0xA0, kind=0x03, sender=self.address, receiver=challenge.sender,
            payload=signature.data,
        )  # fmt: skip
        self._later(response)
        errand.timer = self._agenda.after(SIGNED_WAIT_S, lambda: self._attempt(errand))

    # from the air

    def hears(self, data: bytes) -> bool:
        """Hear everything while the application runs."""
        return self.listens

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Take a frame at its end. Never raises."""
        frame = decode_frame(data, rssi_dbm)
        if isinstance(frame, Damaged) or not self.listens:
            return
        errand = self._errand
        if frame.receiver != self.address:
            self._overhear(frame)
        elif (
            errand is not None
            and errand.sends
            and (frame.sender, frame.counter) == (errand.frame.receiver, errand.frame.counter)
        ):
            self._take_answer(errand, frame)
        elif frame.kind == 0x03:
            self._take_signature(frame)
        else:
            self._take_event(frame)

    def _overhear(self, frame: Frame) -> None:
        """What is for others, or for all; a device that offers to listen is woken if the host wants that."""
        peer = self.peers.get(frame.sender)
        wakes = peer is not None and peer.wake_up and frame.flags & NEITHER == Flag.WAKEMEUP
        if wakes and frame.receiver == BROADCAST:
            self._later(self._frame(frame.sender, 0xA1, 0x12, (frame.counter + 1) & 0xFF, b""))
            self._report(Received(radio=frame, status=0x10))
        else:
            self._report(Received(radio=frame, status=PLAIN))

    def _take_event(self, frame: Frame) -> None:
        peer = self.peers.get(frame.sender)
        if peer is None or not frame.flags & Flag.BIDI or frame.kind in HOST_KINDS:
            self._report(Received(radio=frame, status=ANSWERED))
        elif self._must_be_signed(peer, frame) and (key := self._key(peer.key_index)) is not None:
            self._challenge(frame, peer, key)
        else:
            self._acknowledge(frame, b"")
            self._report(Received(radio=frame, status=EVENT))

    def _must_be_signed(self, peer: Peer, frame: Frame) -> bool:
        payload = frame.payload
        if frame.kind in SIGNED_KINDS and payload:
            return payload[0] & 0x3F in peer.signed
        if frame.kind == 0x10 and len(payload) > 1 and payload[0] in SIGNED_INFOS:
            return payload[1] & 0x3F in peer.signed
        return False

    def _acknowledge(self, frame: Frame, auth: bytes) -> None:
        peer = self.peers.get(frame.sender)
        wakes = peer is not None and peer.wake_up and frame.flags & Flag.WAKEMEUP
        flags = 0x81 if wakes else 0x80
        self._later(self._frame(frame.sender, flags, 0x02, frame.counter, b"\x00" + auth))

    def _challenge(self, frame: Frame, peer: Peer, key: bytes) -> None:
        """Ask the sender to sign; a repeat of the event gets a new challenge."""
        if (before := self._doubts.pop(frame.sender, None)) is not None:
            before.timer.cancel()
        six = self._random(CHALLENGE_SIZE)
        timer = self._agenda.after(SIGNED_WAIT_S, lambda: self._doubted(frame.sender))
        self._doubts[frame.sender] = Doubt(frame, six, peer.key_index, timer)
        payload = b"\x04" + six + bytes((peer.key_index * 2,))
        self._later(self._frame(frame.sender, 0xA0, 0x02, frame.counter, payload))

    def _doubted(self, sender: bytes) -> None:
        if (doubt := self._doubts.pop(sender, None)) is not None:
            self._report(Received(radio=doubt.event, status=WRONG, key_index=doubt.key_index))

    def _take_signature(self, frame: Frame) -> None:
        doubt = self._doubts.pop(frame.sender, None)
        if doubt is None or doubt.event.counter != frame.counter:
            return
        doubt.timer.cancel()
        key = self._key(doubt.key_index)
        response = frame.payload if len(frame.payload) == KEY_SIZE else bytes(KEY_SIZE)
        good = None if key is None else verify(key, doubt.challenge, doubt.event, response)
        if good is not None:
            self._acknowledge(doubt.event, good.auth)
        status = WRONG if good is None else GOOD
        self._report(Received(radio=doubt.event, status=status, key_index=doubt.key_index))

    # small parts

    def _frame(self, receiver: bytes, flags: int, kind: int, counter: int, payload: bytes) -> Frame:
        return Frame(
            counter=counter, flags=flags, kind=kind, sender=self.address, receiver=receiver, payload=payload
        )

    def _later(self, frame: Frame) -> None:
        held_up = (frame.receiver, frame.counter)
        if not self.is_spent:
            self._agenda.after(
                TURN_ROUND_S, lambda: self._emit(frame, lambda: None, lambda: self.held_up.append(held_up))
            )

    def _emit(self, frame: Frame, sent: Callable[[], None], busy: Callable[[], None]) -> None:
        data = encode_frame(frame)

        def left() -> None:
            preamble_s = BURST_S if frame.flags & Flag.BURST else PREAMBLE_S
            length_s = preamble_s + airtime_s(data)
            self._used.append((self._agenda.now_s, length_s))
            self._used_s += length_s
            sent()

        patience_s = BUSY_PATIENCE_S if self.listens_first else 0.0
        blind = not self.listens_first
        self._air.send(self, data, sent=left, gave_up=busy, patience_s=patience_s, blind=blind)

    def _random(self, size: int) -> bytes:
        return bytes(int(self._uniform() * 256) for _ in range(size))
