"""The register of activities: what each may move, to whom, how long, and what people are told about it.

Pure. ``load`` takes the texts of ``config/notice/*.toml`` and checks everything; each mistake names file, row
and field. The gate decides by this register and people read it (notice.py), so the two can't differ.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from functools import cached_property
from hashlib import sha256
from typing import TypeVar

import msgspec

from privacy import canonical
from privacy.register_rows import ActivityRow, NoticeFile, TextRow
from privacy.vocabulary import DataCategory

FRAME_FILE = "notice.toml"
SCHEMAS = frozenset({"homebase.diagnosis/1"})  # payload.py holds them
# terms that a clause of the notice itself promises; a row may be stricter, never laxer
LONGEST_DAYS = {"6.6": 14}
LONGEST_STORAGE_DAYS = {"6.1": 7, "6.6": 28}
_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)
_ID = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31}){0,2}")
_CLAUSE = re.compile(r"6\.\d{1,2}|T\d")
_BASES = frozenset(
    {"eu-gdpr:A6-1-a", "eu-gdpr:A6-1-a-explicit-consent"} | {f"eu-gdpr:A6-1-{x}" for x in "bcf"}
)
_EXPLICIT = "eu-gdpr:A6-1-a-explicit-consent"


class Mode(Enum):
    """How data gets through the door."""

    DELIVERED = "delivered"
    TUNNELLED = "tunnelled"
    LOCAL = "local"  # it does not


class Condition(Enum):
    """What has to be live before anything passes: the gate's own, never laxer than the notice's basis."""

    CONSENT = "consent"
    TRANSFER = "transfer"  # an earlier transfer to that recipient
    OWNER_ENTRY = "owner_entry"
    STAYS_HOME = "stays_home"


class Role(Enum):
    """What a recipient is to the household (Art. 28; clause 4 of the notice)."""

    PROCESSOR = "processor"
    PARTNER = "partner"
    OWN = "own"
    AUTHORITY = "authority"


class Form(Enum):
    """How long a consent may live."""

    ONCE = "once"
    UNTIL = "until"
    STANDING = "standing"


class Language(Enum):
    """Languages that every text exists in."""

    DE = "de"
    EN = "en"


Text = Mapping[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityText:
    """What people are told about an activity, in one language."""

    title: str
    purpose: str
    data: str
    storage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A part of the data that the owner can leave out."""

    categories: frozenset[DataCategory]
    text: Text


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One row. bytes_per_day: of payload, for each recipient; longest: of a consent with an end."""

    id: str
    clause: str
    source: str
    built: bool
    mode: Mode
    purpose: str
    basis: str
    condition: Condition
    categories: frozenset[DataCategory]
    roles: frozenset[Role]
    forms: frozenset[Form]
    longest: timedelta | None
    needs_ticket: bool
    schema: str | None
    bytes_per_day: int
    storage: timedelta | None
    eea_only: bool
    groups: Mapping[str, Group]
    texts: Mapping[Language, ActivityText]

    @property
    def leaves_house(self) -> bool:
        """Whether anything of it can get through the door."""
        return self.mode is not Mode.LOCAL

    @cached_property
    def text_hash(self) -> str:
        """SHA-256 of everything that a yes was said to; another text makes that yes stale."""
        told: canonical.Json = {
            "id": self.id,
            "clause": self.clause,
            "categories": sorted(category.value for category in self.categories),
            "roles": sorted(role.value for role in self.roles),
            "longest_days": self.longest.days if self.longest else None,
            "storage_days": self.storage.days if self.storage else None,
            "texts": {
                language.value: [text.title, text.purpose, text.data, text.storage]
                for language, text in self.texts.items()
            },
            "groups": {
                name: {language.value: text for language, text in group.text.items()}
                for name, group in self.groups.items()
            },
        }
        return sha256(canonical.encode(told)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody whom the notice names: controller, officer or authority. country: of a controller."""

    name: Text
    contact: str
    address: str = ""
    country: str = ""


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
    _check(activity, wrong)
    return activity


def _text(row: TextRow) -> ActivityText:
    return ActivityText(title=row.title, purpose=row.purpose, data=row.data, storage=row.storage)


def _check(row: Activity, wrong: Callable[[str, str], None]) -> None:
    if not _ID.fullmatch(row.id):
        wrong("id", "not of the form diagnosis.remote")
    if not _CLAUSE.fullmatch(row.clause):
        wrong("clause", f"{row.clause!r} is not of the form 6.6 or T4")
    if row.basis not in _BASES:
        wrong("basis", f"{row.basis!r}; allowed are {', '.join(sorted(_BASES))}")
    if not row.categories:
        wrong("categories", "empty; name what is moved or kept")
    if row.leaves_house and DataCategory.ACCESS_LOG in row.categories:
        wrong("categories", "access_log never leaves the house (clause 6.1)")
    if DataCategory.AUDIO in row.categories and (
        row.basis != _EXPLICIT or row.condition is not Condition.CONSENT
    ):
        wrong("categories", f"audio needs the basis {_EXPLICIT} and the condition consent")
    _check_terms(row, wrong)
    _check_built(row, wrong)


def _check_terms(row: Activity, wrong: Callable[[str, str], None]) -> None:
    stays = row.condition is Condition.STAYS_HOME
    if stays == row.leaves_house:
        wrong("condition", "stays_home goes with the mode local, and only with it")
    if row.leaves_house and not row.roles:
        wrong("roles", "empty; name who may receive it")
    if (row.condition is Condition.CONSENT) != bool(row.forms):
        wrong("forms", "a consent names its forms, anything else has none")
    if (Form.UNTIL in row.forms) != (row.longest is not None):
        wrong("longest_days", "stands exactly where the form until is allowed")
    limit = LONGEST_DAYS.get(row.clause)
    if limit is not None and row.longest is not None and row.longest > timedelta(days=limit):
        wrong("longest_days", f"{row.longest.days}; clause {row.clause} allows {limit} at most")
    limit = LONGEST_STORAGE_DAYS.get(row.clause)
    if limit is not None and (row.storage is None or row.storage > timedelta(days=limit)):
        wrong("storage_days", f"clause {row.clause} allows {limit} at most")


def _check_built(row: Activity, wrong: Callable[[str, str], None]) -> None:
    if row.built and row.mode is Mode.DELIVERED:
        if row.schema not in SCHEMAS:
            wrong("schema", f"{row.schema!r}; allowed are {', '.join(sorted(SCHEMAS))}")
        if row.bytes_per_day == 0:
            wrong("bytes_per_day", "0; a built delivery needs a budget")
    grouped = frozenset[DataCategory]().union(*(group.categories for group in row.groups.values()))
    if row.groups and grouped != row.categories:
        wrong("groups", "their categories together are not those of the activity")


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
