"""The simulator's clock, chance and process name; twin of hub/daemon/system.py."""

import ctypes
import random
import time
from datetime import datetime
from pathlib import Path

from .agenda import Uniform

_PR_SET_NAME = 15  # prctl(2); the kernel keeps 15 bytes of it
_ARGUMENTS_START, _ARGUMENTS_END = 47, 48  # fields of /proc/self/stat, counted from zero, proc(5)


def monotonic() -> float:
    """Seconds that never step back."""
    return time.monotonic()


def local_day_s() -> float:
    """Seconds since the last local midnight."""
    now = datetime.now().astimezone()
    return now.hour * 3600.0 + now.minute * 60.0 + now.second


def chance(seed: int | None) -> Uniform:
    """A source of numbers from 0.0 to below 1.0; equal seeds draw equal ones, None unpredictable ones."""
    return random.Random(seed).random  # noqa: S311 - chance of a simulation, nothing secret


def set_title(title: str) -> None:
    """Show ``title`` in ps, top and /proc/PID/cmdline. Where the kernel does not allow it nothing changes."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NAME, title.encode()[:15], 0, 0, 0)
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return
    # rpartition cut off pid and name, two fields
    start, end = int(fields[_ARGUMENTS_START - 2]), int(fields[_ARGUMENTS_END - 2])
    if 0 < start < end:
        ctypes.memmove(start, title.encode()[: end - start - 1].ljust(end - start, b"\0"), end - start)
