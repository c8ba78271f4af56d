"""The latest frames, for whoever wants to look: in memory only, bounded. Pure."""

from collections import deque
from datetime import datetime

from hub.contract import RadioFrame

from ..codec.frames import Frame, encode_frame

MAX_FRAMES = 500


class FrameRing:
    """Numbers grow by one from the start of the driver on; the oldest frame is forgotten."""

    def __init__(self) -> None:
        self._frames: deque[RadioFrame] = deque(maxlen=MAX_FRAMES)
        self._number = 0

    def add(self, frame: Frame, at: datetime, *, sent: bool) -> None:
        """Keep a frame that was heard or sent."""
        self._number += 1
        self._frames.append(
            RadioFrame(
                number=self._number,
                at=at,
                sent=sent,
                data=encode_frame(frame).hex().upper(),
                rssi_dbm=None if sent else frame.rssi_dbm,
            )
        )

    def after(self, number: int) -> tuple[RadioFrame, ...]:
        """Those with a higher number, oldest first."""
        return tuple(frame for frame in self._frames if frame.number > number)


def parties(frame: RadioFrame) -> tuple[bytes, bytes]:
    """Radio addresses of sender and receiver of a frame that was kept."""
    header = bytes.fromhex(frame.data[8:20])
    return header[:3], header[3:]
