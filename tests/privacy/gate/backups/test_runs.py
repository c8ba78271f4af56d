"""A check and a restore as runs of the gate, by real commands: a slow place, Ctrl-C, a client that dies."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.core import schema
from privacy import backup_sheet, console
from privacy.conversation import Declined
from privacy.gate.backups import backup_verbs
from privacy.gate.backups.target import Copy, Target
from privacy.gate.console.console import Console
from privacy.gate.jailed.runtime import listen
from tests.paths import ROOT
from tests.privacy.gate.backups.home import SECRET, Home, furnish, home

LIMIT_S, SLOW_S = 3.0, 5.0  # what a question may take here, and what takes more than that
WAIT_S = 100
COMMAND = (
    "import privacy.console as c, sys; c.ANSWER_TIME_S = float(sys.argv.pop(1));"
    " from hub.daemon.__main__ import main; sys.exit(main())"
)


class Held:
    """A place that gives half of a copy, and the rest when ``go`` is set."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.half, self.go = asyncio.Event(), asyncio.Event()

    async def read(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        whole = b"".join([piece async for piece in self._target.read(name, offset)])
        yield whole[: len(whole) // 2]
        self.half.set()
        await self.go.wait()
        yield whole[len(whole) // 2 :]

    async def copies(self) -> tuple[Copy, ...]:
        return await self._target.copies()


@asynccontextmanager
async def at_the_console(one: Home, folder: Path) -> AsyncIterator[None]:
    """Its backups run, and its console is served where ``--run`` finds it."""

    async def slow(_: Mapping[str, object]) -> Mapping[str, object]:
        await asyncio.sleep(SLOW_S)
        return {}

    (folder / "console").mkdir(parents=True)
    listen(folder / "console" / "home.sock", 0o600).close()
    listening = listen(folder / "console" / "console.sock", 0o600)
    verbs = {**backup_verbs.table(one.backups), "slow": slow}
    running = [asyncio.ensure_future(part) for part in (one.backups.run(), Console(verbs).serve(listening))]
    try:
        await one.backups._begun.wait()  # it knows the places
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)


async def asked(one: Home, verb: str, **fields: object) -> Mapping[str, object]:
    answer = await backup_verbs.table(one.backups)[verb](fields)
    assert isinstance(answer, Mapping)
    return answer


async def rooms(one: Home) -> int:
    return len(await one.hub.store.read(lambda c: c.execute(schema.rooms.select()).all()))


async def test_a_check_and_a_restore_outlast_questions_and_terminals_and_stop_only_before_the_first_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with home(tmp_path / "old", tmp_path / "stick") as old:
        await furnish(old.hub.store)
        await old.sheet()
        await old.backups.now()
    sheet, run = tmp_path / "sheet", tmp_path / "run"
    sheet.touch(mode=0o600)
    sheet.write_text(" ".join(backup_sheet.words_of(SECRET)))

    async def command(verb: str) -> asyncio.subprocess.Process:
        words = [str(LIMIT_S), "backup", verb, "--file", str(sheet), "--run", str(run)]
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", COMMAND, *words, cwd=ROOT, stdout=-1, stderr=-1
        )

    async def until(event: asyncio.Event, process: asyncio.subprocess.Process) -> None:
        """What the command had to lead to; where it ended instead, what it said."""
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(process.wait())]
        await asyncio.wait(waits, timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        assert event.is_set(), await ended(process)
        waits[1].cancel()

    async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
        out, err = await asyncio.wait_for(process.communicate(), WAIT_S)
        return process.returncode, out.decode(), err.decode()

    async with home(tmp_path / "new", tmp_path / "stick") as new, at_the_console(new, run):
        real, backups = new.backups.shelves.targets["local"], new.backups
        was = new.door.desk.standing.epoch

        # given a place that is slower than a question may be, then a check is waited for
        held = Held(real)
        backups.shelves.targets["local"] = held  # type: ignore[assignment]
        checking = await command("check")
        await until(held.half, checking)
        told = backups.progress
        size = new.copies[0].stat().st_size
        assert (told.stage, told.done, told.all) == ("reading", size // 2, size)
        with pytest.raises(Declined, match="backup_busy"):
            await asked(new, "backup.restore", name=new.copies[0].name, sheet=sheet.read_text())
        await asyncio.sleep(SLOW_S)
        held.go.set()
        code, out, err = await ended(checking)
        assert (code, "all of it can be restored" in out, err) == (0, True, "")
        # the control: one question is cut off by then
        monkeypatch.setattr(console, "ANSWER_TIME_S", LIMIT_S)
        with pytest.raises(console.ConsoleAway, match="timed out"):
            await asyncio.to_thread(console.ask, run / "console" / "console.sock", "slow")

        # when a restore is interrupted while the copy is read, then nothing was changed
        held = Held(real)
        backups.shelves.targets["local"] = held  # type: ignore[assignment]
        restoring = await command("restore")
        await until(held.half, restoring)
        restoring.send_signal(signal.SIGINT)
        assert await ended(restoring) == (130, "", "homebase: stopped; nothing was changed\n")
        assert (await rooms(new), new.door.desk.standing.epoch) == (0, was)

        # when it is interrupted after the gate's part was put, then that is too late, and it goes on
        backups.shelves.targets["local"] = real
        ask, putting, go = backups.shelves.ask, asyncio.Event(), asyncio.Event()

        async def slow_hub(op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
            if op == "restore.put":
                putting.set()
                await go.wait()
            return await ask(op, within_s, **fields)

        backups.shelves.ask = slow_hub
        restoring = await command("restore")
        await until(putting, restoring)
        assert (await asked(new, "backup.status"))["unfinished"] == {
            "target": "local",
            "name": new.copies[0].name,
        }
        restoring.send_signal(signal.SIGINT)
        assert restoring.stderr is not None
        assert b"too late to stop" in await asyncio.wait_for(restoring.stderr.readline(), WAIT_S)

        # even when whoever asked is gone
        restoring.kill()
        await restoring.wait()
        go.set()
        while backups.runs.goes_on:
            await asyncio.sleep(0.02)
        assert new.hub.restarts == 1
        assert new.door.desk.standing.epoch not in {was, ""}
        assert await rooms(new) == 2
        assert (await asked(new, "backup.status"))["unfinished"] is None

        # and what came of it is told once, by its number
        told_once = await asked(new, "backup.result", run=3)
        assert (told_once["over"], told_once["applied"], told_once["rooms"]) == (
            True,
            True,
            ["Room 1", "Room 2"],
        )
        for number in (3, 2):
            with pytest.raises(Declined, match="unknown_run"):
                await asked(new, "backup.result", run=number)
