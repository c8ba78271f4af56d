"""A phone that was removed stays out: while the store can't be written, and over the restart after it."""

import asyncio
from pathlib import Path

import pytest

from hub.contract import StoreError
from hub.core import Store
from hub.remote.outs import NAME, Outs
from hub.remote.store import PhoneRecords
from privacy.conversation import Declined
from privacy.slots import SLOT
from tests.hub.home_in_a_box import Home, running_home

from .phones import WAIT_S, Shell, operate, paired, session


async def full(*_: object) -> None:
    raise StoreError("full", "the disk is full")


async def is_let_in(home: Home, shell: Shell) -> bool:
    async with shell.connected(home) as connection:
        return connection is not None


async def names(home: Home) -> list[object]:
    rows = (await operate(home, "GET", ""))["phones"]
    assert isinstance(rows, list)
    return [row["id"] for row in rows]


async def test_a_removal_that_could_not_be_written_holds_over_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_home(tmp_path) as home:
        gone, stays = await paired(home), await paired(home, "guest")
        with monkeypatch.context() as patched:
            patched.setattr(PhoneRecords, "remove", full)
            async with session(home, gone) as connection:
                assert "key" in await operate(home, "DELETE", f"/{gone.id}")
                with pytest.raises(Exception, match="removed at home"):
                    await connection.next()
            # killed here, the disk as full as before: nothing was written but the note beside the store
            noted = (tmp_path / NAME).read_bytes()
            assert gone.key.encode() in noted[:SLOT]
            keys = [one.key.hex() for one in await PhoneRecords(store=_store(home)).all()]
            assert gone.key in keys
            copy = tmp_path / "copy"
            _copy(tmp_path, copy)
    async with running_home(copy) as home:
        assert await names(home) == [stays.id]
        assert not await is_let_in(home, gone)
        assert await is_let_in(home, stays)
        # then it stands in the store, and the note is over
        assert not any((copy / NAME).read_bytes())


async def test_the_control_without_the_note_it_would_come_back_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_home(tmp_path) as home:
        gone = await paired(home)
        with monkeypatch.context() as patched:
            patched.setattr(PhoneRecords, "remove", full)
            patched.setattr(Outs, "note", lambda *_: False)
            assert (await operate(home, "DELETE", f"/{gone.id}"))["code"] == "store_full"
            assert not await is_let_in(home, gone)
            copy = tmp_path / "copy"
            _copy(tmp_path, copy)
    async with running_home(copy) as home:
        assert await is_let_in(home, gone)


async def test_once_the_store_can_be_written_the_note_is_over_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_home(tmp_path) as home:
        gone = await paired(home)
        with monkeypatch.context() as patched:
            patched.setattr(PhoneRecords, "remove", full)
            await operate(home, "DELETE", f"/{gone.id}")
            assert any((tmp_path / NAME).read_bytes())
        await until_empty(tmp_path / NAME)
        assert await PhoneRecords(store=_store(home)).all() == []


async def away(_: object) -> dict[str, object]:
    raise Declined("away", "for this test")


async def test_a_gate_that_was_away_is_told_of_a_removal_after_a_restart_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.remote.desk.TELL_EVERY_S", 0.05)
    async with running_home(tmp_path) as home:
        gone = await paired(home, "guest")
        known, home.front.handlers["phone.removed"] = home.front.handlers["phone.removed"], away
        assert (await operate(home, "DELETE", f"/{gone.id}"))["key"] == "away"
        copy = tmp_path / "copy"
        _copy(tmp_path, copy)  # killed here
        # without a restart it is told as soon as the gate is back, and the note is over
        home.front.handlers["phone.removed"] = known
        await until_empty(tmp_path / NAME)
        assert home.front.removed == [gone.key]
    async with running_home(copy) as home:
        await until_empty(copy / NAME)
        assert home.front.removed == [gone.key]


async def until_empty(block: Path) -> None:
    async with asyncio.timeout(WAIT_S):
        while any(block.read_bytes()):
            await asyncio.sleep(0.02)


def test_a_block_on_a_disk_that_refuses_says_so(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()  # root may write wherever permissions say no
    outs = Outs(tmp_path / NAME)
    outs.prepare()
    assert not outs.note(b"\x01" * 32)


def test_a_torn_note_counts_for_nothing(tmp_path: Path) -> None:
    outs = Outs(tmp_path / NAME)
    outs.prepare()
    assert outs.note(b"\x01" * 32)
    assert outs.note(b"\x02" * 32)
    with (tmp_path / NAME).open("r+b") as file:
        file.seek(SLOT + 30)
        file.write(b"x")
    assert outs.noted() == {b"\x01" * 32}


def _store(home: Home) -> Store:
    return home.house.rights._holder._store


def _copy(folder: Path, to: Path) -> None:
    """The files as they are at this moment, as a power cut leaves them."""
    to.mkdir()
    for path in folder.iterdir():
        if path.is_file():
            (to / path.name).write_bytes(path.read_bytes())
