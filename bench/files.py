"""What a file of 200 MB that leaves costs the gate: memory above idle, the time to take and to send it.

The hub is this process, gate and receiver are others. Needs root, for network namespaces of its own.
"""

import argparse
import asyncio
import json
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bench.result import Figure, Result, percentile
from bench.tunnel_ends import end
from tests.lab.file_lab import HOST, TO_BACKUP
from tests.lab.outside import authority, network
from tests.lab.tunnel_lab import client_of

MB = 1_000_000
PIECE = bytes(range(256)) * 256
MOST_MIB = 16.0  # ours: a part of 4 MiB, its pieces under TLS, a window of one part


async def of_size(size: int) -> AsyncIterator[bytes]:
    """A file, made as it is read."""
    for begin in range(0, size, len(PIECE)):
        yield PIECE[: min(len(PIECE), size - begin)]


def asked(gate: "subprocess.Popen[str]") -> dict[str, int]:
    """What the gate says of itself."""
    assert gate.stdin is not None
    assert gate.stdout is not None
    gate.stdin.write("memory\n")
    gate.stdin.flush()
    told: dict[str, int] = json.loads(gate.stdout.readline())
    return told


async def measure(folder: Path, gate: "subprocess.Popen[str]", sizes: list[int]) -> Result:
    """One file after the other; the first is small and warms up."""
    above, taken, sent, ends = [], [], [], 0
    async with client_of(folder) as hub:
        for size in sizes:
            asked(gate)
            idle_kib = asked(gate)["now_kib"]
            begin = time.perf_counter()
            await hub.hand_over(TO_BACKUP, of_size(size))
            taken.append(time.perf_counter() - begin)
            ends += 1
            most_kib = 0
            while True:
                told = asked(gate)
                most_kib = max(most_kib, told["most_kib"])
                if len(told["ends"]) >= ends:  # type: ignore[arg-type]  # a list, by its name
                    break
                await asyncio.sleep(0.1)
            sent.append(time.perf_counter() - begin - taken[-1])
            above.append((most_kib - idle_kib) / 1024)
    return Result(
        name="files",
        figures={
            "gate above idle, 200 MB": Figure(percentile(above[1:], 100), "MiB", at_most=MOST_MIB),
            "gate above idle, 1 MB": Figure(above[0], "MiB"),
            "taken and encrypted": Figure(sizes[-1] / MB / percentile(taken[1:], 50), "MB/s"),
            "sent": Figure(sizes[-1] / MB / percentile(sent[1:], 50), "MB/s"),
        },
        conditions={"bytes": sizes[-1], "rounds": len(sizes) - 1},
        samples={"above_idle_mib": above, "taken_s": taken, "sent_s": sent},
    )


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mb", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=2)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="homebase-bench-") as name, network() as (inside, outside):
        folder = Path(name)
        authority(folder / "ca", HOST)
        module = "bench.file_ends"
        with (
            end("gate", name, inside, outside, module=module) as gate,
            end("far", name, outside, module=module),
        ):
            sizes = [MB] + [options.mb * MB] * options.rounds
            asyncio.run(measure(folder, gate, sizes)).print()


if __name__ == "__main__":
    main()
