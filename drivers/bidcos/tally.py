"""Counts frames, for a diagnosis: how many came, went, were damaged or had to be repeated. Pure."""

from collections.abc import Mapping

from .cul import StickEvent
from .frames import Damaged, Frame


class Tally:
    """Figures since the driver's start; no address is kept longer than until the next frame to it."""

    def __init__(self) -> None:
        self._received = self._sent = self._damaged = self._repeats = 0
        self._last: Frame | None = None

    def hear(self, event: StickEvent) -> None:
        """Something came from the stick."""
        if isinstance(event, Frame):
            self._received += 1
        elif isinstance(event, Damaged):
            self._damaged += 1

    def send(self, frame: Frame) -> None:
        """A frame goes out; the same as the one before is its repetition."""
        self._sent += 1
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
