"""Counts frames, for a diagnosis: how many came, went, were damaged, repeated; keeps the latest. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ..codec.frames import Damaged, Frame
from .frame_ring import FrameRing
from .radio import RadioEvent, Reception, Verdict


class Tally:
    """Figures since the driver's start, and the latest frames."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.frames = FrameRing()
        self._now = now
        self._received = self._sent = self._damaged = self._repeats = 0
        self._last: Frame | None = None

    def hear(self, event: RadioEvent) -> None:
        """Something came from the radio."""
        heard = event.answer if isinstance(event, Verdict) else event
        if isinstance(heard, Reception):
            self._received += 1
            self.frames.add(heard.frame, self._now(), sent=False)
        elif isinstance(event, Damaged):
            self._damaged += 1

    def send(self, frame: Frame) -> None:
        """A frame goes out; the same as the one before is its repetition."""
        self._sent += 1
        self.frames.add(frame, self._now(), sent=True)
        self._repeats += frame == self._last
        self._last = frame

    def counters(self) -> Mapping[str, int]:
        """frames_received, frames_sent, frames_damaged, repeats."""
        return {
            "frames_received": self._received,
            "frames_sent": self._sent,
            "frames_damaged": self._damaged,
            "repeats": self._repeats,
        }
