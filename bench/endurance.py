"""Memory (proportional share, PSS) of gate and hub while 100 changes a second come, compared with idle.

A home of 20 devices with history. Needs root, as bench/memory.py does.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bench.house import House, pss_kib
from bench.memory import simulated
from bench.paired import pair
from bench.result import Figure, Result
from bench.simulator import connected

DEVICES = 20
CHANGES = 100  # a second
SETTLE_S = 20.0
IDLE_SAMPLES = 10  # the same count at the end; one a second


def memory_mb(house: House) -> float:
    """Gate and hub together."""
    return (pss_kib(house.process("gate")) + pss_kib(house.process("hub"))) / 1024


def idle_mb(house: House, raw: list[float]) -> float:
    """The mean of some seconds without radio traffic."""
    time.sleep(SETTLE_S)
    for _ in range(IDLE_SAMPLES):
        raw.append(memory_mb(house))
        time.sleep(1.0)
    return sum(raw) / len(raw)


def measure(folder: Path, minutes: float) -> Result:
    """Rest, load, look."""
    for name in ("sim", "state"):
        (folder / name).mkdir(mode=0o700)
    asyncio.run(pair(folder / "state" / "hub", DEVICES))
    config = folder / "homebase.toml"
    config.write_text(f'[radio]\nport = "{folder / "sim" / "stick"}"\n', "utf-8")
    before: list[float] = []
    loaded: list[float] = []
    with (
        simulated(folder / "sim", DEVICES, rate=0),
        House(arguments=("run", "--config", str(config)), folder=folder) as house,
        connected(folder, "sim") as simulator,
    ):
        house.log_in()
        house.wait_for_radio()
        idle = idle_mb(house, before)
        simulator.ask("load", rate=CHANGES)
        end_s = time.monotonic() + minutes * 60
        while time.monotonic() < end_s:
            time.sleep(1.0)
            loaded.append(memory_mb(house))
        simulator.ask("load", rate=0)
    end = sum(loaded[-IDLE_SAMPLES:]) / IDLE_SAMPLES
    return Result(
        name="endurance",
        figures={
            "idle": Figure(idle, "MiB"),
            "at the end": Figure(end, "MiB"),
            "at the end / idle": Figure(end / idle, "", at_most=1.1),
            "the most": Figure(max(loaded), "MiB"),
        },
        conditions={"devices": DEVICES, "changes_per_s": CHANGES, "minutes": minutes},
        samples={"idle MiB": before, "loaded MiB": loaded},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        measure(Path(name), options.minutes).print()
