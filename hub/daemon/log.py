"""The hub's log on standard error, one line per event, and its count of errors by event name.

Lines hold the event's constant name and the fields of ``extra``; control characters are escaped here and
again by the gate. Nothing of it is kept on disk by the hub.
"""

import json
import logging
import re
import sys
from collections import Counter
from collections.abc import Callable, Mapping

BUCKET_S = 3600.0
BUCKETS = 24
MOST_FAULTS = 256  # kinds told to whoever asks; the most frequent
MOST_CODES = 64  # different ones counted per hour; more are counted as "other"

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,47}")  # of an area or an event; privacy/payload.py, Code
_OURS = frozenset({"hub", "drivers", "privacy"})  # packages that log constant names and nothing else
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
    """Counts warnings and errors of the last 24 hours by area and event name; never their fields."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__(logging.WARNING)
        self._monotonic = monotonic
        self._buckets: dict[int, Counter[tuple[str, str]]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Count one record."""
        hour = int(self._monotonic() // BUCKET_S)
        bucket = self._buckets.setdefault(hour, Counter())
        key = _told(record)
        bucket[key if key in bucket or len(bucket) < MOST_CODES else ("other", "other")] += 1
        for old in [known for known in self._buckets if known <= hour - BUCKETS]:
            del self._buckets[old]

    def faults(self) -> list[Mapping[str, object]]:
        """Events of the last 24 hours (to the hour), the most frequent MOST_FAULTS: area, code, count."""
        most = sorted(self._total().most_common(MOST_FAULTS))
        return [{"area": area, "code": code, "count": count} for (area, code), count in most]

    def count(self) -> int:
        """How many in the last 24 hours (to the hour)."""
        return self._total().total()

    def _total(self) -> Counter[tuple[str, str]]:
        hour = int(self._monotonic() // BUCKET_S)
        total: Counter[tuple[str, str]] = Counter()
        for key, bucket in self._buckets.items():
            if key > hour - BUCKETS:
                total += bucket
        return total


def _told(record: logging.LogRecord) -> tuple[str, str]:
    """Area and event that are told of ``record``.

    A library's sentence may hold anything, an address alone too, and so may what it calls its loggers: of
    such an area no more is told than the name of its package, and of what it said nothing.
    """
    package = record.name.partition(".")[0]
    if package in _OURS:
        area = record.name if _NAME.fullmatch(record.name) else package
        return area, str(record.msg) if _NAME.fullmatch(str(record.msg)) else "message"
    is_package = package in sys.modules and bool(_NAME.fullmatch(package))
    return package if is_package else "other", "message"


def start_logging(level: str, counter: ErrorCounter) -> None:
    """Send everything from ``level`` on to standard error and to the counter; called once per process."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    handler.setLevel(level.upper())
    root = logging.getLogger()
    root.handlers[:] = [handler, counter]
    root.setLevel(min(logging.getLevelName(level.upper()), logging.WARNING))
    logging.getLogger("aiohttp.access").disabled = True  # the gate writes the access log, and only it (Q6.1)
