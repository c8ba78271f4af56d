"""A no of the door, whoever asked and for whatever."""

from privacy.conversation import Declined
from privacy.gate.storage.store import StoreError
from privacy.reasons import Reason
from privacy.register import Language


class Refused(Exception):
    """The door says no. reason: why; detail: more, for the log line of whoever asked."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def not_written(error: StoreError, language: Language) -> Declined:
    """What the store did not take, for a console; its own line is English."""
    reason = Reason.LEDGER_NOT_WRITABLE
    told = str(error) if language is Language.EN else f"{reason.text(language)} ({error.code})"
    return Declined(reason.value, told)
