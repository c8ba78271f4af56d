"""One simulated device, radio side: who it belongs to, when it listens, how it answers, asks and repeats.

Read downwards: power_on → hears → receive; act; answer…; event, inform, status_changed go out. What it does
with a frame is inbox.py, configuration (type 01) configuration.py, repeats outbox.py; what its channels do
is theirs.
Source: docs/protocols/bidcos.md, "Message types", "Pairing, peers, registers", "Timing and receive modes".
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from drivers.bidcos.codec.frames import BROADCAST, Damaged, Flag, Frame, decode_frame, encode_frame

from .. import payloads
from ..agenda import Agenda, Appointment
from ..air import Air, is_burst
from ..places import FIRST_METRE_DBM, path_to_middle_dbm, place_for
from .blueprint import Blueprint
from .channel import Channel
from .configuration import Configuration
from .inbox import Inbox
from .memory import ListId, Memory
from .outbox import Letter, Outbox
from .peering import KINDS, TEAM_KINDS
from .surface import COVER_OPEN, LOW_BATTERY, ActRefused, Surroundings
from .touch import battery

S = TypeVar("S")
TURN_ROUND_S = 0.090  # until the carrier of an answer starts; 10 ms of preamble make it 100 ms
TURN_ROUND_JITTER_S = 0.004
BURST_TURN_ROUND_S = 0.010  # of homebrew that answers with a burst, which makes it 370 ms
LISTEN_S = 0.250  # receiver stays on after an own frame that wants something
LEARNING_S = 20.0  # after the teach-in button (open firmware; "some seconds" elsewhere)
EVENT_TRIES = 6  # list 0 register 14 where it is set
TRIES_REGISTER = 0x14
BURST_REGISTER = 0x01
ANSWER_FLAGS = 0x80
PAGE_FLAGS = 0xA0
PAGE_TRIES = 3


class Device:
    """A device on the air.

    misses: the next so many frames it does not hear, for tests. told_local_s: what a central said of the
    local time, seconds since 2000, minus the home time then; None: nobody said it. quirks: of QUIRKS.
    """

    def __init__(
        self,
        blueprint: Blueprint,
        serial: str,
        address: bytes,
        air: Air,
        surroundings: Surroundings,
    ) -> None:
        self.blueprint = blueprint
        self.serial = serial
        self.address = address
        self.agenda: Agenda = air.agenda
        self.surroundings = surroundings
        self.place = place_for(-45.0 - (address[2] * 7) % 40, address)
        self.heard_dbm = FIRST_METRE_DBM
        self.misses = 0
        self.low_battery = False
        self.cover_open = False
        self.told_local_s: float | None = None
        self.quirks: set[str] = set()
        self.channels: dict[int, Channel] = {}
        self.memory = Memory(factory=blueprint.defaults, peers_max=blueprint.peers_max)
        self.outbox = Outbox(self.agenda, surroundings.uniform, self._transmit)
        self.configuration = Configuration(self)
        self.inbox = Inbox(self, self.outbox, self.configuration, self.channels)
        self._air = air
        self._awake_until_s = float("-inf")
        self._learning_until_s = float("-inf")
        self._status_due: dict[int, Appointment] = {}
        air.join(self, address, (0x01,))

    @property
    def path_dbm(self) -> float:
        """How strongly the first stick hears it; setting moves the device."""
        return path_to_middle_dbm(self.place)

    @path_dbm.setter
    def path_dbm(self, strength_dbm: float) -> None:
        self.place = place_for(strength_dbm, self.address)

    # life

    def power_on(self, delay_s: float = 0.0) -> None:
        """Begin, after the address-dependent wait that keeps a house from talking all at once."""
        self.agenda.after(delay_s + self.address[2] * 0.010, self._start)

    def _start(self) -> None:
        for channel in self.channels.values():
            channel.start()

    def power_loss(self) -> None:
        """Take the batteries out and put them in again: what is not in its memory is gone."""
        self.outbox.clear()
        self.configuration.forget()
        self.inbox.forget()
        self.told_local_s = None
        self._awake_until_s = self._learning_until_s = float("-inf")

    def factory_reset(self) -> None:
        """Forget owner, peers and settings; the key stays, as no device gives one up."""
        kept = self.memory
        self.memory = Memory(
            factory=self.blueprint.defaults,
            peers_max=self.blueprint.peers_max,
            counter=kept.counter,
            changes=kept.changes + 1,
            key=kept.key,
            key_index=kept.key_index,
        )
        self.outbox.clear()

    def teach_in(self) -> None:
        """Press the teach-in button: tell who it is, then listen for a while."""
        self._learn()
        if self.memory.is_paired:
            self._send_info(self.memory.central, self.blueprint.event_flags)
        else:
            self._send_info(BROADCAST, 0x84)

    def introduce(self, receiver: bytes) -> None:
        """Tell a central that called it by its serial number who it is, and listen for a while."""
        self._learn()
        self.agenda.after(self._turn_round_s(), lambda: self._send_info(receiver, 0xA4))

    def _learn(self) -> None:
        self._learning_until_s = self.agenda.now_s + LEARNING_S
        self.stay_awake(LEARNING_S)

    def siblings(self, kind: type[S]) -> list[S]:
        """The device's channels of one kind, in their order."""
        return [channel for channel in self.channels.values() if isinstance(channel, kind)]

    @property
    def is_learning(self) -> bool:
        """Whether an unpaired device takes an owner now."""
        return self.agenda.now_s <= self._learning_until_s

    @property
    def is_awake(self) -> bool:
        """Whether the receiver is on without a burst."""
        return not self.blueprint.sleeps or self.agenda.now_s <= self._awake_until_s

    def stay_awake(self, seconds: float) -> None:
        """Keep the receiver on for at least so long."""
        self._awake_until_s = max(self._awake_until_s, self.agenda.now_s + seconds)

    # from the air

    def hears(self, data: bytes) -> bool:
        """Hear what its receive mode lets it hear."""
        if self.is_awake:
            return True
        if is_burst(data):
            set_so = self.blueprint.burst_if_set and self.memory.register(BURST_REGISTER, 0) == 1
            if self.blueprint.burst or set_so:
                self.stay_awake(LISTEN_S)
                return True
        return data[3] in TEAM_KINDS and self.inbox.peering.knows(data[4:7])

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Take a frame at its end. Never raises."""
        frame = decode_frame(data, rssi_dbm)
        if isinstance(frame, Damaged):
            return
        if frame.sender == self.address and not (frame.kind in KINDS and self._leads):
            return
        if self.misses > 0:
            self.misses -= 1
            return
        self.heard_dbm = rssi_dbm
        self.inbox.receive(frame)

    @property
    def _leads(self) -> bool:
        """Its team speaks under its address: its members, and a central."""
        return self.inbox.peering.knows(self.address)

    # in the home

    def act(self, event: str, args: tuple[str, ...] = ()) -> None:
        """Let somebody or something in the home touch it: a verb, with ``@2`` behind it for channel 2.

        Raises:
            ActRefused: it can't do that.
        """
        verb, _, chosen = event.partition("@")
        if verb == "battery" and self.blueprint.sleeps:
            self.low_battery = battery(args)
            self._refresh()
        elif verb == "cover" and any(channel.has_cover for channel in self.channels.values()):
            self.cover_open = args[:1] == ("open",)
            self._refresh()
        else:
            if not chosen and args and args[0].isdigit() and self._takes_channel(verb):
                chosen, args = args[0], args[1:]
            self._channel_for(verb, chosen).act(verb, args)

    def _takes_channel(self, verb: str) -> bool:
        return any(each.verbs.get(verb, "").startswith("[channel]") for each in self.channels.values())

    def _channel_for(self, verb: str, chosen: str) -> Channel:
        able = {index: each for index, each in self.channels.items() if verb in each.verbs}
        if not able:
            verbs = {each: args for channel in self.channels.values() for each, args in channel.verbs.items()}
            known = ", ".join(f"{each} {args}".strip() for each, args in verbs.items())
            raise ActRefused(f"{self.blueprint.name} knows: {known or 'nothing'}")
        if chosen and int(chosen if chosen.isdigit() else 0) not in able:
            raise ActRefused(f"{verb}: channel {chosen}: {min(able)} to {max(able)}")
        return able[int(chosen)] if chosen else next(iter(able.values()))

    def _refresh(self) -> None:
        for channel in self.channels.values():
            channel.refresh()

    def state(self) -> Mapping[str, object]:
        """What a person standing before it would see; the first channel that says a thing says it."""
        told: dict[str, object] = {}
        for channel in self.channels.values():
            for name, value in channel.state().items():
                before = told.get(name)
                if isinstance(before, list) and isinstance(value, list):
                    told[name] = [*before, *value]
                elif isinstance(before, dict) and isinstance(value, dict):
                    told[name] = {**before, **value}
                else:
                    told.setdefault(name, value)
        return {**told, "low_battery": self.low_battery} if self.blueprint.sleeps else told

    # answers

    def answer(self, question: Frame, payload: bytes, *, receiver: bytes | None = None) -> None:
        """Answer a question that wants one, after the turn-round, with its counter."""
        if question.flags & Flag.BIDI:
            payload += self.inbox.auth
            receiver = receiver or question.sender
            flags = ANSWER_FLAGS | (Flag.BURST if "burst" in self.quirks else 0)
            frame = self._frame(0x02, receiver, payload, flags, question.counter)
            self.answer_with(encode_frame(frame))

    def answer_status(self, question: Frame, channel: int, *, receiver: bytes | None = None) -> None:
        """Acknowledge with the state of a channel, or plainly where it has none."""
        body = self._status(channel)
        self.answer(question, payloads.ACK if body is None else b"\x01" + body, receiver=receiver)

    def answer_pages(self, question: Frame, pages: Sequence[bytes]) -> None:
        """Send the frames of a list one by one, each acknowledged before the next (type 10)."""
        letters = []
        for index, page in enumerate(pages):
            step = 0 if "same-counter" in self.quirks else index
            self.memory.counter = (question.counter + step) & 0xFF
            frame = self._frame(0x10, question.sender, page, PAGE_FLAGS, self.memory.counter)
            build = partial(bytes, encode_frame(frame))
            delay_s = self._turn_round_s()
            letters.append(Letter(build=build, tries=PAGE_TRIES, delay_s=delay_s, is_page=True))
        self.outbox.post_pages(letters)

    def _status(self, index: int) -> bytes | None:
        channel = self.channels.get(index) or (self._first if index == 0 else None)
        status = channel.status() if channel is not None else None
        if status is None:
            return None
        flags = status.flags | (LOW_BATTERY if self.low_battery else 0)
        flags |= COVER_OPEN if self.cover_open else 0
        if "short-status" in self.quirks and not status.tail:
            return bytes((index, status.value, flags))
        rssi = min(0x7F, round(-self.heard_dbm))
        return bytes((index, status.value, flags, rssi)) + status.tail

    @property
    def _first(self) -> Channel | None:
        return next(iter(self.channels.values()), None)

    # of its own accord

    def event(
        self, kind: int, channel: int, payload: bytes, *, flags: int | None = None, central: bool = True
    ) -> None:
        """Tell the central, unless not wanted, and the channel's peers, until they acknowledge it."""
        flags = self.blueprint.event_flags if flags is None else flags
        tries = self.memory.register(TRIES_REGISTER, EVENT_TRIES) or EVENT_TRIES
        for peer in self.memory.peers.get(channel, []):
            if peer[:3] != self.memory.central:
                link = ListId(channel=channel, number=4, peer=peer)
                burst = Flag.BURST if self.memory.register(0x01, 0, link) & 1 else 0
                self._post(kind, peer[:3], payload, flags | burst, tries)
        if central and self.memory.is_paired:
            self._post(kind, self.memory.central, payload, flags, tries)

    def inform(self, kind: int, payload: bytes, flags: int, receiver: bytes = BROADCAST) -> None:
        """Send to whoever listens; nobody acknowledges it. Unowned devices keep quiet."""
        if self.memory.is_paired:
            frame = self._frame(kind, receiver, payload, flags, self.next_counter())
            self.transmit(encode_frame(frame))

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
        if self.memory.is_paired and self.told_local_s is None:
            self._post(0x3F, self.memory.central, b"", 0xA0, PAGE_TRIES)

    def _send_info(self, receiver: bytes, flags: int) -> None:
        blueprint = self.blueprint
        info = payloads.device_info(blueprint.firmware, blueprint.code, self.serial, blueprint.info_tail)
        self.transmit(encode_frame(self._frame(0x00, receiver, info, flags, self.next_counter())))

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
        if "burst" in self.quirks:
            return BURST_TURN_ROUND_S
        return TURN_ROUND_S + self.surroundings.uniform() * TURN_ROUND_JITTER_S

    def send_later(self, frame: Frame) -> None:
        """Send a frame after the turn-round."""
        data = encode_frame(frame)
        self.agenda.after(self._turn_round_s(), lambda: self.transmit(data))

    def answer_with(self, data: bytes) -> None:
        """Send a ready answer after the turn-round; meanwhile one frame fits into the receiver."""
        self.inbox.begin_answer(data)
        self.agenda.after(self._turn_round_s(), lambda: self._transmit(data, lambda: self._answered(data)))

    def _answered(self, data: bytes) -> None:
        """An answer left; what quirks add to it follows."""
        self.inbox.answer_left()
        if "double" in self.quirks:
            self.transmit(data)
        if "stray" in self.quirks and (body := self._status(0)) is not None:
            self.memory.counter = data[1]
            self.inform(0x10, b"\x06" + body, ANSWER_FLAGS, data[7:10])

    def transmit(self, data: bytes) -> None:
        """Send a ready frame once."""
        self._transmit(data, lambda: None)

    def _transmit(self, data: bytes, left: Callable[[], None]) -> None:
        def sent() -> None:
            if data[2] & (Flag.BIDI | Flag.WAKEMEUP):
                self.stay_awake(LISTEN_S)
            left()

        self._air.send(self, data, sent=sent, gave_up=left)
