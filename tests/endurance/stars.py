"""Every common model with the real driver, in simulated time: taught in, read, commanded, heard.

    python -m tests.endurance.stars [--loss 0.2] [--signed] [--quirk Q] [--radio module] [--seed N] [NAME …]

One home per model, each with chance of its own (else models that are alike would fail alike), one line per
model. What a device would see and what the driver says of it are compared; people press the button of devices
that listen only then, and try again, up to TRIES times, what did not work.
"""

import argparse
import asyncio
import sys
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from drivers.bidcos.devices import Model, model_by_name, paramset_of
from drivers.simulator.air import Conditions, Passage
from drivers.simulator.devices.catalogue import named
from drivers.simulator.devices.device import EVENT_TRIES, TRIES_REGISTER, Device
from drivers.simulator.devices.memory import ListId
from drivers.simulator.devices.surface import QUIRKS, ActRefused
from drivers.simulator.world import WorldConfig
from hub.contract import (
    ChannelDescription,
    CommandRefused,
    Datapoint,
    DatapointChanged,
    DeviceAddress,
    DeviceAppeared,
    DriverError,
    DriverState,
    DriverStateChanged,
    Event,
    GetParamset,
    PairingProgress,
    PairingStage,
    ParameterDescription,
    ParameterType,
    SetValue,
    StartPairing,
    StopPairing,
    Value,
)

from . import luck
from .house import CENTRAL, House
from .virtual import run

T = TypeVar("T")
SEED = 3
TEACH_IN_S, PRESS_EVERY_S = 180.0, 20.0
BUTTON_EVERY_S = 6.0
QUIET_S = 4.0  # on the air, before somebody presses again
STEP_S = 120.0  # for one reading or command, with people who press the button when it is needed
TRIES = 8  # of a fifth of the presses nothing arrives, and then a list of several parts has to
LATER_S = 40.0  # ramps, journeys, status delays
ACTS = (
    "on", "open", "press", "motion 77", "level 40", "turn 21", "weather 12 60", "smoke", "wet", "rain",
    "added", "fill 40", "unlock", "tilt",
)  # fmt: skip
# what is stored for the next order, asks for others first, or takes texts: not tried one by one
SKIPPED = ("ON_TIME", "RAMP_TIME", "RELOCK_DELAY", "SPEED", "SUBMIT", "PARTY_")


@dataclass(slots=True)
class Outcome:
    """What went right with one model, and what did not.

    again: what had to be tried once more. unacknowledged: events that the device gave up after all its tries;
    on a clean air that is a fault. doomed: how many of them the air gives up on average, see luck.py.
    """

    name: str
    read: int = 0
    commanded: int = 0
    heard: int = 0
    again: int = 0
    unacknowledged: int = 0
    doomed: float = 0.0
    faults: list[str] = field(default_factory=list)


class Trial:
    """One device, one hub."""

    def __init__(
        self,
        name: str,
        *,
        loss: float = 0.0,
        signed: bool = False,
        quirks: Iterable[str] = (),
        radio: str = "cul",
        seed: int = SEED,
    ) -> None:
        model = model_by_name(name)
        assert model is not None
        self.model: Model = model
        self.outcome = Outcome(name)
        self.events: list[Event] = []
        self.signed = signed and model.signs
        config = WorldConfig(models=(name,), radios=(radio,), conditions=Conditions(loss=loss))
        self.house = House(config, seed << 16 | (model.code or 0), self.events.append, owned=False)
        self.device: Device = next(iter(self.house.world.devices.values()))
        self.device.quirks = set(quirks)
        self.address = DeviceAddress("bidcos", self.device.serial)
        self._spoken_s = 0.0
        self._told: set[int] = set()  # counters of its events
        self._challenged: set[int] = set()
        self.house.world.air.watch(self._see)

    def _see(self, passage: Passage) -> None:
        self._spoken_s = passage.end_s
        data, by_device = passage.data, passage.node is self.device
        if by_device and data == self.device.outbox.on_its_way and not self.device.outbox.is_answering:
            self._told.add(data[1])
        elif not by_device and data[3] == 0x02 and data[10] == 0x04:
            self._challenged.add(data[1])

    async def live(self) -> None:
        """Teach in, then read, command and listen."""
        if not await self._is_ready():
            return
        self.device.power_on()
        if not await self._teach_in():
            return
        await self.house.driver.execute(StopPairing(interface="bidcos"))
        await asyncio.sleep(10.0)
        if self.signed:
            for index in self.device.blueprint.channels:
                self.device.memory.write(ListId(channel=index, number=1), {0x08: 1})
        await self._read()
        for channel in self._channels():
            for name, description in channel.parameters.items():
                if description.writable and not name.startswith(SKIPPED):
                    await self._command(channel.index, name, description)
        await self._hear()

    async def _is_ready(self) -> bool:
        """A stick is ready in a moment, a module has to be told much first."""
        states: list[DriverStateChanged] = []
        for _ in range(60):
            await asyncio.sleep(1.0)
            states = [event for event in self.events if isinstance(event, DriverStateChanged)]
            if states and states[-1].state is DriverState.READY:
                return True
        self.outcome.faults.append(f"the driver is not ready: {states[-1:]}")
        return False

    async def _teach_in(self) -> bool:
        await self.house.driver.execute(StartPairing(interface="bidcos", seconds=TEACH_IN_S))
        for _ in range(int(TEACH_IN_S / PRESS_EVERY_S)):
            self.device.teach_in()
            for _ in range(int(PRESS_EVERY_S)):
                await asyncio.sleep(1.0)
                if any(
                    isinstance(e, PairingProgress) and e.stage is PairingStage.PAIRED for e in self.events
                ):
                    if self.device.memory.central != CENTRAL:
                        self.outcome.faults.append("told as taught in, but the device has no owner")
                    return True
        stages = [f"{e.stage.value} {e.reason or ''}" for e in self.events if isinstance(e, PairingProgress)]
        self.outcome.faults.append(f"not taught in: {'; '.join(stages[-3:])}")
        return False

    def _is_told_paired(self) -> bool:
        steps = [event for event in self.events if isinstance(event, PairingProgress)]
        return any(step.stage is PairingStage.PAIRED for step in steps)

    def _channels(self) -> Sequence[ChannelDescription]:
        appeared = [event for event in self.events if isinstance(event, DeviceAppeared)]
        return appeared[-1].description.channels if appeared else ()

    async def _read(self) -> None:
        """What the device remembers, all lists, compared with what it really holds."""
        for index in (0, *self.device.blueprint.channels):
            if not paramset_of(self.model, index, "MASTER"):
                continue
            query = GetParamset(channel=self.address.channel(index), paramset="MASTER", refresh=True)
            fault: str | None = None
            for tried in range(1, TRIES + 1):
                fault = await self._fault_of_reading(query)
                self.outcome.again += bool(fault) and tried < TRIES
                if fault is None:
                    self.outcome.read += 1
                    break
            else:
                self.outcome.faults.append(f"channel {index} not read: {fault}")

    async def _fault_of_reading(self, query: GetParamset) -> str | None:
        try:
            paramset = await self._patiently(self.house.driver.ask(query))
        except (TimeoutError, DriverError, CommandRefused) as error:
            return _said(error)
        if paramset.read_at is not None or not paramset.values:
            return None
        self.device.teach_in()  # it sleeps; the hub reads when it wakes
        await asyncio.sleep(BUTTON_EVERY_S)
        return "only assumed"

    async def _command(self, index: int, name: str, description: ParameterDescription) -> None:
        value = _some_value(description)
        if value is None:
            return
        command = SetValue(channel=self.address.channel(index), parameter=name, value=value)
        fault: str | None = None
        for tried in range(1, TRIES + 1):
            fault = await self._fault_of_setting(command)
            self.outcome.again += bool(fault) and tried < TRIES
            if fault is None:
                self.outcome.commanded += 1
                return
        self.outcome.faults.append(f"{index}.{name}={value} {fault}")

    async def _fault_of_setting(self, command: SetValue) -> str | None:
        try:
            told = await self._patiently(self.house.driver.execute(command))
        except (TimeoutError, DriverError, CommandRefused) as error:
            return f"not set: {_said(error)}"
        shown: Mapping[str, object] = {}
        for _ in range(3):  # what is only assumed goes out when a sleeper wakes
            await asyncio.sleep(LATER_S)
            shown = state = self.device.state()
            looked_at = command.parameter in VISIBLE and "DDC" not in self.model.name
            if not looked_at or _shows(state, command.parameter, command.value):
                return None
            self.device.teach_in()
        return f"told {_values(told)}, it shows {shown}"

    async def _hear(self) -> None:
        """Something happens; the driver must tell a value of it, and the device be content."""
        unheard = self._unheard
        self._told.clear()
        self._challenged.clear()
        for act in ACTS:
            verb, *args = act.split()
            for tried in range(1, TRIES + 1):
                count = len(self.events)
                try:
                    self.device.act(verb, tuple(args))
                except ActRefused:
                    break
                await asyncio.sleep(LATER_S)
                if any(isinstance(event, DatapointChanged) for event in self.events[count:]):
                    self.outcome.heard += 1
                    break
                self.outcome.again += 1
                if tried == TRIES:
                    self.outcome.faults.append(f"{act}: nothing told")
        self.outcome.unacknowledged = self._unheard - unheard
        config = self.house.world.config
        sends = self.device.memory.register(TRIES_REGISTER, EVENT_TRIES) or EVENT_TRIES
        told = [luck.Event(sends=sends, signed=counter in self._challenged) for counter in self._told]
        self.outcome.doomed = luck.expected(told, config.conditions.loss, module="module" in config.radios)
        if self.outcome.unacknowledged and not config.conditions.loss:
            self.outcome.faults.append(f"{self.outcome.unacknowledged} events not acknowledged")

    @property
    def _unheard(self) -> int:
        """Events that the device gave up, answers of several frames aside."""
        outbox = self.device.outbox
        return outbox.given_up - outbox.pages_given_up

    async def _patiently(self, work: Coroutine[object, object, T]) -> T:
        """Wait, and press the button of a sleeper meanwhile.

        Raises:
            TimeoutError: it took longer than STEP_S.
        """
        task = asyncio.ensure_future(work)
        for _ in range(int(STEP_S / BUTTON_EVERY_S)):
            await asyncio.wait({task}, timeout=BUTTON_EVERY_S)
            if task.done():
                return task.result()
            quiet_s = self.house.world.agenda.now_s - self._spoken_s
            if self.device.blueprint.sleeps and quiet_s > QUIET_S:
                self.device.teach_in()
        task.cancel()
        raise TimeoutError


def _some_value(description: ParameterDescription) -> Value | None:
    match description.type:
        case ParameterType.BOOL | ParameterType.ACTION:
            return True
        case ParameterType.ENUM:
            return 1
        case ParameterType.FLOAT | ParameterType.INTEGER:
            low, high, step = description.min or 0.0, description.max or 1.0, description.step or 1.0
            value = low + round((high - low) * 0.4 / step) * step
            return int(value) if description.type is ParameterType.INTEGER else round(value, 4)
    return None


# what a person sees of a parameter; a door drive's contact closes for half a second only
VISIBLE = {"STATE": "on", "LEVEL": "level_percent", "SET_TEMPERATURE": "set", "SETPOINT": "set"}


def _shows(state: Mapping[str, object], name: str, value: Value) -> bool:
    shown = state.get(VISIBLE[name])
    if shown is None:
        return True  # a lock, a drive: its own words
    if isinstance(shown, list):
        return value in shown
    wanted = float(value) * 100 if name == "LEVEL" else float(value)
    return isinstance(shown, int | float) and abs(shown - wanted) <= 0.6


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


def _values(told: Iterable[Datapoint]) -> str:
    return ", ".join(f"{each.id.parameter}={each.value}" for each in told)


def try_one(
    name: str,
    *,
    loss: float = 0.0,
    signed: bool = False,
    quirks: Iterable[str] = (),
    radio: str = "cul",
    seed: int = SEED,
) -> Outcome:
    """One model, one home."""
    trial = Trial(name, loss=loss, signed=signed, quirks=quirks, radio=radio, seed=seed)
    run(trial.house.loop, lambda: trial.house.live(trial.live()))
    return trial.outcome


def main() -> int:
    """Run from the command line; 1 when a model has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=["stars"])
    parser.add_argument("--loss", type=float, default=0.0)
    parser.add_argument("--signed", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--radio", default="cul", choices=("cul", "module"))
    parser.add_argument("--quirk", action="append", default=[], choices=tuple(QUIRKS))
    options = parser.parse_args()
    outcomes = [
        try_one(
            name,
            loss=options.loss,
            signed=options.signed,
            quirks=options.quirk,
            radio=options.radio,
            seed=options.seed,
        )
        for name in named(",".join(options.names))
    ]
    for outcome in outcomes:
        counts = f"read {outcome.read}, commanded {outcome.commanded}, heard {outcome.heard}"
        print(f"{outcome.name}: {counts}, again {outcome.again}", *outcome.faults, sep="\n    ")
    faulty = sum(bool(outcome.faults) for outcome in outcomes)
    given_up = sum(outcome.unacknowledged for outcome in outcomes)
    doomed = sum(outcome.doomed for outcome in outcomes)
    print(f"{len(outcomes)} models, {faulty} with faults; events given up {given_up}, by odds {doomed:.1f}")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
