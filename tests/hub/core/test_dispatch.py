import math
from collections.abc import Mapping

import pytest

from hub.contract import (
    AddPeering,
    Command,
    CommandRefused,
    DeviceAddress,
    GetParamset,
    Origin,
    Ping,
    PutParamset,
    RemovePeering,
    SetValue,
    StartPairing,
    StopPairing,
    Unpair,
    Value,
)
from hub.core import Dispatcher, Registry
from tests.hub.core.home import DESCRIPTION, DEVICE, SWITCH, RecordingDriver, value

STRANGER = DeviceAddress("bidcos", "SIM9999999")


@pytest.fixture
def driver() -> RecordingDriver:
    return RecordingDriver()


@pytest.fixture
def dispatcher(driver: RecordingDriver) -> Dispatcher:
    registry = Registry()
    registry.restore([DESCRIPTION])
    return Dispatcher(registry, {"bidcos": driver})


def set_value(parameter: str = "STATE", new: Value = True, channel: int = 1) -> SetValue:
    return SetValue(channel=DEVICE.channel(channel), parameter=parameter, value=new)


def put(values: Mapping[str, Value], paramset: str = "VALUES") -> PutParamset:
    return PutParamset(channel=SWITCH, paramset=paramset, values=values)


async def test_a_command_reaches_its_driver_with_the_value_in_its_own_type(
    dispatcher: Dispatcher, driver: RecordingDriver
) -> None:
    confirmed = await dispatcher.execute(set_value("CONTROL_MODE", "PARTY-MODE"))
    assert driver.executed == [set_value("CONTROL_MODE", 2)]
    assert confirmed == (value(2, Origin.CONFIRMED, of=SWITCH.datapoint("CONTROL_MODE")),)


@pytest.mark.parametrize(
    "command",
    [
        put({"STATE": True}),
        put({"LONG_PRESS_TIME": 0.4}, "MASTER"),
        GetParamset(channel=SWITCH, paramset="MASTER"),
        StartPairing(interface="bidcos", seconds=60),
        StopPairing(interface="bidcos"),
        AddPeering(sender=DEVICE.channel(2), receiver=SWITCH),
        RemovePeering(sender=DEVICE.channel(2), receiver=SWITCH),
        Unpair(device=DEVICE),
        Ping(device=DEVICE),
    ],
)
async def test_every_kind_of_command_reaches_its_driver(
    dispatcher: Dispatcher, driver: RecordingDriver, command: Command
) -> None:
    await dispatcher.execute(command)
    assert driver.executed == [command]


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (SetValue(channel=STRANGER.channel(1), parameter="STATE", value=True), "unknown_device", "channel"),
        (set_value(channel=9), "unknown_channel", "channel"),
        (set_value("NOTHING"), "unknown_parameter", "parameter"),
        (set_value("BRIGHTNESS", 1), "not_writable", "value"),
        (set_value("LEVEL", math.nan), "not_finite", "value"),
        (put({"NOTHING": 1}), "unknown_parameter", "values.NOTHING"),
        (put({"LEVEL": 7}), "out_of_range", "values.LEVEL"),
        (put({"X": math.inf}, "MASTER"), "not_finite", "values.X"),
        (put({"X": None}, "MASTER"), "wrong_type", "values.X"),  # type: ignore[dict-item] # what JSON may bring
        (put({}, "OTHER"), "unknown_paramset", "paramset"),
        (GetParamset(channel=SWITCH, paramset="values"), "unknown_paramset", "paramset"),
        (StartPairing(interface="bidcos", seconds=0.5), "out_of_range", "seconds"),
        (StartPairing(interface="bidcos", seconds=math.nan), "out_of_range", "seconds"),
        (StartPairing(interface="bidcos", seconds=True), "wrong_type", "seconds"),
        (StartPairing(interface="zwave", seconds=60), "unknown_interface", "interface"),
        (AddPeering(sender=STRANGER.channel(1), receiver=SWITCH), "unknown_device", "sender"),
        (AddPeering(sender=SWITCH, receiver=DEVICE.channel(7)), "unknown_channel", "receiver"),
        (Unpair(device=STRANGER), "unknown_device", "device"),
        (Ping(device=STRANGER), "unknown_device", "device"),
    ],
)
async def test_what_the_home_can_not_do_is_refused_before_anything_is_sent(
    dispatcher: Dispatcher, driver: RecordingDriver, command: Command, code: str, field: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        await dispatcher.execute(command)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert driver.executed == []


async def test_an_unpaired_device_is_written_down_as_gone_before_the_answer(driver: RecordingDriver) -> None:
    registry = Registry()
    registry.restore([DESCRIPTION])
    order: list[object] = []

    async def written() -> None:
        order.extend([*driver.executed, "written"])

    await Dispatcher(registry, {"bidcos": driver}, written).execute(Unpair(device=DEVICE))
    assert order == [Unpair(device=DEVICE), "written"]


async def test_a_device_whose_driver_is_not_configured_is_named() -> None:
    registry = Registry()
    registry.restore([DESCRIPTION])
    with pytest.raises(CommandRefused) as caught:
        await Dispatcher(registry, {}).execute(set_value())
    assert caught.value.code == "unknown_interface"
