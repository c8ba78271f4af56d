"""A small file that is there whole or not at all, whatever happens in between."""

import os
from pathlib import Path


def write_durably(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, mode 0600, on the disk when this returns; an older file stays until then.

    Raises:
        OSError: nothing was changed; ``path`` with the suffix .new may be left behind.
    """
    new = path.with_suffix(".new")
    descriptor = os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
