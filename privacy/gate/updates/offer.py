"""What a release says of itself, in a target's ``custom`` of the signed list, and which one is the newest.

Pure. Its form: docs/updates.md "What a release says".
"""

import re
from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from privacy.register import Language

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,300}\Z")]
Version = Annotated[str, Meta(pattern=r"^[0-9]{1,5}(\.[0-9]{1,5}){1,2}\Z")]
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,127}")  # of a package: no folder, nothing for a shell
SHA256 = re.compile(r"[0-9a-f]{64}")


class Notes(Struct, frozen=True):
    """A release in one language. fixes: what was wrong and is right now."""

    changes: Annotated[list[Line], Meta(min_length=1, max_length=20)]
    fixes: Annotated[list[Line], Meta(max_length=20)] = []


class Release(Struct, frozen=True):
    """A target's ``custom``; what a later form adds is passed over. security: whether it closes a hole."""

    version: Version
    date: Annotated[str, Meta(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z")]
    security: bool
    de: Notes
    en: Notes

    def notes(self, language: Language) -> Notes:
        """In that language."""
        return self.de if language is Language.DE else self.en


class Offer(Struct, frozen=True):
    """A release with its package: name, bytes, SHA-256 as the signed list has them."""

    file: str
    length: int
    sha256: str
    release: Release


def offer(file: str, length: int, sha256: object, custom: object) -> Offer | None:
    """A target as an offer; None where it is none: another kind of file, or a form of tomorrow."""
    if not FILE.fullmatch(file) or not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
        return None
    try:
        release = msgspec.convert(custom, Release)
    except msgspec.ValidationError:
        return None
    return Offer(file=file, length=length, sha256=sha256, release=release)


def newest(offers: Iterable[Offer]) -> Offer | None:
    """The one of the highest version."""
    return max(offers, key=lambda one: order(one.release.version), default=None)


def order(version: str) -> tuple[int, ...]:
    """By which versions are compared: 0.10 is later than 0.9, and 1.0.0 is 1.0."""
    numbers = [int(part) for part in version.split(".")]
    return (*numbers, *[0] * (3 - len(numbers)))
