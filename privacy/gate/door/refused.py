"""A no of the door, whoever asked and for whatever."""

from privacy.reasons import Reason


class Refused(Exception):
    """The door says no. reason: why; detail: more, for the log line of whoever asked."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail
