"""Who may begin a connection from the home's network: so many at once, so many a second, for one and for all.

Pure. A greeting costs the gate a signature, so a flood is refused before it; a house full of phones is none.
"""

from collections import OrderedDict
from dataclasses import dataclass

GREETING_LIMIT, GREETING_PEER_LIMIT = 64, 10  # at once
RATE_PER_S, RATE_PEER_PER_S = 40.0, 8.0  # on the average
BURST, BURST_PEER = 120.0, 40.0  # after a pause: a page and its parts, from several phones at once
PEERS_LIMIT = 512  # remembered; the one that was silent longest is forgotten first


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float

    def refill(self, now_s: float, rate: float, most: float) -> None:
        self.left, self.at_s = min(most, self.left + (now_s - self.at_s) * rate), now_s


class Crowd:
    """Counts beginnings. now_s: monotonic."""

    def __init__(self, now_s: float) -> None:
        self._all = _Bucket(BURST, now_s)
        self._peers: OrderedDict[str, _Bucket] = OrderedDict()
        self._greeting: dict[str, int] = {}

    def begin(self, peer: str, now_s: float) -> bool:
        """Whether ``peer`` may greet now; then ``greeted`` has to follow, whatever came of it."""
        greeting = self._greeting.get(peer, 0)
        if greeting >= GREETING_PEER_LIMIT or sum(self._greeting.values()) >= GREETING_LIMIT:
            return False
        mine = self._peers.pop(peer, None) or _Bucket(BURST_PEER, now_s)
        self._peers[peer] = mine
        if len(self._peers) > PEERS_LIMIT:
            self._peers.popitem(last=False)
        mine.refill(now_s, RATE_PEER_PER_S, BURST_PEER)
        self._all.refill(now_s, RATE_PER_S, BURST)
        if mine.left < 1.0 or self._all.left < 1.0:
            return False
        mine.left -= 1.0
        self._all.left -= 1.0
        self._greeting[peer] = greeting + 1
        return True

    def greeted(self, peer: str) -> None:
        """A greeting is over, well or not."""
        left = self._greeting[peer] - 1
        if left:
            self._greeting[peer] = left
        else:
            del self._greeting[peer]
