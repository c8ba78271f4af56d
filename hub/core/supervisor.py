"""Keeps drivers alive: each in its own task, restarted after a pause, its failures its own."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from hub.contract import Driver, DriverError, DriverState, DriverStateChanged, LinkLost
from privacy.ports import Clock

log = logging.getLogger(__name__)

MAX_DELAY_S = 300.0
STABLE_S = 300.0  # a run that lasted so long was good: the next failure starts again with a short pause


def delays_s() -> Iterator[float]:
    """Pauses before each restart in seconds: 1, 2, 4 … 256, then always 300."""
    delay_s = 1.0
    while True:
        yield min(delay_s, MAX_DELAY_S)
        delay_s = min(delay_s * 2, MAX_DELAY_S)


async def supervise_all(
    drivers: Iterable[Driver], clock: Clock, publish: Callable[[DriverStateChanged], None]
) -> None:
    """Run all drivers until cancelled."""
    async with asyncio.TaskGroup() as tasks:
        for driver in drivers:
            tasks.create_task(supervise(driver, clock, publish), name=f"{driver.name}.supervise")


async def supervise(driver: Driver, clock: Clock, publish: Callable[[DriverStateChanged], None]) -> None:
    """Keep one driver alive until cancelled; its failure never reaches its neighbours."""
    delays = delays_s()
    while True:
        started_s = clock.monotonic()
        detail = "ended"  # a run that returns by itself is a failure too: it should serve until cancelled
        try:
            await driver.run()
        except* DriverError as expected:
            detail = _detail(expected)
            log.warning("driver.stopped", extra={"driver": driver.name, "reason": detail})
        except* Exception:
            detail = "crashed"
            log.exception("driver.crashed", extra={"driver": driver.name})
        publish(DriverStateChanged(driver=driver.name, state=DriverState.LOST, at=clock.now(), detail=detail))
        if clock.monotonic() - started_s >= STABLE_S:
            delays = delays_s()
        await clock.sleep(next(delays))


def _detail(group: BaseExceptionGroup[DriverError]) -> str:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            return _detail(error)
        if isinstance(error, LinkLost):
            return error.code
    return type(group.exceptions[0]).__name__
