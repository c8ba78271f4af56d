"""What a radio says of a question that it was given, and what follows from it. Pure.

Source: docs/protocols/bidcos.md, "Module sends".
"""

from enum import Enum

from ..radios.radio import Result
from ..radios.timing import ATTEMPTS, MAX_BUSY
from .lane import Lane
from .request import Failure

_SENT_OFTEN = frozenset({Result.SILENT, Result.WRONG_KEY, Result.LOST})
_GIVE_UP = {Result.AIRTIME: Failure.AIRTIME, Result.WRONG_KEY: Failure.WRONG_KEY}


class Ruling(Enum):
    """What to do; a Failure instead: give it up for that reason."""

    AGAIN = "again"  # it was never on the air
    NO_ANSWER = "no_answer"  # the wait for its answer is over
    NOTHING = "nothing"


def further_sends(result: Result) -> int:
    """How often a radio that repeats by itself has sent it after the first time."""
    return ATTEMPTS - 1 if result in _SENT_OFTEN else 0


def rule(lane: Lane, result: Result, *, repeats: bool, refused: bool) -> Ruling | Failure:
    """Decide about the question that is out.

    repeats: by itself; refused: the device has shown that it does not take our key; else a failed signature
    may mean that frames were lost.
    """
    busy = result is Result.CHANNEL_BUSY and not repeats and not lane.waking
    if busy and lane.busy < MAX_BUSY:
        return Ruling.AGAIN
    if result in _GIVE_UP and not lane.waking:
        lost = result is Result.WRONG_KEY and not refused
        return Failure.SILENT if lost else _GIVE_UP[result]
    return Ruling.NOTHING if busy else Ruling.NO_ANSWER
