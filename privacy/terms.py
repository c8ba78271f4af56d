"""Terms of the W3C Data Privacy Vocabulary 2.3 that we use: names by what they are used for, and their IRIs.

Pure. The list is ours (config/notice/terms.toml), so that nothing has to be fetched to check a name.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct

VERSION = "2.3"
_TERM = re.compile(r"([a-z-]+):([A-Za-z][A-Za-z0-9-]*)")


class _TermsFile(Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    purpose: list[str]
    basis: list[str]
    right: list[str]
    data: list[str]
    record: list[str]
    loc: list[str]
    prefix: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Known terms: ``dpv:CustomerCare`` and the like. prefixes: what stands before the name in an IRI."""

    prefixes: Mapping[str, str]
    purposes: frozenset[str]
    bases: frozenset[str]
    rights: frozenset[str]
    data: frozenset[str]
    record: frozenset[str]
    countries: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        """Every term of the list."""
        return self.purposes | self.bases | self.rights | self.data | self.record | self.countries

    def iri(self, term: str) -> str:
        """The whole IRI of a term.

        Raises:
            ValueError: the list has no such term.
        """
        if term not in self.all:
            raise ValueError(f"{term!r} is no term of terms.toml")
        prefix, _, name = term.partition(":")
        return self.prefixes[prefix] + name


NONE = Terms(
    prefixes={},
    purposes=frozenset(),
    bases=frozenset(),
    rights=frozenset(),
    data=frozenset(),
    record=frozenset(),
    countries=frozenset(),
)


def read(text: str) -> tuple[Terms, tuple[tuple[str, str], ...]]:
    """Return the terms and, for each mistake, its field and what is wrong; then the terms are of no use."""
    try:
        spelled = msgspec.convert(tomllib.loads(text), _TermsFile)
    except tomllib.TOMLDecodeError as error:
        return NONE, (("syntax", str(error)),)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        return NONE, ((path.rstrip("`") or "file", what),)
    countries = [f"loc:{code}" for line in spelled.loc for code in line.split()]
    mistakes = [] if spelled.version == VERSION else [("version", f"allowed is {VERSION}")]
    lists = {name: getattr(spelled, name) for name in ("purpose", "basis", "right", "data", "record")}
    for name, terms in (lists | {"loc": countries}).items():
        for term in terms:
            match = _TERM.fullmatch(term)
            if match is None or match.group(1) not in spelled.prefix:
                mistakes.append((name, f"{term!r} is not a known prefix, a colon and a name"))
    found = Terms(
        prefixes=spelled.prefix,
        purposes=frozenset(spelled.purpose),
        bases=frozenset(spelled.basis),
        rights=frozenset(spelled.right),
        data=frozenset(spelled.data),
        record=frozenset(spelled.record),
        countries=frozenset(countries),
    )
    return found, tuple(mistakes)
