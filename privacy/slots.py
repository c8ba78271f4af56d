"""Notes in fixed slots of a block that was written long before: noting one needs neither space nor a name.

For what was closed while a store could not be written, beside gate.db and beside hub.db. A torn slot counts
for nothing: nobody was told that it holds.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from privacy.durable import fsync

SLOT = 512  # bytes that a disk writes whole
SLOTS = 256
_SIZE = SLOT * SLOTS


def prepare(path: Path) -> None:
    """Have the block on the disk; it is never made shorter.

    Raises:
        OSError: there is no room for it.
    """
    if path.exists() and path.stat().st_size >= _SIZE:
        return
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(descriptor).st_size  # a first start may have been cut short
        os.pwrite(descriptor, bytes(_SIZE - size), size)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fsync(path.parent)


def put(path: Path, note: bytes) -> None:
    """Write a note into a free slot, once.

    Raises:
        OSError: it is not on the disk.
        ValueError: it is too long for a slot.
    """
    slots, wanted = list(_slots(path)), _spelled(note)
    if wanted in slots:
        return
    free = next((number for number, slot in enumerate(slots) if not any(slot)), len(slots))
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.pwrite(descriptor, wanted, free * SLOT)
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Iterator[bytes]:
    """All notes, oldest first."""
    for slot in _slots(path):
        note, _, check = slot.rstrip(b"\0").rpartition(b"\n")
        if sha256(note).hexdigest().encode() == check:
            yield note


def clear(path: Path) -> None:
    """Let none stand; the block stays.

    Raises:
        OSError: some may.
    """
    with suppress(FileNotFoundError), path.open("r+b") as block:
        for number, slot in enumerate(_slots(path)):
            if any(slot):
                os.pwrite(block.fileno(), bytes(SLOT), number * SLOT)
        os.fdatasync(block.fileno())


def _slots(path: Path) -> Iterator[bytes]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for start in range(0, len(content), SLOT):
        yield content[start : start + SLOT].ljust(SLOT, b"\0")


def _spelled(note: bytes) -> bytes:
    spelled = note + b"\n" + sha256(note).hexdigest().encode()
    if len(spelled) > SLOT:
        raise ValueError("a note is too long for a slot")
    return spelled.ljust(SLOT, b"\0")
