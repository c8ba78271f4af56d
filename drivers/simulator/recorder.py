"""The recorder on the stick's line: lines with times, both ways, and how fast the host answered. Pure."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers.bidcos.codec.frames import BROADCAST, Damaged, Flag, Frame, decode_frame

LINES_MAX = 200_000
SAMPLES_MAX = 200_000
OPEN_MAX = 1024
TOO_LATE_S = 2.0  # an answer later than this belongs to nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One line. at_s: monotonic seconds when its last byte passed. to_host: sent by the stick."""

    at_s: float
    to_host: bool
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One frame that wanted an answer.

    repeated: it came by a repeater. answer_s: last byte written until the answer's line came; None: never.
    """

    at_s: float
    device: str
    counter: int
    repeated: bool
    answer_s: float | None


class Recorder:
    """Keeps lines while switched on, and always the timings.

    clock: monotonic seconds of the moment, to know what stays unanswered.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.is_on = False
        self._clock = clock
        self._lines: deque[Recorded] = deque(maxlen=LINES_MAX)
        self._samples: deque[Sample] = deque(maxlen=SAMPLES_MAX)
        self._open: dict[tuple[bytes, int], Sample] = {}
        self._centrals: set[bytes] = set()

    def switch(self, on: bool) -> None:
        """Start with an empty tape, or stop."""
        if on:
            self._lines.clear()
        self.is_on = on

    def lines(self) -> list[Recorded]:
        """The tape, oldest first."""
        return list(self._lines)

    def samples(self, *, clear: bool = False) -> list[Sample]:
        """Timings so far; questions that are still open count as unanswered after 2 s."""
        self._expire(self._clock())
        samples = list(self._samples)
        if clear:
            self._samples.clear()
        return samples

    def note(self, data: bytes, at_s: float, *, to_host: bool) -> None:
        """Note bytes of a module as they pass, in hex."""
        if self.is_on:
            self._lines.append(Recorded(at_s=at_s, to_host=to_host, line=data.hex().upper()))

    def to_host(self, data: bytes, at_s: float) -> None:
        """Note what the stick sent, when its last byte was written."""
        line = data.strip()
        if self.is_on:
            self._lines.append(Recorded(at_s=at_s, to_host=True, line=line.decode("latin-1")))
        if line[:1] == b"A" and (frame := frame_of(line[1:])) is not None and frame.flags & Flag.BIDI:
            self._ask(frame, at_s)

    def from_host(self, line: bytes, at_s: float) -> None:
        """Note a line of the host, when its end came."""
        if self.is_on:
            self._lines.append(Recorded(at_s=at_s, to_host=False, line=line.decode("latin-1")))
        if line[:2] == b"As" and (frame := frame_of(line[2:])) is not None:
            self._centrals.add(frame.sender)
            if (asked := self._open.pop((frame.receiver, frame.counter), None)) is not None:
                answer_s = at_s - asked.at_s
                self._samples.append(replace(asked, answer_s=answer_s if answer_s <= TOO_LATE_S else None))

    def _ask(self, frame: Frame, at_s: float) -> None:
        if frame.receiver == BROADCAST or frame.receiver not in self._centrals:
            return
        key = (frame.sender, frame.counter)
        if (missed := self._open.pop(key, None)) is not None:
            self._samples.append(missed)
        self._open[key] = Sample(
            at_s=at_s, device=frame.sender.hex().upper(), counter=frame.counter,
            repeated=bool(frame.flags & Flag.RPTED), answer_s=None,
        )  # fmt: skip
        if len(self._open) > OPEN_MAX:
            self._expire(at_s)

    def _expire(self, now_s: float) -> None:
        for key, sample in list(self._open.items()):
            if now_s - sample.at_s > TOO_LATE_S:
                self._samples.append(self._open.pop(key))


def frame_of(digits: bytes) -> Frame | None:
    """Read the frame in a line's hex digits, an RSSI byte behind it ignored."""
    try:
        data = bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return None
    frame = decode_frame(data[: data[0] + 1]) if data else None
    return None if frame is None or isinstance(frame, Damaged) else frame
