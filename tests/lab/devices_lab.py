"""A gate in a home's network with one device that the owner entered, and a hub's client at its sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from privacy.client import Destination, GateClient, GateDeclined, Tunnel
from privacy.gate.tunnels.devices import Devices
from privacy.inside import InsideEntry
from privacy.standing import ENTERED
from privacy.vocabulary import DataCategory
from tests.lab.gate_at_work import GateAtWork
from tests.lab.home_network import PORT, RESOLVER, STICK, STICK_MAC, Network
from tests.lab.tunnel_lab import client_of, until

TO_DEVICE = Destination(activity=ENTERED, recipient="ccu", categories=frozenset({DataCategory.CLIMATE}))


class Lab:
    """A gate in the home's network with one entry, and a hub's client."""

    def __init__(self, gate: GateAtWork, hub: GateClient) -> None:
        self.gate, self.hub = gate, hub
        self.last: dict[str, object] = {}  # what became of the tunnel that ended last

    async def entered(
        self, address: str = STICK, mac: str = STICK_MAC, port: int = PORT, certificate_sha256: str = ""
    ) -> None:
        """Let this be the owner's entry, unchecked: what the configuration would refuse as well."""
        entry = InsideEntry(
            address=ip_address(address), port=port, mac=mac, certificate_sha256=certificate_sha256
        )

        async def there() -> None:
            door = self.gate.door
            door.tunnels.devices = Devices({"ccu": entry}, door.desk, own_port=1)

        await asyncio.to_thread(self.gate.call, there())

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        return await asyncio.to_thread(self.gate.ask, verb, **fields)

    async def entries(self, kind: str) -> list[dict[str, Any]]:
        return [one["data"] for one in (await self.ask("ledger.list"))["entries"] if one["kind"] == kind]

    async def ended(self, tunnel: Tunnel) -> dict[str, object]:
        async def over() -> bool:
            return (await self.hub.outcome(tunnel))["result"] != "running"

        await until(over)
        return dict(await self.hub.outcome(tunnel))

    async def refusal(self) -> object:
        """Why there is no line."""
        try:
            tunnel = await self.hub.open(TO_DEVICE)
        except GateDeclined as declined:
            return declined.code
        with tunnel.socket:
            return (await self.ended(tunnel))["code"]


async def say(tunnel: Tunnel, words: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(tunnel.socket, words)


@asynccontextmanager
async def at_work(network: Network, folder: Path) -> AsyncIterator[Lab]:
    for name in ("gate", "s"):
        (folder / name).mkdir(exist_ok=True)
    with GateAtWork(folder / "gate", network.home, [], sockets=folder / "s", resolver=RESOLVER) as gate:
        async with client_of(folder / "s") as hub:
            lab = Lab(gate, hub)
            await lab.entered()
            yield lab
