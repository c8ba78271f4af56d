"""What a tunnel lets through, against a direct connection: the same client, TLS and recipient, 64 KiB writes.

Both ways take turns in one run; client, gate and recipient are processes of their own. Needs root, for
network namespaces of its own.
"""

import argparse
import asyncio
import socket
import ssl
import tempfile
import time
from pathlib import Path

from bench.result import Figure, Result, percentile
from bench.tunnel_ends import DONE, destination, end, host_of
from privacy.client import GateClient
from tests.lab.outside import RECEIVER, authority, made_in, network
from tests.lab.tunnel_lab import client_of

PIECE = bytes(65_536)
MIB = 1 << 20
AT_LEAST_PERCENT = 60.0


async def sent_mib_s(stream: socket.socket, trust: ssl.SSLContext, size: int) -> float:
    """Send ``size`` bytes and wait for the acknowledgement; MiB a second, the handshake not counted."""
    reader, writer = await asyncio.open_connection(sock=stream, ssl=trust, server_hostname=host_of(0))
    begin = time.perf_counter()
    writer.write(size.to_bytes(8, "big"))
    for _ in range(size // len(PIECE)):
        writer.write(PIECE)
        await writer.drain()
    assert await reader.readexactly(1) == DONE
    seconds = time.perf_counter() - begin
    writer.close()
    return size / MIB / seconds


async def measure(folder: Path, inside: str, size: int, rounds: int) -> Result:
    """Take turns."""
    trust = ssl.create_default_context(cafile=str(folder / "ca" / "ca.pem"))
    direct, tunnelled = [], []
    async with client_of(folder) as hub:
        for _ in range(rounds):
            direct.append(await sent_mib_s(_direct(inside), trust, size))
            tunnelled.append(await sent_mib_s(await _tunnelled(hub), trust, size))
    ratios = [tunnel / plain * 100 for tunnel, plain in zip(tunnelled, direct, strict=True)]
    return Result(
        name="tunnel",
        figures={
            "tunnel, of a direct connection": Figure(percentile(ratios, 50), "%", at_least=AT_LEAST_PERCENT),
            "tunnel": Figure(percentile(tunnelled, 50), "MiB/s"),
            "direct": Figure(percentile(direct, 50), "MiB/s"),
        },
        conditions={"bytes": size, "rounds": rounds, "write": len(PIECE)},
        samples={"direct_mib_s": direct, "tunnel_mib_s": tunnelled, "percent": ratios},
    )


def _direct(inside: str) -> socket.socket:
    stream = made_in(inside, lambda: socket.create_connection((RECEIVER, 443)))
    stream.setblocking(False)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


async def _tunnelled(hub: GateClient) -> socket.socket:
    return (await hub.open(destination(0))).socket


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mib", type=int, default=256, help="sent in each turn")
    arguments.add_argument("--rounds", type=int, default=5)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="homebase-bench-") as name, network() as (inside, outside):
        folder = Path(name)
        authority(folder / "ca", host_of(0))
        with (
            end("gate", name, inside, outside),
            end("far", name, outside, "tls"),
        ):
            asyncio.run(measure(folder, inside, options.mib * MIB, options.rounds)).print()


if __name__ == "__main__":
    main()
