"""What was closed while the disk refused stays closed after a restart, however the disk refused."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from privacy import slots
from privacy.gate.door.door import Door
from privacy.gate.storage.closures import ClosureKind
from privacy.gate.storage.tombstones import Tomb, Tombstone, Tombstones
from tests.crash.fault import Faults, build_shim
from tests.paths import ROOT
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.refusing_disk import FAULTS, Case, Told
from tests.privacy.gate.test_console_verbs import ask

CLOSES = ("key", "deregistration", "objection", "restriction", "withdrawal")
CASES = [(closes, fault, True) for closes in CLOSES for fault in FAULTS] + [
    (closes, "full", False) for closes in CLOSES
]


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Mapping[tuple[str, str, bool], tuple[Path, Told]]:
    """All cases, in processes that end at once afterwards; each left a folder behind."""
    base = tmp_path_factory.mktemp("refusing")
    faults, cases = Faults(base / "fault"), []
    for number, (closes, fault, guarded) in enumerate(CASES):
        folder = base / str(number)
        (folder / "gate").mkdir(parents=True, mode=0o700)
        calls, error, part = FAULTS[fault]
        cases.append(Case(str(folder), closes, int(calls), error, part, guarded))
    run = subprocess.run(
        [sys.executable, "-m", "tests.privacy.gate.refusing_disk", msgspec.json.encode(cases).decode()],
        env={**os.environ, **faults.environment(build_shim(base), base)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    told = [msgspec.json.decode(line, type=Told) for line in run.stdout.splitlines()]
    assert len(told) == len(cases)
    return {key: (Path(case.folder), one) for key, case, one in zip(CASES, cases, told, strict=True)}


def is_closed(door: Door, closes: str, told: Told) -> bool:
    """Whether the restarted gate knows what the one before it had closed."""
    desk = door.desk
    match closes:
        case "key":
            return [key.kid for key in desk.keys.all()] == told.keys[1:]
        case "deregistration":
            return desk.standing.deregistered and not desk.keys.all() and not list(desk.standing.live())
        case "objection":
            return desk.closures.of(ClosureKind.OBJECTED) == {house.ACTIVITY}
        case "restriction":
            return desk.closures.of(ClosureKind.RESTRICTED) == {"radio"}
        case _:
            return not list(desk.standing.live())


@pytest.mark.parametrize(("closes", "fault"), [case[:2] for case in CASES if case[2]])
async def test_what_was_closed_stays_closed(
    lives: Mapping[tuple[str, str, bool], tuple[Path, Told]], closes: str, fault: str
) -> None:
    folder, told = lives[closes, fault, True]
    assert told.recorded is False  # said as it is
    memory = folder / "memory"
    assert memory.exists() == (fault == "read-only")
    for _ in range(2):  # and after one more restart too
        async with opened(folder / "gate", memory=memory) as door:
            assert is_closed(door, closes, told)
            assert (await ask(door, "ledger.verify"))["findings"] == []
            assert not memory.exists()
            assert Tombstones(folder / "gate" / "tombstones").remembered() == ()
    if closes == "key":
        async with opened(folder / "gate") as door:  # the others' consents go on
            assert len(list(door.desk.standing.live())) == 2


@pytest.mark.parametrize("closes", CLOSES)
async def test_control_without_a_tombstone_the_restart_brings_it_back(
    lives: Mapping[tuple[str, str, bool], tuple[Path, Told]], closes: str
) -> None:
    folder, told = lives[closes, "full", False]
    async with opened(folder / "gate") as door:
        assert not is_closed(door, closes, told)


async def test_once_the_disk_takes_it_nothing_is_left_beside_the_store(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.desk.store.remember(Tombstone(tomb=Tomb.WITHDRAWN, subject=house.ACTIVITY))
        assert Tombstones(tmp_path / "tombstones").remembered()
        await door.desk.store.forget_closed()
    assert (tmp_path / "tombstones").read_bytes() == bytes(slots.SLOT * slots.SLOTS)


def test_a_block_holds_each_thing_once_and_survives_what_is_torn(tmp_path: Path) -> None:
    block = Tombstones(tmp_path / "tombstones")
    block.prepare()
    stones = [Tombstone(tomb=Tomb.KEY, subject=f"key-{number}") for number in range(5)]
    for stone in stones * 2:
        assert block.remember(stone)
    assert block.remembered() == tuple(stones)
    assert (tmp_path / "tombstones").stat().st_size == slots.SLOT * slots.SLOTS
    with (tmp_path / "tombstones").open("r+b") as file:
        file.seek(slots.SLOT + 30)
        file.write(b"torn")
    assert block.remembered() == (stones[0], *stones[2:])
    block.forget()
    assert block.remembered() == ()


def test_a_first_start_that_was_cut_short_gets_its_block_at_the_next(tmp_path: Path) -> None:
    (tmp_path / "tombstones").write_bytes(bytes(100))
    Tombstones(tmp_path / "tombstones").prepare()
    assert (tmp_path / "tombstones").stat().st_size == slots.SLOT * slots.SLOTS


def test_a_disk_that_takes_nothing_leaves_it_to_memory(tmp_path: Path) -> None:
    nowhere = Tombstones(tmp_path / "missing" / "tombstones", tmp_path / "memory")
    stone = Tombstone(tomb=Tomb.KEY, subject="key")
    assert nowhere.remember(stone)
    assert nowhere.remembered() == (stone,)
    assert not Tombstones(tmp_path / "missing" / "tombstones").remember(stone)


async def test_what_is_closed_while_the_rest_is_written_is_not_forgotten_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        store = door.desk.store
        stone = Tombstone(tomb=Tomb.WITHDRAWN, subject=house.ACTIVITY)
        forgotten = asyncio.ensure_future(_forget(door))
        noted = asyncio.ensure_future(_note(door, stone))
        await asyncio.wait({forgotten, noted})
        assert await store.read(lambda _: store._store.tombstones.remembered()) == (stone,)


async def _forget(door: Door) -> None:
    await door.desk.store.forget_closed()


async def _note(door: Door, stone: Tombstone) -> None:
    await door.desk.store.remember(stone)
