"""A disk that refuses: the shim's faults, set from outside while a process runs under it."""

import mmap
import os
import struct
import subprocess
from collections.abc import Mapping
from enum import IntFlag
from pathlib import Path

SHIM = Path(__file__).with_name("shim.c")
_FIELDS = struct.Struct("<IIQQQ64s")
FOREVER = 1 << 62


class Calls(IntFlag):
    """Kinds of calls, as the shim numbers them."""

    WRITE = 1
    SYNC = 2
    TRUNCATE = 4
    CREATE = 8
    NAME = 16
    ALLOCATE = 32
    ALL = 63


class Faults:
    """One process's faults. place: a file that both map; a process inherits what ``environment`` says."""

    def __init__(self, place: Path) -> None:
        if not place.exists():
            place.write_bytes(bytes(_FIELDS.size))
        descriptor = os.open(place, os.O_RDWR | os.O_CLOEXEC)
        self._map = mmap.mmap(descriptor, _FIELDS.size)
        os.close(descriptor)
        self.place = place

    def environment(self, shim: Path, folder: Path) -> Mapping[str, str]:
        """What a program runs with, so that calls on files in ``folder`` can fail."""
        return {"LD_PRELOAD": str(shim), "CRASH_FOLDER": str(folder), "CRASH_FAULT": str(self.place)}

    def arm(self, calls: Calls, error: int, first: int = 0, many: int = FOREVER, part: str = "") -> None:
        """Let the calls from number ``first`` on fail with ``error``. part: only on paths that hold it."""
        self._map[:] = _FIELDS.pack(int(calls), error, first, many, 0, part.encode())

    def disarm(self) -> int:
        """Let everything pass again; how many calls of those kinds there were since ``arm``."""
        *_, seen, part = _FIELDS.unpack(self._map[:])
        self._map[:] = _FIELDS.pack(0, 0, 0, 0, 0, part)
        return int(seen)


def build_shim(folder: Path) -> Path:
    """Compile the shim into ``folder``."""
    shim = folder / "shim.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(shim), str(SHIM), "-ldl", "-lpthread"]
    subprocess.run(command, check=True)
    return shim
