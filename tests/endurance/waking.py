"""A change that waits for a sleeper, on a bad air, with the real driver in simulated time:

    python -m tests.endurance.waking --loss 0.2 --seeds 50 HM-CC-RT-DN …

Counts how often the device woke until the change was verified, or told as given up; it must be one of both.
"""

import argparse
import asyncio
import contextlib
import sys
from collections import Counter
from dataclasses import dataclass

from drivers.bidcos.codec.frames import Flag
from drivers.simulator.air import Conditions, Passage
from drivers.simulator.devices.device import Device
from drivers.simulator.world import WorldConfig
from hub.contract import (
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    DeviceAddress,
    Event,
    GetParamset,
    ParameterType,
    PutParamset,
    Value,
    Written,
)

from .house import CENTRAL, House
from .virtual import run

STARTED_S = 200.0
APART_S = 8.0  # frames of one waking are closer
LOOK_EVERY_S = 30.0
MOST_WAKINGS = 24  # on an air that loses a fifth, about half of the wakings are missed


@dataclass(slots=True)
class Fate:
    """What became of the change. wakings: until then; ended: how, empty while it still waits."""

    wakings: int = 0
    ended: str = ""


class Waking:
    """One sleeper, one hub, one change."""

    def __init__(self, name: str, seed: int, loss: float, radio: str = "cul") -> None:
        self.events: list[Event] = []
        config = WorldConfig(
            models=(name,), radios=(radio,), central=CENTRAL, conditions=Conditions(loss=loss)
        )
        self.house = House(config, seed, self.events.append, owned=True)
        self.device: Device = next(iter(self.house.world.devices.values()))
        self.fate = Fate()
        self._spoke_s = float("-inf")
        self._wakings = 0
        self.house.world.air.watch(self._see)

    def _see(self, passage: Passage) -> None:
        if passage.node is self.device and passage.data[2] & Flag.WAKEMEUP:
            self._wakings += passage.begun_s - self._spoke_s > APART_S
            self._spoke_s = passage.end_s

    async def live(self, most: int) -> None:
        """Change a parameter, then let the device wake by itself until something is told."""
        await asyncio.sleep(LOOK_EVERY_S)
        self.device.power_on()
        await asyncio.sleep(STARTED_S)
        told, before = len(self.events), self._wakings
        address = DeviceAddress("bidcos", self.device.serial)
        channel, values = await self._change(address)
        query = PutParamset(channel=address.channel(channel), paramset="MASTER", values=values)
        change = await self.house.driver.ask(query)
        if change.written is not Written.PENDING:
            self.fate.ended = change.written.value
        while not self.fate.ended and self._wakings - before < most:
            await asyncio.sleep(LOOK_EVERY_S)
            ends = [each for each in self.events[told:] if isinstance(each, ConfigurationChanged)]
            states = [each.state.value for each in ends if each.state is not ConfigurationState.PENDING]
            self.fate.ended = states[-1] if states else ""
        self.fate.wakings = self._wakings - before

    async def _change(self, address: DeviceAddress) -> tuple[int, dict[str, Value]]:
        """The first setting that can be switched, as it is not now."""
        for channel in (0, *self.device.blueprint.channels):
            query = GetParamset(channel=address.channel(channel), paramset="MASTER")
            with contextlib.suppress(CommandRefused):  # it has none
                paramset = await self.house.driver.ask(query)
                for name, description in paramset.descriptions.items():
                    if description.writable and description.type is ParameterType.BOOL:
                        return channel, {name: not paramset.values.get(name, False)}
        raise ValueError(f"{self.device.blueprint.name} has nothing to switch")


def wake(name: str, seed: int, loss: float, radio: str = "cul", most: int = MOST_WAKINGS) -> Fate:
    """One home, one change, so many wakings at most."""
    waking = Waking(name, seed, loss, radio)
    run(waking.house.loop, lambda: waking.house.live(waking.live(most)))
    return waking.fate


def main() -> int:
    """Run from the command line; 1 when a change still waited after so many wakings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--loss", type=float, default=0.2)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--radio", default="cul", choices=("cul", "module"))
    parser.add_argument("--most", type=int, default=MOST_WAKINGS, help="how many wakings to wait for")
    options = parser.parse_args()
    waits = 0
    for name in options.names:
        fates = [wake(name, seed, options.loss, options.radio, options.most) for seed in range(options.seeds)]
        waits += sum(not fate.ended for fate in fates)
        ends = dict(Counter(fate.ended or "still waits" for fate in fates))
        print(f"{name}: {ends}, wakings {dict(sorted(Counter(fate.wakings for fate in fates).items()))}")
    return 1 if waits else 0


if __name__ == "__main__":
    sys.exit(main())
