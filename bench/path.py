"""What one radio report costs inside the hub: from its line at the stick to its message on the WebSocket.

The hub is wired as always, with the real driver, its store and its API; stick and client sit in the same
thread, so that no other process is waited for. Processor time hardly depends on what else the machine does:
two commits can be compared, where ``latency`` measures what somebody waits for.
"""

import argparse
import asyncio
import dataclasses
import os
import socket
import tempfile
import time
from pathlib import Path

from bench.home import BenchClock
from bench.result import Figure, Result, percentile
from drivers.bidcos import BidcosDriver
from drivers.bidcos.codec.cul import encode_send
from drivers.bidcos.codec.messages import Weather, message_frame
from drivers.bidcos.devices import model_by_name
from drivers.bidcos.members.records import CENTRAL_KEY, DeviceRecord, write_central, write_device
from hub.contract import Driver, DriverContext, OpenedPort
from hub.core import settle_garbage
from hub.daemon.config import Config
from hub.daemon.log import ErrorCounter
from hub.daemon.options import Options
from hub.daemon.wiring import Plan, serve
from tests.endurance.virtual import MemoryStore
from tests.hub.front import Front

CENTRAL, SENSOR = bytes.fromhex("2A4C6E"), bytes.fromhex("510001")
MODEL = "HM-WDS40-TH-I-2"
EVENTS = 2000
WARM_UP = 200  # events that are not counted
GAP_S = 0.012  # a client is told at most once in 10 ms
UPGRADE = (
    b"GET /api/v1/events HTTP/1.1\r\nHomebase-Peer: console\r\nHost: home\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n"
    b"Sec-WebSocket-Protocol: homebase.v1\r\n\r\n"
)


class Stick:
    """The far end of the driver's line: says its version, then what the bench wants."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)

    async def open(self) -> OpenedPort:
        """The driver's end."""
        asyncio.get_running_loop().add_reader(self._ours, self._hear)
        return OpenedPort(descriptor=self._theirs.detach())

    def _hear(self) -> None:
        if b"V" in self._ours.recv(4096):
            self._ours.send(b"V 1.67 nanoCUL868\r\n")

    def report(self, number: int) -> None:
        """A sensor's report; two after each other differ."""
        message = Weather(temperature=200 + number % 50, humidity=40 + number % 20)
        frame = message_frame(message, counter=number & 0xFF, flags=0x84, sender=SENSOR, receiver=bytes(3))
        self._ours.send(b"A" + encode_send(frame)[2:-1] + b"F2\r\n")


def records() -> MemoryStore:
    """A home with one sensor."""
    model = model_by_name(MODEL)
    assert model is not None
    assert model.code is not None
    record = DeviceRecord(address=SENSOR, model=model.code, firmware=0x10, serial="SIM0000009", counter=1)
    return MemoryStore({CENTRAL_KEY: write_central(CENTRAL), record.key: write_device(record)})


async def measure(folder: Path, events: int) -> Result:
    """One report after the other, each when the one before has been told."""
    stick, clock = Stick(), BenchClock()

    def load(_: str, context: DriverContext) -> Driver:
        return BidcosDriver(dataclasses.replace(context, serial=stick, store=records()))

    plan = Plan(
        options=Options(state=folder, run=folder, ring=folder, config=folder / "homebase.toml"),
        config=Config(),
        clock=clock,
        errors=ErrorCounter(clock.monotonic),
        load=load,
    )
    waits_ms, worked_s = [], 0.0
    async with Front(folder) as front, asyncio.TaskGroup() as tasks:
        hub = tasks.create_task(serve(plan))
        reader, writer = await front.stream()
        writer.write(UPGRADE)
        while b'"ready"' not in await reader.read(65_536):
            pass
        settle_garbage()
        for number in range(WARM_UP + events):
            if number == WARM_UP:
                worked_s = time.thread_time()
            await asyncio.sleep(GAP_S)
            began_s = time.perf_counter()
            stick.report(number)
            while b".TEMPERATURE" not in await reader.read(65_536):
                pass  # of the driver's send time, each 10 s
            waits_ms.append((time.perf_counter() - began_s) * 1000)
        worked_s = time.thread_time() - worked_s
        hub.cancel()
    del waits_ms[:WARM_UP]
    return Result(
        name="path",
        figures={
            "line to message, p10": Figure(percentile(waits_ms, 10), "ms"),
            "line to message, p50": Figure(percentile(waits_ms, 50), "ms"),
            "line to message, p99": Figure(percentile(waits_ms, 99), "ms"),
            "processor time per report": Figure(worked_s / events * 1000, "ms"),
        },
        conditions={"reports": events, "model": MODEL},
        samples={"line to message, ms": waits_ms},
    )


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--events", type=int, default=EVENTS)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb", dir=os.environ.get("TMPDIR", "/tmp")) as name:
        asyncio.run(measure(Path(name), options.events)).print()


if __name__ == "__main__":
    main()
