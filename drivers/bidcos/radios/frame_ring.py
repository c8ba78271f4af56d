"""The latest frames, for whoever wants to look: in memory only, bounded. Pure."""

from collections import deque
from datetime import datetime

from hub.contract import RadioFrame

from ..codec.frames import Frame, encode_frame

MAX_FRAMES = 500


class FrameRing:
    """Numbers grow by one from the start of the driver on; the oldest frame is forgotten."""

    def __init__(self) -> None:
        self._frames: deque[tuple[datetime, bool, Frame]] = deque(maxlen=MAX_FRAMES)
        self._number = 0  # of the latest

    def add(self, frame: Frame, at: datetime, *, sent: bool) -> None:
        """Keep a frame that was heard or sent."""
        self._number += 1
        self._frames.append((at, sent, frame))

    def after(self, number: int) -> tuple[RadioFrame, ...]:
        """Those with a higher number, oldest first; only now they become text, as few are ever looked at."""
        first = self._number - len(self._frames) + 1
        return tuple(
            RadioFrame(
                number=own,
                at=at,
                sent=sent,
                data=encode_frame(frame).hex().upper(),
                rssi_dbm=None if sent else frame.rssi_dbm,
            )
            for own, (at, sent, frame) in enumerate(self._frames, first)
            if own > number
        )


def parties(frame: RadioFrame) -> tuple[bytes, bytes]:
    """Radio addresses of sender and receiver of a frame that was kept."""
    header = bytes.fromhex(frame.data[8:20])
    return header[:3], header[3:]
