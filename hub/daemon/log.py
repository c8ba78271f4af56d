"""The hub's log on standard error, one line per event, and its count of errors by event name.

Lines hold the event's constant name and the fields of ``extra``; control characters are escaped here and
again by the gate. Nothing of it is kept on disk by the hub.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping

BUCKET_S = 3600.0
BUCKETS = 24
MOST_CODES = 64  # different event names counted; more are counted as "other"

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class LineFormatter(logging.Formatter):
    """``warning hub.api link.lost driver=bidcos``; a traceback follows in the same line, escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        fields = [
            f"{key}={json.dumps(value, default=str)}"
            for key, value in vars(record).items()
            if key not in _OWN
        ]
        if record.exc_info:
            fields.append(f"traceback={json.dumps(self.formatException(record.exc_info))}")
        head = f"{record.levelname.lower()} {record.name} {record.getMessage()}"
        return " ".join((head.encode("unicode_escape").decode("ascii"), *fields))


class ErrorCounter(logging.Handler):
    """Counts warnings and errors of the last 24 hours by event name; names only, never their fields."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__(logging.WARNING)
        self._monotonic = monotonic
        self._buckets: dict[int, Counter[str]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        hour = int(self._monotonic() // BUCKET_S)
        bucket = self._buckets.setdefault(hour, Counter())
        name = str(record.msg)
        # with blanks or "%" it is a library's sentence, which may hold anything; its logger's name does not
        if not name.isascii() or any(sign in name for sign in " %\n") or len(name) > 48:
            name = record.name
        bucket[name if name in bucket or len(bucket) < MOST_CODES else "other"] += 1
        for old in [key for key in self._buckets if key <= hour - BUCKETS]:
            del self._buckets[old]

    def counts(self) -> Mapping[str, int]:
        """Events of the last 24 hours (to the hour) by name."""
        hour = int(self._monotonic() // BUCKET_S)
        total: Counter[str] = Counter()
        for key, bucket in self._buckets.items():
            if key > hour - BUCKETS:
                total += bucket
        return dict(sorted(total.items()))


def start_logging(level: str, counter: ErrorCounter) -> None:
    """Send everything from ``level`` on to standard error and to the counter; called once per process."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    handler.setLevel(level.upper())
    root = logging.getLogger()
    root.handlers[:] = [handler, counter]
    root.setLevel(min(logging.getLevelName(level.upper()), logging.WARNING))
    logging.getLogger("aiohttp.access").disabled = True  # the gate writes the access log, and only it (Q6.1)
