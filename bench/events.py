"""Datapoint changes → intake, state, history → 10 WebSocket clients: how many a second, how late they come.

The hub runs in a process of its own, wired as always; its driver publishes at a rate, each value being the
moment of its publishing. The clients are here, on the hub's streams, without the gate.
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from pathlib import Path

import msgspec

from bench.home import BenchClock
from bench.result import Figure, Result, percentile
from hub.contract import Driver, DriverContext, DriverState, DriverStateChanged
from hub.daemon.config import Config, RadioConfig
from hub.daemon.log import ErrorCounter
from hub.daemon.options import Options
from hub.daemon.wiring import Plan, serve
from tests.hub.front import Front
from tests.hub.lamp import LAMP, LampDriver

CLIENTS = 10
LOOKING = 2  # of them look at what they get
DATAPOINTS = 60
TICK_S = 0.002
SETTLE_S = 1.0
PATH = "/api/v1/events"


class Change(msgspec.Struct):
    """What a client looks at."""

    id: str
    value: float


class Message(msgspec.Struct):
    """One message of the stream."""

    changes: list[Change] = []


class BusyDriver(LampDriver):
    """Publishes ``rate`` changes a second, one level after the other."""

    rate = 0.0

    async def run(self) -> None:
        """Publish without end."""
        now = self.context.clock.now()
        self.context.publish(DriverStateChanged(driver="lamp", state=DriverState.READY, at=now))
        number, began = 0, time.monotonic()
        while True:
            while number < (time.monotonic() - began) * self.rate:
                number += 1
                self.report(f"{LAMP}:{number % DATAPOINTS}.LEVEL", time.monotonic())
            await asyncio.sleep(TICK_S)


def hub(folder: Path, rate: float) -> None:
    """The hub's process."""
    clock = BenchClock()

    def load(_: str, context: DriverContext) -> Driver:
        driver = BusyDriver(context)
        driver.rate = rate
        return driver

    options = Options(state=folder, run=folder, ring=folder, config=folder / "homebase.toml")
    plan = Plan(
        options=options,
        config=Config(radio=RadioConfig(driver="lamp")),
        clock=clock,
        errors=ErrorCounter(clock.monotonic),
        load=load,
    )
    asyncio.run(serve(plan))


async def client(front: Front, until: float, delays: list[float] | None) -> None:
    """One WebSocket: how old is each change when it comes? None: it is only taken, to spare this process."""
    decoder = msgspec.json.Decoder(Message)
    async with front.browser(peer="console") as browser, browser.ws_connect(PATH, max_msg_size=0) as stream:
        await stream.receive()
        while time.monotonic() < until:
            message = await stream.receive()
            if delays is None:
                continue
            now_s = time.monotonic()
            delays += [now_s - change.value for change in decoder.decode(message.data).changes]


async def measure(folder: Path, rate: float, seconds: float) -> Result:
    """Offer ``rate`` changes a second."""
    delays: list[list[float]] = [[] for _ in range(LOOKING)]
    async with Front(folder) as front:
        process = multiprocessing.get_context("spawn").Process(target=hub, args=(folder, rate), daemon=True)
        process.start()
        try:
            async with front.browser() as browser, browser.get("/api/v1/health"):
                await asyncio.sleep(SETTLE_S)
            until = time.monotonic() + seconds
            async with asyncio.TaskGroup() as tasks:
                for mine in (*delays, *[None] * (CLIENTS - LOOKING)):
                    tasks.create_task(client(front, until, mine))
            ticks = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text("ascii").split()[13:15]))
        finally:
            process.terminate()
            process.join(10)
    told = [delay * 1000 for mine in delays for delay in mine]
    return Result(
        name="events",
        figures={
            "told to each client": Figure(min(map(len, delays)) / seconds, "changes/s", at_least=0.95 * rate),
            "published to received, p50": Figure(percentile(told, 50), "ms"),
            "published to received, p99": Figure(percentile(told, 99), "ms", at_most=20.0),
        },
        conditions={
            "clients": CLIENTS,
            "of them measured": LOOKING,
            "changes/s offered": rate,
            "seconds": seconds,
            "hub CPU since its start, s": ticks / 100,
        },
        samples={"ms": told[:: max(1, len(told) // 20_000)]},
    )


def main() -> None:
    """Run it and print the result."""
    parser = argparse.ArgumentParser(prog="bench.events", description=__doc__)
    parser.add_argument("--rate", type=float, default=5000.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        asyncio.run(measure(Path(name), options.rate, options.seconds)).print()


if __name__ == "__main__":
    main()
