"""The driver in a simulated home: taught in over a real pty, then commanded: in real time."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from drivers.bidcos.members.records import read_records
from drivers.simulator.line import Line
from drivers.simulator.pty import Port as SimulatedPort
from drivers.simulator.teach_in import TeachIn
from drivers.simulator.world import World, WorldConfig
from hub.contract import (
    Datapoint,
    DeviceAddress,
    DeviceAppeared,
    DriverStateChanged,
    Origin,
    PairingProgress,
    PairingStage,
    SetValue,
    StartPairing,
)

from .bench import Bench, MemoryStore, PlayedStick


class SimulatedStick(PlayedStick):
    """Only the path of the simulator's stick."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.hardware_id = ""  # nothing on USB


@asynccontextmanager
async def home(folder: Path, devices: int) -> AsyncIterator[tuple[Bench, World]]:
    line = Line(SimulatedPort(folder / "stick"), time.monotonic)
    world = World(
        WorldConfig(devices=devices),
        uniform=random.Random(5).random,
        emit=line.emit,
        on_line=None,
        now_s=time.monotonic(),
    )
    line.start(world)
    TeachIn(world).start()
    bench = Bench(SimulatedStick(folder / "stick"), MemoryStore())
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(bench.driver.run())
        await bench.until(lambda: bool(bench.of(DriverStateChanged)), 10)
        await bench.driver.execute(StartPairing(interface="bidcos", seconds=120))
        await bench.until(lambda: _paired(bench) >= devices, 60)
        await asyncio.sleep(1.0)
        yield bench, world
        task.cancel()
    line.stop()


def _paired(bench: Bench) -> int:
    return sum(
        isinstance(event, PairingProgress) and event.stage is PairingStage.PAIRED for event in bench.events
    )


async def _set(bench: Bench, model: str, channel: int, parameter: str, value: bool | float) -> Datapoint:
    (address,) = {
        event.description.address
        for event in bench.events
        if isinstance(event, DeviceAppeared) and event.description.model == model
    }
    return (
        await bench.driver.execute(
            SetValue(channel=address.channel(channel), parameter=parameter, value=value)
        )
    )[0]


async def test_a_home_is_taught_in_and_obeys(tmp_path: Path) -> None:
    async with home(tmp_path, 5) as (bench, world):
        switched = await _set(bench, "HM-LC-Sw1-Pl-2", 1, "STATE", True)
        assert (switched.value, switched.origin) == (True, Origin.CONFIRMED)
        await _set(bench, "HM-LC-Bl1-FM", 1, "LEVEL", 0.5)
        warmer = await _set(bench, "HM-CC-RT-DN", 4, "SET_TEMPERATURE", 22.5)
        assert warmer.value == 22.5
        assert warmer.origin in {Origin.CONFIRMED, Origin.ASSUMED, Origin.WAITING}

        assert not world.unpaired()
        assert len(read_records(bench.store.records).devices) == 5
        assert DeviceAddress("bidcos", "SIM0000001") in {
            event.description.address for event in bench.events if isinstance(event, DeviceAppeared)
        }
