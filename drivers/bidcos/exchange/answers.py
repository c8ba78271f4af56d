"""Answers that wait for their moment: acknowledgements, signatures, the time. Pure.

Source: docs/protocols/bidcos.md, "Timing".
"""

import heapq
import itertools
from collections.abc import Iterator

from ..codec.frames import Frame
from ..codec.messages import Message, message_frame
from ..radios.timing import ANSWER_LATEST_S, turn_round_s
from .airtime import Airtime, frame_ms
from .request import ANSWERING, Send

MAX_WAITING = 256  # a flood can't grow it; at 17 ms each these are 4 s of answers, far beyond any window


class Answers:
    """Ordered by the time when they are due; what missed its window is dropped. address: the central's."""

    def __init__(self, address: bytes, airtime: Airtime) -> None:
        self.address = address
        self._airtime = airtime
        self._heap: list[tuple[float, int, float, Frame]] = []  # due, order, latest, frame
        self._order = itertools.count()

    @property
    def due_s(self) -> float | None:
        """When the next one is due."""
        return self._heap[0][0] if self._heap else None

    def add(self, to: Frame, message: Message, flags: int, at_s: float) -> float:
        """Answer ``to``, whose end was received at ``at_s``; returns when that will be."""
        due_s = at_s + turn_round_s(to)
        if len(self._heap) < MAX_WAITING:
            answer = message_frame(
                message, counter=to.counter, flags=flags, sender=self.address, receiver=to.sender
            )
            heapq.heappush(self._heap, (due_s, next(self._order), at_s + ANSWER_LATEST_S, answer))
        return due_s

    def take_due(self, now_s: float) -> Iterator[Send]:
        """Those whose time has come, as far as the law lets us."""
        while self._heap and self._heap[0][0] <= now_s:
            _, _, latest_s, frame = heapq.heappop(self._heap)
            if now_s <= latest_s and not self._airtime.retry_after_s(frame_ms(frame), now_s, None):
                self._airtime.spend(frame, ANSWERING, now_s)
                yield Send(frame=frame)

    def clear(self) -> None:
        """Forget all."""
        self._heap.clear()
