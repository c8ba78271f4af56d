"""Many hubs at one stock Mosquitto: memory for each, and what comes back at once after the broker's restart.

Each hub is the program's own relay link (hub/remote/relay.py) with its back-off, TLS 1.3, user, will and one
slot in use, and the broker knows these two users of each. A few processes stand for many hubs.
"""

import argparse
import asyncio
import json
import logging
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from bench.result import Figure, Result
from hub.core import Store
from hub.remote import mosquitto as lines
from hub.remote.link import Remote
from hub.remote.relay import Relays
from hub.remote.relay_book import Relay, RelayBook
from hub.remote.relay_records import RelayRecords
from privacy.client import Destination, Tunnel
from privacy.system import SystemClock
from tests.mosquitto import HOST, Mosquitto, mosquitto
from tests.paths import ROOT

SLOTS = 1  # whose users the broker knows
HUBS, PROCESSES, DOWN_S, LIMIT_S = 2000, 2, 10.0, 400.0


class _InMemory(RelayRecords):
    """A store that is not there: a simulated hub forgets all at its end."""

    def __init__(self) -> None:
        object.__setattr__(self, "store", cast("Store", None))

    async def put(self, relay: object, slots: Sequence[object]) -> None:
        pass

    async def put_slots(self, slots: Sequence[object]) -> None:
        pass


class _Straight(Tunnel):
    """A connection that no gate carries."""

    async def encrypted(
        self, oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        trust = _trust(self.ca_pem or "")
        trust.minimum_version = oldest
        return await asyncio.open_connection(sock=self.socket, ssl=trust, server_hostname=self.host)


@cache
def _trust(pem: str) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem)


class _Door:
    """Follows OpensTunnels: straight to the broker."""

    def __init__(self, port: int, pem: str, tried: list[float]) -> None:
        self._port, self._pem, self._tried = port, pem, tried

    async def open(self, to: Destination) -> Tunnel:
        self._tried.append(time.monotonic())
        stream = socket.socket()
        stream.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(stream, ("127.0.0.1", self._port))
        except OSError:
            stream.close()
            raise
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Straight(word="", host=HOST, port=self._port, ca_pem=self._pem, socket=stream)

    async def encrypted(self, to: Destination) -> Any:
        raise NotImplementedError

    async def outcome(self, tunnel: Tunnel) -> Mapping[str, object]:
        raise NotImplementedError


async def _hubs(port: int, ca_file: Path, folder: Path, count: int, first: int) -> None:
    """Some hundred hubs; says each second how many are connected, and at the end when each came."""
    logging.disable()  # a thousand hubs that lose their relay say so
    pem, tried = ca_file.read_text(), list[float]()
    all_ways: list[Relays] = []
    users: list[str] = []
    acl: list[str] = []
    made: list[tuple[RelayBook, Relay]] = []
    for number in range(first, first + count):
        book = RelayBook(_InMemory(), os.urandom)
        relay = await book.add(f"relay{number}", HOST, port, 0)
        assert relay is not None
        words = {slot.number: slot.password for slot in relay.slots[:SLOTS]}
        users += lines.password_lines(relay.route, relay.row.password, words, os.urandom)
        acl += lines.acl_lines(relay.route, words)
        made.append((book, relay))
    (folder / f"users-{first}").write_text(json.dumps([users, acl]))
    print("users", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    async with asyncio.TaskGroup() as tasks:
        for book, _ in made:
            await book.offer(bytes(8))
            link = Relays(cast("Remote", None), book, _Door(port, pem, tried), SystemClock(), os.urandom)
            all_ways.append(link)
            tasks.create_task(link.run())
        while True:
            await asyncio.sleep(0.25)
            states = Counter(way.state for link in all_ways for way in link.ways.values())
            cpu_s = resource.getrusage(resource.RUSAGE_SELF)
            told = {
                "at": time.monotonic(),
                "connected": states["connected"],
                "tried": len(tried),
                "cpu_s": cpu_s.ru_utime + cpu_s.ru_stime,
            }
            print(json.dumps(told), flush=True)


class _Fleet:
    """The processes of hubs, and what they say."""

    def __init__(self, broker: Mosquitto, folder: Path, hubs: int, stack: ExitStack) -> None:
        self._processes: list[subprocess.Popen[str]] = []
        self.told: list[list[dict[str, float]]] = []
        share = hubs // PROCESSES
        for number in range(PROCESSES):
            words = ["--hubs-at", str(broker.port), str(broker.ca_file), str(folder), str(share)]
            command = [sys.executable, "-m", "bench.relay_fleet", *words, str(number * share)]
            process = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            stack.callback(process.kill)
            self._processes.append(process)
        for number, process in enumerate(self._processes):
            assert _out(process).readline() == "users\n"
            broker.learn(*json.loads((folder / f"users-{number * share}").read_text()))
            self.told.append([])

    def begin(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
            os.set_blocking(_out(process).fileno(), False)

    def look(self) -> int:
        """How many are connected now."""
        for told, process in zip(self.told, self._processes, strict=True):
            while line := _out(process).readline():
                told.append(json.loads(line))
        return sum(int(told[-1]["connected"]) if told else 0 for told in self.told)

    def wait(self, wanted: int, limit_s: float) -> list[tuple[float, int]]:
        """Until so many are connected; how many there were, by time."""
        seen: list[tuple[float, int]] = []
        end_s = time.monotonic() + limit_s
        while not seen or seen[-1][1] != wanted:
            if time.monotonic() > end_s:
                raise TimeoutError(f"{seen[-1][1]} of {wanted} hubs after {limit_s:.0f} s")
            assert all(process.poll() is None for process in self._processes), "hubs ended"
            time.sleep(0.25)
            seen.append((time.monotonic(), self.look()))
        return seen

    def attempts(self) -> int:
        return sum(int(told[-1]["tried"]) for told in self.told)


def _out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def _memory_kib(pid: int) -> int:
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pid(broker: Mosquitto) -> int:
    assert broker.process is not None
    return broker.process.pid


def measure(hubs: int) -> Result:
    """Connect all, look, restart the broker, see them come back."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = stack.enter_context(mosquitto(folder / "broker"))
        empty_kib = _memory_kib(_pid(broker))
        broker.stop()
        fleet = _Fleet(broker, folder, hubs, stack)
        started_s = time.monotonic()
        broker.start()  # it reads the users at its start
        started_s = time.monotonic() - started_s
        users_kib = _memory_kib(_pid(broker))
        began_s = time.monotonic()
        fleet.begin()
        connecting = fleet.wait(hubs, LIMIT_S)
        time.sleep(5.0)
        full_kib, idle_s = _memory_kib(_pid(broker)), _cpu_s(_pid(broker))
        time.sleep(20.0)
        idle_percent = (_cpu_s(_pid(broker)) - idle_s) / 20.0 * 100
        tries_before = fleet.attempts()
        broker.kill()
        fleet.wait(0, LIMIT_S)
        time.sleep(DOWN_S)
        broker.start()
        back_s = time.monotonic()
        coming = fleet.wait(hubs, LIMIT_S)
        storm_cpu_s = _cpu_s(_pid(broker))
        tries = fleet.attempts() - tries_before
    rates = [
        (after[1] - before[1]) / max(after[0] - before[0], 0.01)
        for before, after in zip(coming, coming[4:], strict=False)
    ]
    half, most = (next(at for at, count in coming if count >= hubs * part) - back_s for part in (0.5, 0.99))
    return Result(
        name="relay_fleet",
        figures={
            "hubs connected at once": Figure(float(max(count for _, count in connecting)), "hubs"),
            "broker, memory per connected hub": Figure((full_kib - users_kib) / hubs, "KiB"),
            "broker, memory per known hub (2 users)": Figure((users_kib - empty_kib) / hubs, "KiB"),
            "broker, memory in all": Figure(full_kib / 1024, "MiB"),
            "broker, processor while all rest": Figure(idle_percent, "% of a core"),
            "broker, start with all users": Figure(started_s, "s"),
            "first connection of all": Figure(connecting[-1][0] - began_s, "s"),
            "after a restart, half are back": Figure(half, "s"),
            "after a restart, 99 % are back": Figure(most, "s"),
            "after a restart, all are back": Figure(coming[-1][0] - back_s, "s"),
            "after a restart, most in a second": Figure(max(rates), "hubs/s"),
            "after a restart, attempts per hub": Figure(tries / hubs, ""),
            "after a restart, broker's processor": Figure(storm_cpu_s, "s"),
        },
        conditions={"hubs": hubs, "down_s": DOWN_S, "tls": "1.3, no resumption"},
        samples={"back_s": [at - back_s for at, _ in coming], "back": [float(count) for _, count in coming]},
    )


def main() -> None:
    """Print the result."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--hubs", type=int, default=HUBS)
    arguments.add_argument("--hubs-at", nargs=5, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.hubs_at:
        port, ca_file, folder, count, first = chosen.hubs_at
        asyncio.run(_hubs(int(port), Path(ca_file), Path(folder), int(count), int(first)))
    else:
        measure(chosen.hubs).print()


if __name__ == "__main__":
    main()
