"""What the register is made of: an activity with its texts, and the parties that the notices name. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cached_property
from hashlib import sha256

from privacy import canonical
from privacy.vocabulary import DataCategory


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
    CONSOLE_ACT = "console_act"  # by the owner's own hands at the console; no flow of the gate


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


class Deletion(Enum):
    """What ends the storage of an activity's data before its longest term."""

    AT_ONCE = "at_once"  # nothing is stored beyond the transfer
    TICKET_CLOSED = "ticket_closed"
    WITHDRAWAL = "withdrawal"
    DEREGISTRATION = "deregistration"
    OWNER = "owner"  # whenever the owner deletes it
    TERM = "term"  # nothing earlier; the term alone


class FieldKind(Enum):
    """What a field of a payload looks like; closed_schema.py checks it."""

    TEXT = "text"
    CODE = "code"
    EMAIL = "email"
    PHONE = "phone"
    NUMBER = "number"
    FLAG = "flag"
    TIME = "time"
    SEALED = "sealed"  # encrypted bytes, base64


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One kind of data in an activity's payload. longest: characters, or the largest number."""

    name: str
    category: DataCategory
    kind: FieldKind
    longest: int
    optional: bool
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure that is asked for, and why. limits: the lowest value of each answer, from 0 upwards."""

    name: str
    category: DataCategory
    unit: str
    limits: tuple[int, ...]
    text: Text
    reason: Text

    def answer(self, value: int) -> int:
        """The number of the answer that ``value`` belongs to, from 0."""
        return sum(value >= limit for limit in self.limits[1:])


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One row. bytes_per_day: of payload, for each recipient; longest: of a consent with an end.

    fields: all that a payload may hold; empty where ``schema`` names a form of its own, or a stream passes.
    storage: the longest; delete_on: what ends it earlier. interest: the named one, of basis f.
    unbuilt: why nothing of it is built, and so always refused; None: it is.
    encrypted: the gate encrypts it to the recipient's keys, which are its addressee.
    metrics: the closed list of figures that its messages are made of.
    """

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
    delete_on: frozenset[Deletion]
    eea_only: bool
    encrypted: bool
    interest: Text | None
    unbuilt: Text | None
    groups: Mapping[str, Group]
    fields: tuple[Field, ...]
    metrics: tuple[Metric, ...]
    texts: Mapping[Language, ActivityText]

    @property
    def leaves_house(self) -> bool:
        """Whether anything of it can get through the door."""
        return self.mode is not Mode.LOCAL

    @property
    def measured(self) -> bool:
        """Whether its messages are figures, which nobody looks at one by one before they leave."""
        return bool(self.metrics)

    @cached_property
    def text_hash(self) -> str:
        """SHA-256 of everything that a yes was said to; another text makes that yes stale."""
        told: dict[str, canonical.Json] = {
            "id": self.id,
            "clause": self.clause,
            "categories": sorted(category.value for category in self.categories),
            "roles": sorted(role.value for role in self.roles),
            "longest_days": self.longest.days if self.longest else None,
            "storage_days": None if self.storage is None else self.storage.days,
            "delete_on": sorted(event.value for event in self.delete_on),
            "texts": {
                language.value: [text.title, text.purpose, text.data, text.storage]
                for language, text in self.texts.items()
            },
            "groups": {
                name: {language.value: text for language, text in group.text.items()}
                for name, group in self.groups.items()
            },
            "fields": [
                [field.name, field.category.value, *(field.text[language] for language in Language)]
                for field in self.fields
            ],
        }
        if self.encrypted:  # whoever agreed to that did not agree to less
            told["encrypted"] = True
        if self.metrics:
            told["metrics"] = [
                [
                    metric.name,
                    metric.category.value,
                    list(metric.limits),
                    *(text[language] for text in (metric.text, metric.reason) for language in Language),
                ]
                for metric in self.metrics
            ]
        return sha256(canonical.encode(told)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody whom the notice names: controller, officer or authority. country: of a controller."""

    name: Text
    contact: str
    address: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right of the people concerned. term: its article in the vocabulary."""

    term: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """Something that a notice names and this home does not do."""

    clause: str
    text: Text
