"""The ends of the tunnel benches, each a process of its own: the gate, and a recipient on the far side.

``python -m bench.tunnel_ends gate FOLDER INSIDE OUTSIDE`` gives a grant for each recipient, then obeys lines
on stdin: ``withdraw`` and ``grant``. ``… far FOLDER OUTSIDE MODE`` serves port 443: ``tls`` counts and
acknowledges, ``trickle`` takes a little at a time. Both say ``ready`` and end with their stdin.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.far import serve_until_told, swallow
from privacy.client import Destination
from tests.lab.far_side import FarSide
from tests.lab.outside import RECEIVER, NameServer, enter
from tests.lab.tunnel_lab import (
    CATEGORIES,
    CLOUD,
    built_register,
    gate_with_tunnels,
    row,
    standing_grant,
)

RECIPIENTS = 5
BYTES_PER_DAY = 1 << 40
DONE = b"!"


def host_of(number: int) -> str:
    """The recipient's name."""
    return f"cloud{number}.example.org"


def destination(number: int) -> Destination:
    """Where the bench's streams lead."""
    return Destination(activity=CLOUD, recipient=f"cloud{number}", categories=CATEGORIES)


@contextmanager
def end(*words: str, module: str = "bench.tunnel_ends") -> Iterator["subprocess.Popen[str]"]:
    """One end, ready."""
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def ask(process: "subprocess.Popen[str]", order: str) -> dict[str, float]:
    """Have the gate do something; returns what it says of it."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(order + "\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


def _gate(folder: Path, inside: str, outside: str) -> None:
    rows = [row(f"cloud{number}", host_of(number), CLOUD) for number in range(RECIPIENTS)]
    names = NameServer(outside, {host_of(number): [RECEIVER] for number in range(RECIPIENTS)})
    (folder / "gate").mkdir()
    try:
        with gate_with_tunnels(
            (inside, outside), folder / "gate", folder, rows, register=built_register(BYTES_PER_DAY)
        ) as gate:

            def grant() -> dict[str, float]:
                for number in range(RECIPIENTS):
                    standing_grant(gate, destination(number))
                return {}

            async def withdraw() -> dict[str, float]:
                decided_s, began_s = time.time(), time.monotonic()
                done = await gate.door.withdrawing.withdraw(CLOUD)
                acknowledged_ms = (time.monotonic() - began_s) * 1000
                return {
                    "decided_s": decided_s,
                    "cut": len(done.cuts),
                    "within_ms": done.within_ms,
                    "acknowledged_ms": acknowledged_ms,
                }

            grant()
            print("ready", flush=True)
            for line in sys.stdin:
                answer = gate.call(withdraw()) if line.strip() == "withdraw" else grant()
                print(json.dumps(answer), flush=True)
    finally:
        names.close()


def _far(folder: Path, outside: str, mode: str) -> None:
    if mode == "trickle":
        far = FarSide(outside, mode=mode)
        print("ready", flush=True)
        sys.stdin.read()
        far.close()
        return
    enter(outside)
    asyncio.run(_count(folder))


async def _count(folder: Path) -> None:
    """TLS: eight bytes say how many will come; one acknowledges them."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await swallow(reader, int.from_bytes(await reader.readexactly(8), "big"))
        writer.write(DONE)
        await writer.drain()
        writer.close()

    await serve_until_told(folder, serve)


if __name__ == "__main__":
    if sys.argv[1] == "gate":
        _gate(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        _far(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
