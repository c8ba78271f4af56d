"""Frames of peers at the device: which of our channels they mean, and what the link says to do. Pure.

Source: docs/protocols/bidcos.md, "Peers", "Message types" (3E, 40, 41, 58 to 5A).
"""

from collections.abc import Mapping

from drivers.bidcos.codec.frames import Frame

from .channel import Channel
from .links import PeerEvent
from .memory import ListId
from .surface import OwnDevice

ON_BEHALF = 0x3E
LONG_BIT = 0x40
TEAM_KINDS = frozenset({0x58, 0x59, 0x5A})  # heard asleep: the receiver knows when its team's sender is due
KINDS = frozenset({ON_BEHALF, 0x40, 0x41, 0x42}) | TEAM_KINDS


class Peering:
    """Lets the channels of one device hear their peers."""

    def __init__(self, device: OwnDevice, channels: Mapping[int, Channel]) -> None:
        self._device = device
        self._channels = channels
        self._last_press: dict[bytes, int] = {}

    def knows(self, sender: bytes) -> bool:
        """Whether some channel has a peer there."""
        tables = self._device.memory.peers.values()
        return any(peer[:3] == sender for table in tables for peer in table)

    def receive(self, frame: Frame) -> None:
        """Follow a peer, or the central that speaks for one; others are ignored. Never raises."""
        owner = self._device.memory.central
        if frame.kind != ON_BEHALF:
            self._follow(frame, frame.sender)
        elif frame.sender == owner and len(frame.payload) >= 6:
            spoken = Frame(  # the answer still goes to the central
                counter=frame.counter, flags=frame.flags, kind=frame.payload[3], sender=frame.payload[:3],
                receiver=frame.receiver, payload=frame.payload[4:],
            )  # fmt: skip
            self._follow(spoken, owner)

    def _follow(self, frame: Frame, answer_to: bytes) -> None:
        for index, table in self._device.memory.peers.items():
            channel = self._channels.get(index)
            for peer in table if channel is not None else ():
                event = self._event(frame, index, peer)
                if channel is not None and event is not None and channel.from_peer(event):
                    if frame.kind == 0x40:
                        self._last_press[peer] = event.counter
                    self._device.answer_status(frame, index, receiver=answer_to)
                    return

    def _event(self, frame: Frame, index: int, peer: bytes) -> PeerEvent | None:
        """What a frame says over one link; None when it comes from elsewhere."""
        payload = frame.payload
        head = payload[0] if payload else 0
        if peer[:3] != frame.sender or (frame.kind not in TEAM_KINDS and head & 0x3F != peer[3]):
            return None
        counter = payload[1] if len(payload) > 1 else 0
        target = ListId(channel=index, number=3, peer=peer)
        memory = self._device.memory
        return PeerEvent(
            peer=peer,
            kind=frame.kind,
            is_long=frame.kind == 0x40 and bool(head & LONG_BIT),
            counter=counter,
            value=payload[2] if frame.kind in {0x41, 0x42} and len(payload) > 2 else None,
            repeated=frame.kind == 0x40 and self._last_press.get(peer) == counter,
            register=lambda number, default: memory.register(number, default, target),
            frame=frame,
        )
