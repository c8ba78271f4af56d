"""Upgrades of the store, on real files. The step that no release has yet is written by the test itself."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text

from hub.contract import StoreError
from hub.core import Store, schema, upgrade
from hub.core.holdings import check_tables, holdings
from hub.core.means import SLOT_MS, Bucket, pack, unpack
from hub.core.store import KEY_NAME, STORE_NAME, make_engine
from hub.core.upgrade import MIGRATIONS, bring_up_to_date, copy_name

STEP = """
from alembic import op
import sqlalchemy as sa
revision = "next"
down_revision = "{head}"

def upgrade():
    op.add_column("rooms", sa.Column("floor", sa.Integer))
    op.execute("UPDATE rooms SET floor = 1")
    {then}
"""


KNOWN = (*schema.REVISIONS, "next")


def scripts(folder: Path, then: str = "pass") -> Path:
    """A migrations folder with one more step than this program has."""
    (folder / "versions").mkdir(parents=True)
    for source in (MIGRATIONS / "env.py", *(MIGRATIONS / "versions").glob("v*.py")):
        (folder / source.relative_to(MIGRATIONS)).write_text(source.read_text())
    (folder / "versions" / "floor.py").write_text(STEP.format(then=then, head=schema.HEAD))
    return folder


async def a_home(folder: Path) -> bytes:
    async with Store(folder, os.urandom) as store:
        await store.write(lambda c: c.execute(insert(schema.rooms).values(name="Kitchen")))
    return (folder / KEY_NAME).read_bytes()


def tables(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    names = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ).scalars()
    return {
        name: [
            *(tuple(row) for row in connection.execute(text(f"PRAGMA table_info({name})"))),
            *(tuple(row) for row in connection.execute(text(f"PRAGMA foreign_key_list({name})"))),
            *(tuple(row)[2:] for row in connection.execute(text(f"PRAGMA index_list({name})"))),
            *(tuple(row)[4:] for row in connection.execute(text(f"PRAGMA table_list({name})"))),
        ]
        for name in names
    }


async def test_all_steps_from_nothing_give_the_tables_of_a_new_home(tmp_path: Path) -> None:
    await a_home(tmp_path)
    key = (tmp_path / KEY_NAME).read_bytes()
    fresh = make_engine(tmp_path / STORE_NAME, key)
    stepped = make_engine(tmp_path / "stepped.db", key)
    with stepped.begin() as connection:
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
    upgrade._migrate(stepped, MIGRATIONS)
    with fresh.connect() as one, stepped.connect() as two:
        assert tables(one) == tables(two)
        assert one.execute(select(schema.version)).all() == two.execute(select(schema.version)).all()
    fresh.dispose()
    stepped.dispose()


async def test_sessions_from_before_the_second_step_stay_those_of_people(tmp_path: Path) -> None:
    # given a home of the first tables, with somebody logged in
    await a_home(tmp_path)
    path, key = tmp_path / "old.db", (tmp_path / KEY_NAME).read_bytes()
    engine = make_engine(path, key)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
    first = scripts(tmp_path / "first")
    versions = first / "versions"
    for later in [*versions.glob("v000[2-9]*"), versions / "floor.py"]:
        later.unlink()
    upgrade._migrate(engine, first)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO people VALUES (1, 'Owner', 'owner', 'hash', 0)"))
        connection.execute(text("INSERT INTO sessions VALUES (x'00', 1, 'owner', 0, 9)"))

    # when it is brought up to date
    bring_up_to_date(engine, path)

    # then it is a person's session
    with engine.connect() as connection:
        assert connection.execute(select(schema.sessions.c.program)).scalars().all() == [0]
    engine.dispose()


async def test_days_of_means_by_time_have_a_way_back(tmp_path: Path) -> None:
    # given a home of the tables that the last program before means by time knew, with a day of its form
    await a_home(tmp_path)
    path, key = tmp_path / "old.db", (tmp_path / KEY_NAME).read_bytes()
    engine = make_engine(path, key)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        )
    before = scripts(tmp_path / "before")
    for later in [*(before / "versions").glob("v000[7-9]*"), before / "versions" / "floor.py"]:
        later.unlink()
    upgrade._migrate(engine, before)
    old_day = struct.pack("<BIddd", 8, 3, 20.5, 20.0, 21.0)
    with engine.begin() as connection:
        connection.execute(insert(schema.history_days).values(key=1, slots=old_day))

    # when it is brought up to date, it is read as it was, and a day of the new form is added
    bring_up_to_date(engine, path)
    held = pack([(slot, Bucket.of(0, SLOT_MS, 1.0, 1.0, 1.0)) for slot in range(4)])
    with engine.begin() as connection:
        ((slot, bucket),) = unpack(connection.execute(select(schema.history_days.c.slots)).scalar_one())
        assert (slot, bucket.count, bucket.mean) == (8, 3, 20.5)
        connection.execute(insert(schema.history_days).values(key=2, slots=held))

    # then a program of before leaves it alone, and what it would be put back to has no such day
    known = schema.REVISIONS[: schema.REVISIONS.index("0006") + 1]
    with pytest.raises(StoreError) as caught:
        bring_up_to_date(engine, path, known=known)
    assert (caught.value.code, copy_name(path, "0006").name in caught.value.what) == ("newer", True)
    engine.dispose()
    back = make_engine(copy_name(path, "0006"), key)
    with back.connect() as connection:
        assert connection.execute(select(schema.history_days.c.slots)).scalars().all() == [old_day]
    back.dispose()


async def test_an_upgrade_keeps_everything_and_a_readable_copy_from_before(tmp_path: Path) -> None:
    key = await a_home(tmp_path)
    path = tmp_path / STORE_NAME
    engine = make_engine(path, key)
    bring_up_to_date(engine, path, scripts=scripts(tmp_path / "scripts"), known=KNOWN)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name, floor FROM rooms")).all() == [("Kitchen", 1)]
    engine.dispose()

    copy = copy_name(path, schema.HEAD)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert b"Kitchen" not in copy.read_bytes()
    before = make_engine(copy, key)
    with before.connect() as connection:
        assert connection.execute(text("SELECT * FROM rooms")).all() == [(1, "Kitchen")]
    before.dispose()


async def test_an_older_homebase_refuses_a_newer_store_and_names_the_copy(tmp_path: Path) -> None:
    key = await a_home(tmp_path)
    path = tmp_path / STORE_NAME
    engine = make_engine(path, key)
    bring_up_to_date(engine, path, scripts=scripts(tmp_path / "scripts"), known=KNOWN)
    engine.dispose()
    content = path.read_bytes()

    with pytest.raises(StoreError) as caught:
        await Store(tmp_path, os.urandom).__aenter__()
    assert caught.value.code == "newer"
    assert copy_name(path, schema.HEAD).name in caught.value.what
    assert path.read_bytes() == content

    # the way back that the message names
    copy_name(path, schema.HEAD).rename(path)
    async with Store(tmp_path, os.urandom) as store:
        assert await store.read(lambda c: c.execute(select(schema.rooms.c.name)).scalars().all()) == [
            "Kitchen"
        ]


async def test_a_failed_upgrade_leaves_the_old_tables_and_the_next_start_works(tmp_path: Path) -> None:
    key = await a_home(tmp_path)
    path = tmp_path / STORE_NAME
    engine = make_engine(path, key)
    broken = scripts(tmp_path / "scripts", then='raise RuntimeError("power is out")')
    with pytest.raises(RuntimeError):
        bring_up_to_date(engine, path, scripts=broken, known=KNOWN)
    engine.dispose()
    async with Store(tmp_path, os.urandom) as store:
        rows = await store.read(lambda c: c.execute(text("SELECT * FROM rooms")).all())
        assert rows == [(1, "Kitchen")]


async def test_a_start_without_upgrade_does_not_load_alembic(tmp_path: Path) -> None:
    code = (
        "import asyncio, os, sys, pathlib\nfrom hub.core import Store\n"
        "async def main():\n    async with Store(pathlib.Path(sys.argv[1]), os.urandom): pass\n"
        "asyncio.run(main()); print('alembic' in sys.modules)\n"
    )
    for _ in range(2):
        command = [sys.executable, "-c", code, str(tmp_path)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (run.stdout, run.stderr) == ("False\n", "")


def test_every_table_says_what_it_holds_and_a_stranger_stops_the_start() -> None:
    check_tables(schema.metadata.tables, holdings())
    with pytest.raises(StoreError, match="diary") as caught:
        check_tables([*schema.metadata.tables, "diary"], holdings())
    assert caught.value.code == "undeclared"
