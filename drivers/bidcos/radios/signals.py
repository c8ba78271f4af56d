"""How strongly devices are heard, and how they hear us: the last value, means of a day. Pure, bounded."""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.contract import DeviceAddress, Signal, SignalSample

from ..codec.messages import AckStatus, Message, Status

QUARTER_S = 900
MAX_SAMPLES = 96  # a day of quarters of an hour
UNKNOWN = frozenset({0x00, 0x01, 0xFF})  # no measurement


@dataclass(slots=True, kw_only=True)
class _Quarter:
    at: datetime
    sum_dbm: float = 0.0
    frames: int = 0


@dataclass(slots=True, kw_only=True)
class _Trace:
    last_dbm: float | None = None
    peer_dbm: float | None = None
    quarters: deque[_Quarter] = field(default_factory=lambda: deque(maxlen=MAX_SAMPLES))


class Signals:
    """By radio address."""

    def __init__(self) -> None:
        self._traces: dict[bytes, _Trace] = {}

    def hear(self, radio: bytes, dbm: float | None, message: Message, at: datetime) -> None:
        """A frame of one of our devices."""
        trace = self._traces.setdefault(radio, _Trace())
        if (peer_dbm := peer_strength(message)) is not None:
            trace.peer_dbm = peer_dbm
        if dbm is None:
            return
        trace.last_dbm = dbm
        start = datetime.fromtimestamp(at.timestamp() // QUARTER_S * QUARTER_S, at.tzinfo)
        if not trace.quarters or trace.quarters[-1].at != start:
            trace.quarters.append(_Quarter(at=start))
        trace.quarters[-1].sum_dbm += dbm
        trace.quarters[-1].frames += 1

    def keep(self, radios: Set[bytes]) -> None:
        """Forget all devices but these."""
        for gone in self._traces.keys() - radios:
            del self._traces[gone]

    def of(self, radio: bytes, device: DeviceAddress, at: datetime) -> Signal:
        """What is known of one device; samples of the last day."""
        trace = self._traces.get(radio, _Trace())
        day = at - timedelta(days=1)
        return Signal(
            device=device,
            last_dbm=trace.last_dbm,
            peer_dbm=trace.peer_dbm,
            samples=tuple(
                SignalSample(at=each.at, dbm=round(each.sum_dbm / each.frames, 1), frames=each.frames)
                for each in trace.quarters
                if each.at > day
            ),
        )


def peer_strength(message: Message) -> float | None:
    """How strongly the device heard us, in dBm, if the message says so."""
    if not isinstance(message, AckStatus | Status) or not message.tail or message.tail[0] in UNKNOWN:
        return None
    return -float(message.tail[0])
