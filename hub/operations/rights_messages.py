"""What crosses the edge when people use their rights: requests and answers, as JSON."""

from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Meta

from privacy.rights import PAGE

from .messages import Answer, Name, Request

Count = Callable[[str], int | None]
HoldingName = Annotated[str, Meta(min_length=1, max_length=64, description="for example hub.rooms")]
CategoryName = Annotated[str, Meta(max_length=32, description="a data category: presence, climate …")]
Cell = None | bool | int | float | str


class ReadRecords(Request):
    """Ask for a page of a holding. after: what the page before answered, 0 for the first."""

    holding: HoldingName
    after: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE)] = 1000


class CorrectRecord(Request):
    """Put a field right. record: a person's or room's id, or a device's address."""

    holding: HoldingName
    record: Annotated[str, Meta(min_length=1, max_length=64)]
    field: Annotated[str, Meta(min_length=1, max_length=32)]
    value: Name


class EraseData(Request):
    """Say what is to be erased: exactly one of the three."""

    person: Name | None = None
    category: CategoryName | None = None
    everything: bool = False


class RestrictData(Request):
    """All categories that shall be restricted."""

    categories: Annotated[tuple[CategoryName, ...], Meta(max_length=32)]


class Deregister(Request):
    """One step; ``data`` comes after ``authorisations``."""

    step: Literal["authorisations", "data"]


class HoldingInfo(Answer):
    """A place where data lies. shown: whether its records can be read.

    retention_days: null: as long as its owner keeps it; records: of a table.
    """

    name: str
    where: str
    categories: tuple[str, ...]
    purpose: str
    retention_days: float | None
    reason: str
    stays: tuple[str, ...]
    records: int | None
    shown: bool


class HiddenField(Answer):
    """Kept and never shown."""

    holding: str
    field: str
    why: str


class Holdings(Answer):
    """All of them."""

    holdings: tuple[HoldingInfo, ...]
    hidden: tuple[HiddenField, ...]
    restricted: tuple[str, ...]


class Records(Answer):
    """A page: a cell per column. after: where the next page begins; null at the end."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    after: int | None


class EffectInfo(Answer):
    """What became of an erasure in one holding. why: the reason of what stays."""

    holding: str
    erased: int
    stays: int
    why: str


class Effects(Answer):
    """Of the whole erasure."""

    effects: tuple[EffectInfo, ...]


class Restricted(Answer):
    """What is restricted now."""

    categories: tuple[str, ...]
