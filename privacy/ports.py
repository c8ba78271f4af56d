"""What both processes are handed by their wiring, as types: time, randomness, holdings of personal data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from privacy.rights import Effect, Hidden, Page, Scope
from privacy.vocabulary import DataCategory

DERIVED = timedelta(days=89)  # three months from 1 December are 90 days; obligation T1-e

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


class Where(Enum):
    """What kind of place a holding is."""

    TABLE = "table"
    FILE = "file"
    MEMORY = "memory"
    LOG = "log"
    COPY = "copy"
    REMOTE = "remote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A place where personal data lies, with its retention rule.

    name: table, file or folder, for example ``hub.sessions``.
    retention: longest time a record may stay; None means as long as its owner keeps it (``reason`` says why).
    stays: why an erasure leaves it, "" where it does not.
    derived_from: what it was made from by further processing (Art. 6 (4)); then three months are the limit.
    """

    name: str
    category: DataCategory
    purpose: str
    retention: timedelta | None
    reason: str
    where: Where = Where.TABLE
    stays: str = ""
    derived_from: str = ""

    def __post_init__(self) -> None:
        if self.derived_from and (self.retention is None or self.retention > DERIVED):
            raise ValueError(f"{self.name}: derived data stays three months at the longest")


class Holder(Protocol):
    """Whoever keeps personal data: declares its holdings and serves the rights of Art. 15 to 21 over them."""

    def holdings(self) -> tuple[Holding, ...]:
        """All places this holder keeps data in; one that holds several categories is named for each."""
        ...

    def shown(self) -> tuple[str, ...]:
        """The holdings that ``export`` has pages of."""
        ...

    def hidden(self) -> tuple[Hidden, ...]:
        """What is kept and never shown."""
        ...

    async def count(self) -> Mapping[str, int]:
        """How many records each table holds."""
        ...

    async def export(self, holding: str, after: int, limit: int) -> Page:
        """A page of one holding, oldest first (Art. 15, 20). after: 0 for the first page.

        Raises:
            KeyError: this holder has no such holding, or nothing to show of it.
        """
        ...

    async def correct(self, holding: str, record: str, field: str, value: str) -> bool:
        """Put a field right (Art. 16); False when there is no such record.

        Raises:
            KeyError: nothing in that field can be put right by people.
        """
        ...

    async def erase(self, scope: Scope) -> tuple[Effect, ...]:
        """Erase for good (Art. 17): also from free pages, write-ahead logs, queues and copies."""
        ...

    async def restrict(self, categories: frozenset[DataCategory]) -> None:
        """Keep these categories and use them for nothing (Art. 18); replaces what was restricted before."""
        ...

    async def sweep(self, at: datetime) -> int:
        """Erase what outlived its retention at ``at``; return how many records went."""
        ...
