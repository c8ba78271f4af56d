import asyncio
import itertools
from collections.abc import Callable
from typing import TypeVar

import pytest

from hub.contract import BY_USER, Cause, Command, Datapoint, DriverState, DriverStateChanged, LinkLost, Query
from hub.core import supervise_all
from hub.core.supervisor import delays_s
from tests.clock import ManualClock

A = TypeVar("A")


class FailingDriver:
    """Runs what the test says; ``starts`` are the times of its starts."""

    def __init__(self, name: str, clock: ManualClock, run: Callable[[], object]) -> None:
        self.name = name
        self.starts: list[float] = []
        self._clock = clock
        self._run = run

    async def run(self) -> None:
        self.starts.append(self._clock.monotonic())
        result = self._run()
        if asyncio.iscoroutine(result):
            await result

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        raise NotImplementedError(command)

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        raise NotImplementedError(query)


async def supervised(clock: ManualClock, seconds: float, *drivers: FailingDriver) -> list[DriverStateChanged]:
    told: list[DriverStateChanged] = []
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(supervise_all(drivers, clock, told.append))
        await clock.advance(seconds)
        task.cancel()
    return told


def lose_link() -> None:
    raise LinkLost("port_missing")


def crash() -> None:
    raise ZeroDivisionError


async def lose_in_group() -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(lose_in_task())


async def lose_in_task() -> None:
    raise LinkLost("silent")


def test_pauses_double_up_to_five_minutes() -> None:
    assert list(itertools.islice(delays_s(), 11)) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


async def test_a_driver_that_fails_is_tried_again_after_growing_pauses() -> None:
    clock = ManualClock()
    driver = FailingDriver("bidcos", clock, crash)
    await supervised(clock, 8, driver)
    assert driver.starts == [0, 1, 3, 7]


async def test_a_lost_link_is_told_and_looked_for_each_second_however_long_it_takes() -> None:
    clock = ManualClock()
    driver = FailingDriver("bidcos", clock, lose_link)
    told = await supervised(clock, 600.5, driver)
    assert driver.starts == list(range(601))
    assert {(event.driver, event.state, event.detail) for event in told} == {
        ("bidcos", DriverState.LOST, "port_missing")
    }


@pytest.mark.parametrize(
    ("away_s", "said"),
    [(4.0, 0), (600, 1)],
    ids=["a simulator that starts slowly", "a stick that is not there"],
)
async def test_a_link_that_is_missing_at_the_very_beginning_is_logged_when_it_stays_so(
    away_s: float, said: int, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock()

    async def run() -> None:
        if clock.monotonic() < away_s:
            raise LinkLost("port_missing")
        await clock.sleep(1e9)

    await supervised(clock, 30, FailingDriver("bidcos", clock, run))
    assert [record.message for record in caplog.records] == ["driver.stopped"] * said


async def test_a_crash_never_reaches_the_neighbour() -> None:
    clock = ManualClock()
    neighbour = FailingDriver("ccu", clock, lambda: clock.sleep(1e9))
    told = await supervised(clock, 100, FailingDriver("bidcos", clock, crash), neighbour)
    assert neighbour.starts == [0]
    assert {(event.driver, event.detail) for event in told} == {("bidcos", "crashed")}


async def test_the_cause_is_found_inside_a_group_and_a_run_that_ends_is_a_failure_too() -> None:
    clock = ManualClock()
    told = await supervised(
        clock,
        0.5,
        FailingDriver("grouped", clock, lose_in_group),
        FailingDriver("ended", clock, lambda: None),
    )
    assert {(event.driver, event.detail) for event in told} == {("grouped", "silent"), ("ended", "ended")}


async def test_a_long_good_run_makes_the_next_pause_short_again() -> None:
    clock = ManualClock()
    lengths = iter([0.0, 0.0, 0.0, 400.0, 0.0])

    async def run() -> None:
        await clock.sleep(next(lengths))
        raise ZeroDivisionError

    driver = FailingDriver("bidcos", clock, run)
    await supervised(clock, 408.5, driver)
    assert driver.starts == [0, 1, 3, 7, 408]


async def test_a_cancel_at_the_very_moment_of_a_failure_is_not_lost() -> None:
    clock = ManualClock()
    supervising: list[asyncio.Task[None]] = []

    async def cancel_and_fail() -> None:
        supervising[0].cancel()
        raise LinkLost("silent")

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(cancel_and_fail())
            await clock.sleep(1e9)

    told: list[DriverStateChanged] = []
    async with asyncio.TaskGroup() as tasks:
        driver = FailingDriver("bidcos", clock, run)
        supervising.append(tasks.create_task(supervise_all([driver], clock, told.append)))
        await clock.advance(10)
        ended = supervising[0].done()
        supervising[0].cancel()
    assert ended
    assert driver.starts == [0]
