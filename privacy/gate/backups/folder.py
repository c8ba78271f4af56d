"""Copies in a folder of this machine: a disk, a USB stick. Written beside their place, fsynced, then renamed.

A file of a random word lies in the folder. Where it is missing, the stick is out, and the folder below it
must not fill up instead.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from privacy.durable import fsync
from privacy.gate.backups.target import (
    NAME,
    NOTHING,
    PIECE,
    Copy,
    Landed,
    Source,
    Taken,
    TargetError,
    Trouble,
)

MARKER = "homebase-backups"
UNFINISHED = ".part"
_TROUBLES = {  # by errno's name
    "ENOSPC": Trouble.FULL,
    "EDQUOT": Trouble.FULL,
    "EFBIG": Trouble.TOO_LARGE,
    "EACCES": Trouble.NO_ACCESS,
    "EPERM": Trouble.NO_ACCESS,
    "EROFS": Trouble.NO_ACCESS,
    "ENOENT": Trouble.NOT_FOUND,
}
T = TypeVar("T")


class FolderTarget:
    """One folder. word: that has to lie in it; "" where this home never wrote there."""

    def __init__(self, folder: Path, word: Callable[[], str]) -> None:
        self._folder, self._word = folder, word

    async def put(self, name: str, source: Source, landed: Landed, taken: Taken = NOTHING) -> None:
        """As Target."""
        await _told(self._look)
        place, new = self._folder / name, self._folder / f"{name}{UNFINISHED}"
        if await _told(lambda: place.exists() and place.stat().st_size == source.size):
            await landed(source.size)
            return
        descriptor = await _told(
            lambda: os.open(new, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        )
        try:
            offset = await _told(lambda: _whole_pieces(descriptor, source.size))
            while data := await source.read(offset, PIECE):
                await _told(lambda data=data: _write(descriptor, data))  # type: ignore[misc]
                offset += len(data)
                await landed(offset)
            await _told(lambda: os.fsync(descriptor))
        finally:
            os.close(descriptor)
        await _told(lambda: _settle(new, place))

    async def copies(self) -> tuple[Copy, ...]:
        """As Target."""
        await _told(self._look)
        return await _told(self._found)

    async def read(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """As Target."""
        await _told(self._look)
        file = await _told(lambda: (self._folder / name).open("rb"))
        with file:
            await _told(lambda: file.seek(offset))
            while data := await _told(lambda: file.read(PIECE)):
                yield data

    async def remove(self, name: str) -> None:
        """As Target."""
        await _told(self._look)

        def gone() -> None:
            for path in (self._folder / name, self._folder / f"{name}{UNFINISHED}"):
                path.unlink(missing_ok=True)
            fsync(self._folder)

        await _told(gone)

    async def tidy(self) -> int:
        """As Target."""
        await _told(self._look)

        def gone() -> int:
            left = [
                path
                for path in self._folder.glob(f"*{UNFINISHED}")
                if NAME.fullmatch(path.name.removesuffix(UNFINISHED))
            ]
            for path in left:
                path.unlink(missing_ok=True)
            return len(left)

        return await _told(gone)

    def _look(self) -> None:
        """Whether it is the folder that is meant, and no empty one below a stick that is out.

        Raises:
            TargetError: it is not.
        """
        if not self._folder.is_dir():
            raise TargetError(Trouble.NOT_FOUND, "the folder is not there; is the stick plugged in?")
        word, marker = self._word(), self._folder / MARKER
        if not word:
            return
        if not marker.exists() or marker.read_text("ascii", "replace")[:64].strip() != word:
            raise TargetError(
                Trouble.NOT_FOUND,
                "another stick, or none: the mark of this home's backups is not in the folder",
            )

    def _found(self) -> tuple[Copy, ...]:
        paths = [path for path in self._folder.iterdir() if NAME.fullmatch(path.name) and path.is_file()]
        return tuple(_copy(path) for path in sorted(paths))


def mark(folder: Path, word: str) -> str:
    """Make a folder one for backups; return the word in it: ``word``, or the one of who was there before.

    Raises:
        OSError: it can't be written.
    """
    path = folder / MARKER
    if path.exists() and (there := path.read_text("ascii", "replace")[:64].strip()):
        return there
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(descriptor, word.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fsync(folder)
    return word


async def _told(job: Callable[[], T]) -> T:
    """Run it beside the loop; a disk that fails is a target's trouble."""
    try:
        return await asyncio.to_thread(job)
    except OSError as error:
        code = os.strerror(error.errno) if error.errno else str(error)
        trouble = _TROUBLES.get(_name(error), Trouble.UNREACHABLE)
        raise TargetError(trouble, code) from error


def _name(error: OSError) -> str:
    import errno  # noqa: PLC0415 - only where something failed

    return errno.errorcode.get(error.errno or 0, "")


def _whole_pieces(descriptor: int, size: int) -> int:
    """Where to go on: what is there already counts, as the name stands for its bytes."""
    there = os.fstat(descriptor).st_size
    offset = there - there % PIECE if there <= size else 0
    os.ftruncate(descriptor, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return offset


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _settle(new: Path, place: Path) -> None:
    new.rename(place)
    fsync(place.parent)


def _copy(path: Path) -> Copy:
    found = path.stat()
    return Copy(name=path.name, size=found.st_size, at=datetime.fromtimestamp(found.st_mtime, UTC))
