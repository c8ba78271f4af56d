"""Radio line in to WebSocket event out, and a command by the API to its ``As`` line at the stick.

Both ends read the machine's monotonic clock: the simulator's recorder at the pty, this client at its socket.
Budgets are looked at in quiet moments, half seconds in which other programs took at most 20 % of the machine,
if there were enough of them; all samples stand beside. Commands that found the air taken are counted apart.
"""

import argparse
import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.house import House
from bench.others import Quiet
from bench.result import Figure, Result, percentile
from bench.simulator import Simulator, connected
from bench.taken import was_taken
from drivers.simulator.devices.catalogue import ADDRESS_BASE, serial_of

DEVICES = 20
CHANGES = 20  # changes a second whose way is measured
COMMANDS = 100
COMMAND_GAP_S = 0.4  # so that the one before is done and acknowledged
PAIRING_LIMIT_S = 120.0
SENSOR = "bidcos:SIM0000009:1.TEMPERATURE"
SWITCH = "bidcos:SIM0000001:1.STATE"
MATCH_S = 1.0
BUDGET_MS = 3.0  # p99 of both ways
SETTLED_S, SETTLED_LIMIT_S = 5.0, 300.0  # nothing was read of a device for so long; how long that may take
QUESTION = "01"  # message type: configuration, also the question for it
ENOUGH = 50  # quiet samples; with fewer all count
Sample = tuple[float, float]  # when, in monotonic seconds, and how long, in ms


def wait_until_settled(simulator: Simulator) -> None:
    """The hub has read what its new devices hold: until then a command may find the air taken by a question.

    Raises:
        TimeoutError: it still asks after SETTLED_LIMIT_S.
    """
    end_s = time.monotonic() + SETTLED_LIMIT_S
    asked = True
    while asked:
        if time.monotonic() > end_s:
            raise TimeoutError(f"the hub still reads its devices after {SETTLED_LIMIT_S:.0f} s")
        simulator.ask("record", on=True)
        time.sleep(SETTLED_S)
        lines = simulator.ask("record", on=False)["lines"]
        asked = any(not line["to_host"] and line["line"][8:10] == QUESTION for line in lines)


async def receive(socket: aiohttp.ClientWebSocketResponse, seen: list[tuple[float, Any]]) -> None:
    """Note when each change of a temperature arrived, and which."""
    async for message in socket:
        at_s = time.monotonic()
        for change in message.json().get("changes", ()):
            if change["id"].endswith(".TEMPERATURE"):
                seen.append((at_s, change))


async def send_commands(session: aiohttp.ClientSession, url: str, sent: list[float]) -> None:
    """Switch a lamp on and off."""
    for number in range(COMMANDS):
        sent.append(time.monotonic())
        async with session.put(
            f"{url}/api/v1/datapoints/{SWITCH}", json={"value": number % 2 == 0}
        ) as answer:
            answer.raise_for_status()
        await asyncio.sleep(COMMAND_GAP_S)


async def measure(house: House, simulator: Simulator, seconds: float) -> Result:
    """Events first, then commands on a quiet home."""
    url = f"http://127.0.0.1:{house.port}"
    seen: list[tuple[float, Any]] = []
    sent: list[float] = []
    quiet = Quiet([os.getpid(), *(house.process(name) for name in ("gate", "hub", "simulator"))])
    headers = {"Authorization": f"Bearer {house.token}"}
    protocols = ("homebase.v1", f"homebase.bearer.{house.token}")
    async with aiohttp.ClientSession(headers=headers) as session, asyncio.TaskGroup() as watching:
        watch = watching.create_task(quiet.watch())
        events = session.ws_connect(f"{url}/api/v1/events", protocols=protocols)
        async with events as socket, asyncio.TaskGroup() as tasks:
            reader = tasks.create_task(receive(socket, seen))
            simulator.ask("record", on=True)
            simulator.ask("load", rate=CHANGES)
            await asyncio.sleep(seconds)
            simulator.ask("load", rate=0)
            await asyncio.sleep(1.0)
            reader.cancel()
        delays = event_delays_ms(simulator.ask("record", on=True)["lines"], seen)
        await asyncio.sleep(2.0)
        simulator.ask("record", on=True)
        await send_commands(session, url, sent)
        commands, waited = command_delays_ms(simulator.ask("record", on=False)["lines"], sent)
        watch.cancel()
    return Result(
        name="latency",
        figures=figures("line to event", delays, quiet, worst_ms=30.0)
        | figures("command to As", commands, quiet, worst_ms=None)
        | {
            "command to As, air taken": Figure(len(waited), f"of {len(sent)}"),
            "command to As, air taken, worst": Figure(max((ms for _, ms in waited), default=0.0), "ms"),
        },
        conditions={"devices": DEVICES, "changes_per_s": CHANGES, "seconds": seconds, "commands": COMMANDS},
        samples={
            "line_to_event_ms": [ms for _, ms in delays],
            "line_to_event_at_s": [at_s for at_s, _ in delays],
            "command_to_as_ms": [ms for _, ms in commands],
            "command_to_as_at_s": [at_s for at_s, _ in commands],
            "command_to_as_air_taken_ms": [ms for _, ms in waited],
            "slices": list(quiet.slices),
            "others_percent": list(quiet.slices.values()),
        },
    )


def figures(what: str, samples: list[Sample], quiet: Quiet, worst_ms: float | None) -> dict[str, Figure]:
    """Of the quiet moments with budgets, of all moments beside them."""
    everything = [ms for _, ms in samples]
    calm = [ms for at_s, ms in samples if quiet.at(at_s)]
    counted = calm if len(calm) >= ENOUGH else everything
    return {
        f"{what} p50": Figure(percentile(counted, 50), "ms"),
        f"{what} p99": Figure(percentile(counted, 99), "ms", at_most=BUDGET_MS),
        f"{what} worst": Figure(max(counted), "ms", at_most=worst_ms),
        f"{what}, quiet samples": Figure(len(calm), f"of {len(everything)}"),
        f"{what} p50, all": Figure(percentile(everything, 50), "ms"),
        f"{what} p99, all": Figure(percentile(everything, 99), "ms"),
        f"{what} worst, all": Figure(max(everything), "ms"),
    }


def event_delays_ms(lines: list[Any], seen: list[tuple[float, Any]]) -> list[Sample]:
    """Match each weather line with the change of that sensor and value that came next."""
    delays = []
    waiting = list(seen)
    for line in lines:
        text = line["line"]
        if not line["to_host"] or text[7:9] != "70":
            continue
        raw = int(text[21:25], 16) & 0x7FFF
        celsius = (raw - 0x8000 if raw & 0x4000 else raw) / 10
        sensor = f"bidcos:{serial_of(int.from_bytes(bytes.fromhex(text[9:15])) - ADDRESS_BASE)}:"
        for index, (at_s, change) in enumerate(waiting):
            late_s = at_s - line["at_s"]
            if 0 <= late_s <= MATCH_S and change["value"] == celsius and change["id"].startswith(sensor):
                delays.append((line["at_s"], late_s * 1000))
                del waiting[index]
                break
    return delays


def command_delays_ms(lines: list[Any], sent: list[float]) -> tuple[list[Sample], list[Sample]]:
    """Match each command with the next line that carries one: first who found the air free, then the rest."""
    lines_at = [line["at_s"] for line in lines if not line["to_host"] and line["line"][8:10] == "11"]
    free: list[Sample] = []
    waited: list[Sample] = []
    for at_s in sent:
        later = [line_s for line_s in lines_at if 0 <= line_s - at_s <= MATCH_S]
        if later:
            taken = was_taken(lines, at_s, min(later[0], at_s + BUDGET_MS / 1000))
            (waited if taken else free).append((at_s, (later[0] - at_s) * 1000))
    return free, waited


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=30.0, help="how long events are measured")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="homebase-bench-") as name:
        folder = Path(name)
        with House(arguments=("demo", "--devices", str(DEVICES)), folder=folder) as house:
            house.log_in()
            house.wait_for_devices(DEVICES, PAIRING_LIMIT_S)
            with connected(folder) as simulator:
                wait_until_settled(simulator)
                asyncio.run(measure(house, simulator, options.seconds)).print()


if __name__ == "__main__":
    main()
