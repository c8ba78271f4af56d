"""The machine as gate, hub and simulator see it: clock, chance, environment, process name."""

import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

_PR_SET_NAME = 15  # prctl(2); the kernel keeps 15 bytes of it
_ARGUMENTS_START, _ARGUMENTS_END = 47, 48  # fields of /proc/self/stat, counted from zero, proc(5)


class SystemClock:
    """The real clock; implements privacy.ports.Clock."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never step back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less yields once."""
        import asyncio  # noqa: PLC0415 - command line and gate start without it: 25 ms

        await asyncio.sleep(max(seconds, 0.0))


def random_bytes(count: int) -> bytes:
    """Return ``count`` bytes from the kernel's generator."""
    return os.urandom(count)


def environment() -> Mapping[str, str]:
    """The variables this process was started with."""
    return os.environ


def set_title(title: str) -> None:
    """Show ``title`` in ps, top and /proc/PID/cmdline. Where the kernel does not allow it nothing changes."""
    import ctypes  # noqa: PLC0415 - only a process that lives needs a name

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


def give_back() -> None:
    """Memory that a start used and freed goes back to the machine; only the GNU C library keeps it."""
    import ctypes  # noqa: PLC0415 - as above

    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)
