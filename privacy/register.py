"""The register of activities: what each may move, to whom, how long, and what people are told about it.

Pure. ``load`` takes the texts of ``config/notice/*.toml`` and checks everything; each mistake names file, row
and field. The gate decides by this register and people read it (notice.py), so the two can't differ.
The types are activity.py's, the files' spelling is register_rows.py's, the rules are register_checks.py's.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar

import msgspec

from privacy import terms
from privacy.activity import (
    Activity,
    ActivityText,
    Condition,
    Deletion,
    Field,
    FieldKind,
    Form,
    Group,
    Language,
    Metric,
    Mode,
    NotDone,
    Party,
    Right,
    Role,
    Text,
)
from privacy.closed_schema import LONGEST
from privacy.register_checks import check
from privacy.register_rows import ActivityRow, FieldRow, MetricRow, NoticeFile, TextRow, WordsRow
from privacy.terms import Terms
from privacy.vocabulary import DataCategory

__all__ = [
    "Activity",
    "ActivityText",
    "Condition",
    "Deletion",
    "Field",
    "FieldKind",
    "Form",
    "Group",
    "Language",
    "Metric",
    "Mistake",
    "Mode",
    "NotDone",
    "Party",
    "Register",
    "RegisterError",
    "Right",
    "Role",
    "Text",
    "build",
    "load",
]

FRAME_FILE, TERMS_FILE = "notice.toml", "terms.toml"
_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One thing wrong with the register. row: the activity's id, or its number in the file."""

    file: str
    row: str
    field: str
    what: str

    def __str__(self) -> str:
        return f"config/notice/{self.file}, {self.row}, {self.field}: {self.what}"


class RegisterError(Exception):
    """The register can't be used: ``mistakes`` names all of them."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes

    def __str__(self) -> str:
        return "; ".join(map(str, self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All activities by id, and the frame of the notice."""

    version: str
    controllers: tuple[Party, ...]
    officer: Party
    authorities: tuple[Party, ...]
    rights: tuple[Right, ...]
    not_done: tuple[NotDone, ...]
    terms: Terms
    activities: Mapping[str, Activity] = field(default_factory=dict)

    def get(self, activity: str) -> Activity | None:
        """The activity of that id, or None."""
        return self.activities.get(activity)

    def by_entry(self) -> tuple[str, ...]:
        """The activities that an owner's entry in homebase.toml opens, and no consent."""
        rows = self.activities.values()
        return tuple(row.id for row in rows if row.condition is Condition.OWNER_ENTRY)


def load(files: Mapping[str, str]) -> Register:
    """Read the register. files: content by file name.

    Raises:
        RegisterError: with every mistake, not just the first.
    """
    mistakes: list[Mistake] = []
    known, wrong_terms = terms.read(files.get(TERMS_FILE, ""))
    mistakes += [Mistake(file=TERMS_FILE, row="file", field=name, what=what) for name, what in wrong_terms]
    tables: dict[str, Mapping[str, object]] = {}
    for name in sorted(set(files) - {TERMS_FILE}):
        try:
            tables[name] = tomllib.loads(files[name])
        except tomllib.TOMLDecodeError as error:
            mistakes.append(Mistake(file=name, row="file", field="syntax", what=str(error)))
    if mistakes:
        raise RegisterError(tuple(mistakes))
    return build(tables, known)


def build(tables: Mapping[str, Mapping[str, object]], known: Terms) -> Register:
    """Make the register of tables by file name.

    Raises:
        RegisterError: with every mistake, not just the first.
    """
    mistakes: list[Mistake] = []
    rows: dict[str, tuple[str, Activity]] = {}
    for name in sorted(set(tables) - {FRAME_FILE}):
        for row in _rows(name, tables[name], mistakes):
            activity = _activity(name, row, known, mistakes)
            if activity is None:
                continue
            if activity.id in rows:
                mistakes.append(
                    Mistake(file=name, row=row.id, field="id", what=f"stands in {rows[row.id][0]} already")
                )
            rows[activity.id] = (name, activity)
    register = _frame(
        tables.get(FRAME_FILE, {}), known, {key: row for key, (_, row) in rows.items()}, mistakes
    )
    if mistakes or register is None:
        raise RegisterError(tuple(mistakes))
    return register


def _rows(name: str, table: Mapping[str, object], mistakes: list[Mistake]) -> Iterator[ActivityRow]:
    for key in table.keys() - {"activity"}:
        mistakes.append(Mistake(file=name, row="file", field=key, what="unknown; allowed is activity"))
    rows = table.get("activity", [])
    for number, row in enumerate(rows if isinstance(rows, list) else [rows]):
        label = str(row.get("id", f"row {number + 1}")) if isinstance(row, dict) else f"row {number + 1}"
        converted = _converted(row, ActivityRow, name, label, mistakes)
        if converted is not None:
            yield converted


def _converted(value: object, kind: type[_T], name: str, label: str, mistakes: list[Mistake]) -> _T | None:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        quoted = re.search(r"field `([^`]+)`", what)
        where = path.rstrip("`") or (quoted.group(1) if quoted else "row")
        mistakes.append(Mistake(file=name, row=label, field=where, what=what))
        return None


def _activity(name: str, row: ActivityRow, known: Terms, mistakes: list[Mistake]) -> Activity | None:
    """The row's activity, or None where a word of it is not known."""
    before = len(mistakes)

    def wrong(where: str, what: str) -> None:
        mistakes.append(Mistake(file=name, row=row.id, field=where, what=what))

    def members(kind: type[_E], where: str, values: list[str]) -> frozenset[_E]:
        allowed = {member.value for member in kind}
        for value in values:
            if value not in allowed:
                wrong(where, f"unknown {value!r}; allowed are {', '.join(sorted(allowed))}")
        if len(set(values)) != len(values):
            wrong(where, "names something twice")
        return frozenset(kind(value) for value in values if value in allowed)

    activity = Activity(
        id=row.id,
        clause=row.clause,
        source=row.source,
        built=row.built,
        mode=Mode(row.mode),
        purpose=row.purpose,
        basis=row.basis,
        condition=Condition(row.condition),
        categories=members(DataCategory, "categories", row.categories),
        roles=members(Role, "roles", row.roles),
        forms=members(Form, "forms", row.forms),
        longest=timedelta(days=row.longest_days) if row.longest_days is not None else None,
        needs_ticket=row.needs_ticket,
        schema=row.schema,
        bytes_per_day=row.bytes_per_day,
        storage=timedelta(days=row.storage_days) if row.storage_days is not None else None,
        delete_on=members(Deletion, "delete_on", row.delete_on),
        eea_only=row.eea_only,
        encrypted=row.encrypted,
        interest=None if row.interest is None else _words(row.interest),
        unbuilt=None if row.unbuilt is None else _words(row.unbuilt),
        groups={
            key: Group(
                categories=members(DataCategory, f"groups.{key}.categories", group.categories),
                text={Language.DE: group.de, Language.EN: group.en},
            )
            for key, group in row.groups.items()
        },
        fields=tuple(
            field
            for number, spelled in enumerate(row.fields)
            if (field := _field(number, spelled, members)) is not None
        ),
        metrics=tuple(
            metric
            for number, asked in enumerate(row.metrics)
            if (metric := _metric(number, asked, members)) is not None
        ),
        texts={Language.DE: _text(row.de), Language.EN: _text(row.en)},
    )
    if len(mistakes) == before:  # else the rules would only repeat what is wrong with the words
        check(activity, known, wrong)
    return activity


def _field(number: int, row: FieldRow, members: Callable[..., frozenset[Any]]) -> Field | None:
    categories = members(DataCategory, f"field.{number}.category", [row.category])
    kinds = members(FieldKind, f"field.{number}.kind", [row.kind])
    if not categories or not kinds:
        return None
    (category,), (kind,) = categories, kinds
    return Field(
        name=row.name,
        category=category,
        kind=kind,
        longest=LONGEST[kind] if row.longest is None else row.longest,
        optional=row.optional,
        text={Language.DE: row.de, Language.EN: row.en},
    )


def _metric(number: int, row: MetricRow, members: Callable[..., frozenset[Any]]) -> Metric | None:
    categories = members(DataCategory, f"metric.{number}.category", [row.category])
    if not categories:
        return None
    (category,) = categories
    return Metric(
        name=row.name,
        category=category,
        unit=row.unit,
        limits=tuple(row.limits),
        text={Language.DE: row.de, Language.EN: row.en},
        reason={Language.DE: row.why_de, Language.EN: row.why_en},
    )


def _text(row: TextRow) -> ActivityText:
    return ActivityText(title=row.title, purpose=row.purpose, data=row.data, storage=row.storage)


def _words(row: WordsRow) -> Text:
    return {Language.DE: row.de, Language.EN: row.en}


def _frame(
    table: Mapping[str, object], known: Terms, activities: Mapping[str, Activity], mistakes: list[Mistake]
) -> Register | None:
    frame = _converted(table, NoticeFile, FRAME_FILE, "file", mistakes)
    if frame is None:
        return None
    if set(frame.notice.languages) != {language.value for language in Language}:
        mistakes.append(Mistake(file=FRAME_FILE, row="notice", field="languages", what="allowed is de, en"))
    for number, right in enumerate(frame.right):
        if right.term not in known.rights:
            what = f"{right.term!r} is no right; allowed are {', '.join(sorted(known.rights))}"
            mistakes.append(Mistake(file=FRAME_FILE, row=f"right {number + 1}", field="term", what=what))
    return Register(
        version=frame.notice.version,
        controllers=tuple(
            Party(
                name=dict.fromkeys(Language, row.name),
                contact=row.contact,
                address=row.address,
                country=row.country,
            )
            for row in frame.controller
        ),
        officer=Party(
            name={Language.DE: frame.officer.de, Language.EN: frame.officer.en},
            contact=frame.officer.contact,
            address=frame.officer.address,
        ),
        authorities=tuple(
            Party(name={Language.DE: row.de, Language.EN: row.en}, contact=row.link)
            for row in frame.authority
        ),
        rights=tuple(
            Right(term=row.term, text={Language.DE: row.de, Language.EN: row.en}) for row in frame.right
        ),
        not_done=tuple(
            NotDone(clause=row.clause, text={Language.DE: row.de, Language.EN: row.en})
            for row in frame.not_done
        ),
        terms=known,
        activities=activities,
    )
