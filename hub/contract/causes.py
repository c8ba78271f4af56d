"""Why something is sent: who pays for it in the airtime ledger, and what goes first. Pure."""

from dataclasses import dataclass
from enum import IntEnum

MAX_NAME = 64


class Urgency(IntEnum):
    """Kinds of causes; the lower one goes first."""

    ALARM = 0  # may use the reserve of send time that is kept for alarms
    USER = 1  # a person waits
    API = 2  # a program with a session of its own
    RULE = 3
    BACKGROUND = 4  # status questions, register reads


@dataclass(frozen=True, slots=True)
class Cause:
    """Who wants it. name: a rule's or session's id, at most 64 characters, never a person's name."""

    urgency: Urgency
    name: str = ""

    def __post_init__(self) -> None:
        if len(self.name) > MAX_NAME:
            raise ValueError(f"name of {len(self.name)} characters, at most {MAX_NAME}")


BY_USER = Cause(Urgency.USER)
IN_BACKGROUND = Cause(Urgency.BACKGROUND)
