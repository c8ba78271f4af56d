"""Send time: how long frames occupy the air, and how much of the hour the law leaves. Pure.

The hour slides: what was sent counts until 60 minutes later, kept per minute and so never too little.
Source: docs/protocols/bidcos.md, "Airtime".
"""

from collections import deque

from .frames import HEADER_SIZE, Flag, Frame

LIMIT_MS = 36_000.0  # 1 % of an hour, docs/protocols/bidcos.md "Airtime"
WINDOW_S = 3_600.0
BYTE_MS = 0.8  # 10 kbit/s
OVERHEAD_BYTES = 11  # length byte, preamble 4, sync 4, CRC 2
PREAMBLE_MS = 10.0
BURST_MS = 360.0
ANSWER_RESERVE_MS = 1_800.0  # commands stop here, so that devices still get their acknowledgements
BURST_RESERVE = 0.2  # of the limit: below it only urgent bursts
_SLOT_S = 60.0


def frame_ms(frame: Frame) -> float:
    """How long the carrier is on for this frame."""
    lead = BURST_MS if frame.flags & Flag.BURST else PREAMBLE_MS
    return lead + (HEADER_SIZE + len(frame.payload) + OVERHEAD_BYTES) * BYTE_MS


class Airtime:
    """Adds up what one stick sends. Time is an argument and never goes back."""

    def __init__(self) -> None:
        self._slots: deque[tuple[float, float]] = deque()  # (end of its minute, ms sent in it)
        self._used_ms = 0.0

    def used_ms(self, now_s: float) -> float:
        """Send time of the last hour."""
        while self._slots and self._slots[0][0] + WINDOW_S <= now_s:
            self._used_ms -= self._slots.popleft()[1]
        return max(self._used_ms, 0.0) if self._slots else 0.0

    def charge(self, cost_ms: float, now_s: float) -> None:
        """Count what is sent now."""
        self.used_ms(now_s)
        end_s = (now_s // _SLOT_S + 1) * _SLOT_S
        if self._slots and self._slots[-1][0] == end_s:
            self._slots[-1] = (end_s, self._slots[-1][1] + cost_ms)
        else:
            self._slots.append((end_s, cost_ms))
        self._used_ms = sum(ms for _, ms in self._slots)

    def retry_after_s(
        self, cost_ms: float, now_s: float, *, answer: bool = False, urgent: bool = True
    ) -> float:
        """0.0 when ``cost_ms`` may be sent now, else the seconds until it may.

        answer: an acknowledgement may use what commands must leave. urgent: other bursts stop at 80 %.
        """
        reserve_ms = 0.0 if answer else ANSWER_RESERVE_MS
        if cost_ms > BURST_MS and not urgent:
            reserve_ms = LIMIT_MS * BURST_RESERVE
        excess_ms = self.used_ms(now_s) + cost_ms - (LIMIT_MS - reserve_ms)
        if excess_ms <= 0:
            return 0.0
        for end_s, ms in self._slots:
            excess_ms -= ms
            if excess_ms <= 0:
                return max(end_s + WINDOW_S - now_s, 0.001)
        return WINDOW_S
