"""A gate with tunnelled activities that are built, a hub's client at its sockets, recipients far away."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from privacy.client import Destination, GateClient, GateLost, Tunnel
from privacy.consent import Grant, Wish, propose
from privacy.gate.desk import packaged_register
from privacy.gate.storage import records
from privacy.gate.tunnels.tunnels import Limits
from privacy.register import Form, Register
from privacy.vocabulary import DataCategory
from tests.lab.far_side import FarSide
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Packet, Recorder
from tests.privacy.greetings import real

CLOUD, VOICE = "device_cloud.generic", "voice.generic"
HOST, OTHER_HOST = "cloud.example.org", "voice.example.org"
CATEGORIES = frozenset({DataCategory.CLIMATE, DataCategory.ACTUATOR_STATE})
TO_CLOUD = Destination(activity=CLOUD, recipient="cloud", categories=CATEGORIES)
TO_VOICE = Destination(activity=VOICE, recipient="voice", categories=CATEGORIES)
PATIENCE_S = 40.0


def built_register(bytes_per_day: int = 64 << 20) -> Register:
    """The package's register with two tunnelled activities that are not built there yet."""
    register = packaged_register()
    built = {
        name: replace(register.activities[name], built=True, bytes_per_day=bytes_per_day)
        for name in (CLOUD, VOICE)
    }
    return replace(register, activities={**register.activities, **built})


def row(name: str, host: str, activity: str, **more: object) -> dict[str, object]:
    """One ``[[recipient]]``."""
    plain: dict[str, object] = {
        "name": name,
        "role": "partner",
        "host": host,
        "country": "DE",
        "activities": [activity],
    }
    return plain | more


@dataclass(slots=True, kw_only=True)
class TunnelLab:
    """gate: at work; hub: a client at its sockets; far: the recipient; names, recorder: as ever."""

    gate: GateAtWork
    hub: GateClient
    far: FarSide
    names: NameServer
    recorder: Recorder
    sockets: Path
    _opened: list[Tunnel] = field(default_factory=list)

    async def gate_does(self, work: Callable[[], Any]) -> Any:
        """Run something on the gate's loop."""

        async def there() -> Any:
            return work()

        return await asyncio.to_thread(self.gate.call, there())

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        """The console."""
        return await asyncio.to_thread(self.gate.ask, verb, **fields)

    async def opened(self, to: Destination = TO_CLOUD, first: bytes | None = None) -> Tunnel:
        """A tunnel with its greeting on its way."""
        tunnel = await self.hub.open(to)
        self._opened.append(tunnel)
        await send(tunnel, real(tunnel.host) if first is None else first)
        return tunnel

    def close(self) -> None:
        """Give up what was opened."""
        for tunnel in self._opened:
            tunnel.socket.close()

    async def ended(self, tunnel: Tunnel) -> Mapping[str, object]:
        """What became of it, once it is over."""
        told: Mapping[str, object] = {}

        async def over() -> bool:
            nonlocal told
            told = await self.hub.outcome(tunnel)
            return told["result"] != "running"

        await until(over)
        return told

    async def entries(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The ledger: entries of one kind as their data, or all as they are."""
        found: list[dict[str, Any]] = []
        while page := (await self.ask("ledger.list", after=found[-1]["seq"] if found else -1))["entries"]:
            found += page
        return found if kind is None else [entry["data"] for entry in found if entry["kind"] == kind]

    async def sound(self) -> bool:
        """Whether the ledger verifies."""
        return bool((await self.ask("ledger.verify"))["findings"] == [])

    def packets(self) -> list[Packet]:
        """What left since the last call."""
        return self.recorder.taken()


async def send(tunnel: Tunnel, data: bytes) -> None:
    """Write all of it."""
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.get_running_loop().sock_sendall(tunnel.socket, data)


async def receive(tunnel: Tunnel, count: int) -> bytes:
    """Read so much, or up to the end."""
    data, loop = b"", asyncio.get_running_loop()
    async with asyncio.timeout(PATIENCE_S):
        while len(data) < count and (piece := await loop.sock_recv(tunnel.socket, 65536)):
            data += piece
    return data


async def until(over: Callable[[], Any]) -> None:
    """Wait until it is true; a coroutine function is awaited."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = over()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return
            await asyncio.sleep(0.01)


def standing_grant(gate: GateAtWork, to: Destination) -> Grant:
    """The owner's yes to it, on the disk and live."""

    async def give() -> Grant:
        desk = gate.door.desk
        wish = Wish(
            activity=to.activity,
            recipient=to.recipient,
            form=Form.STANDING,
            groups=frozenset(),
            ticket="",
            language="en",
            categories=to.categories,
            addressee=to.addressee,
        )
        number = await desk.store.read(records.next_grant_id)
        grant = propose(wish, desk.register, desk.recipients, desk.time.instant(), number)
        assert isinstance(grant, Grant), grant
        grant = replace(grant, epoch=desk.standing.epoch)
        await desk.store.write(lambda tx: records.keep_grant(tx, grant))
        desk.standing.give(grant)
        return grant

    return gate.call(give())


@contextmanager
def gate_with_tunnels(
    wire: tuple[str, str],
    folder: Path,
    sockets: Path,
    rows: list[dict[str, object]] | None = None,
    *,
    register: Register | None = None,
    limits: Limits | None = None,
) -> Iterator[GateAtWork]:
    """A gate whose owner agreed to its recipients."""
    known = rows or [row("cloud", HOST, CLOUD), row("voice", OTHER_HOST, VOICE)]
    with GateAtWork(folder, wire[0], known, register=register or built_register(), sockets=sockets) as gate:
        gate.door.tunnels._limits = limits or Limits()
        gate.ask("consent.confirm_clock")
        yield gate


@asynccontextmanager
async def tunnel_lab(
    wire: tuple[str, str], folder: Path, sockets: Path, *, mode: str = "keep", **more: Any
) -> AsyncIterator[TunnelLab]:
    """All of it, with a grant for the cloud and one for the voice assistant."""
    outside = wire[1]
    recorder = Recorder(outside)
    names = NameServer(outside, {HOST: [RECEIVER], OTHER_HOST: [RECEIVER]})
    far = FarSide(outside, mode=mode)
    try:
        with gate_with_tunnels(wire, folder, sockets, **more) as gate:
            for to in (TO_CLOUD, TO_VOICE):
                standing_grant(gate, to)
            async with client_of(sockets) as hub:
                parts = {"gate": gate, "hub": hub, "far": far, "names": names, "recorder": recorder}
                lab = TunnelLab(**parts, sockets=sockets)  # type: ignore[arg-type]  # by name
                try:
                    yield lab
                finally:
                    lab.close()
    finally:
        far.close()
        names.close()
        recorder.close()


@asynccontextmanager
async def client_of(sockets: Path) -> AsyncIterator[GateClient]:
    """The hub's end of control.sock."""
    hub = GateClient(sockets / "control.sock")
    await hub.connect()

    async def run() -> None:
        try:
            await hub.run()
        except GateLost:
            return

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run())
        await asyncio.sleep(0)
        yield hub
        running.cancel()


def moment_s() -> float:
    """Unix time, as the recorder's kernel stamps packets."""
    return time.time()
