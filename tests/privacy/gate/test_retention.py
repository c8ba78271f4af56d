"""Retention at the gate: clocks that jump, homes that were off or left, stores from backups."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import checkpoint, merkle
from privacy.clockwork import Vouched
from privacy.conversation import Declined
from privacy.gate.console.console_verbs import table
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.storage import book, closures, records
from privacy.gate.storage.closures import Closure, ClosureKind
from privacy.gate.storage.store import Transaction
from privacy.ledger import content_of
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_upkeep import copy

FIVE_YEARS = timedelta(days=5 * 366)


async def ask(door: Door, verb: str, **fields: object) -> dict[str, Any]:
    reply = await table(door)[verb](fields)
    assert isinstance(reply, dict)
    return reply


async def kept(door: Door) -> int:
    """Entries whose content is there."""
    query = "SELECT count(*) FROM entries WHERE content IS NOT NULL"
    row = await door.desk.store.read(lambda tx: tx.execute(query).fetchone())
    return int(str(row[0])) if row else 0


async def sweep(door: Door) -> None:
    await GateHolder(door.desk).sweep(door.desk.time.instant().at)


@pytest.mark.obligation("Q6.15")
@pytest.mark.parametrize("off_between", [False, True])
async def test_after_a_jump_of_the_clock_proof_stays_until_the_owner_confirms_the_time(
    tmp_path: Path, off_between: bool
) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        before = await kept(door)
        clock.wall_offset = FIVE_YEARS
        await sweep(door)
        assert door.desk.time.held
        assert await kept(door) == before
        await door.desk.store.write(door.desk.time.tick)
        if not off_between:
            await ask(door, "consent.confirm_clock")
            await sweep(door)
            assert await kept(door) == 1  # the entry that names what went
    if off_between:
        async with opened(tmp_path, clock) as door:  # a power cut confirms nothing
            await sweep(door)
            assert await kept(door) > before
            assert (await ask(door, "consent.clock"))["held"] is True
            await ask(door, "consent.confirm_clock")
        async with opened(tmp_path, clock) as door:
            assert not door.desk.time.held


async def test_a_home_that_was_off_for_years_forgets_by_a_clock_that_somebody_vouches_for(
    tmp_path: Path,
) -> None:
    for sure in (False, True):
        clock = ManualClock()
        clock.vouched = Vouched.SYNCHRONISED if sure else Vouched.NOBODY
        folder = tmp_path / str(sure)
        folder.mkdir()
        async with opened(folder, clock) as door:
            before = await kept(door)
        clock.wall_offset = FIVE_YEARS
        async with opened(folder, clock) as door:
            await sweep(door)
            assert door.desk.time.held is not sure
            gone = await door.desk.store.read(lambda tx: book.one(tx, 0))
            assert gone is not None
            assert (gone.content is None) is sure
            assert before > 0


@pytest.mark.obligation("Q6.6-d")
async def test_what_was_promised_to_be_gone_goes_though_the_clock_jumped(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        await door.desk.store.write(lambda tx: records.keep_sent(tx, copy(door)))
        clock.wall_offset = timedelta(days=28, seconds=1)
        await sweep(door)
        assert door.desk.time.held
        assert await door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY)) is None


@pytest.mark.obligation("Q6.15")
async def test_personal_details_are_gone_six_months_after_a_deregistration(tmp_path: Path) -> None:
    clock = ManualClock()

    def job(tx: Transaction) -> None:
        closures.keep(tx, Closure(kind=ClosureKind.DEREGISTERED, subject="", at=house.START))
        closures.keep(
            tx, Closure(kind=ClosureKind.OBJECTED, subject="training", at=house.START, note="because of me")
        )
        tx.execute("INSERT INTO owner_entries VALUES ('camera', X'7B7D')")

    async with opened(tmp_path, clock) as door:
        await door.desk.store.write(job)
    clock.wall_offset = timedelta(days=179)
    async with opened(tmp_path, clock) as door:
        await sweep(door)
        assert (await GateHolder(door.desk).count())["gate.owner_entries"] == 1
    clock.wall_offset = timedelta(days=181)
    async with opened(tmp_path, clock) as door:
        await sweep(door)
        assert (await GateHolder(door.desk).count())["gate.owner_entries"] == 0
        rows = await door.desk.store.read(closures.stored)
        assert [row.note for row in rows] == ["", ""]
        assert len(rows) == 2  # the objection itself still holds


async def test_a_restored_store_opens_a_new_book_whose_first_entry_holds_the_last_checkpoint(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as door:
        before = await door.desk.checkpoint()
        origin, size = door.desk.origin, await door.desk.store.read(book.size)
    (tmp_path / "restored").touch()
    async with opened(tmp_path) as door:
        first = await door.desk.store.read(lambda tx: book.one(tx, 0))
        assert first is not None
        data = (content_of(first) or {})["data"]
        assert isinstance(data, dict)
        assert (data["reason"], data["checkpoint"], data["entries"]) == ("restored", before, size)
        assert door.desk.origin != origin
        assert checkpoint.verify(str(data["checkpoint"]), origin, door.desk.public_key).size == size
        assert (await ask(door, "ledger.verify"))["findings"] == []
        past = await GateHolder(door.desk).export("gate.past_entries", 0, 100)
        assert len(past.rows) == size
    async with opened(tmp_path) as door:  # the note is used once
        assert (await GateHolder(door.desk).count())["gate.past_entries"] == size


async def test_an_older_checkpoint_shows_that_the_book_only_grew_or_that_it_did_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        old = await door.desk.checkpoint()
        seen = checkpoint.verify(old, door.desk.origin, door.desk.public_key)
        await door.withdrawing.withdraw("training")
        answer = await ask(door, "ledger.witness", checkpoint=old)
        assert answer["wrong"] is None
        root = await door.desk.store.read(book.root)
        steps = await door.desk.store.read(lambda tx: book.consistency(tx, seen.size, answer["size"]))
        assert merkle.verify_consistency(seen.size, answer["size"], steps, seen.root, root)
        later = await door.desk.checkpoint()

        with pytest.raises(Declined, match="entry 0 names the book before"):
            await ask(door, "ledger.witness", checkpoint=old.replace("homebase/", "homebase/0"))

        def roll_back(tx: Transaction) -> None:
            tx.execute("DELETE FROM entries WHERE seq >= ?", (seen.size,))

        await door.desk.store.write(roll_back)
        assert (await ask(door, "ledger.witness", checkpoint=old))["wrong"] is None
        assert "rolled back" in (await ask(door, "ledger.witness", checkpoint=later))["wrong"]

        def rewrite(tx: Transaction) -> None:
            tx.execute("UPDATE nodes SET hash = zeroblob(32) WHERE place = 0")

        await door.desk.store.write(rewrite)
        assert "rewritten" in (await ask(door, "ledger.witness", checkpoint=old))["wrong"]
