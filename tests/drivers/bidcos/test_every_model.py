"""Every common model in a simulated home: taught in, read, set; on a clean air and a bad one."""

import os
from collections.abc import Mapping

import pytest

from drivers.bidcos.devices import Model, models
from drivers.simulator.devices.stars import STARS
from hub.contract import (
    CommandRefused,
    DeviceUnreachableError,
    GetParamset,
    ParameterDescription,
    ParameterType,
    Paramset,
    PutParamset,
    Value,
)

from .home import Home, home

COMMON = [model for model in models() if model.code in STARS]
AIRS = [0.0, 0.2]  # how much of it is lost
BOTH = "HOMEBASE_EVERY_AIR" in os.environ  # each model on both; script/nightly day. Else they take turns
CASES = [
    pytest.param(model, loss, id=f"{model.name}-{loss}")
    for at, model in enumerate(COMMON)
    for loss in (AIRS if BOTH else [AIRS[at % 2]])
]
CHANNELS = 3  # of each model; its others are alike
TRIES = 6


def _other(description: ParameterDescription, value: Value) -> Value | None:
    if description.type is ParameterType.BOOL:
        return not value
    if description.type is ParameterType.ENUM:
        return (int(value) + 1) % len(description.enum)
    if isinstance(value, str) or description.min is None or description.max is None:
        return None
    return description.min if value != description.min else description.max


def _others(paramset: Paramset) -> Mapping[str, Value]:
    """Another value for each of the first parameters; week programs have tests of their own."""
    found = {}
    for name, value in list(paramset.values.items())[:12]:
        other = _other(paramset.descriptions[name], value)
        if other is not None:
            found[name] = type(value)(other)
    return found


@pytest.mark.parametrize(("model", "loss"), CASES)
async def test_it_is_taught_in_read_and_set(model: Model, loss: float) -> None:
    async with home(model.name, loss=loss) as place:
        for index in (0, *model.channels)[:CHANNELS]:
            channel = place.name(1).channel(index)
            get = GetParamset(channel=channel, paramset="MASTER")
            try:
                wanted = _others(await place.ask(get, 200.0))
            except CommandRefused as refused:
                assert refused.code == "no_paramset"  # noqa: PT017 -- not every channel has one
                continue
            if wanted:
                await _set(place, PutParamset(channel=channel, paramset="MASTER", values=wanted), get)


async def _set(place: Home, put: PutParamset, get: GetParamset) -> None:
    """On a bad air now and then once more, as a person would; each time it does no harm."""
    for _ in range(TRIES):
        try:
            change = await place.ask(put, 200.0)
        except DeviceUnreachableError:
            continue
        place.device(1).teach_in()  # who sleeps takes it now
        await place.wait(60.0)
        told = await place.ask(get, 200.0)
        expected = {each.name: each.new for each in change.changes}
        if told.pending == {} and expected.items() <= told.values.items():
            assert told.read_at is not None
            return
    raise AssertionError(f"{put.channel}: {put.values}")
