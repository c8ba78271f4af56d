"""Whether the air was taken, by what a recorder at the stick wrote down. Pure.

One question is on the air at a time and each answer has its moment, so a command that comes meanwhile waits:
that delay is the radio's law and says nothing about our speed. What counts here was seen at the stick, not
told by the hub.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from drivers.bidcos.codec.cul import decode_line
from drivers.bidcos.codec.frames import BROADCAST, Flag, Frame, decode_frame

ANSWER_S = 0.75  # a question with a burst before it that was not answered by then is given up
WINDOW_S = 0.15  # the answer to a report, ours or another device's, has come by then
LISTS = (b"\1", b"\2", b"\3")  # what comes in parts begins so: peers, registers
LAST_PART = b"\0\0"
Line = Mapping[str, Any]  # at_s, to_host, line


def was_taken(lines: Iterable[Line], at_s: float, until_s: float) -> bool:
    """Was an answer outstanding at ``at_s``, or from some moment before ``until_s`` on?

    lines: the recorder's, oldest first.
    """
    air = _Air()
    for line in lines:
        if line["at_s"] >= until_s or (line["at_s"] > at_s and air.taken(at_s)):
            break
        air.see(line)
    return air.taken(at_s)


class _Air:
    """Whose answer is outstanding, while lines go by."""

    def __init__(self) -> None:
        self._until_s: dict[bytes, float] = {}  # by device
        self._lists: set[bytes] = set()  # of these devices another part follows

    def taken(self, at_s: float) -> bool:
        """A device's answer to us, ours to a device, one between two devices, or the rest of a list."""
        return any(until_s > at_s for until_s in self._until_s.values())

    def see(self, line: Line) -> None:
        """One line to or from the stick."""
        frame, heard = _frame(line["line"]), line["to_host"]
        if frame is None or frame.receiver == BROADCAST:
            return
        device = frame.sender if heard else frame.receiver
        if frame.kind == 0x10 and frame.payload.startswith(LISTS):
            (self._lists.discard if frame.payload.endswith(LAST_PART) else self._lists.add)(device)
        if frame.flags & Flag.BIDI or device in self._lists:
            unasked = heard and device not in self._until_s  # a report: its answer comes in its window
            self._until_s[device] = line["at_s"] + (WINDOW_S if unasked else ANSWER_S)
        else:
            self._until_s.pop(device, None)


def _frame(text: str) -> Frame | None:
    frame = decode_frame(bytes.fromhex(text[2:])) if text.startswith("As") else decode_line(text.encode())
    return frame if isinstance(frame, Frame) else None
