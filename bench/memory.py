"""Memory (proportional share, PSS) of gate and hub, idle, 20 simulated devices; the simulator is not counted.

Needs root: the kernel shows nobody else the memory of a process that is not dumpable.
"""

import argparse
import tempfile
import time
from pathlib import Path

from bench.house import House, pss_kib
from bench.result import Figure, Result

DEVICES = 20
PAIRING_LIMIT_S = 120.0


def measure(folder: Path, idle_s: float, samples: int) -> Result:
    """Pair, restart, rest, look."""
    arguments = ("demo", "--devices", str(DEVICES))
    with House(arguments=arguments, folder=folder) as house:
        house.log_in()
        house.wait_for_devices(DEVICES, PAIRING_LIMIT_S)
        time.sleep(3.0)
    gate, hub = [], []
    with House(arguments=arguments, folder=folder) as house:
        time.sleep(idle_s)
        for _ in range(samples):
            gate.append(pss_kib(house.process("gate")) / 1024)
            hub.append(pss_kib(house.process("hub")) / 1024)
            time.sleep(1.0)
    return Result(
        name="memory",
        figures={
            "gate and hub": Figure(max(map(sum, zip(gate, hub, strict=True))), "MB", at_most=100),
            "of it the gate": Figure(max(gate), "MB", at_most=30),
        },
        conditions={"devices": DEVICES, "idle before, s": idle_s},
        samples={"gate MB": gate, "hub MB": hub},
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.memory", description=__doc__)
    parser.add_argument("--idle", type=float, default=10.0)
    parser.add_argument("--samples", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        measure(Path(name), options.idle, options.samples).print()
