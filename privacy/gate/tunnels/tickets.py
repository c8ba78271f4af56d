"""Tickets for tunnels: each opens one connection, within 30 s. No I/O, no clock.

The hub asks on control.sock and gets a ticket, connects to tunnel.sock and shows it. Who has none gets
nothing, and who shows one is decided about anew.
"""

from dataclasses import dataclass

from privacy.decide import EgressRequest
from privacy.ports import RandomBytes

LIFE_S = 30.0
OPEN_LIMIT = 512  # tickets nobody has used yet; beyond, the oldest are void
SIZE = 32  # characters: 128 random bits in hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to ask for one connection, for ``request`` and nothing else."""

    word: str
    request: EgressRequest
    until_s: float


class Tickets:
    """The tickets that are out."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._open: dict[str, Ticket] = {}

    def issue(self, request: EgressRequest, now_s: float) -> Ticket:
        """Return a new one."""
        while self._open and (len(self._open) >= OPEN_LIMIT or self._oldest().until_s <= now_s):
            del self._open[self._oldest().word]
        ticket = Ticket(word=self._random_bytes(SIZE // 2).hex(), request=request, until_s=now_s + LIFE_S)
        self._open[ticket.word] = ticket
        return ticket

    def take(self, word: str, now_s: float) -> Ticket | None:
        """Return the ticket of that word and void it; None when it was used, is too old, or never was."""
        ticket = self._open.pop(word, None)
        return ticket if ticket is not None and now_s < ticket.until_s else None

    def _oldest(self) -> Ticket:
        return next(iter(self._open.values()))
