"""What began has its end in the book, whatever became of the gate meanwhile."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from privacy.gate.door.door import Door
from privacy.gate.storage import unfinished
from privacy.gate.storage.steps import STEPS
from privacy.gate.storage.store import Store
from privacy.gate.storage.upgrade import bring_up_to_date
from privacy.ledger import Kind
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.test_console_verbs import ask
from tests.privacy.gate.test_upgrade import connected

BEGIN = {"transfer": "aa" * 8, "activity": house.ACTIVITY}


async def told(door: Door, *kinds: str) -> list[tuple[str, Mapping[str, Any]]]:
    entries = (await ask(door, "ledger.list"))["entries"]
    return [(entry["kind"], entry["data"]) for entry in entries if entry["kind"] in kinds]


async def test_a_transfer_that_a_kill_left_open_ends_at_the_next_start_and_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN)  # and nothing after it: it was killed
    for _ in range(2):
        async with opened(tmp_path) as door:
            (end,) = await told(door, "transfer_end")
            assert end[1]["result"] == "interrupted"
            assert (end[1]["transfer"], end[1]["sent"]) == (BEGIN["transfer"], None)
            assert (await ask(door, "ledger.verify"))["findings"] == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.TRANSFER_END, {"transfer": BEGIN["transfer"], "result": "delivered"}),
        (Kind.CUT, {"transfer": BEGIN["transfer"], "sent": 1, "after": 0}),
    ],
    ids=["ended", "cut"],
)
async def test_what_ended_by_itself_or_by_a_withdrawal_gets_no_second_end(
    tmp_path: Path, kind: Kind, data: Mapping[str, Any]
) -> None:
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN)
        await door.desk.record(kind, data)
    async with opened(tmp_path) as door:
        assert [name for name, _ in await told(door, "transfer_end", "cut")] == [kind.value]


async def test_a_request_for_deletion_that_a_kill_left_open_ends_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN)
        await door.desk.record(Kind.TRANSFER_END, BEGIN | {"result": "delivered"})
        await door.desk.record(Kind.DELETION, BEGIN | {"attempt": 1})
    async with opened(tmp_path) as door:
        rows = await told(door, "deletion")
        assert [row.get("result") for _, row in rows] == [None, "interrupted"]


async def test_a_second_attempt_of_a_transfer_has_an_end_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN | {"attempt": 1})
        await door.desk.record(Kind.TRANSFER_END, BEGIN | {"result": "failed"})
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN | {"attempt": 2})
    async with opened(tmp_path) as door:
        assert [row["result"] for _, row in await told(door, "transfer_end")] == ["failed", "interrupted"]


async def test_control_without_the_note_the_kill_leaves_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "note", lambda tx, kind, data: None)
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN)
    async with opened(tmp_path) as door:
        assert await told(door, "transfer_end") == []


async def test_what_kills_of_before_the_upgrade_left_open_ends_with_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN)
        await door.desk.record(Kind.TRANSFER_BEGIN, BEGIN | {"transfer": "bb" * 8})
        await door.desk.record(Kind.CUT, {"transfer": "bb" * 8})
    connection = connected(tmp_path, (tmp_path / "key").read_bytes())
    before = next(n for n, step in enumerate(STEPS) if "TABLE unfinished" in step)
    made = re.findall(r"CREATE ((?:TABLE|INDEX) \w+)", "".join(STEPS[before:]))
    for later in made:
        connection.execute(f"DROP {later}")
    for table, column in re.findall(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", "".join(STEPS[before:])):
        if f"TABLE {table}" not in made:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute(f"PRAGMA user_version = {before}")
    bring_up_to_date(connection, tmp_path / "gate.db", STEPS[: before + 1])
    connection.close()
    store = Store.open(tmp_path, os.urandom)
    assert [data["transfer"] for _, data in store.read(unfinished.ends)] == [BEGIN["transfer"]]
    store.close()
