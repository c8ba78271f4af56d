"""The store as its users see it, with a real SQLCipher file and real disk errors."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from hub.contract import StoreError
from hub.core import DriverRecords, Settings, Store, schema
from hub.core.store import KEY_NAME, STORE_NAME


def names(connection: Connection) -> list[str]:
    return list(connection.execute(select(schema.rooms.c.name).order_by(schema.rooms.c.id)).scalars())


async def add_room(store: Store, name: str) -> None:
    await store.write(lambda connection: connection.execute(insert(schema.rooms).values(name=name)))


async def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen")
    async with Store(tmp_path, os.urandom) as store:
        assert await store.read(names) == ["Kitchen"]


@pytest.mark.obligation("Q6.3-g")
async def test_neither_names_nor_the_word_sqlite_can_be_read_in_the_files(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen-in-clear")
        content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    content += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Kitchen-in-clear" not in content
    assert b"SQLite format" not in content


async def test_a_function_that_raises_leaves_nothing_written(tmp_path: Path) -> None:
    def half(connection: Connection) -> None:
        connection.execute(insert(schema.rooms).values(name="half"))
        raise KeyError("stop")

    async with Store(tmp_path, os.urandom) as store:
        with pytest.raises(KeyError):
            await store.write(half)
        assert await store.read(names) == []


async def test_a_read_can_not_change_anything(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await store.read(lambda c: c.execute(insert(schema.rooms).values(name="no")))
        assert await store.read(names) == []


async def test_the_key_is_private_and_made_once(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom):
        pass
    key = tmp_path / KEY_NAME
    first = key.read_bytes()
    assert (len(first), key.stat().st_mode & 0o777) == (32, 0o600)
    async with Store(tmp_path, os.urandom):
        pass
    assert key.read_bytes() == first


@pytest.mark.parametrize("damage", ["other", "short", "gone"])
async def test_a_wrong_key_is_named_and_nothing_is_changed(tmp_path: Path, damage: str) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen")
    key = tmp_path / KEY_NAME
    right = key.read_bytes()
    match damage:
        case "other":
            key.write_bytes(os.urandom(32))
        case "short":
            key.write_bytes(b"x" * 31)
        case _:
            key.unlink()
    with pytest.raises(StoreError, match=r"hub\.key") as caught:
        async with Store(tmp_path, os.urandom):
            pass
    assert caught.value.code == "wrong_key"
    key.write_bytes(right)
    async with Store(tmp_path, os.urandom) as store:
        assert await store.read(names) == ["Kitchen"]


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen")
    path = tmp_path / STORE_NAME
    content = bytearray(path.read_bytes())
    content[5000:9000] = os.urandom(4000)
    path.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        await look_through(tmp_path)
    assert caught.value.code in {"corrupt", "wrong_key", "io"}


async def look_through(folder: Path) -> None:
    async with Store(folder, os.urandom) as store:
        await store.read(lambda c: c.execute(text("PRAGMA integrity_check")).all())
        await store.read(names)


async def test_a_second_process_is_told_that_the_store_is_in_use(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys, pathlib\nfrom hub.core import Store\nfrom hub.contract import StoreError\n"
        "async def main():\n"
        "    try:\n        async with Store(pathlib.Path(sys.argv[1]), os.urandom): print('opened')\n"
        "    except StoreError as error: print(error.code)\n"
        "asyncio.run(main())\n"
    )
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen")
        run = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
        )
    assert (run.stdout.strip(), run.stderr) == ("locked", "")


async def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        async with Store(tmp_path / "missing", os.urandom):
            pass
    assert caught.value.code == "io"
    assert "hub.key in the state folder" in caught.value.what


async def test_a_full_disk_refuses_the_write_and_keeps_the_rest(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        await add_room(store, "Kitchen")
        pages = await store.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
        await store.read(lambda c: c.execute(text(f"PRAGMA max_page_count = {pages}")))
        with pytest.raises(StoreError) as caught:
            await add_room(store, "x" * 100_000)
        assert caught.value.code == "full"
        assert await store.read(names) == ["Kitchen"]


async def test_driver_records_are_kept_per_driver_and_none_deletes(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        ours, other = DriverRecords(store, "bidcos"), DriverRecords(store, "ccu")
        await ours.save({"a": b"1", "b": b"2"})
        await other.save({"a": b"theirs"})
        await ours.save({"a": b"3", "b": None})
        assert dict(await ours.load()) == {"a": b"3"}
        assert dict(await other.load()) == {"a": b"theirs"}


async def test_settings_are_json_and_unknown_is_none(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        settings = Settings(store)
        assert await settings.get("history") is None
        await settings.put("history", {"raw_days": 7})
        await settings.put("history", {"raw_days": 8})
        assert await settings.get("history") == {"raw_days": 8}
