"""What a request costs more than a bare message there and back: the same broker, TLS, client and sizes.

Bare: a process sends back what it gets, once by a connection of its own and once by a tunnel as the hub's.
Ours: the request ``health`` to a whole hub behind its tunnel, encrypted, padded, answered by the table of
operations. All take turns in one run, each as often first; client, echoes, hub and broker are processes of
their own.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

from bench.others import Quiet
from bench.result import Figure, Result, percentile
from hub.daemon.phone.connection import Connection
from hub.remote import mqtt
from hub.remote.broker import Broker, logged_in
from hub.remote.qr import RelayWay
from hub.remote.relay import ACTIVITY, CATEGORIES
from privacy.client import Destination
from privacy.system import SystemClock
from tests.hub.front import Front
from tests.hub.remote.relay_home import RELAY, Phone, RelayHome, broker_user, relay_home, trusted_broker
from tests.lab.tunnel_lab import client_of
from tests.mosquitto import ADMIN, ADMIN_PASSWORD, HOST, Mosquitto
from tests.paths import ROOT

ROUNDS, WARM = 600, 50
BUDGET_MS = 1.0
ENOUGH = 100  # quiet pairs; with fewer all count
DIRECT, TUNNELLED = "bench/direct", "bench/tunnel"
SIZE = 280


def _broker(folder: Path, port: int, wss_port: int) -> Mosquitto:
    return Mosquitto(folder=folder, ca_file=folder / "ca.pem", port=port, wss_port=wss_port)


async def _echo(broker: Mosquitto) -> None:
    """Send back what comes, until ended."""
    async with broker_user(broker, ADMIN, ADMIN_PASSWORD) as user:
        await _send_back(user, DIRECT)


async def _echo_by_tunnel(broker: Mosquitto, folder: Path) -> None:
    """The same by a stream that somebody splices, as the gate does for the hub."""
    folder.mkdir()
    async with Front(folder) as front, client_of(folder) as gate:
        front.relays[RELAY] = (HOST, broker.port, broker.ca_file.read_text())
        reader, writer = await gate.encrypted(
            Destination(activity=ACTIVITY, recipient=RELAY, categories=CATEGORIES)
        )
        login = mqtt.Login(client_id="tunnel", user=ADMIN, password=ADMIN_PASSWORD)
        await _send_back(await logged_in(reader, writer, login, SystemClock()), TUNNELLED)


async def _send_back(user: Broker, place: str) -> None:
    await user.subscribe(f"{place}/u")
    print("ready", flush=True)
    async for message in user.messages():
        await user.publish(f"{place}/d", message.payload)


async def _hub(broker: Mosquitto, folder: Path) -> None:
    """A whole hub with one phone; prints the phone's keys, then serves until ended."""
    async with relay_home(folder, broker) as there:
        await _serve(there)


async def _serve(there: RelayHome) -> None:
    made = await there.ask(
        "relays.add", name=there.name, host=HOST, tls_port=there.broker.port, wss_port=there.broker.wss_port
    )
    print(json.dumps([made["passwords"], made["acl"]]), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    phone = await there.pair()
    keys = {
        "private": phone.private.hex(),
        "hub_key": phone.hub_key.hex(),
        "psk": phone.psk.hex(),
        "route": phone.way.route.hex(),
        "slot": phone.way.slot,
        "password": phone.way.password,
        "account": phone.account,
    }
    print(json.dumps(keys), flush=True)
    await asyncio.to_thread(sys.stdin.readline)


def _phone(broker: Mosquitto, keys: dict[str, str]) -> Phone:
    way = RelayWay(
        host=HOST,
        tls_port=broker.port,
        wss_port=broker.wss_port,
        route=bytes.fromhex(keys["route"]),
        slot=int(keys["slot"]),
        password=keys["password"],
    )
    private, hub_key, psk = (bytes.fromhex(keys[name]) for name in ("private", "hub_key", "psk"))
    return Phone(private=private, hub_key=hub_key, psk=psk, way=way, account=keys["account"])


async def _bare_ms(user: Broker, place: str, payload: bytes) -> float:
    begin = time.perf_counter()
    await user.publish(f"{place}/u", payload)
    while True:
        event = await user.next()
        if isinstance(event, mqtt.Message) and event.topic == f"{place}/d":
            return (time.perf_counter() - begin) * 1000


async def _ours_ms(connection: Connection) -> float:
    begin = time.perf_counter()
    answer = await connection.ask("health", {}, os.urandom)
    assert answer.ok
    return (time.perf_counter() - begin) * 1000


async def measure(broker: Mosquitto, phone: Phone, processes: list[int], rounds: int) -> Result:
    """Take turns."""
    bare: list[float] = []
    tunnelled: list[float] = []
    ours: list[float] = []
    moments: list[float] = []
    quiet, payload = Quiet([os.getpid(), *processes]), os.urandom(SIZE)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(quiet.watch())
        user = await stack.enter_async_context(broker_user(broker, ADMIN, ADMIN_PASSWORD))
        connection = await stack.enter_async_context(phone.session())
        await user.subscribe(f"{DIRECT}/d", f"{TUNNELLED}/d")
        for number in range(WARM + rounds):
            for turn in range(3):  # whoever is first finds a processor that did something else
                which = (number + turn) % 3
                if which == 0:
                    took_ms = await _bare_ms(user, DIRECT, payload)
                elif which == 1:
                    took_ms = await _bare_ms(user, TUNNELLED, payload)
                else:
                    took_ms = await _ours_ms(connection)
                if number >= WARM:
                    (bare, tunnelled, ours)[which].append(took_ms)
            if number >= WARM:
                moments.append(time.monotonic())
            await asyncio.sleep(0.02)
        watch.cancel()
    more = [second - first for first, second in zip(tunnelled, ours, strict=True)]
    calm = [one for one, at in zip(more, moments, strict=True) if quiet.at(at)]
    counted = calm if len(calm) >= ENOUGH else more
    return Result(
        name="relay_latency",
        figures={
            "a request more than bare MQTT by a tunnel, p50": Figure(
                percentile(counted, 50), "ms", at_most=BUDGET_MS
            ),
            "bare MQTT there and back, p50": Figure(percentile(bare, 50), "ms"),
            "bare MQTT by a tunnel, p50": Figure(percentile(tunnelled, 50), "ms"),
            "quickest tenth: bare": Figure(percentile(bare, 10), "ms"),
            "quickest tenth: bare by a tunnel": Figure(percentile(tunnelled, 10), "ms"),
            "quickest tenth: request": Figure(percentile(ours, 10), "ms"),
            "request and answer, p50": Figure(percentile(ours, 50), "ms"),
            "request and answer, p99": Figure(percentile(ours, 99), "ms"),
            "quiet pairs": Figure(float(len(calm)), f"of {rounds}"),
        },
        conditions={"rounds": rounds, "size": SIZE, "counted": "quiet" if counted is calm else "all"},
        samples={"bare_ms": bare, "tunnel_ms": tunnelled, "ours_ms": ours},
    )


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("--end", nargs=4, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.end:
        kind, folder, port, wss_port = chosen.end
        broker = _broker(Path(folder), int(port), int(wss_port))
        lives = {
            "echo": lambda: _echo(broker),
            "tunnel": lambda: _echo_by_tunnel(broker, Path(folder).with_name("echo")),
            "hub": lambda: _hub(broker, Path(folder).with_name("hub")),
        }
        asyncio.run(lives[kind]())
        return
    with (
        tempfile.TemporaryDirectory() as name,
        trusted_broker(Path(name) / "broker") as broker,
        ExitStack() as stack,
    ):

        def start(kind: str) -> subprocess.Popen[str]:
            words = [kind, str(broker.folder), str(broker.port), str(broker.wss_port)]
            process = subprocess.Popen(
                [sys.executable, "-m", "bench.relay_latency", "--end", *words],
                cwd=ROOT,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        echoes, hub = [start("echo"), start("tunnel")], start("hub")
        assert hub.stdout is not None
        assert hub.stdin is not None
        for echo in echoes:
            assert echo.stdout is not None
            assert echo.stdout.readline() == "ready\n"
        broker.learn(*json.loads(hub.stdout.readline()))
        hub.stdin.write("known\n")
        hub.stdin.flush()
        phone = _phone(broker, json.loads(hub.stdout.readline()))
        assert broker.process is not None
        processes = [*(echo.pid for echo in echoes), hub.pid, broker.process.pid]
        asyncio.run(measure(broker, phone, processes, chosen.rounds)).print()


if __name__ == "__main__":
    main()
