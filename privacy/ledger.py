"""Entries of the ledger: what happened, as canonical JSON with a salt, and the check of the whole book.

Pure. leaf = RFC 8785 of the entry with its 32-byte salt; the salt is kept apart. Content and salt can be
erased together: the leaf's hash stays, so the tree still proves, and the hash gives nothing away.
An erased entry has to be named by a later ``erased`` entry, or ``verify`` fails.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import cast

from privacy import canonical, merkle
from privacy.payload import timestamp

SALT_SIZE = 32


class Kind(Enum):
    """What an entry tells. The value is its word in the ledger."""

    EPOCH = "epoch"
    START = "start"
    CONFIGURATION = "configuration"
    CANARY = "canary"
    GRANT = "grant"
    WITHDRAWAL = "withdrawal"
    KEY = "key"
    TRANSFER_BEGIN = "transfer_begin"
    LOOKUP = "lookup"
    TRANSFER_END = "transfer_end"
    CUT = "cut"
    REFUSAL = "refusal"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    RIGHT = "right"
    DELETION = "deletion"
    ERASED = "erased"
    BUDGET = "budget"  # of privacy: spent before an anonymous answer may leave
    DISCLOSURE = "disclosure"  # to an authority, by the owner at the console


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry. seq: its place, from 0; data: JSON without fractions."""

    seq: int
    at: datetime
    kind: Kind
    data: Mapping[str, canonical.Json]

    def as_json(self) -> dict[str, canonical.Json]:
        """The entry as it is exported and hashed (there with its salt)."""
        return {"seq": self.seq, "at": timestamp(self.at), "kind": self.kind.value, "data": self.data}

    def leaf(self, salt: bytes) -> bytes:
        """The bytes whose hash is the leaf."""
        return canonical.encode({**self.as_json(), "salt": salt.hex()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry as it is stored. content, salt: None together once erased."""

    seq: int
    leaf_hash: bytes
    content: bytes | None
    salt: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong with the book. seq: where; None for the whole."""

    seq: int | None
    what: str


def record(entry: Entry, salt: bytes) -> Record:
    """Return ``entry`` as it is stored."""
    return Record(
        seq=entry.seq,
        leaf_hash=merkle.leaf_hash(entry.leaf(salt)),
        content=canonical.encode(entry.as_json()),
        salt=salt,
    )


def content_of(stored: Record) -> Mapping[str, canonical.Json] | None:
    """The entry's JSON, or None once erased.

    Raises:
        ValueError: the content is not what this program writes.
    """
    if stored.content is None:
        return None
    value = canonical.decode(stored.content)
    if not isinstance(value, Mapping):
        raise ValueError("an entry that is not an object")
    return value


def verify(records: Iterable[Record], size: int, root: bytes) -> tuple[Finding, ...]:
    """Read the whole book and return what is wrong with it, nothing if it is sound.

    size, root: of a checkpoint; entries after it are checked for themselves only.
    """
    findings: list[Finding] = []
    erased: set[int] = set()
    named: set[int] = set()
    edge = merkle.Edge()
    count = 0
    seen_root = merkle.EMPTY_ROOT
    for stored in records:
        if stored.seq != count:
            findings.append(
                Finding(seq=count, what=f"the entry is missing; {stored.seq} stands in its place")
            )
            return tuple(findings)
        findings += _wrong(stored, erased, named)
        edge.append(stored.leaf_hash)
        count += 1
        if count == size:
            seen_root = edge.root()
    findings += [Finding(seq=seq, what="erased, and no entry says so") for seq in sorted(erased - named)]
    if count < size:
        findings.append(Finding(seq=None, what=f"{count} entries, the checkpoint has {size}"))
    elif seen_root != root:
        findings.append(Finding(seq=None, what="the root is not that of the checkpoint"))
    return tuple(findings)


def _wrong(stored: Record, erased: set[int], named: set[int]) -> list[Finding]:
    """What is wrong with one entry by itself; remembers which are erased and which are named as erased."""
    if stored.content is None or stored.salt is None:
        erased.add(stored.seq)
        return [] if stored.content is stored.salt else [Finding(seq=stored.seq, what="half erased")]
    try:
        value = content_of(stored)
    except ValueError as error:
        return [Finding(seq=stored.seq, what=str(error))]
    assert value is not None
    leaf = canonical.encode({**value, "salt": stored.salt.hex()})
    if merkle.leaf_hash(leaf) != stored.leaf_hash:
        return [Finding(seq=stored.seq, what="the content is not what was written")]
    if value.get("seq") != stored.seq:
        return [Finding(seq=stored.seq, what=f"tells that it is number {value.get('seq')}")]
    data = value.get("data")
    if value.get("kind") == Kind.ERASED.value and isinstance(data, Mapping):
        named.update(cast("list[int]", data.get("entries") or []))
    return []
