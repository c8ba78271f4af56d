"""Drivers by name: loaded when they run, named when they are missing, lost when they are broken."""

import asyncio
from collections.abc import Mapping
from os import urandom

import pytest

from hub.contract import ConfigError, DriverContext, Event, LinkLost, OpenedPort, Ping
from hub.daemon.drivers import DriverNotLoaded, LateDriver, load_driver
from tests.clock import ManualClock
from tests.gate import NO_GATE
from tests.hub.lamp import LAMP, LampDriver


class NoStore:
    async def load(self) -> Mapping[str, bytes]:
        return {}

    async def save(self, records: Mapping[str, bytes | None]) -> None:
        del records


class NoPort:
    async def open(self) -> OpenedPort:
        raise LinkLost("port_missing")


def context(told: list[Event]) -> DriverContext:
    return DriverContext(
        clock=ManualClock(),
        random_bytes=urandom,
        serial=NoPort(),
        gate=NO_GATE,
        store=NoStore(),
        publish=told.append,
        settings={},
    )


def test_an_unknown_driver_is_a_mistake_in_the_config() -> None:
    with pytest.raises(ConfigError) as refused:
        load_driver("nosuch", context([]))
    assert refused.value.key == "radio.driver"
    assert "bidcos" in refused.value.allowed


async def test_our_own_driver_is_loaded_when_it_runs_and_meets_its_missing_stick() -> None:
    driver = load_driver("bidcos", context([]))
    with pytest.raises(LinkLost) as starting:
        await driver.execute(Ping(device=LAMP))
    assert starting.value.code == "starting"
    with pytest.raises(BaseExceptionGroup) as lost:
        await driver.run()
    assert lost.value.split(LinkLost)[1] is None


async def test_a_driver_that_cannot_be_imported_is_tried_again() -> None:
    tries: list[int] = []

    def load() -> type[LampDriver]:
        tries.append(1)
        if len(tries) == 1:
            raise ImportError("no such library")
        return LampDriver

    told: list[Event] = []
    driver = LateDriver("lamp", context(told), load)
    with pytest.raises(DriverNotLoaded):
        await driver.run()
    async with asyncio.TaskGroup() as tasks:
        run = tasks.create_task(driver.run())
        while not told:
            await asyncio.sleep(0.001)
        run.cancel()
    assert driver.counters() == {}
