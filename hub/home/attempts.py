"""How often a password may be tried: growing pauses per peer and for all together. Pure.

An attempt counts as failed when it starts and is forgiven when it succeeds, so that trying in parallel buys
nothing. Times are wall clock in seconds, because the record outlives a restart; a clock that was set back
makes nobody wait longer than the longest pause.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FREE_ATTEMPTS = 4  # typing errors of a person
FREE_ATTEMPTS_OF_ALL = 20
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
LONGEST_PAUSE_OF_ALL_S = 30.0  # shorter: somebody who tries must not lock the owner out
FORGET_S = 86_400.0
MOST_PEERS = 256  # the longest forgotten goes first
ALL = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Failures in a row, and when the last attempt was, unix seconds."""

    failures: int
    at_s: float


class Attempts:
    """The record of failed attempts. peer: any text that tells peers apart; it is not looked into."""

    def __init__(self, records: Mapping[str, Record] | None = None) -> None:
        self._records = dict(records or {})

    @property
    def records(self) -> Mapping[str, Record]:
        """What has to be kept over a restart."""
        return self._records

    def start(self, peer: str, now_s: float) -> float:
        """Begin an attempt; return 0.0 when it may go on, else the pause in s before the next one."""
        self._forget(now_s)
        wait_s = max(
            self._wait_s(peer, FREE_ATTEMPTS, LONGEST_PAUSE_S, now_s),
            self._wait_s(ALL, FREE_ATTEMPTS_OF_ALL, LONGEST_PAUSE_OF_ALL_S, now_s),
        )
        if wait_s > 0.0:
            return wait_s
        for name in (peer, ALL):
            before = self._records.pop(name, Record(failures=0, at_s=now_s))
            self._records[name] = Record(failures=before.failures + 1, at_s=now_s)
        return 0.0

    def succeed(self, peer: str) -> None:
        """The attempt was right: the peer starts afresh."""
        forgiven = self._records.pop(peer, None)
        others = self._records.get(ALL)
        if forgiven is not None and others is not None:
            left = max(others.failures - forgiven.failures, 0)
            self._records[ALL] = Record(failures=left, at_s=others.at_s)

    def _wait_s(self, name: str, free: int, longest_s: float, now_s: float) -> float:
        record = self._records.get(name)
        if record is None or record.failures < free:
            return 0.0
        pause_s = min(FIRST_PAUSE_S * 2.0 ** min(record.failures - free, 30), longest_s)
        passed_s = max(now_s - record.at_s, 0.0)
        return max(pause_s - passed_s, 0.0)

    def _forget(self, now_s: float) -> None:
        for name, record in list(self._records.items()):
            if now_s - record.at_s > FORGET_S or record.at_s - now_s > FORGET_S:
                del self._records[name]
        while len(self._records) > MOST_PEERS:
            del self._records[min(self._records, key=lambda name: (name == ALL, self._records[name].at_s))]
