"""The register of activities: what each may move, to whom, how long, and what people are told about it.

Pure. ``load`` takes the texts of ``config/notice/*.toml`` and checks everything; each mistake names file, row
and field. The gate decides by this register and people read it (notice.py), so the two can't differ.
The types are activity.py's, the files' spelling is register_rows.py's, the rules are register_checks.py's.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TypeVar

import msgspec

from privacy.activity import (
    Activity,
    ActivityText,
    Condition,
    Form,
    Group,
    Language,
    Mode,
    Party,
    Role,
    Text,
)
from privacy.register_checks import check
from privacy.register_rows import ActivityRow, NoticeFile, TextRow
from privacy.vocabulary import DataCategory

__all__ = [
    "Activity",
    "ActivityText",
    "Condition",
    "Form",
    "Group",
    "Language",
    "Mistake",
    "Mode",
    "Party",
    "Register",
    "RegisterError",
    "Role",
    "Text",
    "load",
]

FRAME_FILE = "notice.toml"
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
    rights: Text
    activities: Mapping[str, Activity] = field(default_factory=dict)

    def get(self, activity: str) -> Activity | None:
        """The activity of that id, or None."""
        return self.activities.get(activity)


def load(files: Mapping[str, str]) -> Register:
    """Read the register. files: content by file name.

    Raises:
        RegisterError: with every mistake, not just the first.
    """
    mistakes: list[Mistake] = []
    rows: dict[str, tuple[str, Activity]] = {}
    for name in sorted(set(files) - {FRAME_FILE}):
        for row in _rows(name, files[name], mistakes):
            activity = _activity(name, row, mistakes)
            if activity.id in rows:
                mistakes.append(
                    Mistake(file=name, row=row.id, field="id", what=f"stands in {rows[row.id][0]} already")
                )
            rows[activity.id] = (name, activity)
    register = _frame(files.get(FRAME_FILE, ""), {key: row for key, (_, row) in rows.items()}, mistakes)
    if mistakes or register is None:
        raise RegisterError(tuple(mistakes))
    return register


def _rows(name: str, text: str, mistakes: list[Mistake]) -> Iterator[ActivityRow]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        mistakes.append(Mistake(file=name, row="file", field="syntax", what=str(error)))
        return
    for key in table.keys() - {"activity"}:
        mistakes.append(Mistake(file=name, row="file", field=key, what="unknown; allowed is activity"))
    for number, row in enumerate(table.get("activity", [])):
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


def _activity(name: str, row: ActivityRow, mistakes: list[Mistake]) -> Activity:
    def wrong(where: str, what: str) -> None:
        mistakes.append(Mistake(file=name, row=row.id, field=where, what=what))

    def known(kind: type[_E], where: str, values: list[str]) -> frozenset[_E]:
        allowed = {member.value for member in kind}
        for value in values:
            if value not in allowed:
                wrong(where, f"unknown {value!r}; allowed are {', '.join(sorted(allowed))}")
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
        categories=known(DataCategory, "categories", row.categories),
        roles=known(Role, "roles", row.roles),
        forms=known(Form, "forms", row.forms),
        longest=timedelta(days=row.longest_days) if row.longest_days is not None else None,
        needs_ticket=row.needs_ticket,
        schema=row.schema,
        bytes_per_day=row.bytes_per_day,
        storage=timedelta(days=row.storage_days) if row.storage_days is not None else None,
        eea_only=row.eea_only,
        groups={
            key: Group(
                categories=known(DataCategory, f"groups.{key}", group.categories),
                text={Language.DE: group.de, Language.EN: group.en},
            )
            for key, group in row.groups.items()
        },
        texts={Language.DE: _text(row.de), Language.EN: _text(row.en)},
    )
    check(activity, wrong)
    return activity


def _text(row: TextRow) -> ActivityText:
    return ActivityText(title=row.title, purpose=row.purpose, data=row.data, storage=row.storage)


def _frame(text: str, activities: Mapping[str, Activity], mistakes: list[Mistake]) -> Register | None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        mistakes.append(Mistake(file=FRAME_FILE, row="file", field="syntax", what=str(error)))
        return None
    frame = _converted(table, NoticeFile, FRAME_FILE, "file", mistakes)
    if frame is None:
        return None
    if set(frame.notice.languages) != {language.value for language in Language}:
        mistakes.append(Mistake(file=FRAME_FILE, row="notice", field="languages", what="allowed is de, en"))
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
        rights={Language.DE: frame.rights.de, Language.EN: frame.rights.en},
        activities=activities,
    )
