"""A file that is encrypted while it comes, 64 KiB at a time; nothing lies on the disk in the clear.

``sealed`` runs as a task beside whoever writes into the other end of ``source``.
"""

import asyncio
import io
import os
import socket
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from privacy import sealing
from privacy.durable import fsync


class Tally:
    """Counts bytes that pass."""

    def __init__(self) -> None:
        self._hash, self.size = sha256(), 0

    def add(self, data: bytes) -> None:
        """They passed."""
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        """Of all that passed, in hex."""
        return self._hash.hexdigest()


async def sealed(path: Path, source: socket.socket, to: str) -> Tally | str:
    """Encrypt what comes into ``path`` until the other end is closed; a text says why that failed."""
    with source:
        try:
            return await asyncio.to_thread(_seal, path, source, to)
        except OSError as error:
            return error.strerror or str(error)
        finally:
            with suppress(OSError):
                source.shutdown(socket.SHUT_RDWR)  # cancelled, as the gate stops: the thread is to end, too


def _seal(path: Path, source: socket.socket, to: str) -> Tally:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file, source.makefile("rb") as plain:
        sink = _Counting(file)
        sealing.seal_stream(plain, to, sink)
        os.fsync(descriptor)
    fsync(path.parent)
    return sink.went


class _Counting:
    def __init__(self, file: io.FileIO) -> None:
        self._file, self.went = file, Tally()

    def write(self, data: bytes) -> int:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self.went.add(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""
