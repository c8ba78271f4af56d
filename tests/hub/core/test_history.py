"""History on a real encrypted store; only time belongs to the test."""

import asyncio
import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from hub.contract import ConfigError, Datapoint, DatapointId, Origin, StoreError, Value
from hub.core import History, HistoryConfig, Store, schema
from hub.core.recorder import MAX_PENDING, SNAPSHOT_ROWS
from tests.clock import START, ManualClock
from tests.hub.core.home import DEVICE, STATE, SWITCH, value

TEMPERATURE = SWITCH.datapoint("ACTUAL_TEMPERATURE")


@asynccontextmanager
async def opened(
    folder: Path, clock: ManualClock, *, end: str = "close", config: HistoryConfig | None = None
) -> AsyncIterator[tuple[History, Store, dict[DatapointId, Datapoint]]]:
    """end: close, as a stop does, or kill: nothing is written at the end."""
    async with Store(folder, os.urandom) as store:
        history = History(store, clock, ring_path=folder / "ring", random_bytes=os.urandom, config=config)
        restored = {datapoint.id: datapoint for datapoint in await history.start()}
        yield history, store, restored
        if end == "close":
            await history.close()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def temperature(new: Value, seconds: float) -> Datapoint:
    return value(new, of=TEMPERATURE, at=at(seconds))


async def rows(store: Store) -> int:
    query = select(func.count()).select_from(schema.history)
    return await store.read(lambda connection: connection.execute(query).scalar_one())


async def points(history: History, start_s: float, end_s: float, count: int) -> list[tuple[float, ...]]:
    chart = await history.query(TEMPERATURE, at(start_s), at(end_s), count)
    return [((ms - START.timestamp() * 1000) / 1000, *numbers) for ms, *numbers in chart.points]


@pytest.mark.parametrize("end", ["close", "kill"])
async def test_the_last_values_come_back_with_their_age_as_restored(tmp_path: Path, end: str) -> None:
    given: dict[DatapointId, Value] = {
        STATE: True,
        TEMPERATURE: 21.0,
        SWITCH.datapoint("COUNT"): 7,
        SWITCH.datapoint("FRACTION"): 20.3,
        SWITCH.datapoint("TEXT"): "Süd",
        SWITCH.datapoint("LONG"): "x" * 500,
    }
    async with opened(tmp_path, ManualClock(), end=end) as (history, _, restored):
        assert restored == {}
        for seconds, (known, new) in enumerate(given.items()):
            history.record(value(new, of=known, at=at(seconds)))
        if end == "kill":
            await history.flush()  # what a long text asks for; all others lie in the ring anyway
    async with opened(tmp_path, ManualClock()) as (_, _, restored):
        assert {known: datapoint.value for known, datapoint in restored.items()} == given
        assert {type(datapoint.value) for datapoint in restored.values()} == {bool, float, int, str}
        assert {datapoint.origin for datapoint in restored.values()} == {Origin.RESTORED}
        assert restored[TEMPERATURE].at == at(1)


async def test_a_kill_between_batches_loses_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock(), end="kill") as (history, store, _):
        for number in range(10):
            history.record(temperature(number, number))
        await history.flush()
        for number in range(10, 20):
            history.record(temperature(number, number))
        assert await rows(store) == 10
    async with opened(tmp_path, ManualClock()) as (_, store, restored):
        assert await rows(store) == 20
        assert restored[TEMPERATURE].value == 19


async def test_a_power_cut_that_empties_the_runtime_folder_costs_only_the_open_batch(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock(), end="kill") as (history, _, _):
        history.record(temperature(1, 1))
        await history.flush()
        history.record(temperature(2, 2))
    (tmp_path / "ring").unlink()
    async with opened(tmp_path, ManualClock()) as (_, _, restored):
        assert (restored[TEMPERATURE].value, restored[TEMPERATURE].at) == (1, at(1))


async def test_a_batch_is_written_each_minute_and_when_much_came(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as (history, store, _), asyncio.TaskGroup() as tasks:
        run = tasks.create_task(history.run())
        history.record(temperature(1, 0))
        await clock.advance(59)
        assert await rows(store) == 0
        await clock.advance(2)
        assert await until(store, 1)
        for number in range(5000):
            history.record(temperature(number, number))
        assert await until(store, 5000)
        run.cancel()


async def until(store: Store, count: int) -> bool:
    for _ in range(6000):
        if await rows(store) >= count:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_values_after_the_last_snapshot_and_from_a_clock_set_back_are_restored(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock(), end="kill") as (history, _, _):
        for number in range(SNAPSHOT_ROWS):
            history.record(temperature(number, number))
        history.record(value(True, at=at(SNAPSHOT_ROWS)))
        await history.flush()  # writes the snapshot
        history.record(temperature(-1, 10))  # the clock was set back
        await history.flush()
        history.record(value(False, at=at(SNAPSHOT_ROWS + 1)))
        await history.flush()
    async with opened(tmp_path, ManualClock()) as (_, _, restored):
        assert (restored[TEMPERATURE].value, restored[TEMPERATURE].at) == (-1, at(10))
        assert restored[STATE].value is False


async def test_numbers_that_can_not_be_stored_are_left_out_and_harm_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock()) as (history, store, _):
        for bad in (math.nan, math.inf, 1 << 70):
            history.record(temperature(bad, 1))
        history.record(value("\ud800", of=SWITCH.datapoint("TEXT"), at=at(1)))
        history.record(temperature(5, 2))
        await history.flush()
        assert await rows(store) == 2


async def test_a_chart_has_mean_lowest_and_highest_of_each_bucket(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock(at(100))) as (history, _, _):
        for second, number in ((0, 10.0), (5, 20.0), (9, 30.0), (25, 7.5)):
            history.record(temperature(number, second))
        history.record(value(1, at=at(3)))  # another datapoint
        # 10 for 5 s, 20 for 4 s, 30 for 1 s; then 30 holds until 25 s, and 7.5 to the end
        assert await points(history, 0, 50, 5) == [
            (0, 16.0, 10.0, 30.0),
            (10, 30.0, 30.0, 30.0),
            (20, 18.75, 7.5, 30.0),
            (30, 7.5, 7.5, 7.5),
            (40, 7.5, 7.5, 7.5),
        ]
        assert await points(history, 5, 9, 2) == [(5, 20.0, 20.0, 20.0), (7, 20.0, 20.0, 20.0)]
        # what held before the chart holds in it, and nothing is said of the time to come
        assert await points(history, 90, 120, 3) == [(90, 7.5, 7.5, 7.5)]
        chart = await history.query(SWITCH.datapoint("UNKNOWN"), at(0), at(1), 5)
        assert chart.points == ()


@pytest.mark.parametrize(("start", "end", "count"), [(10, 10, 5), (10, 0, 5), (0, 10, 0), (0, 10, 2001)])
async def test_a_chart_of_nonsense_is_refused(tmp_path: Path, start: int, end: int, count: int) -> None:
    async with opened(tmp_path, ManualClock()) as (history, _, _):
        with pytest.raises(ValueError, match="points"):
            await history.query(TEMPERATURE, at(start), at(end), count)


async def test_a_chart_is_the_same_before_and_after_its_values_are_written_and_writes_nothing(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path, ManualClock(at(100))) as (history, store, _):
        for second in range(50):
            history.record(temperature(second % 7, second))
        before = await points(history, 0, 100, 10)
        assert await rows(store) == 0
        await history.flush()
        assert await rows(store) == 50
        assert await points(history, 0, 100, 10) == before


async def test_a_mean_over_midnight_and_over_values_that_wait_is_by_time(tmp_path: Path) -> None:
    midnight, day = 12 * 3600, 86400  # START is at noon
    async with opened(tmp_path, ManualClock(at(midnight + day))) as (history, _, _):
        history.record(temperature(10.0, 0))
        await history.flush()
        history.record(temperature(20.0, midnight - 150))  # waits for its batch
        # 10 until 150 s before midnight, 20 for a day, then nothing is known
        assert await points(history, midnight - 300, midnight + 300, 1) == [
            (midnight - 300, 17.5, 10.0, 20.0)
        ]
        end = midnight - 150 + day
        assert await points(history, end - 300, end + 150, 3) == [
            (end - 300, 20.0, 20.0, 20.0),
            (end - 150, 20.0, 20.0, 20.0),
        ]


async def test_means_by_quarters_are_by_time_before_and_after_they_are_kept(tmp_path: Path) -> None:
    day, hour = 86400, 3600
    clock = ManualClock(at(2 * day))
    async with opened(tmp_path, clock) as (history, _, _):
        for seconds, number in ((day - 60, 4.0), (day + 5 * hour, 8.0), (day + 5 * hour + 300, 2.0)):
            history.record(temperature(number, seconds))
        await history.flush()
        before = await points(history, day, 2 * day, 24)
        assert before[:2] == [(day, 4.0, 4.0, 4.0), (day + hour, 4.0, 4.0, 4.0)]
        assert len(before) == 24
        assert before[5:6] == [(day + 5 * hour, (8 * 5 + 2 * 55) / 60, 2.0, 8.0)]
        await history.sweep(clock.now())
        assert await points(history, day, 2 * day, 24) == before


async def test_means_stay_when_raw_values_are_erased(tmp_path: Path) -> None:
    day = 86400
    clock = ManualClock(at(3 * day))
    config = HistoryConfig(raw_days=2, means_days=10)
    async with opened(tmp_path, clock, config=config) as (history, store, _):
        for hour in range(3 * 24):
            history.record(temperature(hour, hour * 3600))
            history.record(temperature(hour + 1, hour * 3600 + 60))
        await history.flush()
        before = await points(history, 0, 3 * day, 72)
        clock.jump(timedelta(days=1))
        assert await history.sweep(clock.now()) == 2 * 48
        assert await rows(store) == 2 * 24
        assert await points(history, 0, 3 * day, 72) == before
        assert [(at, round(mean, 6), low, high) for at, mean, low, high in before[:2]] == [
            (0, 0.983333, 0, 1),  # an hour's value for a minute, the next one's for 59
            (3600, 1.983333, 1, 2),
        ]

        clock.jump(timedelta(days=30))
        await history.sweep(clock.now())
        assert await rows(store) == 2 * 24  # held: the clock jumped ahead
        await clock.advance(day + 1)
        await history.sweep(clock.now())
        assert await points(history, 0, 3 * day, 72) == []
        assert await rows(store) == 0


async def test_a_device_can_be_erased_for_good(tmp_path: Path) -> None:
    other = value(1, of=DEVICE.__class__("ccu", "X").channel(1).datapoint("STATE"))
    async with opened(tmp_path, ManualClock()) as (history, store, _):
        history.record(temperature(1, 0))
        history.record(other)
        await history.erase(DEVICE)
        assert await rows(store) == 1
    async with opened(tmp_path, ManualClock()) as (_, _, restored):
        assert list(restored) == [other.id]


async def test_a_full_disk_costs_nothing_once_there_is_room_again(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as (history, store, _), asyncio.TaskGroup() as tasks:
        pages = await store.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
        await store.read(lambda c: c.execute(text(f"PRAGMA max_page_count = {pages}")))
        run = tasks.create_task(history.run())
        for number in range(5000):
            history.record(temperature(number + 0.5, number))
        for _ in range(100):
            await clock.advance(0.1)
            await asyncio.sleep(0.001)
        assert await rows(store) == 0
        with pytest.raises(StoreError):
            await history.flush()
        await store.read(lambda c: c.execute(text(f"PRAGMA max_page_count = {pages + 10_000}")))
        await clock.advance(61)
        assert await until(store, 5000)
        run.cancel()


async def test_when_the_disk_refuses_for_long_the_oldest_values_go(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock()) as (history, store, _):
        for number in range(MAX_PENDING + 1):
            history.record(temperature(number, number))
        await history.flush()
        assert await rows(store) == MAX_PENDING // 2 + 1


async def test_damage_to_the_ring_costs_only_what_it_hits(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock(), end="kill") as (history, _, _):
        for number in range(4):
            history.record(temperature(number, number))
    with (tmp_path / "ring").open("r+b") as ring:
        ring.seek(64 + 2 * 192 + 50)
        ring.write(b"?" * 10)
    async with opened(tmp_path, ManualClock()) as (_, store, restored):
        assert await rows(store) == 3
        assert restored[TEMPERATURE].value == 3


async def test_a_series_of_an_unknown_form_is_left_out(tmp_path: Path) -> None:
    async with opened(tmp_path, ManualClock()) as (history, store, _):
        history.record(temperature(1, 0))
        await history.flush()
        await store.write(lambda c: c.execute(update(schema.series).values(datapoint="not an id")))
    async with opened(tmp_path, ManualClock()) as (_, _, restored):
        assert restored == {}


async def test_without_a_runtime_folder_the_home_works_all_the_same(tmp_path: Path) -> None:
    async with Store(tmp_path, os.urandom) as store:
        for path in (None, tmp_path / "missing" / "ring"):
            history = History(store, ManualClock(), ring_path=path, random_bytes=os.urandom)
            await history.start()
            history.record(temperature(1, 0))
            await history.close()
        assert await rows(store) == 1


@pytest.mark.parametrize("wrong", [{"raw_days": 0}, {"means_days": True}, {"batch_s": 3601}])
def test_a_setting_out_of_range_is_named(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=f"history.{next(iter(wrong))}"):
        HistoryConfig(**wrong)
