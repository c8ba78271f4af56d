"""Many homes that send figures for years, one after the other: real gates, real sockets, a clock that jumps.

Each home is a door with its own store, consents and key; it looks up the collector's name, greets it by TLS
and posts. Its rounds are a minute apart, at a second of its own; what no round does anything in is jumped
over. The clock stands while it sends, so what the collector notes is the moment at which the gate let go.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeVar

from privacy import recipients
from privacy.gate.console import figure_verbs, tunnel_consents
from privacy.gate.door.door import Door
from privacy.gate.door.upkeep import Upkeep
from privacy.gate.outbox import figures
from tests.lab import outside
from tests.lab.outside import RECEIVER, NameServer, authority
from tests.lab.wire_collector import WireCollector
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

T = TypeVar("T")
TELEMETRY, MONITOR = "telemetry.usage", "monitor.device"
HOSTS = ("figures.example.org", "others.example.org")
ROUND_S = 60


class JumpingClock(ManualClock):
    """Sleeps by jumping to the end of it."""

    async def sleep(self, seconds: float) -> None:
        self.passed_s += seconds
        await asyncio.sleep(0)


class Fleet:
    """One place where homes live. home: the number of the one that lives now; nobody sends it."""

    def __init__(self, folder: Path, inside: str, collector: WireCollector, ca_file: Path) -> None:
        self.folder, self.collector = folder, collector
        self.clock = JumpingClock()
        self.home = 0
        self._inside, self._ca_file = inside, str(ca_file)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something where homes live, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        configuration = self.folder / "resolv.conf"
        configuration.write_text(f"nameserver {outside.RESOLVER}\n")
        outside.use_resolver(configuration)
        outside.enter(self._inside)
        self._loop.run_forever()

    @asynccontextmanager
    async def living(
        self,
        folder: Path,
        counted: Mapping[str, int],
        clock: JumpingClock | None = None,
        allowed: tuple[tuple[str, str], ...] = ((TELEMETRY, HOSTS[0]),),
    ) -> AsyncIterator["Home"]:
        """A home in that folder, started, or again. allowed: activity and host, if not allowed yet."""
        self.clock = clock or JumpingClock()
        self.collector.now = self.clock.now
        row = {
            "role": "processor",
            "country": "DE",
            "path": "/v1/metrics",
            "activities": [TELEMETRY, MONITOR],
            "ca_file": self._ca_file,
        }
        rows = [{"name": host.partition(".")[0], "host": host, **row} for host in HOSTS]
        known, mistakes = recipients.read(rows, house.register())
        assert not mistakes

        async def count(activity: str, names: list[str]) -> Mapping[str, object]:
            return {"groups": {name: counted[name] for name in names}}

        folder.mkdir(exist_ok=True)
        async with opened(folder, self.clock, rules=(house.register(), known)) as door:
            door.telemetry._collect = door.monitoring._collect = count
            await door.desk.confirm_clock()
            home = Home(door, self.clock)
            for activity, host in allowed:
                if not any(grant.host == host for grant in figures.live(door.desk, activity)):
                    await home.allow(activity, host)
            yield home


class Home:
    """One of them, while it runs."""

    def __init__(self, door: Door, clock: JumpingClock) -> None:
        self.door, self.clock = door, clock
        self._upkeep = Upkeep(door)

    async def allow(self, activity: str, host: str) -> None:
        fields = {"activity": activity, "recipient": host.partition(".")[0]}
        await tunnel_consents.table(self.door)["consent.allow"](fields)

    async def round(self) -> None:
        """What the gate does each minute."""
        await self._upkeep.once()

    def now(self) -> datetime:
        return self.door.desk.time.instant().at

    async def pass_week(self) -> None:
        """To the next week, and in it over the moment that was drawn."""
        await self.next_week()
        weeks = (await self.door.telemetry.state()).weeks
        if weeks:
            await self.pass_moment(weeks[-1].at)

    async def next_week(self) -> None:
        """To the first round of the next ISO week."""
        at = self.now()
        monday = (at - timedelta(days=at.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        self._jump(monday + timedelta(days=7))
        await self.round()

    async def pass_reports(self, until: datetime) -> None:
        """Over each moment that a report to a collector has before ``until``."""
        while True:
            await self.round()
            shown = await self.shown("monitor.show")
            agreed = [row for row in shown["next"] if row["recipient"] in shown["recipients"]]
            moments = [datetime.fromisoformat(row["at"]) for row in agreed]
            if min(moments, default=until) >= until:
                return
            await self.pass_moment(min(moments))

    async def shown(self, verb: str) -> dict[str, Any]:
        """What the console is told."""
        told = await figure_verbs.table(self.door)[verb]({"language": "en"})
        assert isinstance(told, Mapping)
        return dict(told)

    async def pass_moment(self, at: datetime) -> None:
        """Over ``at``, by the rounds before it."""
        self._jump(at - timedelta(seconds=2 * ROUND_S))
        await self.round()
        moments = (self.door.telemetry.moments, self.door.monitoring.moments)
        while any(one.waiting for one in moments):
            await asyncio.sleep(0.0005)

    def _jump(self, at: datetime) -> None:
        """To the first round of this home after ``at``, if that is ahead."""
        rounds = -(-(at - self.now()) // timedelta(seconds=ROUND_S))
        self.clock.passed_s += max(rounds, 0) * ROUND_S


@contextmanager
def fleet(folder: Path, wire: tuple[str, str]) -> Iterator[Fleet]:
    """A place for homes at one end of the wire; name server and collector at the other."""
    inside, far = wire
    folder.mkdir(exist_ok=True)
    ca_file, context = authority(folder / "ca", *HOSTS)
    names = NameServer(far, {host: [RECEIVER] for host in HOSTS})
    collector = WireCollector(far, context)
    living = Fleet(folder, inside, collector, ca_file)
    try:
        yield living
    finally:
        living.close()
        collector.close()
        names.close()


def place(number: int) -> Path:
    """A folder in memory where there is one: a fleet's years are many small writes."""
    memory = Path("/dev/shm")
    return (memory if os.access(memory, os.W_OK) else Path(gettempdir())) / f"homes-{os.getpid()}-{number}"
