"""The order in which signed lists are asked for and believed: TUF's workflow, with python-tuf as its judge.

Pure but for the library: ``workflow`` yields what it wants, gets bytes or None, and returns a verdict. Only
verifier.py loads it, in a process of its own: the library takes 8 MB.
Source: TUF specification 1.0, section 5 "Detailed client workflow".
"""

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import TypeVar

from tuf.api import exceptions
from tuf.api.metadata import Metadata, Root, Snapshot, Targets, Timestamp
from tuf.api.serialization import DeserializationError
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet
from tuf.ngclient.config import EnvelopeType

from privacy.gate.updates.conversation import LONGEST, MOST_ROOTS, Over, Verdict, Want
from privacy.gate.updates.offer import Offer, newest, offer

Asking = Generator[Want, bytes | None, None]
# the first that fits is told; all are kinds of RepositoryError
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.ExpiredMetadataError, "expired"),
    (exceptions.UnsignedMetadataError, "unsigned"),
    (exceptions.BadVersionNumberError, "rolled_back"),
    (DeserializationError, "unreadable"),
    (exceptions.RepositoryError, "mixed"),
)
T = TypeVar("T")


def load_all() -> None:
    """Have every module there that the library loads at its first list."""
    Metadata.from_bytes(Metadata(Root()).to_bytes())


class _Refused(Exception):
    def __init__(self, code: str, role: str) -> None:
        super().__init__(code, role)
        self.code, self.role = code, role


def workflow(kept: Mapping[str, bytes], at: datetime) -> Generator[Want, bytes | None, Verdict]:
    """Verify what is kept and what is fetched. kept: by role, "root" at least; at: now.

    What was verified before a refusal is kept all the same: a version that was seen is never gone back on.
    """
    walk = _Walk(kept, at)
    code = role = ""
    try:
        walk.begin()
        yield from walk.roots()
        yield from walk.timestamp()
        yield from walk.snapshot()
        yield from walk.targets()
    except _Refused as refused:
        code, role = refused.code, refused.role
    except Over:
        code = "broken_off"
    return Verdict(kept=walk.kept, code=code, role=role, offer=None if code else walk.newest())


class _Walk:
    def __init__(self, kept: Mapping[str, bytes], at: datetime) -> None:
        self.kept, self._at = dict(kept), at
        self._trusted: TrustedMetadataSet

    def begin(self) -> None:
        """Start from the root that is kept, at first the owner's own file."""
        try:
            self._trusted = TrustedMetadataSet(self.kept[Root.type], EnvelopeType.METADATA)
        except exceptions.RepositoryError as error:
            raise _Refused("bad_root", Root.type) from error
        self._trusted.reference_time = self._at

    def roots(self) -> Asking:
        """Each next root, signed by the one before it and by itself; as many as there are."""
        for _ in range(MOST_ROOTS):
            data = yield Want(
                f"{self._trusted.root.version + 1}.root.json", LONGEST[Root.type], optional=True
            )
            if data is None:
                break
            _judged(Root.type, lambda data=data: self._trusted.update_root(data))  # type: ignore[misc]  # bound now
            self.kept[Root.type] = data
        else:
            raise _Refused("too_many_roots", Root.type)
        if self._trusted.root.is_expired(self._at):
            raise _Refused("expired", Root.type)

    def timestamp(self) -> Asking:
        self._take_kept(Timestamp.type, self._trusted.update_timestamp)
        data = yield from self._fetched(Want("timestamp.json", LONGEST[Timestamp.type]))
        try:
            _judged(Timestamp.type, lambda: self._trusted.update_timestamp(data))
        except _Same:
            if self._trusted.timestamp.is_expired(self._at):  # else the snapshot would be named for it
                raise _Refused("expired", Timestamp.type) from None
            return
        self.kept[Timestamp.type] = data

    def snapshot(self) -> Asking:
        if self._take_kept(Snapshot.type, lambda data: self._trusted.update_snapshot(data, trusted=True)):
            return
        meta = self._trusted.timestamp.snapshot_meta
        data = yield from self._fetched(self._want(Snapshot.type, meta.length, meta.version))
        before = self._trusted.get(Snapshot.type)
        try:
            _judged(Snapshot.type, lambda: self._trusted.update_snapshot(data))
        except _Refused as refused:
            # what was loaded has another version than the timestamp says; what was not goes back behind ours
            other = refused.code == "rolled_back" and self._trusted.get(Snapshot.type) is not before
            raise _Refused("mixed" if other else refused.code, Snapshot.type) from refused
        self.kept[Snapshot.type] = data

    def targets(self) -> Asking:
        if self._take_kept(Targets.type, self._trusted.update_targets):
            return
        meta = self._trusted.snapshot.meta.get("targets.json")
        if meta is None:
            raise _Refused("mixed", Snapshot.type)
        data = yield from self._fetched(self._want(Targets.type, meta.length, meta.version))
        try:
            _judged(Targets.type, lambda: self._trusted.update_targets(data))
        except _Refused as refused:
            code = "mixed" if refused.code == "rolled_back" else refused.code
            raise _Refused(code, Targets.type) from refused
        self.kept[Targets.type] = data

    def newest(self) -> Offer | None:
        """Of the list's own targets; what it delegates is not asked for."""
        found = (
            offer(path, target.length, target.hashes.get("sha256"), target.custom)
            for path, target in self._trusted.targets.targets.items()
        )
        return newest(one for one in found if one is not None)

    def _take_kept(self, role: str, take: Callable[[bytes], object]) -> bool:
        """Whether what is kept is still the newest; else it stands as what may not be gone back behind."""
        if role not in self.kept:
            return False
        try:
            _judged(role, lambda: take(self.kept[role]))
        except (_Refused, _Same):
            return False
        return True

    def _want(self, role: str, length: int | None, version: int) -> Want:
        prefix = f"{version}." if self._trusted.root.consistent_snapshot else ""
        longest = LONGEST[role]
        return Want(f"{prefix}{role}.json", min(length or longest, longest))

    def _fetched(self, want: Want) -> Generator[Want, bytes | None, bytes]:
        data = yield want
        assert data is not None  # whoever fetches ends the walk where something is missing
        return data


class _Same(Exception):
    """The version that is kept already."""


def _judged(role: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except exceptions.EqualVersionNumberError as error:
        raise _Same from error
    except exceptions.RepositoryError as error:
        code = next(code for kind, code in _CODES if isinstance(error, kind))
        raise _Refused(code, role) from error
