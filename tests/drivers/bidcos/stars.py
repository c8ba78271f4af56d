"""Every common model against the real driver: paired, read, commanded, heard; signing on and off; a bad air.

    python -m tests.drivers.bidcos.stars [--loss 0.2] [--sign] [MODEL …]

Prints a line per model that failed and a summary. Time is simulated: a home lives some minutes in a second.
What counts is what the device does and says over the air, not the driver's own word.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from drivers.bidcos.devices import Model, model_by_name
from drivers.simulator.devices.catalogue import named
from drivers.simulator.devices.surface import ActRefused
from hub.contract import (
    BY_USER,
    ChannelAddress,
    CommandRefused,
    Datapoint,
    DatapointChanged,
    DeviceUnreachableError,
    DriverError,
    GetParamset,
    Origin,
    ParameterDescription,
    ParameterType,
    Paramset,
    PutParamset,
    Query,
    SetValue,
    Value,
    Written,
)

from .home import Home, home

A = TypeVar("A")
TRIES = 4  # as a person does: once more when the app said that it did not answer
SLEEPER_S = 400.0  # a sleeper of the table wakes at least so often, or its button is pressed
# what people may write where a rule of thumb finds no example
EXAMPLES: dict[str, Value] = {
    "PARTY_MODE_SUBMIT": "18.5,1020,24,12,26,600,27,12,26",
    "SUBMIT": "1,0.5,2,108000,1",
    "TEXTLINE_1": "hello",
}
ACTS = {"level": "40", "motion": "80", "load": "500", "weather": "21 50", "turn": "22", "fill": "60"}
LEFT_OUT = frozenset({"SUBMIT", "INSTALL_TEST"})  # texts of many forms have tests of their own
PARTY = "PARTY_"  # single fields of a party wait for each other; PARTY_MODE_SUBMIT sends them all


@dataclass(kw_only=True)
class Report:
    """One model. presses: of its teach-in button until it was ours; missed: what went wrong, in words."""

    model: str
    presses: int = 0
    read: int = 0
    written: int = 0
    commanded: int = 0
    heard: int = 0
    signed: int = 0
    missed: list[str] = field(default_factory=list)


class Trial:
    """One model in a home of its own."""

    def __init__(self, place: Home, model: Model, report: Report) -> None:
        self._place = place
        self._model = model
        self._report = report
        self._device = place.device(1)

    async def run(self, *, sign: bool) -> None:
        """All of it."""
        self._report.presses = await self._pair()
        if not self._report.presses:
            self._report.missed.append("not paired")
            return
        await self._read()
        if sign and self._model.signs:
            await self._sign()
        await self._command()
        await self._hear()

    async def _pair(self) -> int:
        for press in range(1, 8):
            await self._place.pair_once(1)
            if self._place.is_paired(1):
                await self._place.wait(20.0)
                return press
        return 0

    # what it remembers

    async def _read(self) -> None:
        for channel in self._channels(0):
            found = await self._ask(GetParamset(channel=channel, paramset="MASTER", refresh=True))
            if isinstance(found, Paramset) and found.descriptions:
                self._report.read += 1
                if found.read_at is None:
                    self._report.missed.append(f"{channel.index} MASTER not read")

    async def _sign(self) -> None:
        for channel in self._channels(1):
            known = await self._ask(GetParamset(channel=channel, paramset="MASTER"))
            if isinstance(known, Paramset) and "AES_ACTIVE" in known.values:
                change = await self._ask(
                    PutParamset(channel=channel, paramset="MASTER", values={"AES_ACTIVE": True})
                )
                await self._wake_until(lambda: not self._waits())
                self._report.signed += 1
                now = await self._ask(GetParamset(channel=channel, paramset="MASTER", refresh=True))
                if not isinstance(now, Paramset) or now.values.get("AES_ACTIVE") is not True:
                    self._report.missed.append(f"{channel.index} AES_ACTIVE {change}")

    async def _ask(self, query: Query[A]) -> A | None:
        """The last answer of some tries; None when it has no such paramset."""
        for _ in range(TRIES):
            try:
                task = asyncio.ensure_future(self._place.driver.ask(query, BY_USER))
                await self._wake_until(task.done)
                answer = await task
            except CommandRefused as refused:
                if refused.code in {"unknown_paramset", "no_paramset"}:
                    return None
                self._report.missed.append(f"{query}: {refused}")
                return None
            except DriverError:
                await self._place.wait(2.0)
                continue
            if isinstance(answer, Paramset) and answer.read_at is None:
                await self._place.wait(2.0)
                self._device.teach_in()
                await self._place.wait(15.0)
                continue
            if isinstance(answer, Paramset) or getattr(answer, "written", None) is not Written.PENDING:
                return answer
            await self._wake_until(lambda: not self._waits())
            return answer
        self._report.missed.append(f"{query}: gave up")
        return None

    # what it does

    async def _command(self) -> None:
        for index, channel in self._places():
            for name, description in channel:
                if (
                    description.writable
                    and name not in LEFT_OUT
                    and (not name.startswith(PARTY) or name == "PARTY_MODE_SUBMIT")
                ):
                    await self._set(index, name, description)

    async def _set(self, index: int, name: str, description: ParameterDescription) -> None:
        value = example(name, description)
        address = self._place.name(1).channel(index)
        mark = len(self._place.events)
        for _ in range(TRIES):
            command = SetValue(channel=address, parameter=name, value=value)
            try:
                task = asyncio.ensure_future(self._place.driver.execute(command, BY_USER))
                await self._wake_until(task.done)
                await task
            except DeviceUnreachableError:
                continue
            except (CommandRefused, DriverError) as error:
                self._report.missed.append(f"{index}.{name} = {value!r}: {error!r}")
                return
            break
        else:
            self._report.missed.append(f"{index}.{name} = {value!r}: not reached")
            return
        await self._wake_until(lambda: not self._waits())
        self._report.commanded += 1
        if description.readable and description.event and description.type is not ParameterType.ACTION:
            said = lambda: any(_same(each.value, value) for each in self._said(address, name, mark))  # noqa: E731
            if not await self._wake_until(said):
                values = [each.value for each in self._said(address, name, mark)]
                self._report.missed.append(f"{index}.{name} = {value!r}: it says {values[-3:]}")

    # what it tells

    async def _hear(self) -> None:
        for index, channel in self._device.channels.items():
            names = [name for name, described in self._parameters(index) if described.event]
            if names and channel.verbs:
                await self._act(index, list(channel.verbs)[-1], names)

    async def _act(self, index: int, verb: str, names: list[str]) -> None:
        """Let somebody touch it, and again when the app did not notice."""
        mark, address = len(self._place.events), self._place.name(1).channel(index)
        for _ in range(TRIES):
            try:
                self._device.act(f"{verb}@{index}", tuple(ACTS.get(verb, "").split()))
            except ActRefused as refused:
                self._report.missed.append(f"{verb}@{index}: {refused}")
                return
            if await self._wake_until(lambda: any(any(self._said(address, n, mark)) for n in names), 60.0):
                self._report.heard += 1
                return
        self._report.missed.append(f"{verb}@{index}: nothing heard")

    # ways

    def _channels(self, first: int) -> list[ChannelAddress]:
        return [self._place.name(1).channel(index) for index in (0, *self._model.channels) if index >= first]

    def _places(self) -> Iterator[tuple[int, list[tuple[str, ParameterDescription]]]]:
        for index in self._model.channels:
            yield index, self._parameters(index)

    def _parameters(self, index: int) -> list[tuple[str, ParameterDescription]]:
        description = self._place.description(1)
        return next(
            (list(each.parameters.items()) for each in description.channels if each.index == index), []
        )

    def _said(self, channel: ChannelAddress, name: str, mark: int) -> list[Datapoint]:
        """What the device itself told since ``mark``."""
        return [
            event.datapoint
            for event in self._place.events[mark:]
            if isinstance(event, DatapointChanged)
            and event.datapoint.id == channel.datapoint(name)
            and event.datapoint.origin in {Origin.REPORTED, Origin.CONFIRMED}
        ]

    def _waits(self) -> bool:
        return self._place.pending(1)

    async def _wake_until(self, condition: Callable[[], bool], seconds: float = SLEEPER_S) -> bool:
        """Let time pass; press a sleeper's button now and then, as the app asks for."""
        passed = 0.0
        while not condition():
            if passed >= seconds:
                return False
            if self._device.blueprint.sleeps and passed and passed % 20.0 == 0.0:
                self._device.teach_in()
            await self._place.wait(1.0)
            passed += 1.0
        return True


def example(name: str, description: ParameterDescription) -> Value:
    """A value that one may write."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    match description.type:
        case ParameterType.BOOL | ParameterType.ACTION:
            return True
        case ParameterType.ENUM:
            return min(1, len(description.enum) - 1)
        case ParameterType.STRING:
            return "1"
        case _:
            low, high, step = description.min or 0.0, description.max or 0.0, description.step or 1.0
            number = low + round(0.4 * min(high - low, 100.0) / step) * step
            return int(number) if description.type is ParameterType.INTEGER else round(number, 4)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return abs(float(one) - float(other)) < 0.006


async def trial(name: str, *, loss: float, sign: bool) -> Report:
    """Try one model."""
    model = model_by_name(name)
    assert model is not None
    report = Report(model=name)
    try:
        async with home(name, loss=loss, paired=False) as place:
            await Trial(place, model, report).run(sign=sign)
    except* Exception as group:  # noqa: BLE001 - whatever went wrong is the finding
        report.missed += [repr(error)[:300] for error in group.exceptions]
    return report


async def trials(names: Sequence[str], *, loss: float, sign: bool) -> list[Report]:
    """Try them one after the other."""
    return [await trial(name, loss=loss, sign=sign) for name in names]


def main() -> int:
    """Print what failed, then a summary; 1 when something did."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("models", nargs="*", help="default: all common ones")
    parser.add_argument("--loss", type=float, default=0.0, help="part of the frames that the air loses")
    parser.add_argument("--sign", action="store_true", help="switch signing on where a model can")
    parser.add_argument("--verbose", action="store_true", help="a line for each model")
    options = parser.parse_args()
    names = options.models or named("stars")
    began_s, failed, reports = time.monotonic(), 0, []
    for name in names:
        report = asyncio.run(trial(name, loss=options.loss, sign=options.sign))
        reports.append(report)
        failed += bool(report.missed)
        if report.missed or options.verbose:
            print(report, flush=True)
    print(
        f"{len(names)} models, loss {options.loss:g}, signing {'on' if options.sign else 'off'}: "
        f"{failed} failed; "
        f"presses {sum(r.presses for r in reports)}, lists read {sum(r.read for r in reports)}, "
        f"commands {sum(r.commanded for r in reports)}, channels heard {sum(r.heard for r in reports)}, "
        f"channels signing {sum(r.signed for r in reports)}; {time.monotonic() - began_s:.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
