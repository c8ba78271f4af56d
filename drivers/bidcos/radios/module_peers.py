"""Which devices and keys a module knows, as far as we told it, and the steps to what it shall know. Pure.

Source: docs/protocols/bidcos.md, "Module peers".
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile

from ..codec.frames import BROADCAST, Frame
from ..codec.uart_reports import PeerAdded
from ..codec.uart_requests import AddPeer, PeerAes, RemovePeer
from .module_load import Step, key_steps
from .radio import Peer, Station

ALL_CHANNELS = tuple(sorted(PeerAdded.everything))
MAX_PEERS = 4096  # a bound for our own memory; a module says itself when it has no room
MAX_GUESTS = 64  # devices that it knows only to be sent to


class ModulePeers:
    """The module's memory as we believe it is. steps: where corrections go, in front."""

    def __init__(self, station: Station, steps: deque[Step]) -> None:
        self._steps = steps
        self.forget(station)

    def forget(self, station: Station) -> None:
        """It started: keys and address of ``station`` are loaded, no device is."""
        self._known = Station(address=station.address, keys=station.keys)
        self._guests: dict[bytes, None] = {}

    def learn(self, station: Station) -> Iterator[Step]:
        """From what it knows to ``station``."""
        old, self._known = self._known, station
        if station is old:  # nothing changed; asked twice a second of a thousand devices
            return
        yield from key_steps(old.keys, station.keys)
        gone, other = _changed(old.peers, station.peers)
        for address in gone:
            yield Step(request=RemovePeer(peer=address), peer=address)
        for address, peer in other:
            self._guests.pop(address, None)
            yield from peer_steps(address, peer, self._corrector(address, peer))

    def greet(self, frame: Frame) -> Iterator[Step]:
        """It sends only to whom it knows: enough to speak with a device that is being taken in.

        Signing stays on, as adding it leaves it: a device that asks for a signature gets one.
        """
        to = frame.receiver
        if to == BROADCAST or to in self._known.peers or to in self._guests:
            return
        if len(self._guests) >= MAX_GUESTS:
            oldest = next(iter(self._guests))
            del self._guests[oldest]
            yield Step(request=RemovePeer(peer=oldest), peer=oldest)
        self._guests[to] = None
        yield Step(request=AddPeer(peer=to), peer=to)

    def hurry(self, address: bytes, running: bytes | None) -> None:
        """It speaks while it waits to be made known: it is next, for it repeats what nobody acknowledged.

        running: whom the request is about that is out; what is begun with that one is ended first.
        """
        steps = list(self._steps)
        mine = [step for step in steps if step.peer == address]
        if not mine or address == running:
            return
        begun = list(takewhile(lambda step: step.peer == running, steps)) if running else []
        rest = [step for step in steps[len(begun) :] if step.peer != address]
        self._steps.clear()
        self._steps.extend((*begun, *mine, *rest))

    def _corrector(self, address: bytes, peer: Peer) -> Callable[[frozenset[int]], None]:
        return lambda _signed: self._steps.extendleft(reversed(list(sign_steps(address, peer.signed))))


def peer_steps(address: bytes, peer: Peer, differs: Callable[[frozenset[int]], None]) -> Iterator[Step]:
    """Make it known, sign no channel, then those that shall be, and ask what came of it.

    Adding a peer turns signing on for all its channels. differs: told the signed channels that the last
    answer shows, when they are others than wanted.
    """
    add = AddPeer(peer=address, key_index=peer.key_index, wake_up=peer.wakes)

    def check(info: bytes) -> bool:
        read = PeerAdded.parse(info)
        if read is not None and read.signed is not None and read.signed != peer.signed:
            differs(read.signed)
        return True

    yield Step(request=add, peer=address)
    yield from sign_steps(address, peer.signed)
    yield Step(request=add, take=check, peer=address)


def sign_steps(address: bytes, signed: frozenset[int]) -> Iterator[Step]:
    """Sign these channels of a peer and no others."""
    yield Step(request=PeerAes(peer=address, channels=ALL_CHANNELS, on=False), peer=address)
    if signed:
        yield Step(request=PeerAes(peer=address, channels=tuple(sorted(signed)), on=True), peer=address)


def _changed(
    old: Mapping[bytes, Peer], new: Mapping[bytes, Peer]
) -> tuple[list[bytes], list[tuple[bytes, Peer]]]:
    """Those to remove, and those to add or to add anew; at most MAX_PEERS are kept."""
    gone = [address for address in old if address not in new]
    other = [(address, peer) for address, peer in list(new.items())[:MAX_PEERS] if old.get(address) != peer]
    return gone, other
