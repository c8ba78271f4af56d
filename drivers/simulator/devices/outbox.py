"""Frames of a device that want an acknowledgement: one at a time, repeated with the same counter. Pure.

Source: docs/protocols/bidcos.md, "Time-outs and repeats" (up to 6 sends, 300 to 1000 ms apart).
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.bidcos.codec.frames import Damaged, Frame, decode_frame

from ..agenda import Agenda, Appointment, Uniform

QUEUE_MAX = 32  # letters; the oldest that waits is dropped
GAP_MIN_S = 0.3
GAP_MAX_S = 1.0


@dataclass(slots=True, kw_only=True)
class Letter:
    """One frame to deliver.

    build: called once, when its turn comes, so that counters stay in order. delay_s: before its first send.
    is_page: part of an answer to a register read; a new read replaces it.
    """

    build: Callable[[], bytes]
    tries: int
    delay_s: float = 0.0
    is_page: bool = False
    data: bytes = b""

    def is_acknowledged_by(self, frame: Frame) -> bool:
        """Whether it was sent, and the frame has its counter and comes from whom it went to."""
        return bool(self.data) and (frame.counter, frame.sender) == (self.data[1], self.data[7:10])


class Outbox:
    """Delivers letters in their order.

    transmit: sends a frame and calls back when it has left the air or could not be sent.
    posted: letters so far. repeats: sends after the first. given_up: letters that nobody acknowledged,
    pages_given_up: those among them that belonged to an answer.
    """

    def __init__(
        self, agenda: Agenda, uniform: Uniform, transmit: Callable[[bytes, Callable[[], None]], None]
    ) -> None:
        self.posted = 0
        self.repeats = 0
        self.given_up = 0
        self.pages_given_up = 0
        self._agenda = agenda
        self._uniform = uniform
        self._transmit = transmit
        self._letters: deque[Letter] = deque()
        self._current: Letter | None = None
        self._timer: Appointment | None = None

    @property
    def on_its_way(self) -> bytes:
        """The frame that waits for its acknowledgement; empty when none does."""
        return b"" if self._current is None else self._current.data

    @property
    def is_answering(self) -> bool:
        """What is on its way is a part of an answer."""
        return self._current is not None and self._current.is_page

    def post_pages(self, pages: Sequence[Letter]) -> None:
        """Deliver the pages of an answer before everything else, instead of the pages that still wait."""
        self.posted += len(pages)
        current, self._current = self._current, None
        if self._timer is not None:
            self._timer.cancel()
        waiting = [letter for letter in (current, *self._letters) if letter and not letter.is_page]
        self._letters = deque((*pages, *waiting))
        self._next()

    def post(self, letter: Letter) -> None:
        """Deliver a letter after those that wait."""
        self.posted += 1
        self._letters.append(letter)
        if len(self._letters) > QUEUE_MAX:
            self._letters.popleft()
        if self._current is None:
            self._next()

    def clear(self) -> None:
        """Forget everything that waits."""
        self._letters.clear()
        self._current = None
        if self._timer is not None:
            self._timer.cancel()

    def answered(self, frame: Frame) -> bool:
        """Match an acknowledgement with the letter on its way, or one that an answer pushed aside."""
        letter = self._current
        if letter is not None and letter.is_acknowledged_by(frame):
            self._finish()
            return True
        for waiting in self._letters:
            if waiting.is_acknowledged_by(frame):
                self._letters.remove(waiting)
                return True
        return False

    def challenged(self, frame: Frame) -> Frame | None:
        """The letter that a central wants signed before it believes it; the wait starts anew."""
        letter = self._current
        if letter is None or not letter.data or frame.sender != letter.data[7:10]:
            return None
        message = decode_frame(letter.data)
        if isinstance(message, Damaged) or message.counter != frame.counter:
            return None
        if self._timer is not None:
            self._timer.cancel()
        self._wait(letter)
        return message

    def _next(self) -> None:
        if not self._letters:
            return
        letter = self._current = self._letters.popleft()
        self._timer = self._agenda.after(letter.delay_s, lambda: self._send(letter))

    def _send(self, letter: Letter) -> None:
        if letter is not self._current:
            return
        if letter.tries <= 0:
            self.given_up += 1
            self.pages_given_up += letter.is_page
            self._finish()
            return
        letter.tries -= 1
        self.repeats += bool(letter.data)
        letter.data = letter.data or letter.build()
        self._transmit(letter.data, lambda: self._wait(letter))

    def _wait(self, letter: Letter) -> None:
        if letter is self._current:
            gap_s = GAP_MIN_S + self._uniform() * (GAP_MAX_S - GAP_MIN_S)
            self._timer = self._agenda.after(gap_s, lambda: self._send(letter))

    def _finish(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._current = None
        self._next()
