"""How exactly the hub answers a frame that wants it: measured in the simulator's process, under load.

A sample is the time from the last byte of the line written to the pty until the answer's line was read.
The load runs over an air that takes no time, so that it is the hub's load and not the air's. Beside it, both
processors are kept busy by two processes of this bench's own (--busy 0 leaves them to the hub), which end by
themselves when the bench does not end them. They run at the usual priority; installed, the hub's is -10, so
``nice -n -10 script/bench answers`` measures what an owner has.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.house import House
from bench.result import Figure, Result, percentile
from bench.simulator import connected

DEVICES = 20
CHANGES = 198  # temperature changes a second beside the questions: 200 events a second in all
ASKING = 2  # questions a second; each costs 27 ms of the hub's 36 s of air time an hour
PAIRING_LIMIT_S = 120.0
SETTLE_S = 3.0
LONGEST_S = 3600.0
INSTALLED_NICE = -10  # systemd/homebase-hub.service
TAIL_S = 60.0  # a busy process outlives what it is for by so much at most
SPIN = """
import os, sys, time
os.setpriority(os.PRIO_PROCESS, 0, 0)
end_s = time.monotonic() + float(sys.argv[1])
while time.monotonic() < end_s:
    sum(range(20_000))
"""


@contextlib.contextmanager
def busy(processes: int, seconds: float) -> Iterator[None]:
    """So many processes that do nothing but count, for at most ``seconds``."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN, str(seconds)]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
            each.wait(10)


def warn_of_priority(nice: int) -> None:
    """Say on stderr that the hub is measured at a lower priority than it has when it is installed."""
    if nice > INSTALLED_NICE:
        sys.stderr.write(
            f"bench answers: priority {nice}, the installed hub has {INSTALLED_NICE}: for its figures, as "
            f"root: nice -n {INSTALLED_NICE} script/bench answers\n"
        )


def measure(folder: Path, seconds: float, rivals: int) -> Result:
    """Pair, load, ask."""
    with House(arguments=("demo", "--devices", str(DEVICES)), folder=folder) as house:
        house.log_in()
        house.wait_for_devices(DEVICES, PAIRING_LIMIT_S)
        with connected(folder) as simulator:
            time.sleep(SETTLE_S)
            simulator.ask("load", rate=CHANGES, asking=ASKING)
            with busy(rivals, seconds + SETTLE_S + TAIL_S):
                time.sleep(SETTLE_S)
                simulator.ask("timings", clear=True)
                time.sleep(seconds)
                timings = simulator.ask("timings")["samples"]
            simulator.ask("load", rate=0)
    answered = [sample["ms"] for sample in timings if sample["ms"] is not None]
    late = sum(1 for each in answered if not 85.0 <= each <= 110.0)
    return Result(
        name="answers",
        figures={
            "p1": Figure(value=percentile(answered, 1), unit="ms", at_least=85.0),
            "p50": Figure(value=percentile(answered, 50), unit="ms"),
            "p99": Figure(value=percentile(answered, 99), unit="ms", at_most=110.0),
            "worst": Figure(value=max(answered), unit="ms"),
            "outside the window": Figure(value=late, unit="answers"),
            "without answer": Figure(value=len(timings) - len(answered), unit="frames"),
        },
        conditions={
            "devices": DEVICES,
            "changes_per_s": CHANGES,
            "asking_per_s": ASKING,
            "seconds": seconds,
            "busy_processes": rivals,
        },
        samples={"answer_ms": answered},
    )


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60.0, help="how long to ask")
    arguments.add_argument(
        "--busy", type=int, default=os.cpu_count() or 2, help="processes beside; default: one per processor"
    )
    options = arguments.parse_args()
    if not 1.0 <= options.seconds <= LONGEST_S or options.busy < 0:
        arguments.error(f"--seconds: 1 to {LONGEST_S:g}; --busy: 0 or more")
    warn_of_priority(os.getpriority(os.PRIO_PROCESS, 0))
    with tempfile.TemporaryDirectory(prefix="homebase-bench-") as folder:
        measure(Path(folder), options.seconds, options.busy).print()


if __name__ == "__main__":
    main()
