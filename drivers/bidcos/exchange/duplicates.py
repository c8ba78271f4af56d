"""Which frames were heard already: repeats of their sender, copies of a repeater. Pure and bounded.

Source: docs/protocols/bidcos.md, "Time-outs and repeats".
"""

from collections import OrderedDict

from ..codec.frames import Frame

REPEAT_S = 10.0  # a device repeats an unanswered event about 6 times within this time
COPY_S = 0.2  # a repeater's copy comes within this time: it needs no second answer
MAX_REMEMBERED = 1024
_Key = tuple[bytes, int, int, bytes]


class Duplicates:
    """Remembers frames by sender, counter, type and payload (flags differ in a repeater's copy)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[_Key, float] = OrderedDict()
        self._answered: OrderedDict[_Key, float] = OrderedDict()

    def seen(self, frame: Frame, at_s: float) -> bool:
        """Whether it was heard before, lately; from now on it was."""
        key = _key(frame)
        before_s = self._seen.get(key)
        if before_s is not None and at_s - before_s < REPEAT_S:
            return True
        _remember(self._seen, key, at_s)
        return False

    def answered(self, frame: Frame, at_s: float) -> None:
        """It gets an answer."""
        _remember(self._answered, _key(frame), at_s)

    def answered_lately(self, frame: Frame, at_s: float) -> bool:
        """Its answer is under way or just gone: this is only a copy."""
        before_s = self._answered.get(_key(frame))
        return before_s is not None and at_s - before_s < COPY_S


def _key(frame: Frame) -> _Key:
    return frame.sender, frame.counter, frame.kind, frame.payload


def _remember(store: "OrderedDict[_Key, float]", key: _Key, at_s: float) -> None:
    store[key] = at_s
    store.move_to_end(key)
    if len(store) > MAX_REMEMBERED:
        store.popitem(last=False)
