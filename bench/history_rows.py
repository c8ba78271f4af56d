"""How many history rows are stored per second, encrypted and fsynced, by the hub's own path."""

import asyncio
import itertools
import os
import tempfile
import time
from pathlib import Path

from bench.home import START, BenchClock, values
from bench.result import Figure, Result
from hub.core import History, Store
from hub.core.recorder import MAX_BATCH

BATCHES = 100
DEVICES = 20


async def measure(folder: Path) -> Result:
    """Record and write batch after batch."""
    reports = values(DEVICES, START, 0.1)
    batches = [list(itertools.islice(reports, MAX_BATCH)) for _ in range(BATCHES)]
    seconds: list[float] = []
    async with Store(folder, os.urandom) as store:
        history = History(store, BenchClock(), ring_path=folder / "ring", random_bytes=os.urandom)
        await history.start()
        for batch in batches:
            begin = time.perf_counter()
            for report in batch:
                history.record(report)
            await history.flush()
            seconds.append(time.perf_counter() - begin)
        await history.close()
    return Result(
        name="history_rows",
        figures={"rows stored": Figure(BATCHES * MAX_BATCH / sum(seconds), "rows/s", at_least=20_000)},
        conditions={"rows": BATCHES * MAX_BATCH, "rows per batch": MAX_BATCH, "devices": DEVICES},
        samples={"seconds per batch": seconds},
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name))).print()
