"""Process start → the API answers through the gate, with a simulated home of 20 devices and its data on disk.

The radio's answer is not waited for. Bytecode is compiled first, as the installation does.
"""

import argparse
import compileall
import statistics
import tempfile
import time
from pathlib import Path

from bench.house import ROOT, House, cpu_s
from bench.result import Figure, Result

DEVICES = 20
PAIRING_LIMIT_S = 120.0


def measure(folder: Path, runs: int) -> Result:
    """Pair a home once, then start it again and again."""
    for package in ("hub", "drivers", "privacy"):
        compileall.compile_dir(str(ROOT / package), quiet=2)
    arguments = ("demo", "--devices", str(DEVICES))
    with House(arguments=arguments, folder=folder) as house:
        first_s = house.health_s
        house.log_in()
        house.wait_for_devices(DEVICES, PAIRING_LIMIT_S)
        time.sleep(3.0)
    seconds, cpu = [], []
    for _ in range(runs):
        with House(arguments=arguments, folder=folder) as house:
            seconds.append(house.health_s)
            cpu.append(sum(cpu_s(house.process(name)) for name in ("gate", "hub")))
    return Result(
        name="startup",
        figures={
            "start to first answer, median": Figure(statistics.median(seconds), "s", at_most=1.0),
            "CPU of gate and hub until then, least": Figure(min(cpu), "s"),
            "the very first start": Figure(first_s, "s"),
        },
        conditions={"devices": DEVICES, "runs": runs},
        samples={"seconds": seconds, "CPU seconds": cpu},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        measure(Path(name), options.runs).print()
