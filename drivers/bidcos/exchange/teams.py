"""Smoke detectors' teams: whose frames are genuine, and frames of our own to them. Pure.

A team speaks under an address of its own. HM-Sec-SD-2 sign such frames without a challenge, so only a counter
that grows tells a recorded one from a new one. Source: docs/protocols/bidcos.md, "HM-Sec-SD-2 team frames".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..codec.frames import Frame
from ..codec.signing import team_mac

SIGNED_SIZE = 10  # payload of a signed team frame
SIGNED_CLASS = "SD2"
PLAIN_FLAGS, SIGNED_FLAGS = 0x94, 0x14
CLASSES = frozenset({"SD", SIGNED_CLASS})
KINDS = frozenset({0x40, 0x41})
MAX_TEAMS = 64  # addresses whose counters are kept; the oldest is forgotten


class TeamGuard:
    """Remembers the counter of each team. changed: teams whose counter is to be written down."""

    def __init__(self, counters: Mapping[bytes, int] | None = None) -> None:
        self._counters = dict(counters or {})
        self.changed: set[bytes] = set()

    def counter(self, team: bytes) -> int:
        """The highest counter that was accepted from this team; -1: none yet."""
        return self._counters.get(team, -1)

    def accepts(self, frame: Frame, cls: str, keys: Iterable[bytes]) -> bool:
        """Whether a team's frame is from a member. cls: of the device that reports."""
        if frame.kind not in KINDS:
            return False
        if cls != SIGNED_CLASS:
            return True  # 40 is a test of the team, by a press of the button
        if frame.kind != 0x41 or len(frame.payload) != SIGNED_SIZE:
            return False
        number = team_number(frame)
        mac = frame.payload[6:]
        if number <= self.counter(frame.sender):
            return False
        if not any(team_mac(key, frame, frame.payload[4:6]) == mac for key in keys):
            return False
        self.advance(frame.sender, number)
        return True

    def restore(self, team: bytes, number: int) -> None:
        """What an earlier run had accepted."""
        self._counters[team] = max(number, self.counter(team))

    def advance(self, team: bytes, number: int) -> None:
        """Nothing up to this counter is accepted any more."""
        self._counters.pop(team, None)
        self._counters[team] = number
        self.changed.add(team)
        while len(self._counters) > MAX_TEAMS:
            oldest = next(iter(self._counters))
            del self._counters[oldest]
            self.changed.discard(oldest)


def team_number(frame: Frame) -> int:
    """The counter of a signed team frame, 24 bits: two bytes of the payload, then the frame's own."""
    return int.from_bytes(frame.payload[4:6], "big") << 8 | frame.counter


def team_frame(key: bytes | None, team: bytes, reporter: bytes, number: int, value: int) -> Frame:
    """A frame in the name of a team.

    key: of members that sign, or None; reporter: who it is from, no detector, for members keep count of what
    each of them reported; number: 24 bits, above all that were sent before.
    """
    counter = number & 0xFF
    head = bytes((1, counter, value)) if key is None else bytes((1, counter, value, 0))
    flags = PLAIN_FLAGS if key is None else SIGNED_FLAGS
    frame = Frame(counter=counter, flags=flags, kind=0x41, sender=team, receiver=reporter, payload=head)
    if key is None:
        return frame
    counter16 = (number >> 8 & 0xFFFF).to_bytes(2, "big")
    return replace(frame, payload=head + counter16 + team_mac(key, frame, counter16))
