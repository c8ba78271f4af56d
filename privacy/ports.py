"""What both processes are handed by their wiring, as types: time, randomness, holdings of personal data."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from privacy.vocabulary import DataCategory

RandomBytes = Callable[[int], bytes]
"""Returns that many bytes from the kernel's generator."""


class Clock(Protocol):
    """Time, handed in so that tests own it."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step back; for intervals only."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less yields once."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A place where personal data lies, with its retention rule.

    name: table, file or folder, for example ``hub.sessions``.
    retention: longest time a record may stay; None means as long as its owner keeps it (``reason`` says why).
    """

    name: str
    category: DataCategory
    purpose: str
    retention: timedelta | None
    reason: str


class Holder(Protocol):
    """Whoever keeps personal data: declares its holdings and serves the rights of Art. 15 to 21 over them."""

    def holdings(self) -> tuple[Holding, ...]:
        """All places this holder keeps data in."""
        ...

    def export(self) -> AsyncIterator[Mapping[str, object]]:
        """Every record, oldest first, as JSON-ready mappings (Art. 15, 20)."""
        ...

    async def sweep(self, at: datetime) -> int:
        """Erase what outlived its retention at ``at``; return how many records went."""
        ...
