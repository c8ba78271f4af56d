"""The gate's store as a holder: every table shown but keys, emptied but for proof, swept."""

import json
import os
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.storage import amounts, closures, records
from privacy.gate.storage.closures import Closure, ClosureKind
from privacy.gate.storage.schema import HOLDINGS
from privacy.gate.storage.store import Row, Transaction
from privacy.ports import DERIVED, Holder, Holding, Where
from privacy.reasons import Reason
from privacy.rights import Cell, Scope
from privacy.vocabulary import DataCategory
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_upkeep import copy

LINE = ("2026-03-01T12:00:00.000+00:00", "192.0.2.7", "/", 200, "")


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    clock = ManualClock()
    async with opened(tmp_path, clock) as found:
        grant = house.grant(at=found.desk.time.instant())

        def job(tx: Transaction) -> None:
            records.keep_grant(tx, grant)
            records.keep_sent(tx, copy(found))
            amounts.count_refusal(tx, "training", "support", Reason.NO_CONSENT, house.START)
            closures.keep(
                tx,
                Closure(kind=ClosureKind.OBJECTED, subject="monitor.device", at=house.START, note="mine"),
            )
            tx.execute("INSERT INTO access_log VALUES (?, ?, ?, ?, ?)", LINE)

        await found.desk.store.write(job)
        yield found


def _columns(tx: Transaction, name: str) -> list[Row]:
    return tx.execute(f"PRAGMA table_info({name})").fetchall()


async def shown(holder: Holder, name: str, limit: int = 3) -> list[dict[str, Cell]]:
    rows: list[dict[str, Cell]] = []
    after: int | None = 0
    while after is not None:
        page = await holder.export(name, after, limit)
        rows += [dict(zip(page.columns, row, strict=True)) for row in page.rows]
        after = page.after
    return rows


@pytest.mark.obligation("T2-a")
async def test_every_column_of_every_table_is_shown_or_named_as_hidden(door: Door) -> None:
    holder: Holder = GateHolder(door.desk)
    hidden = {(one.holding, one.field) for one in holder.hidden()}
    for name in HOLDINGS:
        told = await door.desk.store.read(partial(_columns, name=name))
        columns = {(f"gate.{name}", str(row[1])) for row in told}
        if name in {"salts", "nodes"}:
            with pytest.raises(KeyError):
                await holder.export(f"gate.{name}", 0, 1)
            continue  # a salt stands with its entry, a node is made from the entries
        page = await holder.export(f"gate.{name}", 0, 1)
        expected = {(f"gate.{name}", column) for column in page.columns} - {("gate.entries", "salt")}
        assert columns - hidden == expected


async def test_the_book_is_shown_entry_by_entry_with_its_salts_and_no_key(door: Door) -> None:
    holder = GateHolder(door.desk)
    rows = await shown(holder, "gate.entries", limit=2)
    assert [row["seq"] for row in rows] == [0, 1, 2]
    assert json.loads(str(rows[0]["content"]))["kind"] == "epoch"
    assert all(len(str(row["salt"])) == 64 for row in rows)
    everything = [await shown(holder, f"gate.{name}") for name in HOLDINGS if name not in {"salts", "nodes"}]
    assert door.desk.seed.hex() not in json.dumps(everything).lower()
    assert [row["reason"] for row in await shown(holder, "gate.closures")] == ["mine"]


@pytest.mark.obligation("T2-e")
async def test_erasing_everything_leaves_proof_and_says_why(door: Door) -> None:
    forgotten: list[bool] = []
    holder = GateHolder(door.desk, lambda: forgotten.append(True))
    effects = {one.holding: one for one in await holder.erase(Scope())}
    assert forgotten == [True]
    assert {name for name, one in effects.items() if one.erased} == {
        "gate.sent",
        "gate.refusals",
        "gate.counts",
        "gate.access_log",
    }
    counts = await holder.count()
    assert all(effects[name].stays == count and effects[name].why for name, count in counts.items() if count)
    assert counts["gate.entries"] == 3


async def test_erasing_one_category_leaves_the_others(door: Door) -> None:
    holder = GateHolder(door.desk)
    effects = await holder.erase(Scope(category=DataCategory.ACCESS_LOG))
    assert [(one.holding, one.erased) for one in effects] == [("gate.access_log", 1), ("gate.copies", 0)]
    assert (await holder.count())["gate.sent"] == 1


async def test_a_copy_from_before_an_upgrade_goes_with_any_erasure_and_after_thirty_days(
    door: Door, tmp_path: Path
) -> None:
    holder, copy_of_all = GateHolder(door.desk), tmp_path / "gate-before-upgrade-1.db"
    copy_of_all.write_bytes(b"everything")
    await holder.erase(Scope(person="Bob"))
    assert not copy_of_all.exists()
    copy_of_all.write_bytes(b"everything")
    at_s = door.desk.clock.now().timestamp()
    os.utime(copy_of_all, times=(at_s - 29 * 86_400,) * 2)
    await holder.sweep(door.desk.clock.now())
    assert copy_of_all.exists()
    os.utime(copy_of_all, times=(at_s - 30 * 86_400,) * 2)
    await holder.sweep(door.desk.clock.now())
    assert not copy_of_all.exists()


async def test_nothing_of_the_book_can_be_put_right(door: Door) -> None:
    with pytest.raises(KeyError):
        await GateHolder(door.desk).correct("gate.entries", "1", "content", "{}")


@pytest.mark.obligation("T1-e")
@pytest.mark.parametrize("off", [False, True])
async def test_derived_data_is_gone_after_three_months_and_a_day(tmp_path: Path, off: bool) -> None:
    clock = ManualClock()
    count = "SELECT count(*) FROM refusals"
    async with opened(tmp_path, clock) as door:
        await door.desk.refuse("training", "support", Reason.NO_CONSENT)
        if not off:
            clock.passed_s = 90 * 86_400  # 1 March → 1 June are 92 days; three months may have 89
            await GateHolder(door.desk).sweep(clock.now())
            assert await door.desk.store.read(lambda tx: tx.execute(count).fetchone()) == (0,)
    if off:
        clock.passed_s = 90 * 86_400
        async with opened(tmp_path, clock) as door:
            await GateHolder(door.desk).sweep(clock.now())
            assert await door.desk.store.read(lambda tx: tx.execute(count).fetchone()) == (0,)


@pytest.mark.obligation("T1-e")
def test_a_holding_of_derived_data_can_not_be_declared_for_longer() -> None:
    fields = {"name": "gate.statistics", "category": DataCategory.USAGE, "purpose": "statistics"}
    fields |= {"reason": "", "where": Where.TABLE, "derived_from": "hub.history"}
    assert Holding(**fields, retention=DERIVED).derived_from == "hub.history"  # type: ignore[arg-type]
    for term in (None, DERIVED * 2):
        with pytest.raises(ValueError, match="three months"):
            Holding(**fields, retention=term)  # type: ignore[arg-type]
