"""A command of ours at a terminal: what it shows there, and what is typed at its questions."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.paths import ROOT

LIMIT_S, QUIET_S = 120.0, 0.2
END_OF_INPUT = b"\x04"
_COLOURS = re.compile(r"\x1b\[[0-9;]*[mK]")


@dataclass
class Terminal:
    """shown: all that came until now. Line ends are those of a file, colours are left out."""

    process: subprocess.Popen[bytes]
    _side: int
    _bytes: bytearray = field(default_factory=bytearray)
    _answered: int = 0

    @property
    def shown(self) -> str:
        return _COLOURS.sub("", self.raw).replace("\r\n", "\n")

    @property
    def raw(self) -> str:
        """With its colours."""
        return self._bytes.decode(errors="replace")

    def asked(self) -> None:
        """Until it asks something that was not answered yet: its last line ends in a colon, and it waits."""
        while not self._bytes[self._answered :].endswith(b": ") or self._goes_on(QUIET_S):
            assert self._more(), f"it ended, and asked nothing: {self.shown}"

    def type(self, line: str) -> None:
        """Type a line at the next question."""
        self._say(line.encode() + b"\n")

    def hang_up(self) -> None:
        """Say at the next question that nothing comes any more."""
        self._say(END_OF_INPUT)

    def end(self) -> int:
        """Its exit code, after all that it shows."""
        while self._more():
            pass
        return self.process.wait(LIMIT_S)

    def hides(self) -> bool:
        """Whether what is typed now is not shown."""
        return not termios.tcgetattr(self._side)[3] & termios.ECHO

    def _say(self, typed: bytes) -> None:
        self.asked()
        self._answered = len(self._bytes)
        os.write(self._side, typed)

    def _goes_on(self, within_s: float) -> bool:
        return bool(select.select([self._side], [], [], within_s)[0])

    def _more(self) -> bool:
        """Read on; False: it ended, and all was read."""
        assert self._goes_on(LIMIT_S), f"nothing for {LIMIT_S:.0f} s after: {self.shown}"
        with suppress(OSError):  # EIO: nobody has the other side open
            if piece := os.read(self._side, 4096):
                self._bytes += piece
                return True
        return False


@contextmanager
def homebase_at_terminal(*words: str, environment: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """``homebase …`` in English; killed if it does not end with the block."""
    side, other = pty.openpty()
    said = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **(environment or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "hub.daemon", *words],
        env=said, cwd="/", stdin=other, stdout=other, stderr=other, start_new_session=True,
    )  # fmt: skip
    os.close(other)
    try:
        yield Terminal(process, side)
    finally:
        process.kill()
        process.wait()
        os.close(side)
