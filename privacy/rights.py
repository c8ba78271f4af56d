"""The rights of Art. 15 to 21 GDPR in types: what they are asked about, and what became of it. Pure.

Whoever keeps personal data answers in these (privacy.ports.Holder); hub and gate share them.
"""

from dataclasses import dataclass

from privacy.vocabulary import DataCategory

Cell = None | bool | int | float | str
PAGE = 5000  # rows of one page of an export at most, so that nobody waits long behind one


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is to be erased: one person (by name), one category, or, without both, everything."""

    person: str | None = None
    category: DataCategory | None = None

    def __post_init__(self) -> None:
        if self.person is not None and self.category is not None:
            raise ValueError("one person or one category, not both")

    @property
    def whole(self) -> bool:
        """Whether it is about everything."""
        return self.person is None and self.category is None

    def covers(self, category: DataCategory) -> bool:
        """Whether data of ``category`` as such is meant."""
        return self.whole or category is self.category


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of one holding. rows: a cell per column; after: where the next page begins, None: at the end."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    after: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """Something that is kept and never shown, because it protects people or opens what they own."""

    holding: str
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What became of an erasure in one holding. stays: records that were not erased; why: the reason."""

    holding: str
    erased: int
    stays: int = 0
    why: str = ""
