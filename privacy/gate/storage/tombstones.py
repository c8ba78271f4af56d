"""What was closed while the store could not be written, kept beside it until it stands in the store.

In a block of slots.py; where even that is refused (an emergency that made the disk read-only), a second block
in memory, which outlives this process, though no reboot.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from privacy import slots

log = logging.getLogger(__name__)

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
            slots.prepare(self._block)
        except OSError as error:
            log.warning("tombstones.no_room", extra={"reason": error.strerror})

    def remember(self, stone: Tombstone) -> bool:
        """Note it; whether it stands anywhere now."""
        for path in (self._block, self._memory):
            if path is None:
                continue
            try:
                slots.put(path, _spelled(stone))
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
        slots.clear(self._block)
        if self._memory is not None:
            self._memory.unlink(missing_ok=True)


def _spelled(stone: Tombstone) -> bytes:
    return b"\n".join((_MARK, stone.tomb.value.encode(), stone.subject.encode()))


def _read(path: Path) -> Iterator[Tombstone]:
    for note in slots.read(path):
        if note.startswith(_MARK):
            _, tomb, subject = note.decode().split("\n")
            yield Tombstone(tomb=Tomb(tomb), subject=subject)
