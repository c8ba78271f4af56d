"""A hub as a process that can be stopped: ``python -m tests.lab.stopped_hub SOCKETS RECIPIENT…``.

Opens a tunnel per word of RECIPIENT, greets, writes until nothing more is taken, says ``ready`` and waits.
"""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path

from privacy.client import Destination, Tunnel
from tests.lab.tunnel_lab import CATEGORIES, CLOUD, client_of
from tests.privacy.greetings import real

ROUNDS, PAUSE_S = 10, 0.05


def fill(tunnel: Tunnel) -> None:
    """Write until nothing more is taken."""
    with suppress(BlockingIOError):
        while True:
            tunnel.socket.send(bytes(65536))


async def main() -> None:
    sockets, *recipients = sys.argv[1:]
    async with client_of(Path(sockets)) as hub:
        tunnels = []
        for name in recipients:
            tunnel = await hub.open(Destination(activity=CLOUD, recipient=name, categories=CATEGORIES))
            await asyncio.get_running_loop().sock_sendall(tunnel.socket, real(tunnel.host))
            tunnels.append(tunnel)
        for _ in range(ROUNDS):
            for tunnel in tunnels:
                fill(tunnel)
            await asyncio.sleep(PAUSE_S)
        os.write(1, b"ready\n")
        await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
