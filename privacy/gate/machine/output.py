"""Lines to the terminal or the journal: of the gate itself, and of the jailed, whose bytes are hostile.

Never blocks: where nobody reads the output, lines are dropped, not the house stopped.
"""

import logging
import os
import select

LINE_LIMIT = 4000  # bytes; below PIPE_BUF, so that a ready pipe takes a line whole without blocking
_STDERR = 2


def say(line: str) -> None:
    """Write one line to the standard error stream."""
    ready = select.poll()
    ready.register(_STDERR, select.POLLOUT)
    try:
        if ready.poll(0):
            os.write(_STDERR, line.encode(errors="backslashreplace")[:LINE_LIMIT] + b"\n")
    except OSError:
        return  # closed: nobody wants to know


def harmless(line: bytes) -> str:
    """Return what a jailed program printed with every control character visible instead of acting."""
    text = line.decode("utf-8", "backslashreplace")
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


class SayHandler(logging.Handler):
    """Logs by ``say``: level, event, fields."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        fields = "".join(f" {key}={value!r}" for key, value in extra.items())
        say(f"homebase gate: {record.levelname.lower()} {record.getMessage()}{fields}")
        if record.exc_info:
            for line in logging.Formatter().formatException(record.exc_info).splitlines():
                say(harmless(line.encode()))


_STANDARD = {*vars(logging.LogRecord("", 0, "", 0, "", (), None)), "message", "asctime"}
