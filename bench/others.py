"""What share of the processors other programs take: samples of a busy moment say little about us."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

SLICE_S = 0.5
QUIET_PERCENT = 20.0
TICKS = os.sysconf("SC_CLK_TCK")


def busy_s() -> float:
    """Seconds that the machine's processors have worked, for whomever."""
    fields = [int(field) for field in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _waiting, *interrupts_and_stolen = fields
    return (user + nice + system + sum(interrupts_and_stolen)) / TICKS


def processors_s(seconds: float) -> float:
    """How long all processors together could have worked."""
    return seconds * (os.cpu_count() or 1)


def worked_s(processes: Sequence[int]) -> float:
    """Seconds that these processes have worked, all threads."""
    nanoseconds = 0
    for process in processes:
        for thread in Path(f"/proc/{process}/task").iterdir():
            nanoseconds += int((thread / "schedstat").read_text("ascii").split()[0])
    return nanoseconds / 1e9


@dataclass(slots=True)
class Quiet:
    """Which slices of time were quiet. processes: ours, this one among them."""

    processes: Sequence[int]
    slices: dict[int, float] = field(default_factory=dict)  # number of the slice → others' share, %

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            number = int(time.monotonic() / SLICE_S) + 1
            await asyncio.sleep(number * SLICE_S - time.monotonic())
            busy, ours = busy_s(), worked_s(self.processes)
            await asyncio.sleep((number + 1) * SLICE_S - time.monotonic() - 0.01)
            others = (busy_s() - busy) - (worked_s(self.processes) - ours)
            self.slices[number] = max(0.0, others / processors_s(SLICE_S) * 100)

    def at(self, moment_s: float) -> bool:
        """Was it quiet at this monotonic second?"""
        return self.slices.get(int(moment_s / SLICE_S), 100.0) <= QUIET_PERCENT
