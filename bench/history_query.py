"""How long a chart takes with 30 days of raw values at 1 change/s, and how long a setting waits beside it."""

import asyncio
import itertools
import os
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from bench.home import START, BenchClock, datapoint_ids, values
from bench.result import Figure, Result, percentile
from hub.core import History, Settings, Store

DAYS = 30
DEVICES = 20
REPEATS = 5


class Later(BenchClock):
    """Now is the end of the recorded time."""

    def now(self) -> datetime:
        """Wall clock."""
        return START + timedelta(days=DAYS)


async def measure(folder: Path) -> Result:
    """Fill, make means, ask."""
    samples: dict[str, list[float]] = {"a day": [], "30 days": [], "a setting beside it": []}
    datapoint = datapoint_ids(DEVICES)[0][0]
    end = START + timedelta(days=DAYS)
    async with Store(folder, os.urandom) as store:
        history = History(store, Later(), ring_path=None, random_bytes=os.urandom)
        await history.start()
        reports = itertools.islice(values(DEVICES, START, 1.0), DAYS * 86400)
        while batch := list(itertools.islice(reports, 20_000)):
            for report in batch:
                history.record(report)
            await history.flush()
        await history.sweep(end)
        settings = Settings(store)

        async def set_often() -> None:
            for number in itertools.count():
                begin = time.perf_counter()
                await settings.put("bench", number)
                samples["a setting beside it"].append(time.perf_counter() - begin)
                await asyncio.sleep(0.005)

        async with asyncio.TaskGroup() as tasks:
            setting = tasks.create_task(set_often())
            for days, name in ((1, "a day"), (30, "30 days")):
                for _ in range(REPEATS):
                    begin = time.perf_counter()
                    chart = await history.query(datapoint, end - timedelta(days=days), end, 500)
                    samples[name].append(time.perf_counter() - begin)
                    assert len(chart.points) > 400
            setting.cancel()
        await history.close()
    return Result(
        name="history_query",
        figures={
            "chart of a day, median": Figure(percentile(samples["a day"], 50) * 1000, "ms"),
            "chart of 30 days, median": Figure(percentile(samples["30 days"], 50) * 1000, "ms"),
            "a setting beside it, worst": Figure(max(samples["a setting beside it"]) * 1000, "ms"),
        },
        conditions={"rows": DAYS * 86400, "devices": DEVICES, "points": 500},
        samples=samples,
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name))).print()
