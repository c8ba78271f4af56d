"""A stick (CUL, nanoCUL, CUNO) as a radio: it carries frames and does nothing by itself. Pure.

Its lines are cul.py. It tells of no frame that was sent, only of one that was not (``ERR:CCA``, ``LOVF``).
Source: docs/protocols/bidcos.md, "Stick lines", "Stick trouble".
"""

from collections import deque

from ..codec.cul import (
    LISTEN,
    Credit,
    Foreign,
    LineDecoder,
    Notice,
    NoticeCode,
    StartState,
    StartUp,
    StickEvent,
    Version,
    encode_send,
)
from ..codec.frames import Damaged, Flag, Frame
from .radio import (
    CARRIES_ONLY,
    NOTHING,
    Broken,
    Identity,
    RadioEvent,
    RadioKind,
    Ready,
    Reception,
    Result,
    Station,
    Trouble,
    TroubleCode,
    Turn,
    Verdict,
)
from .timing import ANSWER_LATEST_S, ANSWER_S
from .watch import StickWatch

LIFE_SIGN = b"V\n" + LISTEN  # a stick that restarted unseen would answer, but no longer listen
LOOK_S = 0.5  # the stick's life is looked at this often
CLEAR_WAIT_S = 1.4  # a-culfw waits 1.5 s for a free channel before it says ERR:CCA
KEPT_SENDS = 16  # frames of which a complaint may still speak
KEPT_S = 5.0
ANSWER_SLACK_S = ANSWER_LATEST_S - ANSWER_S  # so long after it should have gone an answer is still worth it
MAX_GARBAGE = 40  # lines in a row that are no text: wrong speed or a broken line


class CulRadio:
    """One stick from opened to pulled."""

    kind = RadioKind.CUL
    capabilities = CARRIES_ONLY

    def __init__(self, now_s: float) -> None:
        self._lines = LineDecoder()
        self._start = StartUp(now_s)
        self._watch = StickWatch(now_s)
        self._look_s = now_s
        self._sent: deque[tuple[float, Frame]] = deque(maxlen=KEPT_SENDS)
        self._asked = False  # a V of ours is out: a version that nobody asked for tells of a restart
        self._garbage = 0
        self._broken = False

    @property
    def wake_at_s(self) -> float | None:
        """While it starts as the start-up says, then every half second."""
        if self._broken:
            return None
        return self._look_s if self._start.ended else self._start.wake_at_s

    def wake(self, now_s: float) -> Turn:
        """Go on starting, or see whether it still lives."""
        if self._broken:
            return NOTHING
        if not self._start.ended:
            write = self._start.wake(now_s)
            return Turn(write, self._started(now_s))
        if now_s < self._look_s:
            return NOTHING
        self._look_s = now_s + LOOK_S
        if self._watch.lost(now_s):
            return Turn(events=(self._break("silent"),))
        if self._watch.ask(now_s):
            self._asked = True
            return Turn(LIFE_SIGN)
        return NOTHING

    def receive(self, data: bytes, at_s: float) -> Turn:
        """Take its lines."""
        self._watch.heard(at_s)
        write = b""
        events: list[RadioEvent] = []
        for line in self._lines.feed(data):
            if not self._start.ended:
                write += self._start.receive(line, at_s)
                events += self._started(at_s)
            more, found = self._take(line, at_s)
            write += more
            events += found
        return Turn(write, tuple(events))

    def send(self, frame: Frame, now_s: float) -> Turn:
        """Write it; the stick keeps the order."""
        self._sent.append((now_s, frame))
        return Turn(encode_send(frame))

    def know(self, station: Station, now_s: float) -> Turn:
        """A stick knows nobody."""
        return NOTHING

    # its life

    def _started(self, now_s: float) -> tuple[RadioEvent, ...]:
        """Said once, when the start-up has ended."""
        if self._broken or not self._start.ended:
            return ()
        if self._start.state is not StartState.READY:
            return (self._break(self._start.state.value),)
        self._watch.heard(now_s)
        self._look_s = now_s + LOOK_S
        return (Ready(identity=self._identity()),)

    def _identity(self) -> Identity:
        return Identity(kind=RadioKind.CUL, firmware=self._start.version[:64])

    def _break(self, code: str) -> Broken:
        self._broken = True
        return Broken(code=code)

    # its lines

    def _take(self, line: StickEvent, at_s: float) -> tuple[bytes, list[RadioEvent]]:
        if isinstance(line, Foreign | Damaged):
            return self._take_noise(line)
        self._garbage = 0
        match line:
            case Frame():
                return b"", [Reception(frame=line)]
            case Notice():
                return self._take_notice(line, at_s)
            case Version():
                return self._take_version()
            case Credit():
                return b"", []

    def _take_noise(self, line: Foreign | Damaged) -> tuple[bytes, list[RadioEvent]]:
        """Lines of other protocols are text; what is none comes by a wrong speed or a loose wire."""
        raw = line.line if isinstance(line, Foreign) else line.data
        events: list[RadioEvent] = [line] if isinstance(line, Damaged) else []
        if not self._start.ended or raw.isascii():
            return b"", events
        self._garbage += 1
        if self._garbage > MAX_GARBAGE and not self._broken:
            events.append(self._break("garbage"))
        return b"", events

    def _take_version(self) -> tuple[bytes, list[RadioEvent]]:
        if self._asked or not self._start.ended or self._start.state is not StartState.READY:
            self._asked = False
            return b"", []
        # nobody asked: it restarted and says hello, deaf until it is told to listen
        return LISTEN, [Trouble(code=TroubleCode.RESTARTED)]

    def _take_notice(self, notice: Notice, at_s: float) -> tuple[bytes, list[RadioEvent]]:
        if notice.code is NoticeCode.UNKNOWN_COMMAND:
            return b"", []
        sent_s, frame = self._unsent(at_s)
        limit = notice.code is NoticeCode.LIMIT
        events: list[RadioEvent] = [
            Trouble(code=TroubleCode.LIMIT if limit else TroubleCode.CHANNEL_BUSY, text=notice.text)
        ]
        if frame is None:
            return b"", events
        if limit or frame.flags & Flag.BIDI:  # who asked decides whether to ask again
            result = Result.AIRTIME if limit else Result.CHANNEL_BUSY
            return b"", [*events, Verdict(frame=frame, result=result)]
        # an answer: worth sending once more only while somebody waits for it
        return encode_send(frame) if at_s - sent_s <= ANSWER_SLACK_S else b"", events

    def _unsent(self, at_s: float) -> tuple[float, Frame | None]:
        """Which frame a complaint means: the youngest that can have waited so long, else the oldest."""
        while self._sent and at_s - self._sent[0][0] > KEPT_S:
            self._sent.popleft()
        if not self._sent:
            return at_s, None
        waited = [entry for entry in self._sent if at_s - entry[0] >= CLEAR_WAIT_S]
        entry = waited[-1] if waited else self._sent[0]
        self._sent.remove(entry)
        return entry
