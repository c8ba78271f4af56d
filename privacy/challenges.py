"""Challenges: what a phone signs over, so that a yes is for now, for this gate, and only once.

Pure. They live in memory: a restart voids them all, and so does a withdrawal. A statement is known again by
its challenge, never by its bytes, because another signature of the same content is valid too.
"""

from dataclasses import dataclass

from privacy import base64url
from privacy.instant import Instant
from privacy.ports import RandomBytes

LIFE_S = 600.0
MOST = 64  # open at once; the oldest goes first
NONCE_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One question. at: when it was asked; terms are counted from there."""

    nonce: str
    at: Instant


class Challenges:
    """Those that are open."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._open: dict[str, Challenge] = {}

    def ask(self, at: Instant) -> Challenge:
        """Open one."""
        while len(self._open) >= MOST:
            del self._open[next(iter(self._open))]
        made = Challenge(nonce=base64url.encode(self._random_bytes(NONCE_SIZE)), at=at)
        self._open[made.nonce] = made
        return made

    def take(self, nonce: str, at: Instant) -> Challenge | None:
        """Use one up; None: unknown, used, void, or older than ten minutes by running time."""
        found = self._open.pop(nonce, None)
        if found is None or at.running_s - found.at.running_s >= LIFE_S:
            return None
        return found

    def void(self) -> None:
        """End all: somebody closed something, and what was asked before must not open it again."""
        self._open.clear()
