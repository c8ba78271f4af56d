"""When it is checked, and what a store that fails does to a check: nothing to anybody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from privacy import recipients
from privacy.gate.door.door import Door
from privacy.gate.storage.store import StoreError
from privacy.gate.updates.settings import UpdateSettings
from privacy.gate.updates.update_words import FINDINGS, REFUSALS
from privacy.gate.updates.updates import ACTIVITY, Updates
from tests.paths import ROOT
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

NEWS = {
    "name": "news",
    "role": "processor",
    "host": "updates.example.org",
    "country": "DE",
    "activities": [ACTIVITY],
}


@asynccontextmanager
async def at_home(folder: Path) -> AsyncIterator[tuple[Door, Updates, "asyncio.Task[None]"]]:
    """Updates that run beside a door, whose clock is sure and whose source is known."""
    known, mistakes = recipients.read([NEWS], house.register())
    assert not mistakes
    (folder / "gate").mkdir()
    (folder / "root.json").write_bytes(b"{}")
    async with opened(folder / "gate", ManualClock(), rules=(house.register(), known)) as door:
        await door.desk.confirm_clock()
        updates = Updates(door, UpdateSettings(root=folder / "root.json"), folder)
        running = asyncio.get_running_loop().create_task(updates.run())
        try:
            while updates._next is None and not running.done():
                await asyncio.sleep(0.001)
            yield door, updates, running
        finally:
            running.cancel()
            await asyncio.wait({running})


async def test_a_store_that_fails_is_told_to_who_asked_and_ends_nothing_else(tmp_path: Path) -> None:
    async with at_home(tmp_path) as (door, updates, running):
        await door.desk.store.write(lambda tx: tx.execute("ALTER TABLE meta RENAME TO lost"))
        with pytest.raises(StoreError, match="no such table"):
            await updates.check()
        await asyncio.sleep(0)
        assert not running.done()
        await door.desk.store.write(lambda tx: tx.execute("ALTER TABLE lost RENAME TO meta"))
        assert (await updates.state()).code == ""


async def test_a_round_before_its_time_reads_nothing(tmp_path: Path) -> None:
    async with at_home(tmp_path) as (door, updates, _):
        due = (await updates.state()).next
        assert due is not None
        await door.desk.store.write(lambda tx: tx.execute("ALTER TABLE meta RENAME TO lost"))
        await updates.once()
        clock = door.desk.clock
        assert isinstance(clock, ManualClock)
        clock.passed_s += (due - door.desk.time.instant().at).total_seconds() + 1
        with pytest.raises(StoreError):  # the control: when it is time, it reads
            await updates.once()


def test_every_code_stands_in_the_documentation() -> None:
    told = (ROOT / "docs/updates.md").read_text()
    assert [code for code in {**REFUSALS, **FINDINGS} if f"`{code}`" not in told] == []
