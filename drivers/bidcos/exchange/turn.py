"""Whose question is on the air, and until when everybody else keeps quiet. Pure state."""

from ..codec.frames import Frame
from ..radios.timing import HURRIED_PAGE_S, PAGE_S, PAUSE_S, turn_round_s
from .lane import Lane


class Turn:
    """One question at a time. asking: who was asked; quiet_until_s: an answer is expected until then."""

    def __init__(self) -> None:
        self.asking: Lane | None = None
        self.quiet_until_s = 0.0
        self._reserved: Lane | None = None
        self._reserved_until_s = 0.0

    def free_at_s(self, lane: Lane) -> float:
        """From when on this one may be asked something."""
        if self._reserved is None or lane is self._reserved or lane.rank[0] == 0:
            return self.quiet_until_s
        return max(self.quiet_until_s, self._reserved_until_s)

    def reserve(self, lane: Lane, until_s: float) -> None:
        """It is being configured and its next message follows: until then only alarms go in between."""
        self._reserved, self._reserved_until_s = lane, until_s

    def take(self, lane: Lane, until_s: float) -> None:
        """Its question goes out now; its answer is awaited until then."""
        self.asking = lane
        self._reserved = None
        self.quiet_until_s = lane.deadline_s = until_s

    def hold(self, lane: Lane, until_s: float) -> bool:
        """Its answer goes on until then; False when another one is being asked already."""
        if self.asking is not None and self.asking is not lane:
            return False
        self.asking, lane.deadline_s = lane, until_s
        self.keep_quiet(until_s)
        return True

    def await_page(self, lane: Lane, urgent: Lane, frame: Frame, at_s: float, now_s: float) -> None:
        """Another part follows ``frame``; after the last one what was left out is asked for anew."""
        if not lane.book.over:
            self.hold(lane, now_s + PAGE_S)
            self.hurry(urgent, now_s + HURRIED_PAGE_S)
        elif lane.attempt < lane.attempts:
            self.release(lane)
            lane.ready_at_s = at_s + turn_round_s(frame) + PAUSE_S
        else:
            lane.deadline_s = now_s

    def hurry(self, urgent: Lane, until_s: float) -> None:
        """Somebody more urgent waits: the rest of a long answer is not waited for as patiently."""
        lane = self.asking
        if lane is None or lane.current is None or not lane.book.parts or lane.deadline_s is None:
            return
        if urgent is not lane and urgent.rank[0] < lane.rank[0]:
            lane.deadline_s = min(lane.deadline_s, until_s)
            self.quiet_until_s = min(self.quiet_until_s, until_s)

    def release(self, lane: Lane) -> None:
        """Its answer came or will not come: the air is free for the next question."""
        lane.deadline_s = None
        if self.asking is lane:
            self.asking = None
            self.quiet_until_s = 0.0

    def keep_quiet(self, until_s: float) -> None:
        """Somebody else's answer is due."""
        self.quiet_until_s = max(self.quiet_until_s, until_s)

    def clear(self) -> None:
        """Nobody is asked."""
        self.asking = self._reserved = None
        self.quiet_until_s = 0.0
