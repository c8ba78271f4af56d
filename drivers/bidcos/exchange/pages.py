"""The parts of one list, gathered over as many readings as it takes. Pure.

A device counts its parts up from the counter of the question; some firmware gives all the same one. A part
that nobody acknowledged is repeated, by some with the next counter, and in the end left out: then the list is
read once more, and what is known of it need not come again.
Source: docs/protocols/bidcos.md, "Information", "Time-outs and repeats".
"""

from dataclasses import dataclass, field

from ..codec.frames import Frame
from ..codec.messages import (
    Message,
    Opaque,
    ParamPairs,
    ParamRequest,
    ParamSequence,
    PeerList,
    PeerListRequest,
    SerialInfo,
)

MAX_LOST = 3  # parts in a row that a device left out
PROMPT_S = 0.6  # the first part comes sooner; after this one before it was repeated and left out
MAX_PARTS = 128
_LISTS = ParamPairs | ParamSequence | PeerList
_ORDERS: dict[type, frozenset[int]] = {ParamRequest: frozenset({2, 3}), PeerListRequest: frozenset({1})}
_ANY_ORDER = frozenset({0, 1, 2, 3})


def is_part_of(asked: Message, frame: Frame, message: Message) -> bool:
    """A part of the list that was asked for, not something that an actuator tells by itself."""
    if not isinstance(message, _LISTS | SerialInfo | Opaque) or not frame.payload:
        return False
    return frame.payload[0] in _ORDERS.get(type(asked), _ANY_ORDER)


@dataclass(slots=True, kw_only=True)
class Reading:
    """One time that the list was asked for. start: the counter of its first part; newest: of the latest."""

    asked: int
    asked_s: float
    start: int = 0
    newest: int | None = None

    def fits(self, counter: int) -> bool:
        """It may be the next part, or the last one again."""
        base = self.asked if self.newest is None else self.newest
        return (counter - base) & 0xFF <= MAX_LOST + 1

    def index(self, counter: int, at_s: float) -> int:
        """Which part this is, 0 the first."""
        if self.newest is None:
            next_one = (counter - self.asked) & 0xFF == 1 and at_s - self.asked_s < PROMPT_S
            self.start = self.asked + next_one  # some begin with the next counter
        return (counter - self.start) & 0xFF


@dataclass(slots=True)
class Pages:
    """What is known of one list.

    all_alike: this device gives every part the same counter; over: the last part came since it was asked.
    """

    all_alike: bool = False
    over: bool = False
    _parts: dict[int, Message] = field(default_factory=dict)
    _end: int | None = None
    _readings: list[Reading] = field(default_factory=list)  # the last two: late parts of the one before count

    def ask(self, counter: int, now_s: float) -> None:
        """The list is asked for now."""
        self._readings = [*self._readings[-1:], Reading(asked=counter, asked_s=now_s)]
        self.over = False

    def fits(self, counter: int) -> bool:
        """A part with this counter belongs here."""
        return any(reading.fits(counter) for reading in self._readings)

    def take(self, frame: Frame, message: Message, at_s: float) -> bool:
        """Keep a part that fits; False when it was known."""
        reading = next(each for each in reversed(self._readings) if each.fits(frame.counter))
        again = frame.counter == reading.newest
        index = reading.index(frame.counter, at_s)
        reading.newest = frame.counter
        for at, part in self._parts.items():
            if part == message:
                self._note_end(at, message)
                if not self.all_alike:  # a repeat with the next counter: the others are one further, too
                    reading.start += index - at
                return False
        if self._parts and again:
            self.all_alike = True
        if self.all_alike:
            index = max(self._parts, default=-1) + 1
        if len(self._parts) < MAX_PARTS:
            self._parts[index] = message
        self._note_end(index, message)
        return True

    def _note_end(self, index: int, message: Message) -> None:
        if not isinstance(message, _LISTS) or message.closes:
            self._end = index
            self.over = True

    @property
    def parts(self) -> list[Message]:
        """In their order."""
        return [self._parts[index] for index in sorted(self._parts)]

    @property
    def complete(self) -> bool:
        """All parts are known."""
        return self._has_all_from(0)

    @property
    def plausible(self) -> bool:
        """They may be all: a device that begins with the next counter has no other first one."""
        return self._has_all_from(1)

    def _has_all_from(self, first: int) -> bool:
        if self._end is None:
            return False
        alone = not isinstance(self._parts.get(self._end), _LISTS)
        return self.all_alike or alone or all(index in self._parts for index in range(first, self._end + 1))
