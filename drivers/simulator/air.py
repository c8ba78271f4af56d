"""The air between the stick and the devices: one shared channel, half-duplex, frames that take time.

Pure: time comes from the agenda, chance from the seeded source; what goes wrong is in Conditions.
Source: docs/protocols/bidcos.md, "Radio layer", "Send line" (air time) and "Timing".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from .agenda import Agenda, Uniform

BYTE_S = 0.0008  # 10 kbit/s
OVERHEAD_BYTES = 10  # preamble 4, sync 4, CRC 2; the length byte is part of the frame
PREAMBLE_S = 0.010  # carrier before a plain frame
BURST_S = 0.360  # carrier that wakes wake-on-radio receivers
PATIENCE_S = 1.5  # longest wait for a clear channel, 188 ticks of 125 Hz
SENSING_S = 0.0003  # a carrier younger than this is not seen by others (ours: one CC1101 sensing interval)
BACKOFF_S = 0.008  # waiting senders spread over this time when the channel clears (ours)
BURST_FLAG = 0x10


def airtime_s(data: bytes) -> float:
    """Seconds on air of a frame (length byte first), its burst or plain preamble not counted."""
    return (len(data) + OVERHEAD_BYTES) * BYTE_S


def is_burst(data: bytes) -> bool:
    """Whether a frame is led in by the long carrier."""
    return bool(data[2] & BURST_FLAG)


class Node(Protocol):
    """A radio on the air.

    path_dbm: how strong the stick hears it and it hears the stick; None for the stick itself.
    """

    path_dbm: float | None

    def hears(self, burst: bool) -> bool:
        """Whether its receiver is on at this moment, the start of a frame."""
        ...

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Take a frame at its end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the air does to frames.

    loss, duplicates: 0.0 to 1.0 of the receptions. delay_s: up to this much later, for each reception.
    takes_time: False gives an ideal channel without air time, for load that no real channel can carry.
    """

    loss: float = 0.0
    duplicates: float = 0.0
    delay_s: float = 0.0
    takes_time: bool = True


@dataclass(slots=True, kw_only=True)
class _Sending:
    node: Node
    data: bytes
    patience_until_s: float
    sent: Callable[[], None] | None
    gave_up: Callable[[], None] | None
    begun_s: float = 0.0
    end_s: float = 0.0
    damaged: bool = False
    listeners: list[Node] = field(default_factory=list)


class Air:
    """Carries frames from one node to those that listen.

    airtime_total_s: carrier time of everything sent so far, preambles included.
    """

    def __init__(self, agenda: Agenda, uniform: Uniform, conditions: Conditions | None = None) -> None:
        self.conditions = conditions or Conditions()
        self.airtime_total_s = 0.0
        self._agenda = agenda
        self._uniform = uniform
        self._on_air: list[_Sending] = []
        self._jammed_until_s = float("-inf")
        self._overhearing: list[Node] = []
        self._by_address: dict[bytes, list[Node]] = {}
        self._by_broadcast_kind: dict[int, list[Node]] = {}

    def join(self, node: Node, address: bytes, broadcast_kinds: Iterable[int] = ()) -> None:
        """Let a node hear frames for ``address`` and broadcasts of the given types."""
        self._by_address.setdefault(address, []).append(node)
        for kind in broadcast_kinds:
            self._by_broadcast_kind.setdefault(kind, []).append(node)

    def join_everything(self, node: Node) -> None:
        """Let a node hear every frame, as a stick does."""
        self._overhearing.append(node)

    def jam(self, seconds: float) -> None:
        """Keep the channel busy, as a faulty transmitter would."""
        self._jammed_until_s = self._agenda.now_s + seconds

    def send(
        self,
        node: Node,
        data: bytes,
        *,
        sent: Callable[[], None] | None = None,
        gave_up: Callable[[], None] | None = None,
    ) -> None:
        """Send a frame as soon as the channel is clear; ``gave_up`` is called after 1.5 s of a busy one."""
        until_s = self._agenda.now_s + PATIENCE_S
        self._attempt(
            _Sending(node=node, data=data, patience_until_s=until_s, sent=sent, gave_up=gave_up),
        )

    def _attempt(self, sending: _Sending) -> None:
        now_s = self._agenda.now_s
        if not self.conditions.takes_time:
            self._tune_in(sending)
            self._finish(sending)
            return
        clear_s = self._clear_at(now_s, sending.node)
        if clear_s <= now_s:
            self._begin(sending)
        elif clear_s > sending.patience_until_s:
            if sending.gave_up is not None:
                self._agenda.at(sending.patience_until_s, sending.gave_up)
        else:
            self._agenda.at(clear_s + self._uniform() * BACKOFF_S, lambda: self._attempt(sending))

    def _clear_at(self, now_s: float, node: Node) -> float:
        sensed = [
            other.end_s
            for other in self._on_air
            if other.node is node or other.begun_s + SENSING_S <= now_s  # nobody talks over himself
        ]
        return max([*sensed, self._jammed_until_s])

    def _begin(self, sending: _Sending) -> None:
        now_s = self._agenda.now_s
        preamble_s = BURST_S if is_burst(sending.data) else PREAMBLE_S
        sending.begun_s = now_s
        sending.end_s = now_s + preamble_s + airtime_s(sending.data)
        for other in self._on_air:
            other.damaged = sending.damaged = True
        self._on_air.append(sending)
        self.airtime_total_s += sending.end_s - now_s
        self._agenda.at(now_s + preamble_s, lambda: self._tune_in(sending))
        self._agenda.at(sending.end_s, lambda: self._finish(sending))

    def _tune_in(self, sending: _Sending) -> None:
        burst, receiver = is_burst(sending.data), sending.data[7:10]
        nodes = self._by_address.get(receiver, [])
        if not any(receiver):
            nodes = self._by_broadcast_kind.get(sending.data[3], [])
        sending.listeners = [
            node for node in (*self._overhearing, *nodes) if node is not sending.node and node.hears(burst)
        ]

    def _finish(self, sending: _Sending) -> None:
        if sending in self._on_air:
            self._on_air.remove(sending)
        if sending.sent is not None:
            sending.sent()
        if sending.damaged:
            return
        for node in sending.listeners:
            self._carry(sending, node)

    def _carry(self, sending: _Sending, node: Node) -> None:
        conditions = self.conditions
        if conditions.loss and self._uniform() < conditions.loss:
            return
        path_dbm = node.path_dbm if sending.node.path_dbm is None else sending.node.path_dbm
        rssi_dbm = (-60.0 if path_dbm is None else path_dbm) + round(4 * self._uniform() - 2) / 2
        copies = 2 if conditions.duplicates and self._uniform() < conditions.duplicates else 1
        for _ in range(copies):
            if conditions.delay_s:
                delay_s = self._uniform() * conditions.delay_s
                self._agenda.after(delay_s, lambda: node.receive(sending.data, rssi_dbm))
            else:
                node.receive(sending.data, rssi_dbm)
