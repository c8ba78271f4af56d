"""A large home at its natural rates with the real driver, in simulated time:

    python -m tests.endurance.day --devices 1000 --hours 24 [--loss 0.1]

Prints what was counted on the air and at the devices. A thousand devices on one channel of 10 kbit/s collide;
what the air destroyed is told apart from what the hub missed. Fails when the hub missed an answer to a frame
that reached its stick, called a device silent that was not, spent more than 36 s of send time in any hour,
or grew.
"""

import argparse
import asyncio
import gc
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from drivers.bidcos.devices import model_by_name
from drivers.simulator.air import Conditions
from drivers.simulator.devices.device import Device
from drivers.simulator.world import WorldConfig
from hub.contract import CommandRefused, DeviceAddress, DeviceUnreachable, DriverError, Event, SetValue

from .home import Life, names
from .house import CENTRAL, House
from .virtual import run
from .witness import Witness

PATIENCE_S = 300.0  # of who gave an order
DAY_START_S = 8 * 3600.0
LIMIT_S = 36.0
CAPTURE_DB = 10.0
SPREAD_S = 184.0  # the longest cycle: they began at some time, not all at one moment
SETTLED_S = 3600.0
GROWTH_MAX_MB = 8.0
PAGE_MB = 4096 / 1e6


@dataclass(slots=True)
class Report:
    """What a run found. given_up: events of devices that nobody acknowledged in all their tries.

    silent: devices that the hub called so; slandered: those of them that had spoken, by model.
    """

    devices: int
    hours: float
    wall_s: float = 0.0
    events: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    turn_rounds: Counter[int] = field(default_factory=Counter)
    channel_s: float = 0.0
    hub_airtime_s: float = 0.0
    hub_hour_s: float = 0.0
    hub_frames: int = 0
    acts: int = 0
    letters: int = 0
    repeats: int = 0
    given_up: int = 0
    overruns: int = 0
    silent: int = 0
    slandered: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)
    settled_mb: float = 0.0
    end_mb: float = 0.0

    @property
    def missed(self) -> int:
        """Frames that reached the stick and that the hub did not answer in time."""
        return self.answers["missed by the hub"] + self.answers["late by the hub"]

    def failures(self) -> list[str]:
        """What must not be."""
        found = []
        if self.missed:
            found.append(f"the hub missed {self.missed} answers")
        if self.slandered:
            found.append(f"called silent, and were not: {dict(self.slandered)}")
        if self.hub_hour_s > LIMIT_S:
            found.append(f"the hub sent for {self.hub_hour_s:.1f} s in one hour, at most {LIMIT_S:.0f}")
        if self.end_mb - self.settled_mb > GROWTH_MAX_MB:
            found.append(f"memory grew from {self.settled_mb:.1f} to {self.end_mb:.1f} MB")
        return found

    def lines(self) -> list[str]:
        """For people."""
        rounds = sorted(self.turn_rounds.elements())
        p50, p99 = (rounds[int(len(rounds) * share)] if rounds else 0 for share in (0.5, 0.99))
        load = self.channel_s / (self.hours * 3600) * 100
        return [
            f"{self.devices} devices, {self.hours:g} h, in {self.wall_s:.0f} s",
            f"channel busy {load:.1f} % · frames of devices at the stick: {dict(self.frames)}",
            f"acts {self.acts} · letters {self.letters}, repeats {self.repeats}, given up {self.given_up},"
            f" overruns {self.overruns}",
            f"questions that reached the stick: {dict(self.answers)}",
            f"line of the hub after a question: p50 {p50} ms, p99 {p99} ms",
            f"hub: {self.hub_frames} frames, {self.hub_airtime_s:.1f} s, worst hour {self.hub_hour_s:.2f} s",
            f"called silent {self.silent}, of them wrongly {self.slandered.total()}",
            f"orders {dict(self.orders)} · events {dict(self.events.most_common(6))}",
            f"memory after an hour {self.settled_mb:.1f} MB, at the end {self.end_mb:.1f} MB",
            *self.misses,
        ]


class Day:
    """One run of a home whose hub knows all its devices."""

    def __init__(self, devices: int, seed: int, radio: str = "cul", loss: float = 0.0) -> None:
        self.report = Report(devices=devices, hours=0.0)
        config = WorldConfig(
            models=names(devices),
            radios=(radio,),
            central=CENTRAL,
            day_start_s=DAY_START_S,
            conditions=Conditions(capture_db=CAPTURE_DB, loss=loss),
        )
        self.house = House(config, seed, self._publish, owned=True)
        self.world = self.house.world
        self.witness = Witness(self.world, CENTRAL)
        self.house.watch_lines(self.witness.take_line)
        self.life = Life(self.world, self.house.uniform, self._order)

    def _publish(self, event: Event) -> None:
        self.report.events[type(event).__name__] += 1
        if isinstance(event, DeviceUnreachable) and event.reason == "silent":
            self._called_silent(event.device.serial)

    def _called_silent(self, serial: str) -> None:
        """It was, when it had sent nothing for as long as its model may be silent."""
        device = next(each for each in self.world.devices.values() if each.serial == serial)
        model = model_by_name(device.blueprint.name)
        assert model is not None
        assert model.silence_s is not None
        self.report.silent += 1
        if self.world.agenda.now_s - self.witness.spoke_s.get(device.address, 0.0) < model.silence_s:
            self.report.slandered[model.name] += 1

    def _order(self, device: Device, index: int, parameter: str, value: bool | float) -> None:
        address = DeviceAddress("bidcos", device.serial)
        command = SetValue(channel=address.channel(index), parameter=parameter, value=value)
        self.house.spawn(self._execute(command))

    async def _execute(self, command: SetValue) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.house.driver.execute(command)
            self.report.orders["done"] += 1
        except TimeoutError:
            self.report.orders["still waiting after 5 min"] += 1
        except (DriverError, CommandRefused) as error:
            self.report.orders[type(error).__name__] += 1

    async def live(self, hours: float) -> None:
        """Let so much time pass."""
        await self.house.live(self._pass(hours))

    async def _pass(self, hours: float) -> None:
        await asyncio.sleep(5.0)
        for device in self.world.devices.values():
            device.power_on(min(SPREAD_S, hours * 600) * self.house.uniform())
        self.life.start()
        await asyncio.sleep(min(SETTLED_S, hours * 1800))
        gc.collect()
        self.report.settled_mb = resident_mb()
        await asyncio.sleep(max(0.0, hours * 3600 - self.world.agenda.now_s))
        gc.collect()
        self.report.end_mb = resident_mb()

    def finish(self, hours: float, wall_s: float) -> Report:
        """Count what the air and the devices know."""
        self.witness.close()
        report, witness = self.report, self.witness
        devices = self.world.devices.values()
        report.hours, report.wall_s = hours, wall_s
        report.frames, report.answers = witness.frames, witness.answers
        report.turn_rounds = witness.turn_rounds
        report.channel_s = self.world.air.airtime_total_s
        report.hub_airtime_s, report.hub_hour_s = witness.hub_airtime_s, witness.hub_hour_s
        report.hub_frames, report.misses = witness.hub_frames, witness.misses
        report.acts = self.life.done
        report.letters = sum(device.outbox.posted for device in devices)
        report.repeats = sum(device.outbox.repeats for device in devices)
        report.given_up = sum(device.outbox.given_up for device in devices)
        report.overruns = sum(device.inbox.overruns for device in devices)
        return report


def live(devices: int, hours: float, seed: int = 1, radio: str = "cul", loss: float = 0.0) -> Report:
    """Run a home and its hub for so long."""
    begun_s = time.monotonic()
    day = Day(devices, seed, radio, loss)
    run(day.house.loop, lambda: day.live(hours))
    return day.finish(hours, time.monotonic() - begun_s)


def resident_mb() -> float:
    """Memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_MB


def main() -> int:
    """Run from the command line; 1 when something is not as it must be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--radio", default="cul", choices=("cul", "module"))
    parser.add_argument("--loss", type=float, default=0.0, help="share of frames that each receiver misses")
    options = parser.parse_args()
    report = live(options.devices, options.hours, options.seed, options.radio, options.loss)
    print("\n".join(report.lines()))
    for failure in report.failures():
        print(f"FAILED: {failure}")
    return 1 if report.failures() else 0


if __name__ == "__main__":
    sys.exit(main())
