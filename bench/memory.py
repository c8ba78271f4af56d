"""Memory (proportional share, PSS) of gate and hub in MB, 20 and 1,000 devices; the simulator is not counted.

Beside it what is each one's own: the share of libraries depends on who else has loaded them.

Needs root: the kernel shows nobody else the memory of a process that is not dumpable. The sensors report 200
times a second, more than a real channel carries, before and while it is measured.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.house import ROOT, House, own_kib, pss_kib
from bench.paired import CENTRAL, pair
from bench.result import Figure, Result

BUDGETS = {20: 100.0, 1000: 120.0}  # devices → MB, of 1,000,000 bytes
MB_PER_KIB = 1024 / 1e6


@contextmanager
def simulated(folder: Path, devices: int, rate: int) -> Iterator[None]:
    """A simulator whose devices have an owner, as a process of its own."""
    command = [sys.executable, "-m", "drivers.simulator", "--dir", str(folder), "--day", "none"]
    options = ["--devices", str(devices), "--central", CENTRAL.hex(), "--load", str(rate), "--control"]
    process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def measure(folder: Path, devices: int, settle_s: float, samples: int) -> dict[str, list[float]]:
    """PSS of gate and of hub in MB, and what is each one's own."""
    for name in ("sim", "state"):
        (folder / name).mkdir(mode=0o700)
    asyncio.run(pair(folder / "state" / "hub", devices))
    config = folder / "homebase.toml"
    config.write_text(f'[radio]\nport = "{folder / "sim" / "stick"}"\n', "utf-8")
    found: dict[str, list[float]] = {name: [] for name in ("gate", "hub", "gate's own", "hub's own")}
    with (
        simulated(folder / "sim", devices, rate=200),
        House(arguments=("run", "--config", str(config)), folder=folder) as house,
    ):
        house.log_in()
        house.wait_for_radio()
        house.wait_for_devices(devices, 20.0)
        time.sleep(settle_s)
        for _ in range(samples):
            for name in ("gate", "hub"):
                process = house.process(name)
                found[name].append(pss_kib(process) * MB_PER_KIB)
                found[f"{name}'s own"].append(own_kib(process) * MB_PER_KIB)
            time.sleep(1.0)
    return found


def main() -> None:
    """Run both sizes and print the result."""
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__)
    parser.add_argument("--settle", type=float, default=15.0)
    parser.add_argument("--samples", type=int, default=5)
    options = parser.parse_args()
    figures: dict[str, Figure] = {}
    raw: dict[str, list[float]] = {}
    for devices, budget in BUDGETS.items():
        with tempfile.TemporaryDirectory(prefix="hb") as name:
            found = measure(Path(name), devices, options.settle, options.samples)
        both = max(map(sum, zip(found["gate"], found["hub"], strict=True)))
        figures[f"gate and hub, {devices} devices"] = Figure(both, "MB", at_most=budget)
        figures[f"of it the gate, {devices} devices"] = Figure(max(found["gate"]), "MB", at_most=30.0)
        for name in ("gate's own", "hub's own"):
            figures[f"{name}, {devices} devices"] = Figure(max(found[name]), "MB")
        raw |= {f"{name}, {devices} devices, MB": samples for name, samples in found.items()}
    Result(name="memory", figures=figures, conditions={"settled for, s": options.settle}, samples=raw).print()


if __name__ == "__main__":
    main()
