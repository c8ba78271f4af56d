"""Where copies lie: what every target can do, whatever it is (a folder, WebDAV, S3), and why it could not.

A copy is one file that is encrypted already. Its name stands for its bytes: whoever makes it puts a part of
their hash into the name, and never writes other bytes under it. So the same copy can be put again after a
failure and goes on where it was, and nobody sees it in ``copies`` before all of it is there.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Protocol

from privacy.register import Language

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,95}\.age")  # of a copy; a target shows no other file and touches none
PIECE = 65_536  # bytes that a target reads at a time where it has a choice
PART = 8 << 20  # bytes of a part far away: so many are sent again at most; S3 takes no less than 5 MiB


class Trouble(Enum):
    """Why a target could not; the value is its code in the ledger and in errors."""

    NO_ACCESS = "target_no_access"
    FULL = "target_full"
    TOO_LARGE = "target_too_large"
    NOT_FOUND = "target_not_found"
    UNREACHABLE = "target_unreachable"
    CHANGED = "target_changed"
    BAD_ANSWER = "target_bad_answer"
    NOT_ALLOWED = "target_not_allowed"
    NEXT_DAY = "target_next_day"

    def text(self, language: Language) -> str:
        """One sentence for people, with the way out."""
        german, english = _TEXTS[self]
        return german if language is Language.DE else english


_TEXTS = {
    Trouble.NO_ACCESS: (
        "Das Ziel lässt uns nicht hinein; prüfe Benutzer, Passwort oder Schlüssel und die Rechte am Ordner.",
        "The target does not let us in; check user, password or keys, and the rights on the folder.",
    ),
    Trouble.FULL: (
        "Am Ziel ist kein Platz mehr; gib dort Platz frei oder behalte weniger Sicherungen.",
        "The target is full; make room there or keep fewer copies.",
    ),
    Trouble.TOO_LARGE: (
        "Die Sicherung ist dem Ziel zu groß; nimm ein anderes Ziel, einen Ordner zum Beispiel.",
        "The copy is too large for the target; take another one, a folder for example.",
    ),
    Trouble.NOT_FOUND: (
        "Am Ziel fehlt der Ordner oder die Sicherung; prüfe die Adresse des Ziels.",
        "The folder or the copy is not at the target; check the target's address.",
    ),
    Trouble.UNREACHABLE: (
        "Das Ziel ist nicht erreichbar; es wird jede Stunde wieder versucht.",
        "The target can't be reached; it is tried again each hour.",
    ),
    Trouble.CHANGED: (
        "Die Sicherung am Ziel ist nicht mehr die, die wir dort abgelegt haben; lege eine neue an.",
        "The copy at the target is no longer the one that we put there; make a new one.",
    ),
    Trouble.BAD_ANSWER: (
        "Das Ziel antwortet nicht wie vereinbart; prüfe Adresse und Art des Ziels.",
        "The target does not answer as agreed; check its address and its kind.",
    ),
    Trouble.NOT_ALLOWED: (
        "Dorthin darf jetzt nichts; erlaube es mit »homebase consent give backup.cloud --standing«.",
        "Nothing may go there now; allow it with `homebase consent give backup.cloud --standing`.",
    ),
    Trouble.NEXT_DAY: (
        "Die Menge, die an einem Tag dorthin darf, ist verbraucht; morgen geht es von dort weiter.",
        "The amount that may go there in a day is used up; tomorrow it goes on from there.",
    ),
}


_CODE = re.compile(r"\b(target_[a-z_]+)(: )?")


def in_words(why: str, language: Language) -> str:
    """What was wrong, with a sentence in the place of each code of ours."""
    known = {trouble.value: trouble for trouble in Trouble}

    def said(found: re.Match[str]) -> str:
        trouble = known.get(found[1])
        return found[0] if trouble is None else trouble.text(language) + (" " if found[2] else "")

    return _CODE.sub(said, why)


class TargetError(Exception):
    """A target could not. detail: one line for the ledger, without secrets and without text of the target."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.value}: {detail}" if detail else trouble.value)
        self.trouble = trouble
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A whole copy at a target. size: bytes; at: when it was put there by the target's clock, if it says."""

    name: str
    size: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The file to put. size, sha256: of all its bytes, as they lie there."""

    path: Path
    size: int
    sha256: str

    async def read(self, offset: int, size: int) -> bytes:
        """Exactly the bytes from ``offset`` on, fewer at the end only.

        Raises:
            TargetError: CHANGED, where the file is shorter than it was, or gone.
        """
        try:
            data = await asyncio.to_thread(_read, self.path, offset, size)
        except OSError as error:
            raise TargetError(Trouble.CHANGED, f"the file to send can't be read: {error.strerror}") from error
        if len(data) != min(size, max(0, self.size - offset)):
            raise TargetError(Trouble.CHANGED, "the file to send is shorter than it was")
        return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Parts of a copy that a target answered for. upload: what it calls the attempt, "" where it has no name.

    tags: the ETag it gave for each, without quotes, by the part's number from 0; "" where it gave none.
    """

    upload: str = ""
    tags: Mapping[int, str] = field(default_factory=dict)


NOTHING = Taken()


class Landed(Protocol):
    """Told while a copy is put, and returns when that is remembered."""

    async def __call__(self, done: int, taken: Taken = NOTHING) -> None:
        """done: bytes that are safe at the target by now, those of before included; taken: in which parts."""
        ...


class Target(Protocol):
    """One place for copies. All methods may raise TargetError; each can be cancelled at any moment."""

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        """Put a copy, going on where an earlier attempt stopped; it is seen when it is whole, not before.

        taken: what ``landed`` was told last. Done again for a copy that is there in the same size, it sends
        nothing.
        """
        ...

    async def copies(self) -> tuple[Copy, ...]:
        """All whole copies that bear a NAME, in the order of their names."""
        ...

    def read(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """The bytes of a copy from ``offset`` on, to its end.

        Raises:
            TargetError: NOT_FOUND; CHANGED where it ends early or grows while it is read.
        """
        ...

    async def remove(self, name: str) -> None:
        """Delete a copy, also what an unfinished attempt left of it; one that is gone already is no error."""
        ...

    async def tidy(self) -> int:
        """Delete what unfinished attempts of our own left; return how many."""
        ...


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
