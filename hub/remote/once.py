"""Requests that change something are executed once, however often a phone repeats them. Pure.

A phone that lost its connection asks again under the same id and gets the same answer. Kept in memory for ten
minutes: after a restart ``boot`` differs, and phones repeat nothing by themselves.
Source: docs/protocols/remote.md, "Requests".
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum

KEPT_S = 600.0
MOST = 4096  # requests of one phone; more are refused, none is forgotten early
MOST_BYTES = 1 << 20  # of their answers; older answers go first, that they were executed stays


class Turn(Enum):
    """What is to be done with a request."""

    EXECUTE = "execute"
    WAIT = "wait"  # it is being executed: the answer comes with ``done``
    CHANGED = "changed"  # another request under an id that was used: refused
    FORGOTTEN = "forgotten"  # it was executed, and its answer is no longer here
    FULL = "full"  # too many within ten minutes: refused


@dataclass(slots=True, kw_only=True)
class _Known:
    digest: bytes
    since_s: float
    answer: bytes | None = None
    forgotten: bool = False


class Once:
    """The memory of one phone's requests. digest: of name and body."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._size = 0

    def begin(self, request_id: str, digest: bytes, now_s: float) -> Turn | bytes:
        """What to do, or the answer that was given before."""
        self._forget(now_s)
        known = self._known.get(request_id)
        if known is None:
            if len(self._known) >= MOST:
                return Turn.FULL
            self._known[request_id] = _Known(digest=digest, since_s=now_s)
            return Turn.EXECUTE
        if known.digest != digest:
            return Turn.CHANGED
        if known.forgotten:
            return Turn.FORGOTTEN
        return Turn.WAIT if known.answer is None else known.answer

    def done(self, request_id: str, answer: bytes) -> None:
        """It was executed."""
        known = self._known.get(request_id)
        if known is None:
            return
        known.answer = answer
        self._size += len(answer)
        for one in self._known.values():
            if self._size <= MOST_BYTES:
                return
            if one.answer is not None:
                self._size -= len(one.answer)
                one.answer, one.forgotten = None, True

    def _forget(self, now_s: float) -> None:
        while self._known:
            oldest = next(iter(self._known.values()))
            executing = oldest.answer is None and not oldest.forgotten
            if executing or now_s - oldest.since_s < KEPT_S:
                return
            self._known.popitem(last=False)
            self._size -= len(oldest.answer or b"")
