"""Send time: how long frames occupy the air, and how much of the hour the law leaves. Pure.

The hour slides: what was sent counts until 60 minutes later, kept per minute and so never too little.
The stricter one counts: our own count, or what the radio says of itself.
Source: docs/protocols/bidcos.md, "Airtime".
"""

from collections import deque

from hub.contract.causes import Cause, Urgency

from ..codec.frames import HEADER_SIZE, Flag, Frame
from .airtime_ledger import SLOT_S, WINDOW_S, AirtimeLedger

LIMIT_MS = 36_000.0  # 1 % of an hour, docs/protocols/bidcos.md "Airtime"
BYTE_MS = 0.8  # 10 kbit/s
OVERHEAD_BYTES = 11  # length byte, preamble 4, sync 4, CRC 2
PREAMBLE_MS = 10.0
BURST_MS = 360.0
ANSWER_RESERVE_MS = 1_800.0  # everything else stops here, so that devices still get their acknowledgements
ALARM_RESERVE_MS = 3_600.0  # before that, only alarms: nine bursts, or a hundred frames
QUIET_RESERVE_MS = 7_200.0  # 20 %: below it no bursts of programs and rules, and nothing in the background
PACE_BLOCK_S = 300.0  # a forecast compares so many seconds …
PACE_BLOCKS = 3  # … this often: what did not last that long, such as a teach-in, is no pace
COMMAND_MS = 30.0  # who has less left than a command to a lamp takes can send none
REFUSED_S = 60.0  # after the stick refused a frame, only answers for so long

_KEPT_MS = {  # what each urgency must leave
    Urgency.ALARM: ANSWER_RESERVE_MS,
    Urgency.USER: ANSWER_RESERVE_MS + ALARM_RESERVE_MS,
    Urgency.API: ANSWER_RESERVE_MS + ALARM_RESERVE_MS,
    Urgency.RULE: ANSWER_RESERVE_MS + ALARM_RESERVE_MS,
    Urgency.BACKGROUND: QUIET_RESERVE_MS,
}
_KEPT_BURST_MS = {Urgency.API: QUIET_RESERVE_MS, Urgency.RULE: QUIET_RESERVE_MS}


def frame_ms(frame: Frame) -> float:
    """How long the carrier is on for this frame."""
    lead = BURST_MS if frame.flags & Flag.BURST else PREAMBLE_MS
    return lead + (HEADER_SIZE + len(frame.payload) + OVERHEAD_BYTES) * BYTE_MS


class Airtime:
    """Adds up what one stick sends. Time is an argument and never goes back."""

    def __init__(self) -> None:
        self.ledger = AirtimeLedger()
        self._slots: deque[tuple[float, float]] = deque()  # (end of its minute, ms sent in it)
        self._used_ms = 0.0
        self._radio_ms = 0.0
        self._radio_until_s = 0.0
        self._since_ms = 0.0  # sent after the radio said so
        self._refused_until_s = 0.0

    def used_ms(self, now_s: float) -> float:
        """Send time of the last hour."""
        while self._slots and self._slots[0][0] + WINDOW_S <= now_s:
            self._used_ms -= self._slots.popleft()[1]
        ours_ms = max(self._used_ms, 0.0) if self._slots else 0.0
        return max(ours_ms, self._radio_ms + self._since_ms) if now_s < self._radio_until_s else ours_ms

    def spend(self, frame: Frame, cause: Cause, now_s: float) -> None:
        """Count a frame that is sent now, and who pays for it."""
        cost_ms = frame_ms(frame)
        self.charge(cost_ms, now_s)
        burst = bool(frame.flags & Flag.BURST)
        self.ledger.note(frame.receiver, cause, cost_ms, now_s, burst=burst)

    def charge(self, cost_ms: float, now_s: float) -> None:
        """Count what is sent now."""
        self.used_ms(now_s)
        self._since_ms += cost_ms
        end_s = (now_s // SLOT_S + 1) * SLOT_S
        if self._slots and self._slots[-1][0] == end_s:
            self._slots[-1] = (end_s, self._slots[-1][1] + cost_ms)
        else:
            self._slots.append((end_s, cost_ms))
        self._used_ms = sum(ms for _, ms in self._slots)

    def radio_used(self, used_ms: float, now_s: float) -> None:
        """The radio says how much of its hour is used up; that counts until it says something else."""
        self._radio_ms, self._radio_until_s, self._since_ms = used_ms, now_s + WINDOW_S, 0.0

    def radio_refused(self, now_s: float) -> None:
        """The radio sent nothing, for its send time is used up."""
        self._refused_until_s = now_s + REFUSED_S

    def retry_after_s(self, cost_ms: float, now_s: float, urgency: Urgency | None = Urgency.USER) -> float:
        """0.0 when ``cost_ms`` may be sent now, else the seconds until it may.

        urgency: of the cause; None: an answer to a device, which may use what all others must leave.
        """
        if urgency is not None and now_s < self._refused_until_s:
            return self._refused_until_s - now_s
        kept_ms = 0.0 if urgency is None else _KEPT_MS[urgency]
        if urgency is not None and cost_ms > BURST_MS:
            kept_ms = _KEPT_BURST_MS.get(urgency, kept_ms)
        excess_ms = self.used_ms(now_s) + cost_ms - (LIMIT_MS - kept_ms)
        if excess_ms <= 0:
            return 0.0
        for end_s, ms in self._slots:
            excess_ms -= ms
            if excess_ms <= 0:
                return max(end_s + WINDOW_S - now_s, 0.001)
        return WINDOW_S

    def exhausted_in_s(self, now_s: float) -> float | None:
        """When a person's command will be refused at the pace of the last quarter of an hour.

        None: it will not, or too little is known: what began in the last ten minutes, or stopped, is no pace.
        What slides out of the hour meanwhile is taken into account, minute by minute.
        """
        limit_ms = LIMIT_MS - _KEPT_MS[Urgency.USER] - COMMAND_MS
        used_ms = self.used_ms(now_s)
        if used_ms >= limit_ms:
            return 0.0
        pace = self._pace(now_s)
        ends = [(end_s + WINDOW_S - now_s, ms) for end_s, ms in self._slots]
        before_s = 0.0
        for end_s, ms in [*ends, (WINDOW_S, 0.0)]:
            if pace > 0 and used_ms + pace * (end_s - before_s) >= limit_ms:
                return before_s + (limit_ms - used_ms) / pace
            used_ms += pace * (end_s - before_s) - ms
            before_s = end_s
        return None

    def _pace(self, now_s: float) -> float:
        """What is sent again and again, in ms a second: the quietest of the last blocks, by whole minutes."""
        until_s = now_s // SLOT_S * SLOT_S
        blocks_ms = [0.0] * PACE_BLOCKS
        for end_s, ms in self._slots:
            block = int((until_s - end_s) // PACE_BLOCK_S)
            if end_s <= until_s and block < PACE_BLOCKS:
                blocks_ms[block] += ms
        return min(blocks_ms) / PACE_BLOCK_S

    def slots(self, now_s: float) -> tuple[tuple[float, float], ...]:
        """What was sent, by minute: how many seconds ago it ended (negative: runs), and ms; to write down."""
        self.used_ms(now_s)
        return tuple((now_s - end_s, ms) for end_s, ms in self._slots)

    def restore(self, slots: tuple[tuple[float, float], ...], now_s: float) -> None:
        """Count what an earlier run sent. slots: as ``slots`` gave them, grown older since."""
        for age_s, ms in slots:
            if age_s < WINDOW_S:
                self._slots.append(((now_s - age_s) // SLOT_S * SLOT_S + SLOT_S, ms))
        self._slots = deque(sorted(self._slots))
        self._used_ms = sum(ms for _, ms in self._slots)
