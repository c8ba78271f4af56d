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
