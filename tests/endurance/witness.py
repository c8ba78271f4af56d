"""What really happened on the air: counted there and at the devices, never by the hub's own word."""

from collections import Counter, deque
from dataclasses import dataclass, field

from drivers.bidcos.codec.frames import Flag
from drivers.simulator.air import Fate, Node, Passage
from drivers.simulator.module import Module
from drivers.simulator.world import World

HOUR_S = 3600.0
WINDOW_S = 0.250  # the device's receiver stays on so long after its frame
LATEST_LINE_S = 0.120  # a good hub has written its answer by then
EARLIEST_LINE_S = 0.040
FORGET_S = 2.0
BUCKET_MS = 5
RECENT_MAX = 48  # frames that are kept to explain a miss
MISSES_MAX = 8  # of them are explained


@dataclass(slots=True)
class Question:
    """A frame that wanted the hub's answer and reached the stick.

    line_s: when the hub wrote one; known: a module knew the sender already. It learns a thousand devices one
    after the other, which takes 7 s, and acknowledges only what those say that it knows.
    """

    end_s: float
    known: bool = True
    line_s: float | None = None
    begun_s: float | None = None
    fate: Fate | None = None


@dataclass(slots=True)
class Witness:
    """Watches the air of one home with one stick. A module answers by itself: its host writes no lines.

    frames: of devices by fate at the stick. answers: questions by what became of their answer.
    turn_rounds: milliseconds from a question's end to the hub's line, in steps of 5. spoke_s: when each
    device sent its last frame, whatever became of it. misses: of the first questions that the hub did not
    answer in time, what passed around them.
    """

    world: World
    central: bytes
    frames: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    turn_rounds: Counter[int] = field(default_factory=Counter)
    spoke_s: dict[bytes, float] = field(default_factory=dict)
    hub_airtime_s: float = 0.0
    hub_hour_s: float = 0.0
    hub_frames: int = 0
    misses: list[str] = field(default_factory=list)
    _recent: deque[Passage] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    _hour: deque[tuple[float, float]] = field(default_factory=deque)
    _in_hour_s: float = 0.0
    _open: dict[tuple[bytes, int], Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world.air.watch(self.see)

    @property
    def _radio(self) -> Node:
        stick = self.world.stick
        return stick.radio if isinstance(stick, Module) else stick

    def see(self, passage: Passage) -> None:
        """Take note of a frame that passed."""
        self._recent.append(passage)
        if passage.node is self._radio:
            self._see_hub(passage)
        else:
            self._see_device(passage)

    def take_line(self, line: bytes) -> None:
        """Take note of a line that the hub wrote, at this moment."""
        if line[:2] != b"As":
            return
        try:
            data = bytes.fromhex(line[2:].decode())
        except ValueError:
            return
        question = self._open.get((data[7:10], data[1]))
        now_s = self.world.agenda.now_s
        if question is not None and question.line_s is None:
            question.line_s = now_s
            self.turn_rounds[int((now_s - question.end_s) * 1000) // BUCKET_MS * BUCKET_MS] += 1

    def _see_hub(self, passage: Passage) -> None:
        length_s = passage.end_s - passage.begun_s
        self.hub_frames += 1
        self.hub_airtime_s += length_s
        self._hour.append((passage.end_s, length_s))
        self._in_hour_s += length_s
        while self._hour[0][0] <= passage.end_s - HOUR_S:
            self._in_hour_s -= self._hour.popleft()[1]
        self.hub_hour_s = max(self.hub_hour_s, self._in_hour_s)
        question = self._open.get((passage.data[7:10], passage.data[1]))
        if question is not None and question.begun_s is None:
            question.begun_s = passage.begun_s
            receivers = [fate for node, fate in passage.fates if node is not self._radio]
            question.fate = receivers[0] if receivers else None

    def _see_device(self, passage: Passage) -> None:
        self.spoke_s[passage.data[4:7]] = passage.end_s
        fate = next((each for node, each in passage.fates if node is self._radio), None)
        self.frames["deaf" if fate is None else fate.value] += 1
        self._forget(passage.end_s)
        data = passage.data
        if fate is Fate.HEARD and data[7:10] == self.central and data[2] & Flag.BIDI:
            key = (data[4:7], data[1])
            if (before := self._open.pop(key, None)) is not None:
                self._judge(key, before)
            self._open[key] = Question(end_s=passage.end_s, known=self._is_known(data[4:7]))

    def _forget(self, now_s: float) -> None:
        for key, question in list(self._open.items()):
            if now_s - question.end_s < FORGET_S:
                break
            del self._open[key]
            self._judge(key, question)

    def _judge(self, key: tuple[bytes, int], question: Question) -> None:
        """Who is to blame when a device that was heard did not get its answer."""
        if question.begun_s is None and self._is_held_up(key):
            self.answers["held up by a busy channel"] += 1
            return
        if question.begun_s is None and not question.known:
            self.answers["before the module knew it"] += 1
            return
        line_s = question.begun_s if self._radio is not self.world.stick else question.line_s
        if line_s is None:
            self.answers["missed by the hub"] += 1
            self._explain(key, question)
        elif question.line_s is not None and question.line_s - question.end_s > LATEST_LINE_S:
            self.answers["late by the hub"] += 1
            self._explain(key, question)
        elif question.begun_s is None or question.begun_s - question.end_s > WINDOW_S:
            self.answers["held up by a busy channel"] += 1
        elif question.fate is None:
            self.answers["device no longer listening"] += 1
        elif question.fate is not Fate.HEARD:
            self.answers[f"destroyed: {question.fate.value}"] += 1
        else:
            self.answers["in the window"] += 1

    def _explain(self, key: tuple[bytes, int], question: Question) -> None:
        if len(self.misses) >= MISSES_MAX:
            return
        around = [
            f"  {each.begun_s - question.end_s:+.3f} … {each.end_s - question.end_s:+.3f} s "
            + each.data.hex().upper()
            for each in self._recent
            if abs(each.end_s - question.end_s) <= FORGET_S
        ]
        self.misses.append("\n".join((f"{key[0].hex().upper()} at {question.end_s:.3f} s:", *around)))

    def _is_known(self, device: bytes) -> bool:
        stick = self.world.stick
        return not isinstance(stick, Module) or device in stick.radio.peers

    def _is_held_up(self, key: tuple[bytes, int]) -> bool:
        """A module answers by itself; it listened first, and the air was not free in the answer's time."""
        stick = self.world.stick
        return isinstance(stick, Module) and key in stick.radio.held_up

    def close(self) -> None:
        """Judge what is still open."""
        for key, question in self._open.items():
            self._judge(key, question)
        self._open.clear()
