"""Kills in the middle of a restore: what is half restored says so, and is restored by doing it again."""

import asyncio
import signal
import sys
from pathlib import Path

from hub.core import schema
from tests.paths import ROOT
from tests.privacy.gate.backups.home import Home, furnish, home

POINTS = {  # where it is killed: is the gate in a new epoch, how many rooms has the hub
    "restore.check:after": (False, 0),  # the control: nothing was put yet
    "restore.put:before": (True, 0),
    "restore.put:after": (True, 2),
}


async def rooms(one: Home) -> int:
    return len(await one.hub.store.read(lambda c: c.execute(schema.rooms.select()).all()))


async def test_a_home_that_is_killed_between_the_gates_part_and_the_hubs_says_so_and_is_restored_again(
    tmp_path: Path,
) -> None:
    stick = tmp_path / "stick"
    async with home(tmp_path / "old", stick) as old:
        await furnish(old.hub.store)
        await old.sheet()
        await old.backups.now()
        signer = await old.backups.signer()
    for point, (is_new, has) in POINTS.items():
        folder = tmp_path / point
        async with home(folder, stick) as new:
            was = new.door.desk.standing.epoch
        words = [sys.executable, "-m", "tests.crash.restore_child", str(folder), str(stick), point]
        child = await asyncio.create_subprocess_exec(*words, cwd=ROOT)
        assert await asyncio.wait_for(child.wait(), 120) == -signal.SIGKILL

        async with home(folder, stick) as new:
            # either half is whole, and the gate knows that the other one may be missing
            assert (new.door.desk.standing.epoch != was, await rooms(new)) == (is_new, has), point
            unfinished = {"target": "local", "name": new.copies[0].name} if is_new else None
            assert (await new.backups.told())["unfinished"] == unfinished, point
            assert not list(new.door.desk.standing.live())

            # and done again, it is as it would have been
            await new.restore(anyway=True)
            assert (await new.backups.told())["unfinished"] is None
            assert await rooms(new) == 2
            assert await new.backups.signer() == signer
