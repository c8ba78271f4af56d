"""Who used the send time of the running hour: by receiver and cause, kept per minute. Pure and bounded."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from hub.contract.causes import Cause

MAX_ROWS = 256  # per minute; what comes on top is counted without receiver and name
WINDOW_S = 3_600.0
SLOT_S = 60.0
_Key = tuple[bytes, Cause]
NOBODY = b""


@dataclass(slots=True, kw_only=True)
class Row:
    """What went to one device for one cause."""

    used_ms: float = 0.0
    frames: int = 0
    bursts: int = 0


@dataclass(slots=True, kw_only=True)
class _Minute:
    end_s: float
    rows: dict[_Key, Row] = field(default_factory=dict)


class AirtimeLedger:
    """One writer: Airtime."""

    def __init__(self) -> None:
        self._minutes: deque[_Minute] = deque()

    def note(self, receiver: bytes, cause: Cause, cost_ms: float, now_s: float, *, burst: bool) -> None:
        """A frame was sent."""
        self._forget(now_s)
        end_s = (now_s // SLOT_S + 1) * SLOT_S
        if not self._minutes or self._minutes[-1].end_s != end_s:
            self._minutes.append(_Minute(end_s=end_s))
        rows = self._minutes[-1].rows
        key = (receiver, cause)
        if key not in rows and len(rows) >= MAX_ROWS:
            key = (NOBODY, Cause(cause.urgency))
        row = rows.setdefault(key, Row())
        row.used_ms += cost_ms
        row.frames += 1
        row.bursts += burst

    def rows(self, now_s: float) -> Iterator[tuple[bytes, Cause, Row]]:
        """Receiver, cause, what it used in the last hour; the largest first."""
        self._forget(now_s)
        totals: dict[_Key, Row] = {}
        for minute in self._minutes:
            for key, row in minute.rows.items():
                total = totals.setdefault(key, Row())
                total.used_ms += row.used_ms
                total.frames += row.frames
                total.bursts += row.bursts
        for (receiver, cause), row in sorted(totals.items(), key=lambda item: -item[1].used_ms):
            yield receiver, cause, row

    def _forget(self, now_s: float) -> None:
        while self._minutes and self._minutes[0].end_s + WINDOW_S <= now_s:
            self._minutes.popleft()
