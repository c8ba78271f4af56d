"""What became of one attempt to send something, and what was cut. No I/O."""

from dataclasses import dataclass, field
from enum import Enum

from privacy.consent import Grant
from privacy.reasons import Reason


class Result(Enum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    FAILED = "failed"
    REFUSED = "refused"
    CUT = "cut"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """An attempt's end. what: one line for people; sent: bytes of body that left; again: it is retried.

    followed: whether it can be asked later if it arrived; arrived: whether it did, as far as it says now.
    answer: what the receiver wrote, foreign; for whoever asked, and kept nowhere. refused: its reason, a code
    of privacy/received.py. wait_s: how long the receiver asks to be left alone.
    """

    result: Result
    what: str
    reason: Reason | None = None
    receipt: str | None = None
    sent: int = 0
    again: bool = False
    answer: bytes = field(default=b"", repr=False)
    refused: str = ""
    followed: bool = False
    arrived: bool = False
    wait_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A transfer that was cut. after: bytes that left after the decision; sent: of the body in all."""

    transfer: str
    sent: int
    after: int
    grant: Grant | None = None  # none where an entry of the owner opened it
