"""Brings a module's BidCoS program up, and up again. Pure; the caller writes the command that is returned.

Source: docs/protocols/bidcos.md, "Module start-up".
"""

from ..codec.uart import OsCommand
from ..codec.uart_reports import APPLICATION, BOOT_LOADER

ANSWER_WAIT_S = 3.0
ATTEMPTS = 3
MAX_RESETS = 3  # in a row, then the port is opened anew
MAX_CALLS = 5  # so often it may come back to its boot loader instead of starting its program


class Boot:
    """runs: the program is up. broken: the code of why it will not be."""

    def __init__(self, now_s: float) -> None:
        self.runs = False
        self.broken = ""
        self.wake_at_s = now_s
        self._attempts = 0
        self._resets = 0
        self._calls = 0

    def wake(self, now_s: float) -> OsCommand | None:
        """Ask which program runs, until it answers or is given up."""
        if self.runs or self.broken or now_s < self.wake_at_s:
            return None
        if self._attempts == ATTEMPTS:
            self.broken = "silent"
            return None
        self._attempts += 1
        self.wake_at_s = now_s + ANSWER_WAIT_S
        return OsCommand.GET_APP

    def started(self, app: str, now_s: float) -> OsCommand | None:
        """It says what runs: the boot loader is told to start the program."""
        self.runs = app == APPLICATION
        if self.runs:
            return None
        if app != BOOT_LOADER or self._calls == MAX_CALLS:
            self.broken = "wrong_firmware"
            return None
        self._calls += 1
        return self._change(now_s)

    def reset(self, now_s: float) -> OsCommand | None:
        """Restart it: from the program this leads to the boot loader, from there to the program."""
        self._resets += 1
        if self._resets > MAX_RESETS:
            self.broken = "silent"
            return None
        return self._change(now_s)

    def loaded(self) -> None:
        """It works: what failed before does not count any more."""
        self._resets = self._calls = self._attempts = 0

    def _change(self, now_s: float) -> OsCommand:
        self.runs = False
        self._attempts = 0
        self.wake_at_s = now_s + ANSWER_WAIT_S
        return OsCommand.CHANGE_APP
