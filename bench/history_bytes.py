"""Bytes written to disk per datapoint change, at 1 change/s with 1 M rows before.

On an ext4 image of its own (noatime, the block device's counter) when root, and beside it the process's own
write_bytes for the same run; without root on a plain file. ``--second 1``: in real time, 30 minutes. Default:
each minute of the home in 6 s, one more than ext4's commit interval, so that each batch costs its own journal
commit as it does in real time. The checkpoint of the write-ahead log at the end is counted in; in real
life it comes every two hours.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bench.home import START, BenchClock, values
from bench.result import Figure, Result
from hub.contract import Datapoint
from hub.core import History, Store

ROWS_BEFORE = 1_000_000
BUDGET = 1500
DEVICES = 20


@contextlib.contextmanager
def ext4(folder: Path) -> Iterator[tuple[Path, Callable[[], int]]]:
    """A fresh ext4 file system and a function that reads how many bytes its device has written."""
    image, mount = folder / "image", folder / "mount"
    mount.mkdir()
    with image.open("wb") as file:
        file.truncate(512 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    find = subprocess.run(
        ["losetup", "--find", "--show", image], check=True, stdout=subprocess.PIPE, text=True
    )
    device = find.stdout.strip()
    try:
        subprocess.run(["mount", "-o", "noatime,init_itable=0", device, mount], check=True)
        try:
            yield mount, lambda: _sectors(device) * 512
        finally:
            subprocess.run(["umount", mount], check=True)
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def _sectors(device: str) -> int:
    return int(Path(f"/sys/block/{Path(device).name}/stat").read_text().split()[6])


def own_write_bytes() -> int:
    """What this process has caused to be sent to storage."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["write_bytes"])


async def measure(
    folder: Path, counters: Mapping[str, Callable[[], int]], minutes: int, second_s: float
) -> dict[str, list[float]]:
    """Bytes per minute of the home, per counter; the last entry is the checkpoint at the end."""
    await _fill(folder)
    reports = values(DEVICES, START + timedelta(seconds=ROWS_BEFORE), 1.0, seed=2)
    seen: list[dict[str, int]] = []

    def look() -> None:
        seen.append({name: counter() for name, counter in counters.items()})

    async with _opened(folder) as history:
        await _settle(folder)
        look()
        for _ in range(minutes):
            await _minute(history, reports, second_s)
            look()
    await _settle(folder)  # closing made the checkpoint
    look()
    return {name: [b[name] - a[name] for a, b in itertools.pairwise(seen)] for name in counters}


@contextlib.asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[History]:
    async with Store(folder, os.urandom) as store:
        history = History(store, BenchClock(), ring_path=None, random_bytes=os.urandom)
        await history.start()
        yield history
        await history.close()


async def _fill(folder: Path) -> None:
    async with _opened(folder) as history:
        reports = itertools.islice(values(DEVICES, START, 1.0), ROWS_BEFORE)
        while batch := list(itertools.islice(reports, 10_000)):
            for report in batch:
                history.record(report)
            await history.flush()


async def _minute(history: History, reports: Iterator[Datapoint], second_s: float) -> None:
    for report in itertools.islice(reports, 60):
        history.record(report)
        await asyncio.sleep(second_s)
    await history.flush()


async def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        await asyncio.to_thread(os.fsync, descriptor)
    finally:
        os.close(descriptor)
    await asyncio.sleep(12)  # two commit intervals of ext4


def main() -> None:
    """Measure both ways."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--minutes", type=int, default=30, help="of the home")
    arguments.add_argument("--second", type=float, default=0.1, help="how long a second of the home lasts")
    chosen = arguments.parse_args()
    started = datetime.now().astimezone()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        counters = {"process's write_bytes": own_write_bytes}
        if os.geteuid() == 0:
            folder, device = stack.enter_context(ext4(folder))
            counters["ext4 image, device counter"] = device
        samples = asyncio.run(measure(folder, counters, chosen.minutes, chosen.second))
    figures = {
        name: Figure(sum(found) / chosen.minutes / 60, "B/change", at_most=BUDGET)
        for name, found in samples.items()
    }
    Result(
        name="history_bytes",
        figures=figures,
        conditions={
            "minutes": chosen.minutes,
            "seconds per second": chosen.second,
            "rows before": ROWS_BEFORE,
            "devices": DEVICES,
            "took_s": round((datetime.now().astimezone() - started).total_seconds()),
        },
        samples=samples,
    ).print()


if __name__ == "__main__":
    main()
