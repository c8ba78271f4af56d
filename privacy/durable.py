"""What is on the disk when a call returns: a file whole or not at all, whatever happens in between."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes, mode: int = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Put ``data`` at ``path``, on the disk when this returns; an older file stays until then.

    owner: user and group; None: whoever writes.

    Raises:
        OSError: nothing was changed; ``path`` with the suffix .new may be left behind.
    """
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        if owner is not None:
            os.fchown(descriptor, *owner)
        os.fchmod(descriptor, mode)
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.rename(path)
    fsync(path.parent)


def fsync(path: Path) -> None:
    """Have a file's content, or a folder's names, on the disk.

    Raises:
        OSError: it can't be.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
