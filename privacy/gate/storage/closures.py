"""What is closed whatever the consents: objections, restrictions, a deregistration, unknown files.

Rows are in the table ``closures``; an objection's reason stands there and in exports, nowhere else (T2-d).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import assert_never, cast

from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Transaction
from privacy.reasons import Reason
from privacy.standing import Standing
from privacy.vocabulary import DataCategory


class ClosureKind(Enum):
    """Why something is closed. The value is its word in the table."""

    OBJECTED = "objected"  # subject: an activity
    RESTRICTED = "restricted"  # subject: a data category
    DEREGISTERED = "deregistered"  # subject: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One of them. note: the reason that somebody gave, "" without."""

    kind: ClosureKind
    subject: str
    at: datetime
    note: str = ""


class Closures:
    """All that is closed now. strangers: unknown files by who found them."""

    def __init__(self) -> None:
        self._rows: dict[tuple[ClosureKind, str], Closure] = {}
        self._strangers: dict[str, tuple[str, ...]] = {}

    def load(self, rows: Iterable[Closure], standing: Standing) -> None:
        """Close all that is stored."""
        for row in rows:
            self.close(row, standing)

    def close(self, row: Closure, standing: Standing) -> None:
        """Close from this moment on."""
        self._rows[row.kind, row.subject] = row
        match row.kind:
            case ClosureKind.OBJECTED:
                standing.close(row.subject, Reason.OBJECTED)
            case ClosureKind.RESTRICTED:
                standing.restrict(DataCategory(row.subject))
            case ClosureKind.DEREGISTERED:
                standing.deregistered = True
            case _:
                assert_never(row.kind)

    def lift(self, kind: ClosureKind, subject: str, standing: Standing) -> None:
        """That one closes no longer; what else does goes on."""
        self._rows.pop((kind, subject), None)
        match kind:
            case ClosureKind.OBJECTED:
                standing.reopen(subject, Reason.OBJECTED)
            case ClosureKind.RESTRICTED:
                standing.unrestrict(DataCategory(subject))
            case ClosureKind.DEREGISTERED:
                standing.deregistered = False
            case _:
                assert_never(kind)

    def all(self) -> tuple[Closure, ...]:
        """Those that stand, oldest first."""
        return tuple(sorted(self._rows.values(), key=lambda row: row.at))

    def of(self, kind: ClosureKind) -> frozenset[str]:
        """The subjects of one kind."""
        return frozenset(subject for found, subject in self._rows if found is kind)

    @property
    def restricted(self) -> frozenset[DataCategory]:
        """Categories that are kept and used for nothing."""
        return frozenset(DataCategory(name) for name in self.of(ClosureKind.RESTRICTED))

    def found(self, where: str, names: tuple[str, ...], standing: Standing) -> bool:
        """Note the unknown files in a place, and shut the door or open it by that; whether it is news."""
        if self._strangers.get(where, ()) == names:
            return False
        self._strangers[where] = names
        standing.shut = Reason.UNKNOWN_FILE if self.strangers else None
        return True

    @property
    def strangers(self) -> tuple[str, ...]:
        """All unknown files, as place/name."""
        return tuple(f"{where}/{name}" for where, names in self._strangers.items() for name in names)


def stored(tx: Transaction) -> tuple[Closure, ...]:
    """The rows of the table."""
    rows = tx.execute("SELECT kind, name, since_ms, reason FROM closures ORDER BY since_ms")
    return tuple(
        Closure(
            kind=ClosureKind(str(kind)),
            subject=str(subject),
            at=from_ms(cast("int", at_ms)),
            note=str(note),
        )
        for kind, subject, at_ms, note in rows
    )


def keep(tx: Transaction, row: Closure) -> None:
    """Write one down, in the place of an earlier one of that subject."""
    tx.execute(
        "INSERT OR REPLACE INTO closures (kind, name, since_ms, reason) VALUES (?, ?, ?, ?)",
        (row.kind.value, row.subject, to_ms(row.at), row.note),
    )


def drop(tx: Transaction, kind: ClosureKind, subject: str) -> int:
    """Take one out; how many there were."""
    values = (kind.value, subject)
    return tx.execute("DELETE FROM closures WHERE kind = ? AND name = ?", values).rowcount
