"""Phones that were removed while the store could not be written or the gate was away, over restarts. I/O.

In a block of privacy/slots.py beside the store; emptied once the store was written and the gate told.
"""

import logging
from pathlib import Path

from privacy import slots

log = logging.getLogger(__name__)
NAME = "phones.out"
_MARK = b"homebase phone out 1\n"


class Outs:
    """The block."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self) -> None:
        """Have it on the disk, if there is room."""
        try:
            slots.prepare(self._path)
        except OSError as error:
            log.warning("phones.no_room", extra={"reason": error.strerror})

    def note(self, key: bytes) -> bool:
        """Note that a phone is out; whether it stands there now."""
        try:
            slots.put(self._path, _MARK + key.hex().encode())
        except OSError as error:
            log.error("phone.not_noted", extra={"reason": error.strerror})
            return False
        return True

    def noted(self) -> frozenset[bytes]:
        """All that were noted. Raises OSError: the block can't be read."""
        notes = [note.removeprefix(_MARK) for note in slots.read(self._path) if note.startswith(_MARK)]
        return frozenset(bytes.fromhex(note.decode()) for note in notes)

    def clear(self) -> None:
        """Store and gate know it."""
        try:
            slots.clear(self._path)
        except OSError as error:  # they are out all the same: once more at the next start
            log.warning("phones.not_cleared", extra={"reason": error.strerror})
