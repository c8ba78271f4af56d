"""The air between sticks and devices: one shared channel, half-duplex, frames that take time.

Pure: time comes from the agenda, chance from the seeded source; what goes wrong is in Conditions. Who is
how far from whom is places.py; who may know what really passed is told by ``watch``.
Source: docs/protocols/bidcos.md, "Radio layer", "Send line" (air time) and "Timing".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from .agenda import Agenda, Uniform
from .places import SENSED_DBM, SENSITIVITY_DBM, Place, path_dbm

BYTE_S = 0.0008  # 10 kbit/s
OVERHEAD_BYTES = 10  # preamble 4, sync 4, CRC 2; the length byte is part of the frame
PREAMBLE_S = 0.010  # carrier before a plain frame
BURST_S = 0.360  # carrier that wakes wake-on-radio receivers
PATIENCE_S = 1.5  # longest wait for a clear channel, 188 ticks of 125 Hz
SENSING_S = 0.0003  # a carrier younger than this is not seen by others (ours: one CC1101 sensing interval)
BACKOFF_S = 0.008  # waiting senders spread over this time when the channel clears (ours)
BURST_FLAG = 0x10
TEAM_KINDS = frozenset({0x40, 0x41})
SENDERS_MAX = 20_000  # addresses whose air time is kept; beyond, only the total grows


def airtime_s(data: bytes) -> float:
    """Seconds on air of a frame (length byte first), its burst or plain preamble not counted."""
    return (len(data) + OVERHEAD_BYTES) * BYTE_S


def is_burst(data: bytes) -> bool:
    """Whether a frame is led in by the long carrier."""
    return bool(data[2] & BURST_FLAG)


class Node(Protocol):
    """A radio on the air. place: where it stands, in metres."""

    @property
    def place(self) -> Place:
        """Where it stands."""
        ...

    def hears(self, data: bytes) -> bool:
        """Whether its receiver is on at this moment, the start of a frame."""
        ...

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Take a frame at its end."""
        ...


class Fate(Enum):
    """What became of a frame at one receiver. OWN: it was sending itself meanwhile."""

    HEARD = "heard"
    LOST = "lost"
    COLLIDED = "collided"
    OWN = "sending"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One frame that passed the air. begun_s: its carrier's start; fates: of those whose receiver was on."""

    node: Node
    data: bytes
    begun_s: float
    end_s: float
    fates: tuple[tuple[Node, Fate], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the air does to frames.

    loss, duplicates: 0.0 to 1.0 of the receptions. delay_s: up to this much later, for each reception.
    capture_db: a frame so much stronger than all that overlap it survives; None: every overlap destroys.
    takes_time: False gives an ideal channel without air time, for load that no real channel can carry.
    """

    loss: float = 0.0
    duplicates: float = 0.0
    delay_s: float = 0.0
    capture_db: float | None = None
    takes_time: bool = True


@dataclass(slots=True, kw_only=True)
class _Sending:
    node: Node
    data: bytes
    patience_until_s: float
    sent: Callable[[], None] | None
    gave_up: Callable[[], None] | None
    blind: bool
    begun_s: float = 0.0
    end_s: float = 0.0
    overlaps: list["_Sending"] = field(default_factory=list)
    listeners: list[Node] = field(default_factory=list)


class Air:
    """Carries frames from one node to those that listen.

    airtime_total_s: carrier time of everything sent so far, preambles included; airtime_s: by sender address.
    agenda: its clock. doomed: so many of the next frames are destroyed by a foreign carrier.
    """

    def __init__(self, agenda: Agenda, uniform: Uniform, conditions: Conditions | None = None) -> None:
        self.conditions = conditions or Conditions()
        self.airtime_total_s = 0.0
        self.airtime_s: dict[bytes, float] = {}
        self.doomed = 0
        self.agenda = agenda
        self._uniform = uniform
        self._on_air: list[_Sending] = []
        self._jammed_until_s = float("-inf")
        self._overhearing: list[Node] = []
        self._teams: list[Node] = []
        self._by_address: dict[bytes, list[Node]] = {}
        self._by_broadcast_kind: dict[int, list[Node]] = {}
        self._watchers: list[Callable[[Passage], None]] = []

    def join(self, node: Node, address: bytes, broadcast_kinds: Iterable[int] = ()) -> None:
        """Let a node hear frames for ``address`` and broadcasts of the given types."""
        self._by_address.setdefault(address, []).append(node)
        for kind in broadcast_kinds:
            self._by_broadcast_kind.setdefault(kind, []).append(node)

    def join_everything(self, node: Node) -> None:
        """Let a node hear every frame, as a stick or a repeater does."""
        self._overhearing.append(node)

    def join_team(self, node: Node) -> None:
        """Let a node hear keys and events that come with a burst, whoever they are for, as teams do."""
        self._teams.append(node)

    def watch(self, watcher: Callable[[Passage], None]) -> None:
        """Tell ``watcher`` of every frame, after it was received."""
        self._watchers.append(watcher)

    def jam(self, seconds: float) -> None:
        """Keep the channel busy, as a faulty transmitter would."""
        self._jammed_until_s = self.agenda.now_s + seconds

    def send(
        self,
        node: Node,
        data: bytes,
        *,
        sent: Callable[[], None] | None = None,
        gave_up: Callable[[], None] | None = None,
        patience_s: float = PATIENCE_S,
        blind: bool = False,
    ) -> None:
        """Send a frame as soon as the channel is clear; after ``patience_s`` of a busy one call ``gave_up``.

        blind: into whatever is on the air; only its own sending is waited for.
        """
        until_s = self.agenda.now_s + patience_s
        self._attempt(
            _Sending(node=node, data=data, patience_until_s=until_s, sent=sent, gave_up=gave_up, blind=blind),
        )

    def _attempt(self, sending: _Sending) -> None:
        now_s = self.agenda.now_s
        if not self.conditions.takes_time:
            sending.begun_s = sending.end_s = now_s
            self._tune_in(sending)
            self._finish(sending)
            return
        clear_s = self._clear_at(now_s, sending)
        if clear_s <= now_s:
            self._begin(sending)
        elif clear_s > sending.patience_until_s and not sending.blind:
            if sending.gave_up is not None:
                self.agenda.at(sending.patience_until_s, sending.gave_up)
        else:
            self.agenda.at(clear_s + self._uniform() * BACKOFF_S, lambda: self._attempt(sending))

    def _clear_at(self, now_s: float, sending: _Sending) -> float:
        """When what its node can hear has ended; nobody talks over himself."""
        node = sending.node
        clear_s = float("-inf") if sending.blind else self._jammed_until_s
        for other in self._on_air:
            if sending.blind and other.node is not node:
                continue
            sensed = other.begun_s + SENSING_S <= now_s and path_dbm(other.node, node) >= SENSED_DBM
            if other.end_s > clear_s and (other.node is node or sensed):
                clear_s = other.end_s
        return clear_s

    def _begin(self, sending: _Sending) -> None:
        now_s = self.agenda.now_s
        preamble_s = BURST_S if is_burst(sending.data) else PREAMBLE_S
        sending.begun_s = now_s
        sending.end_s = now_s + preamble_s + airtime_s(sending.data)
        for other in self._on_air:
            other.overlaps.append(sending)
            sending.overlaps.append(other)
        self._on_air.append(sending)
        self._charge(sending.data[4:7], sending.end_s - now_s)
        self.agenda.at(now_s + preamble_s, lambda: self._tune_in(sending))
        self.agenda.at(sending.end_s, lambda: self._finish(sending))

    def _charge(self, sender: bytes, seconds: float) -> None:
        self.airtime_total_s += seconds
        if sender in self.airtime_s or len(self.airtime_s) < SENDERS_MAX:
            self.airtime_s[sender] = self.airtime_s.get(sender, 0.0) + seconds

    def _tune_in(self, sending: _Sending) -> None:
        data, receiver = sending.data, sending.data[7:10]
        nodes = self._by_address.get(receiver, [])
        if not any(receiver):
            nodes = self._by_broadcast_kind.get(data[3], [])
        if data[3] in TEAM_KINDS and is_burst(data):
            nodes = [*nodes, *(node for node in self._teams if node not in nodes)]
        sending.listeners = [
            node for node in (*self._overhearing, *nodes) if node is not sending.node and node.hears(data)
        ]

    def _finish(self, sending: _Sending) -> None:
        if sending in self._on_air:
            self._on_air.remove(sending)
        if sending.sent is not None:
            sending.sent()
        doomed = self.doomed > 0
        if doomed:
            self.doomed -= 1
        fates = []
        for node in sending.listeners:
            strength_dbm = path_dbm(sending.node, node)
            fate = Fate.COLLIDED if doomed else self._fate(sending, node, strength_dbm)
            fates.append((node, fate))
            if fate is Fate.HEARD:
                self._carry(sending, node, strength_dbm)
        sending.overlaps = []
        if self._watchers:
            passage = Passage(
                node=sending.node,
                data=sending.data,
                begun_s=sending.begun_s,
                end_s=sending.end_s,
                fates=tuple(fates),
            )
            for watcher in self._watchers:
                watcher(passage)

    def _fate(self, sending: _Sending, node: Node, strength_dbm: float) -> Fate:
        if strength_dbm < SENSITIVITY_DBM:
            return Fate.WEAK
        capture_db = self.conditions.capture_db
        for other in sending.overlaps:
            if other.node is node:
                return Fate.OWN
            if capture_db is None or strength_dbm - path_dbm(other.node, node) < capture_db:
                return Fate.COLLIDED
        loss = self.conditions.loss
        return Fate.LOST if loss and self._uniform() < loss else Fate.HEARD

    def _carry(self, sending: _Sending, node: Node, strength_dbm: float) -> None:
        conditions = self.conditions
        rssi_dbm = round(2 * strength_dbm + 4 * self._uniform() - 2) / 2
        copies = 2 if conditions.duplicates and self._uniform() < conditions.duplicates else 1
        for _ in range(copies):
            if conditions.delay_s:
                delay_s = self._uniform() * conditions.delay_s
                self.agenda.after(delay_s, lambda: node.receive(sending.data, rssi_dbm))
            else:
                node.receive(sending.data, rssi_dbm)
