"""Keeps drivers alive: each in its own task, restarted after a pause, its failures its own."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from hub.contract import Driver, DriverError, DriverState, DriverStateChanged, LinkLost
from privacy.ports import Clock

from .apart import apart

log = logging.getLogger(__name__)

MAX_DELAY_S = 300.0
RELINK_S = 1.0  # a stick that was pulled is looked for this often: back when it is back
SERVED_S = 10.0  # a run that ended sooner served nobody, however slow the machine: its reason is told once
BEGIN_S = 5.0  # for so long after the start a link may be missing without a word in the log
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
    told = ""
    begun_s = clock.monotonic()
    while True:
        started_s = clock.monotonic()
        ended = await apart(_run(driver, told, begins=started_s - begun_s < BEGIN_S), f"{driver.name}.run")
        lost = DriverStateChanged(
            driver=driver.name, state=DriverState.LOST, at=clock.now(), detail=ended.detail
        )
        publish(lost)
        ran_s = clock.monotonic() - started_s
        told = "" if ran_s >= SERVED_S or not ended.logged else ended.detail
        if ran_s >= STABLE_S:
            delays = delays_s()
        await clock.sleep(RELINK_S if ended.relink else next(delays))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """How a run ended. relink: only the link was lost, so try again at once; logged: the log says so."""

    detail: str
    relink: bool = False
    logged: bool = True


async def _run(driver: Driver, told: str, *, begins: bool) -> _Ended:
    """Run once. told: the failure that the log knows already: a port may be missing for weeks.

    begins: the home has just started. A simulator, or a stick that the machine was just given, may not be
    there yet, so a missing link is logged when it is missing a while later, too.
    """
    ended = _Ended(detail="ended")  # a run that returns by itself is a failure too
    try:
        await driver.run()
    except* DriverError as expected:
        lost = _lost_link(expected)
        detail = lost.code if lost else _first_name(expected)
        ended = _Ended(detail=detail, relink=lost is not None, logged=not (lost and begins))
        if ended.detail != told and ended.logged:
            log.warning("driver.stopped", extra={"driver": driver.name, "reason": ended.detail})
    except* Exception:
        ended = _Ended(detail="crashed")
        log.exception("driver.crashed", extra={"driver": driver.name})
    return ended


def _lost_link(group: BaseExceptionGroup[DriverError]) -> LinkLost | None:
    for error in group.exceptions:
        found = _lost_link(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, LinkLost):
            return found
    return None


def _first_name(group: BaseExceptionGroup[DriverError]) -> str:
    first = group.exceptions[0]
    return _first_name(first) if isinstance(first, BaseExceptionGroup) else type(first).__name__
