"""The register's files as they are spelled: TOML tables, closed. register.py checks what they mean. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Words = Annotated[str, Meta(min_length=1, max_length=1000)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$")]


class TextRow(Struct, frozen=True, forbid_unknown_fields=True):
    """An activity's texts in one language."""

    title: Words
    purpose: Words
    data: Words
    storage: Words


class GroupRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the data that can be left out."""

    categories: list[Name]
    de: Words
    en: Words


class FieldRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of data in an activity. longest: characters, or the largest number; None by its kind."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,31}$")]
    category: Name
    kind: Name
    de: Words
    en: Words
    longest: Annotated[int, Meta(ge=1, le=2**53 - 1)] | None = None
    optional: bool = False


class MetricRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One figure, and why it is asked for. limits: the lowest value of each answer."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z_]{0,31}$")]
    category: Name
    unit: Annotated[str, Meta(pattern="^[A-Za-z0-9%]{1,8}$")]
    limits: list[Annotated[int, Meta(ge=0, le=2**31)]] = field(name="from")
    de: Words
    en: Words
    why_de: Words
    why_en: Words


class WordsRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in both languages."""

    de: Words
    en: Words


class ActivityRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One activity. Days are whole; bytes_per_day counts payload. field: all that the payload may hold."""

    id: Name
    clause: Name
    source: Literal["qivicon-2018", "iot-2026"]
    built: bool
    mode: Literal["delivered", "tunnelled", "local"]
    purpose: Annotated[str, Meta(pattern="^dpv:[A-Z][A-Za-z]{2,63}$")]
    basis: Name
    condition: Literal["consent", "transfer", "owner_entry", "stays_home", "console_act"]
    categories: list[Name]
    roles: list[Name]
    forms: list[Name]
    needs_ticket: bool
    bytes_per_day: Annotated[int, Meta(ge=0, le=1 << 40)]
    delete_on: list[Name]
    de: TextRow
    en: TextRow
    longest_days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    storage_days: Annotated[int, Meta(ge=0, le=3650)] | None = None
    schema: Name | None = None
    eea_only: bool = False
    encrypted: bool = False
    interest: WordsRow | None = None
    unbuilt: WordsRow | None = None
    groups: dict[Name, GroupRow] = field(default_factory=dict)
    fields: list[FieldRow] = field(default_factory=list, name="field")
    metrics: list[MetricRow] = field(default_factory=list, name="metric")


class NoticeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """The frame's own data."""

    version: Name
    languages: list[Name]


class ControllerRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Who answers for the processing."""

    name: Words
    address: Words
    country: Country
    contact: Words
    source: Literal["qivicon-2018", "iot-2026"]


class OfficerRow(Struct, frozen=True, forbid_unknown_fields=True):
    """The data protection officer."""

    address: Words
    contact: Words
    de: Words
    en: Words


class AuthorityRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to complain to."""

    link: Annotated[str, Meta(pattern="^https://")]
    de: Words
    en: Words


class RightRow(Struct, frozen=True, forbid_unknown_fields=True):
    """One right of the people concerned. term: its article."""

    term: Name
    de: Words
    en: Words


class NotDoneRow(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that a notice names and this home does not do."""

    clause: Name
    de: Words
    en: Words


class NoticeFile(Struct, frozen=True, forbid_unknown_fields=True):
    """notice.toml."""

    notice: NoticeRow
    controller: Annotated[list[ControllerRow], Meta(min_length=1)]
    officer: OfficerRow
    authority: Annotated[list[AuthorityRow], Meta(min_length=1)]
    right: Annotated[list[RightRow], Meta(min_length=1)]
    not_done: list[NotDoneRow]
