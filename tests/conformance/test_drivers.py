"""What every driver promises the hub (hub/contract/driver.py), whatever its hardware."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from hub.contract import (
    ChannelAddress,
    CommandRefused,
    DatapointChanged,
    DeviceAppeared,
    DriverError,
    DriverState,
    DriverStateChanged,
    Origin,
    PairingProgress,
    PairingStage,
    ParameterType,
    StartPairing,
    StopPairing,
)

from .subjects import SUBJECTS, Subject

pytestmark = pytest.mark.parametrize("name", sorted(SUBJECTS))


@asynccontextmanager
async def ready(name: str) -> AsyncIterator[Subject]:
    async with SUBJECTS[name]() as subject, asyncio.TaskGroup() as tasks:
        task = tasks.create_task(subject.driver.run(), name="driver")
        await subject.until(lambda: DriverState.READY in states(subject))
        yield subject
        task.cancel()


def states(subject: Subject) -> list[DriverState]:
    return [event.state for event in subject.events if isinstance(event, DriverStateChanged)]


async def test_it_is_named_as_its_entry_point(name: str) -> None:
    (entry,) = (entry for entry in entry_points(group="homebase.drivers") if entry.name == name)
    async with SUBJECTS[name]() as subject:
        assert entry.load() is type(subject.driver)
        assert subject.driver.name == name


async def test_known_devices_appear_before_it_is_ready(name: str) -> None:
    async with ready(name) as subject:
        kinds = [type(event) for event in subject.events]
        is_ready = next(
            index
            for index, event in enumerate(subject.events)
            if isinstance(event, DriverStateChanged) and event.state is DriverState.READY
        )
        assert kinds.index(DeviceAppeared) < is_ready


async def test_descriptions_say_what_a_user_may_set(name: str) -> None:
    async with ready(name) as subject:
        appeared = [event.description for event in subject.events if isinstance(event, DeviceAppeared)]
        for channel in (channel for device in appeared for channel in device.channels):
            for parameter, description in channel.parameters.items():
                assert re.fullmatch(r"[A-Z][A-Z0-9_]*", parameter)
                if description.type is ParameterType.ENUM:
                    assert len(description.enum) >= 2
                if description.writable and description.type in (ParameterType.FLOAT, ParameterType.INTEGER):
                    assert description.min is not None
                    assert description.max is not None
                    assert description.min < description.max


async def test_an_order_returns_what_the_device_confirmed_and_publishes_it(name: str) -> None:
    async with ready(name) as subject:
        confirmed = await subject.driver.execute(subject.order)

        (datapoint,) = (point for point in confirmed if point.id.parameter == subject.order.parameter)
        assert datapoint.value == subject.order.value
        assert datapoint.origin is Origin.CONFIRMED
        assert datapoint.at.tzinfo is not None
        assert DatapointChanged(datapoint=datapoint) in subject.events


async def test_an_order_to_nobody_is_refused_and_nothing_is_published(name: str) -> None:
    async with ready(name) as subject:
        before = len([event for event in subject.events if isinstance(event, DatapointChanged)])
        stranger = ChannelAddress.parse(f"{name}:NOBODY0001:1")
        for order in (
            replace(subject.order, channel=stranger),
            replace(subject.order, channel=subject.order.channel.device.channel(63)),
            replace(subject.order, parameter="NO_SUCH_PARAMETER"),
        ):
            with pytest.raises(CommandRefused):
                await subject.driver.execute(order)
        assert before == len([event for event in subject.events if isinstance(event, DatapointChanged)])


async def test_a_teach_in_window_opens_and_closes(name: str) -> None:
    async with ready(name) as subject:
        await subject.driver.execute(StartPairing(interface=name, seconds=30))
        await subject.driver.execute(StopPairing(interface=name))

        stages = [event.stage for event in subject.events if isinstance(event, PairingProgress)]
        assert stages == [PairingStage.OPEN, PairingStage.CLOSED]


async def test_lost_hardware_ends_the_run_within_two_seconds_with_a_driver_error(name: str) -> None:
    async with SUBJECTS[name]() as subject:
        run = asyncio.get_running_loop().create_task(subject.driver.run())
        await subject.until(lambda: DriverState.READY in states(subject))
        pulled = time.monotonic()
        subject.take_away()

        done, _ = await asyncio.wait([run], timeout=2.5)

        assert done, "still running"
        assert time.monotonic() - pulled <= 2.0
        error = run.exception()
        found = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
        assert isinstance(found, DriverError)


async def test_cancelling_ends_it_soon_and_closes_what_it_opened(name: str) -> None:
    async with SUBJECTS[name]() as subject:
        before = len(list(Path("/proc/self/fd").iterdir()))
        run = asyncio.get_running_loop().create_task(subject.driver.run())
        await subject.until(lambda: DriverState.READY in states(subject))
        run.cancel()

        done, _ = await asyncio.wait([run], timeout=1.0)

        assert done
        assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_every_driver_of_this_package_is_in_the_suite(name: str) -> None:
    assert {entry.name for entry in entry_points(group="homebase.drivers")} == set(SUBJECTS), name
