"""A backup of a large history and its restore: what hub and gate need of memory for it, each a process.

``python -m tests.endurance.backup_history --mib 1024``: made, proven, restored onto a blank hub; fails where
one of them grows by more than MOST_MIB over what it needed before. The hub's process is this with ``--hub``.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from hub.core import Store, schema
from hub.daemon.backup import Backup
from privacy import backup_sheet
from privacy.conversation import Conversation, Handler
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.backups.shelves import Progress
from privacy.gate.door.door import Door
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.backups.history import remember
from tests.privacy.gate.backups.home import SECRET, furnish, public

MOST_MIB = 48  # that each may grow by, whatever the history's size
ROW_BYTES = 45  # of a value's line, about
LONG, ROSE, LOOK_S = ("collecting", "checking", "reading"), 3, 0.01
READY_S, ROUND_S = 3600.0, 3600.0


def memory(*, begin: bool = False) -> float:
    """The most MiB that this process had since ``begin``."""
    if begin:
        Path("/proc/self/clear_refs").write_text("5")
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def conversation(end: socket.socket, handlers: Mapping[str, Handler]) -> Conversation:
    """Over one end of a pair."""
    loop = asyncio.get_running_loop()
    end.setblocking(False)

    async def send(frame: bytes, _: int | None) -> None:
        await loop.sock_sendall(end, frame)

    return Conversation(lambda: loop.sock_recv(end, 65_536), send, handlers)


async def hub(end: socket.socket, folder: Path, rows: int) -> None:
    """The hub's half, with so many values."""

    async def settle() -> None:
        """Nothing waits."""

    async with Store(folder, os.urandom) as store:
        if rows:
            await furnish(store)
            await remember(store, rows)
        before = memory(begin=True)

        async def measured(_: Mapping[str, object]) -> Mapping[str, object]:
            count = select(func.count()).select_from(schema.history)
            rows = await store.read(lambda connection: connection.execute(count).scalar_one())
            return {"before": before, "most": memory(), "rows": rows}

        questions = Backup(store, settle, lambda: None).questions()
        await conversation(end, {**questions, "measured": measured}).run()


@asynccontextmanager
async def hub_process(folder: Path, rows: int) -> AsyncIterator[Conversation]:
    """A hub in a process of its own."""
    folder.mkdir(parents=True)
    near, far = socket.socketpair()
    words = [sys.executable, "-m", __spec__.name, "--hub", str(far.fileno()), str(folder), str(rows)]
    process = subprocess.Popen(words, pass_fds=[far.fileno()], cwd=Path(__file__).parents[2])
    far.close()
    talk = conversation(near, {})
    running = asyncio.ensure_future(talk.run())
    try:
        await talk.ask("measured", READY_S)
        yield talk
    finally:
        near.shutdown(socket.SHUT_RDWR)
        await running
        near.close()
        await asyncio.to_thread(process.wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """MiB: of the copy, and by what each grew. rows: that came back; rose: how often a stage's bytes did."""

    copy: float
    gate: float
    giving: float
    taking: float
    rows: int
    rose: Mapping[str, int]

    @property
    def is_shown(self) -> bool:
        """Whether each long stage, there and back, was seen to go forward."""
        return all(self.rose.get(stage, 0) >= ROSE for stage in LONG)


@asynccontextmanager
async def looked_at(progress: Progress, rose: dict[str, int]) -> AsyncIterator[None]:
    """Look as a console does, more often; count in ``rose`` how often a stage's bytes grew.

    Raises:
        AssertionError: they fell, or are more than all.
    """

    async def look() -> None:
        stage, done = "", 0
        while True:
            await asyncio.sleep(LOOK_S)
            now = progress.done if progress.stage == stage else 0
            done = done if progress.stage == stage else 0
            stage = progress.stage
            assert done <= now, f"{stage}: {now} after {done}"
            assert not progress.all or now <= progress.all, f"{stage}: {now} of {progress.all}"
            rose[stage] = rose.get(stage, 0) + (now > done)
            done = now

    looking = asyncio.ensure_future(look())
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])
    assert looking.cancelled(), looking.exception()


async def _backups(door: Door, talk: Conversation, stick: Path) -> Backups:
    settings = BackupSettings(folder=str(stick), most_mib=1 << 20)
    cut = door.withdrawing.end_all
    made = Backups(desk=door.desk, ask=talk.ask, settings=settings, version="0.1.0", cut=cut)
    await made.begin()
    return made


async def whole(folder: Path, rows: int) -> Grown:
    """Make one, prove it, restore it."""
    stick = folder / "stick"
    rose: dict[str, int] = {}
    for path in (folder / "gate", folder / "new", stick):
        path.mkdir()
    async with hub_process(folder / "hub", rows) as talk, opened(folder / "gate", ManualClock()) as door:
        backups = await _backups(door, talk, stick)
        await backups.keep_sheet(public(SECRET), backup_sheet.vouch(SECRET, await backups.signer()))
        await backups.now()  # without: what both need anyway
        await backups.keep_history(wanted=True)
        before, giving = memory(begin=True), (await talk.ask("measured", ROUND_S))["most"]
        begun = time.monotonic()
        async with looked_at(backups.progress, rose):
            (known,) = await backups.now()
        print(
            f"made and proven: {known.size / (1 << 20):.0f} MiB in {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        gave = (await talk.ask("measured", ROUND_S))["most"]
    async with hub_process(folder / "blank", 0) as talk, opened(folder / "new", ManualClock()) as door:
        backups = await _backups(door, talk, stick)
        begun = time.monotonic()
        wish = Wish(where="local", name=known.name, secret=SECRET, trial=False)
        async with looked_at(backups.progress, rose):
            await backups.restore(wish)
        print(f"restored in {time.monotonic() - begun:.0f} s", flush=True)
        took = await talk.ask("measured", ROUND_S)
    return Grown(
        copy=known.size / (1 << 20),
        gate=memory() - before,
        giving=float(str(gave)) - float(str(giving)),
        taking=float(str(took["most"])) - float(str(took["before"])),
        rows=int(str(took["rows"])),
        rose=rose,
    )


def main() -> int:
    """Measure; 1 where memory is not flat."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--hub", nargs=3)
    options = parser.parse_args()
    if options.hub:
        descriptor, folder, rows = options.hub
        asyncio.run(hub(socket.socket(fileno=int(descriptor)), Path(folder), int(rows)))
        return 0
    rows = (options.mib << 20) // ROW_BYTES
    with tempfile.TemporaryDirectory() as folder:
        grown = asyncio.run(whole(Path(folder), rows))
    print(
        f"{grown.copy:.0f} MiB, {grown.rows} rows; grew by MiB: gate {grown.gate:.1f},"
        f" hub that gave {grown.giving:.1f}, hub that took {grown.taking:.1f}; {MOST_MIB} at most"
    )
    print(f"progress rose: {dict(grown.rose)}; {ROSE} at least of each of {', '.join(LONG)}")
    return int(
        grown.rows != rows or not grown.is_shown or max(grown.gate, grown.giving, grown.taking) > MOST_MIB
    )


if __name__ == "__main__":
    sys.exit(main())
