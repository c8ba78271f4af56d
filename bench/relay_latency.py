"""What a request costs more than a bare message there and back: the same broker, TLS, client and sizes.

Bare: a process at the broker sends back what it gets. Ours: the request ``health`` to a whole hub behind its
tunnel, encrypted, padded, answered by the table of operations. Both take turns in one run; client, echo, hub
and broker are processes of their own.
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
from hub.remote.broker import Broker
from hub.remote.qr import RelayWay
from tests.hub.remote.relay_home import Phone, RelayHome, broker_user, relay_home, trusted_broker
from tests.mosquitto import ADMIN, ADMIN_PASSWORD, HOST, Mosquitto
from tests.paths import ROOT

ROUNDS, WARM = 600, 50
BUDGET_MS = 1.0
ENOUGH = 100  # quiet pairs; with fewer all count
UP, DOWN = "bench/u", "bench/d"
SIZE = 280


def _broker(folder: Path, port: int, wss_port: int) -> Mosquitto:
    return Mosquitto(folder=folder, ca_file=folder / "ca.pem", port=port, wss_port=wss_port)


async def _echo(broker: Mosquitto) -> None:
    """Send back what comes, until ended."""
    async with broker_user(broker, ADMIN, ADMIN_PASSWORD) as user:
        await user.subscribe(UP)
        print("ready", flush=True)
        async for message in user.messages():
            if message.topic == UP:
                await user.publish(DOWN, message.payload)


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
    return Phone(private=private, hub_key=hub_key, psk=psk, way=way)


async def _bare_ms(user: Broker, payload: bytes) -> float:
    begin = time.perf_counter()
    await user.publish(UP, payload)
    while True:
        event = await user.next()
        if isinstance(event, mqtt.Message) and event.topic == DOWN:
            return (time.perf_counter() - begin) * 1000


async def _ours_ms(connection: Connection) -> float:
    begin = time.perf_counter()
    answer = await connection.ask("health", {}, os.urandom)
    assert answer.ok
    return (time.perf_counter() - begin) * 1000


async def measure(broker: Mosquitto, phone: Phone, processes: list[int], rounds: int) -> Result:
    """Take turns."""
    bare: list[float] = []
    ours: list[float] = []
    moments: list[float] = []
    quiet, payload = Quiet([os.getpid(), *processes]), os.urandom(SIZE)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(quiet.watch())
        user = await stack.enter_async_context(broker_user(broker, ADMIN, ADMIN_PASSWORD))
        connection = await stack.enter_async_context(phone.session())
        await user.subscribe(DOWN)
        for number in range(WARM + rounds):
            first, second = await _bare_ms(user, payload), await _ours_ms(connection)
            if number >= WARM:
                moments.append(time.monotonic())
                bare.append(first)
                ours.append(second)
            await asyncio.sleep(0.02)
        watch.cancel()
    more = [second - first for first, second in zip(bare, ours, strict=True)]
    calm = [one for one, at in zip(more, moments, strict=True) if quiet.at(at)]
    counted = calm if len(calm) >= ENOUGH else more
    return Result(
        name="relay_latency",
        figures={
            "a request more than bare MQTT, p50": Figure(percentile(counted, 50), "ms", at_most=BUDGET_MS),
            "bare MQTT there and back, p50": Figure(percentile(bare, 50), "ms"),
            "request and answer, p50": Figure(percentile(ours, 50), "ms"),
            "request and answer, p99": Figure(percentile(ours, 99), "ms"),
            "quiet pairs": Figure(float(len(calm)), f"of {rounds}"),
        },
        conditions={"rounds": rounds, "size": SIZE, "counted": "quiet" if counted is calm else "all"},
        samples={"bare_ms": bare, "ours_ms": ours},
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
        asyncio.run(_echo(broker) if kind == "echo" else _hub(broker, Path(folder).with_name("hub")))
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

        echo, hub = start("echo"), start("hub")
        assert echo.stdout is not None
        assert hub.stdout is not None
        assert hub.stdin is not None
        assert echo.stdout.readline() == "ready\n"
        broker.learn(*json.loads(hub.stdout.readline()))
        hub.stdin.write("known\n")
        hub.stdin.flush()
        phone = _phone(broker, json.loads(hub.stdout.readline()))
        assert broker.process is not None
        processes = [echo.pid, hub.pid, broker.process.pid]
        asyncio.run(measure(broker, phone, processes, chosen.rounds)).print()


if __name__ == "__main__":
    main()
