"""What the door does by itself: retention of copies and of proof, ends of consents, checkpoints."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.gate.door import holder
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.door.upkeep import Upkeep
from privacy.gate.storage import book, records
from privacy.gate.storage.records import Sent
from privacy.gate.storage.store import StoreThread, Transaction
from privacy.ledger import Kind, content_of
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

DAY_S = 86_400


def copy(door: Door) -> Sent:
    at = door.desk.time.instant()
    return Sent(
        transfer="ab",
        activity=house.ACTIVITY,
        recipient="support",
        ticket="T-1",
        sha256=house.SHA,
        body=b"{}",
        at=at.at,
        delete_by=at.at + timedelta(days=28),
        running_by_s=at.running_s + 28 * DAY_S,
        result="delivered",
        receipt="R-1",
    )


async def kinds(door: Door) -> list[object]:
    rows = await door.desk.store.read(lambda tx: list(book.walk(tx)))
    return [(content_of(row) or {}).get("kind") for row in rows]


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize("clock_set_back", [False, True])
async def test_our_copy_of_what_left_goes_after_28_days_whatever_the_clock_says(
    tmp_path: Path, clock_set_back: bool
) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        await door.desk.store.write(lambda tx: records.keep_sent(tx, copy(door)))
        upkeep = Upkeep(door)
        clock.passed_s = 28 * DAY_S - 1
        if clock_set_back:
            clock.wall_offset = timedelta(days=-20)
        await upkeep.once()
        assert await door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY)) is not None
        clock.passed_s = 28 * DAY_S + 1
        await upkeep.once()
        assert await door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY)) is None
        assert "erased" in await kinds(door)


@pytest.mark.obligation("Q6.6-d")
async def test_a_copy_goes_also_when_the_gate_was_off_across_the_limit(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        await door.desk.store.write(lambda tx: records.keep_sent(tx, copy(door)))
    clock.wall_offset = timedelta(days=29)
    async with opened(tmp_path, clock) as door:
        await Upkeep(door).once()
        assert await door.desk.store.read(lambda tx: records.latest_sent(tx, house.ACTIVITY)) is None


@pytest.mark.obligation("Q6.15")
async def test_proof_is_kept_for_its_term_and_then_erased_by_name(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        for _ in range(3):
            await door.withdrawing.withdraw(house.ACTIVITY)
        before = await kinds(door)
        clock.passed_s = 4 * 366 * DAY_S + 60
        await Upkeep(door).once()
        assert await kinds(door) == before  # within the hour they go together
        clock.passed_s += holder.TOGETHER.total_seconds()
        await Upkeep(door).once()
        assert (await kinds(door)) == [None, None, None, None, None, None, "erased"]
        findings = await door.desk.store.read(
            lambda tx: book.check(tx, door.desk.origin, door.desk.public_key)
        )
        assert findings == ()


@pytest.mark.parametrize(("together", "most"), [(holder.TOGETHER, 3), (timedelta(0), 92)])
async def test_what_is_erased_is_not_replaced_by_as_much_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: timedelta, most: int
) -> None:
    # control: without waiting for each other each of them leaves an entry of its own, for good
    monkeypatch.setattr(holder, "TOGETHER", together)
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        first = clock.passed_s
        for _ in range(90):
            clock.passed_s += 60
            await door.desk.record(Kind.CANARY, {"passed": True})
        sweeping = GateHolder(door.desk)
        clock.passed_s = first + 4 * 366 * DAY_S
        for _ in range(90 + int(together.total_seconds() / 60) + 2):
            clock.passed_s += 60
            await sweeping.sweep(door.desk.time.instant().at)
        left = [kind for kind in await kinds(door) if kind is not None]
    assert set(left) == {"erased"}
    assert most - 2 <= len(left) <= most


async def test_ended_consents_are_marked_and_a_checkpoint_is_signed_hourly_while_there_is_news(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        upkeep = Upkeep(door)
        door.desk.time.confirm()
        grant = house.grant(at=door.desk.time.instant())
        await door.desk.store.write(lambda tx: records.keep_grant(tx, grant))
        door.desk.standing.give(grant)
        await upkeep.once()

        async def notes() -> int:
            count = "SELECT count(*) FROM checkpoints"
            row = await door.desk.store.read(lambda tx: tx.execute(count).fetchone())
            return int(str(row[0])) if row else 0

        assert await notes() == 1
        await door.withdrawing.withdraw("training")
        await upkeep.once()
        assert await notes() == 1
        clock.passed_s = 3601
        await upkeep.once()
        assert await notes() == 2
        clock.passed_s = 7300
        await upkeep.once()
        assert await notes() == 2  # no news
        assert list(door.desk.standing.live()) == [grant]
        clock.passed_s = DAY_S + 1
        await upkeep.once()
        assert list(door.desk.standing.live()) == []


async def test_a_home_without_far_places_and_reports_does_nothing_for_them_each_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(name: str) -> None:
        work = getattr(StoreThread, name)

        async def noted(self: StoreThread, job: Callable[[Transaction], object]) -> object:
            asked.append(name)
            return await work(self, job)

        monkeypatch.setattr(StoreThread, name, noted)

    async with opened(tmp_path) as door:
        counted("read")
        counted("write")
        await door.far.refresh()
        assert asked == []
        await door.monitoring.once()
        assert asked == ["read"]  # whether a key is left over
