"""Datapoint changes through bus, state, history (ring, encrypted store) and 10 subscribers.

First offered at the budget's rate: how long from publishing until each subscriber has it. Then as fast as it
goes: how many per second. Subscribers take what is there each 10 ms, as the WebSocket does.
"""

import asyncio
import contextlib
import itertools
import os
import tempfile
import time
from pathlib import Path

from bench.home import START, BenchClock, values
from bench.result import Figure, Result, percentile
from hub.contract import DatapointChanged
from hub.core import (
    Bus,
    Change,
    DriverBoard,
    History,
    Intake,
    Registry,
    State,
    Store,
    Subscription,
    settle_garbage,
)

SUBSCRIBERS = 10
RATE = 5000  # changes/s offered
SECONDS = 8
TICK_S = 0.002  # how often the offering side runs
MESSAGE_S = 0.01  # at most one message per 10 ms and client
FLOOD = 50_000


async def subscriber(subscription: Subscription, published: dict[int, float], delays: list[float]) -> None:
    """Take everything, note how old it is, then rest as the WebSocket does."""
    while True:
        events = await subscription.take()
        now = time.perf_counter()
        for event in events:
            if isinstance(event, Change):
                delays.append(now - published[id(event.datapoint)])
        await asyncio.sleep(MESSAGE_S)


async def measure(folder: Path) -> Result:
    """Offer, then flood."""
    bus, registry, state = Bus(), Registry(), State()
    published: dict[int, float] = {}
    async with Store(folder, os.urandom) as store:
        history = History(store, BenchClock(), ring_path=folder / "ring", random_bytes=os.urandom)
        await history.start()
        intake = Intake(
            bus=bus,
            registry=registry,
            state=state,
            board=DriverBoard(("bidcos",), START),
            record=history.record,
            keep=lambda _: None,
        )
        reports = [
            DatapointChanged(datapoint=datapoint)
            for datapoint in itertools.islice(values(50, START, 0.001), RATE * SECONDS + FLOOD)
        ]
        settle_garbage()
        delays: list[list[float]] = [[] for _ in range(SUBSCRIBERS)]
        async with asyncio.TaskGroup() as tasks:
            clients = contextlib.ExitStack()
            running = [tasks.create_task(history.run())]
            for found in delays:
                subscription = clients.enter_context(bus.subscribe("client"))
                running.append(tasks.create_task(subscriber(subscription, published, found)))
            await _offer(intake, reports[: RATE * SECONDS], published)
            offered = [delay for found in delays for delay in found]
            flood_s = await _flood(intake, reports[RATE * SECONDS :], published)
            for task in running:
                task.cancel()
        await history.close()
    return Result(
        name="changes",
        figures={
            "publish → subscriber p99 at 5,000/s": Figure(percentile(offered, 99) * 1000, "ms", at_most=20),
            "publish → subscriber worst at 5,000/s": Figure(max(offered) * 1000, "ms"),
            "as fast as it goes": Figure(FLOOD / flood_s, "changes/s", at_least=5000),
        },
        conditions={"subscribers": SUBSCRIBERS, "seconds": SECONDS, "datapoints": 200},
        samples={"delay in s, first subscriber": delays[0][: RATE * SECONDS]},
    )


async def _offer(intake: Intake, reports: list[DatapointChanged], published: dict[int, float]) -> None:
    begin = time.perf_counter()
    done = 0
    while done < len(reports):
        due = min(len(reports), int((time.perf_counter() - begin) * RATE))
        for report in reports[done:due]:
            published[id(report.datapoint)] = time.perf_counter()
            intake.publish(report)
        done = max(done, due)
        await asyncio.sleep(TICK_S)
    await asyncio.sleep(0.1)


async def _flood(intake: Intake, reports: list[DatapointChanged], published: dict[int, float]) -> float:
    begin = time.perf_counter()
    for index, report in enumerate(reports):
        published[id(report.datapoint)] = time.perf_counter()
        intake.publish(report)
        if index % 100 == 0:
            await asyncio.sleep(0)
    return time.perf_counter() - begin


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name))).print()
