"""What gate and verifier say to each other: JSON, a line each. Bytes travel in base64.

The gate begins, the verifier wants one document after the other, and ends with its verdict.
"""

import re
from datetime import datetime
from types import MappingProxyType

import msgspec

from privacy.gate.updates.offer import Offer

# bytes of a document, by role; the library would take 5 MB
LONGEST = MappingProxyType({"root": 65_536, "timestamp": 16_384, "snapshot": 65_536, "targets": 262_144})
MOST_ROOTS = 16  # new ones in one check; the rest in the next
LONGEST_LINE = 1_048_576
DOCUMENT = re.compile(r"(?:[1-9][0-9]{0,8}\.)?(root|timestamp|snapshot|targets)\.json")


class Begin(msgspec.Struct, frozen=True):
    """kept: documents by role, "root" at least; at: now."""

    kept: dict[str, bytes]
    at: datetime


class Want(msgspec.Struct, frozen=True, tag="want"):
    """A document by its name, of ``longest`` bytes at most; optional: it need not be there."""

    name: str
    longest: int
    optional: bool = False


class Fetched(msgspec.Struct, frozen=True):
    """The document, or None where there is none. over: nothing more comes, so say what is verified."""

    data: bytes | None
    over: bool = False


class Over(Exception):
    """Nothing more comes."""


class Verdict(msgspec.Struct, frozen=True, tag="verdict"):
    """kept: what is verified, by role. code, role: why and where the rest is refused, "" where all is well.

    offer: the newest release of the list, whatever runs here.
    """

    kept: dict[str, bytes]
    code: str = ""
    role: str = ""
    offer: Offer | None = None


def sensible(want: Want) -> bool:
    """Whether the gate may ask for it: a document that there is, no longer than it may be."""
    found = DOCUMENT.fullmatch(want.name)
    return found is not None and 0 < want.longest <= LONGEST[found[1]]
