"""From a withdrawal to the last byte on the wire: 200 open tunnels, receivers that take little at a time.

A recorder at the far end of the wire stamps packets by the kernel's clock; the gate says when it decided, by
the same clock. Gate, recipients and hub are processes of their own. Needs root, for namespaces of its own.
"""

import argparse
import asyncio
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from bench.result import Figure, Result, percentile
from bench.tunnel_ends import RECIPIENTS, ask, destination, end
from privacy.client import GateClient, Tunnel
from tests.lab.outside import Packet, Recorder, network
from tests.lab.tunnel_lab import client_of
from tests.privacy.greetings import real

TUNNELS = 200
MS_AT_MOST, BYTES_AT_MOST = 50.0, 65_536.0
SETTLE_S = 0.5
Sample = tuple[float, float]  # of one tunnel: ms from the decision to its last byte, bytes after it


async def opened(hub: GateClient) -> list[Tunnel]:
    """All tunnels, with more written than anybody takes."""
    tunnels = []
    for number in range(TUNNELS):
        tunnel = await hub.open(destination(number % RECIPIENTS))
        await asyncio.get_running_loop().sock_sendall(tunnel.socket, real(tunnel.host))
        tunnels.append(tunnel)
    end_s = time.monotonic() + 2.0
    while time.monotonic() < end_s:
        for tunnel in tunnels:
            with suppress(BlockingIOError):
                while True:
                    tunnel.socket.send(bytes(65_536))
        await asyncio.sleep(0.02)
    return tunnels


def after(packets: list[Packet], decided_s: float) -> list[Sample]:
    """One sample for each tunnel; who sent nothing more has zeros."""
    late: dict[int, list[Packet]] = {}
    for packet in packets:
        if packet.protocol == "tcp" and packet.size and packet.at_s >= decided_s:
            late.setdefault(packet.source, []).append(packet)
    samples = [
        (
            (max(packet.at_s for packet in found) - decided_s) * 1000,
            float(sum(packet.size for packet in found)),
        )
        for found in late.values()
    ]
    return samples + [(0.0, 0.0)] * (TUNNELS - len(samples))


async def measure(folder: Path, outside: str, gate: "subprocess.Popen[str]", rounds: int) -> Result:
    """Open, fill, withdraw, look; and again."""
    samples: list[Sample] = []
    told: list[dict[str, float]] = []
    busy = lost = 0
    for number in range(rounds):
        if number:
            ask(gate, "grant")
            await asyncio.sleep(2.5)  # connections come at a pace
        async with client_of(folder) as hub:
            tunnels = await opened(hub)
            recorder = Recorder(outside)
            await asyncio.sleep(0.2)
            busy += len({packet.source for packet in recorder.taken() if packet.size})
            told.append(await asyncio.to_thread(ask, gate, "withdraw"))
            await asyncio.sleep(SETTLE_S)
            samples += after(recorder.taken(), told[-1]["decided_s"])
            lost += recorder.lost()
            recorder.close()
            for tunnel in tunnels:
                tunnel.socket.close()
    assert all(one["cut"] == TUNNELS for one in told), told
    waits, amounts = [ms for ms, _ in samples], [amount for _, amount in samples]
    return Result(
        name="tunnel_cut",
        figures={
            "withdrawal to last byte p99": Figure(percentile(waits, 99), "ms", at_most=MS_AT_MOST),
            "withdrawal to last byte, worst": Figure(max(waits), "ms"),
            "bytes of a tunnel after the decision, most": Figure(max(amounts), "B", at_most=BYTES_AT_MOST),
            "all connections closed, p50": Figure(percentile([one["within_ms"] for one in told], 50), "ms"),
            "acknowledged, p50": Figure(percentile([one["acknowledged_ms"] for one in told], 50), "ms"),
            "tunnels that were sending": Figure(busy / rounds, f"of {TUNNELS}"),
            "packets that the recorder lost": Figure(float(lost), "", at_most=0.0),
        },
        conditions={"tunnels": TUNNELS, "rounds": rounds},
        samples={"last_byte_ms": waits, "bytes_after": amounts},
    )


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="homebase-bench-") as name,
        network() as (inside, outside),
        end("gate", name, inside, outside) as gate,
        end("far", name, outside, "trickle"),
    ):
        asyncio.run(measure(Path(name), outside, gate, options.rounds)).print()


if __name__ == "__main__":
    main()
