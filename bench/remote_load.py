"""Sessions with phones: handshakes that a hub answers in a second, and a hundred sessions at once.

A hundred phones are more than a home may pair (64); they are written into its store before it starts. The hub
is a process of its own, with the lamp driver; its phones are another one, at its WebSocket.
"""

import argparse
import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from sqlalchemy import insert

from bench.result import Figure, Result, percentile
from hub.core import Store, schema
from hub.daemon.phone.connection import Connection, opened_session
from hub.daemon.phone.ways import SocketPipe
from hub.remote.initiator import Dial, Initiator
from hub.remote.keys import AT_HOME, Mode
from hub.remote.messages import Hello
from hub.remote.noise import public_key
from hub.remote.phone_session import Welcomed
from hub.remote.store import OWN, PhoneRecords
from privacy.system import SystemClock, random_bytes
from tests.hub.home_in_a_box import running_home
from tests.hub.remote.ends import Hub, Line, Phone, connected, known
from tests.paths import ROOT

PHONES, HANDSHAKES, REQUESTS, SECONDS = 100, 500, 1000, 20.0
BUDGET_MS = 1.0
OPERATION = "rooms.list"


def handshakes() -> tuple[float, float]:
    """Handshakes a second on one core: whole ones, and openings by strangers that are not answered."""
    hub, phone, stranger = Hub(), Phone("phone"), Phone("stranger")
    known(hub, phone)
    stranger.psk = bytes(32)
    whole_s = refused_s = 0.0
    for _ in range(HANDSHAKES):
        line, opening = Line(), phone.dial(hub.key)
        begin_s = time.process_time()
        (answer,) = hub.receive(line, opening)
        whole_s += time.process_time() - begin_s
        (first,) = phone.receive(answer)
        begin_s = time.process_time()
        hub.receive(line, first)
        whole_s += time.process_time() - begin_s
        opening = stranger.dial(hub.key)
        begin_s = time.process_time()
        assert hub.receive(Line(), opening) == []
        refused_s += time.process_time() - begin_s
    return HANDSHAKES / whole_s, HANDSHAKES / refused_s


def requests_ms() -> list[float]:
    """What Noise and framing take of a request and its answer, both sides together, in processor time."""
    hub, phone = Hub(), Phone()
    known(hub, phone)
    line = connected(hub, phone)
    took: list[float] = []
    for number in range(REQUESTS):
        begin_s = time.process_time()
        (up,) = phone.ask("something")
        (down,) = hub.receive(line, up, number / 10)
        phone.receive(down, number / 10)
        took.append((time.process_time() - begin_s) * 1000)
    assert len(phone.answers) == REQUESTS
    return took


async def _hub(folder: Path, keys: list[str]) -> None:
    """A hub that knows these phones; says its own key, then at each line what it takes."""
    psk = bytes(32)
    async with Store(folder, random_bytes) as store:
        own = public_key(await PhoneRecords(store=store).key(OWN, random_bytes))
        rows = [
            {"key": bytes.fromhex(key), "psk": psk, "name": "Phone", "role": "owner", "created_at": 0}
            for key in keys
        ]
        await store.write(lambda connection: connection.execute(insert(schema.phones), rows).rowcount)
    async with running_home(folder):
        print(own.hex(), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            found = re.search(r"^Pss:\s+(\d+)", Path("/proc/self/smaps_rollup").read_text(), re.MULTILINE)
            assert found is not None
            used = resource.getrusage(resource.RUSAGE_SELF)
            print(json.dumps([int(found[1]), used.ru_utime + used.ru_stime]), flush=True)


async def _sessions(
    front: Path, hub_key: bytes, privates: list[bytes], look: Callable[[], Awaitable[tuple[int, float]]]
) -> Result:
    before_kib, _ = await look()
    begin_s = time.monotonic()
    async with AsyncExitStack() as stack:
        connector = aiohttp.UnixConnector(path=str(front), limit=0)
        headers = {"Homebase-Peer": "127.0.0.1"}
        browser = await stack.enter_async_context(
            aiohttp.ClientSession("http://home", connector=connector, headers=headers)
        )
        connections: list[Connection] = []
        for private in privates:
            dial = Dial(mode=Mode.SESSION, hub_key=hub_key, private=private, psk=bytes(32), route=AT_HOME)
            socket = await stack.enter_async_context(browser.ws_connect("/session", autoping=False))
            opened = await opened_session(
                SocketPipe(socket), Initiator(dial, os.urandom), Hello(client="bench"), SystemClock()
            )
            assert opened is not None
            assert isinstance(await opened.next(), Welcomed)
            connections.append(opened)
        connected_s = time.monotonic() - begin_s
        await asyncio.sleep(2.0)
        with_kib, rest_s = await look()
        await asyncio.sleep(SECONDS)
        _, rested_s = await look()
        took: list[float] = []

        async def ask(connection: Connection, after_s: float) -> None:
            await asyncio.sleep(after_s)
            for _ in range(int(SECONDS)):
                begin_s = time.perf_counter()
                assert (await connection.ask(OPERATION, {}, os.urandom)).ok
                took.append((time.perf_counter() - begin_s) * 1000)
                await asyncio.sleep(1.0 - (time.perf_counter() - begin_s))

        async with asyncio.TaskGroup() as tasks:
            for number, connection in enumerate(connections):
                tasks.create_task(ask(connection, number / len(connections)))
        asked_kib, asked_s = await look()
    whole, refused = handshakes()
    return Result(
        name="remote_load",
        figures={
            "handshakes, answered, one core": Figure(whole, "/s"),
            "openings of strangers, refused, one core": Figure(refused, "/s"),
            "Noise and framing of a request and its answer, p50": Figure(
                percentile(requests_ms(), 50), "ms", at_most=BUDGET_MS
            ),
            "sessions at once": Figure(float(len(connections)), ""),
            "memory per session": Figure((with_kib - before_kib) / len(connections), "KiB"),
            "hub with them": Figure(with_kib / 1024, "MiB"),
            "hub after the requests": Figure(asked_kib / 1024, "MiB"),
            "processor while they rest": Figure((rested_s - rest_s) / SECONDS * 100, "% of a core"),
            "processor at a request a second each": Figure(
                (asked_s - rested_s) / SECONDS * 100, "% of a core"
            ),
            "a request meanwhile, p50": Figure(percentile(took, 50), "ms"),
            "a request meanwhile, p99": Figure(percentile(took, 99), "ms"),
            "all connected, one after the other": Figure(connected_s, "s"),
        },
        conditions={"operation": OPERATION, "seconds": SECONDS, "handshakes": HANDSHAKES},
        samples={"request_ms": took},
    )


async def _measure(phones: int) -> Result:
    privates = [os.urandom(32) for _ in range(phones)]
    with tempfile.TemporaryDirectory() as name:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.remote_load", "--hub", name),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        says, told = process.stdin, process.stdout

        async def look() -> tuple[int, float]:
            says.write(b"look\n")
            kib, cpu_s = json.loads(await told.readline())
            return int(kib), float(cpu_s)

        try:
            says.write(json.dumps([public_key(private).hex() for private in privates]).encode() + b"\n")
            hub_key = bytes.fromhex((await told.readline()).decode())
            return await _sessions(Path(name) / "front.sock", hub_key, privates, look)
        finally:
            process.kill()
            await process.wait()


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--phones", type=int, default=PHONES)
    arguments.add_argument("--hub", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.hub:
        asyncio.run(_hub(chosen.hub, json.loads(sys.stdin.readline())))
    else:
        asyncio.run(_measure(chosen.phones)).print()


if __name__ == "__main__":
    main()
