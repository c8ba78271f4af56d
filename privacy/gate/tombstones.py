"""What was closed while the store could not be written, kept beside it until it stands in the store.

Fixed slots of a block that was written long before, so that noting something needs no space and no name of a
file; where even that is refused (an emergency that made the disk read-only), a second block in memory, which
outlives this process, though no reboot. A torn slot counts for nothing: nobody was told that it holds.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path

log = logging.getLogger(__name__)

SLOT = 512  # bytes that a disk writes whole
SLOTS = 256  # more than there are keys, activities and categories together
_SIZE = SLOT * SLOTS
_MARK = b"homebase closed 1"


class Tomb(Enum):
    """What a tombstone stands for."""

    WITHDRAWN = "withdrawn"  # subject: an activity
    KEY = "key"  # subject: a phone's key that was removed
    OBJECTED = "objected"  # subject: an activity
    RESTRICTED = "restricted"  # subject: a data category
    DEREGISTERED = "deregistered"  # subject: ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """One thing that was closed and has to stay closed. subject: printable, without a line's end."""

    tomb: Tomb
    subject: str


class Tombstones:
    """The two blocks. block: the one beside the store; memory: the one in the runtime folder, or None."""

    def __init__(self, block: Path, memory: Path | None = None) -> None:
        self._block, self._memory = block, memory

    def prepare(self) -> None:
        """Have the block on the disk, if there is room; it is never made shorter."""
        try:
            _prepare(self._block)
        except OSError as error:
            log.warning("tombstones.no_room", extra={"reason": error.strerror})

    def remember(self, stone: Tombstone) -> bool:
        """Note it; whether it stands anywhere now."""
        for path in (self._block, self._memory):
            if path is None:
                continue
            try:
                _put(path, stone)
            except OSError as error:
                log.error("tombstone.unwritten", extra={"place": path.parent.name, "reason": error.strerror})
            else:
                return True
        return False

    def remembered(self) -> tuple[Tombstone, ...]:
        """All that was noted, each once."""
        found = [stone for path in (self._block, self._memory) if path is not None for stone in _read(path)]
        return tuple(dict.fromkeys(found))

    def forget(self) -> None:
        """They stand in the store now."""
        with suppress(FileNotFoundError), self._block.open("r+b") as block:
            for number, slot in enumerate(_slots(self._block)):
                if any(slot):
                    os.pwrite(block.fileno(), bytes(SLOT), number * SLOT)
            os.fdatasync(block.fileno())
        if self._memory is not None:
            self._memory.unlink(missing_ok=True)


def _prepare(path: Path) -> None:
    if path.exists() and path.stat().st_size >= _SIZE:
        return
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(descriptor).st_size  # a first start may have been cut short
        os.pwrite(descriptor, bytes(_SIZE - size), size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _put(path: Path, stone: Tombstone) -> None:
    """Write it into a free slot, once.

    Raises:
        OSError: it is not on the disk.
    """
    slots = list(_slots(path))
    wanted = _spelled(stone)
    if wanted in slots:
        return
    free = next((number for number, slot in enumerate(slots) if not any(slot)), len(slots))
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.pwrite(descriptor, wanted, free * SLOT)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> Iterator[Tombstone]:
    for slot in _slots(path):
        text = slot.rstrip(b"\0")
        head, _, check = text.rpartition(b"\n")
        if not head.startswith(_MARK) or sha256(head).hexdigest().encode() != check:
            continue
        _, tomb, subject = head.decode().split("\n")
        yield Tombstone(tomb=Tomb(tomb), subject=subject)


def _slots(path: Path) -> Iterator[bytes]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for start in range(0, len(content), SLOT):
        yield content[start : start + SLOT].ljust(SLOT, b"\0")


def _spelled(stone: Tombstone) -> bytes:
    head = b"\n".join((_MARK, stone.tomb.value.encode(), stone.subject.encode()))
    spelled = head + b"\n" + sha256(head).hexdigest().encode()
    if len(spelled) > SLOT:
        raise ValueError("subject is too long for a slot")
    return spelled.ljust(SLOT, b"\0")
