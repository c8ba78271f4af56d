import math

import pytest

from hub.contract import (
    IN_BACKGROUND,
    AddPeering,
    Command,
    CommandRefused,
    DeviceAddress,
    GetAirtime,
    GetParamset,
    Origin,
    Ping,
    PutParamset,
    Query,
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


async def test_a_command_reaches_its_driver_with_the_value_in_its_own_type(
    dispatcher: Dispatcher, driver: RecordingDriver
) -> None:
    confirmed = await dispatcher.execute(set_value("CONTROL_MODE", "PARTY-MODE"))
    assert driver.executed == [set_value("CONTROL_MODE", 2)]
    assert confirmed == (value(2, Origin.CONFIRMED, of=SWITCH.datapoint("CONTROL_MODE")),)


@pytest.mark.parametrize(
    "command",
    [
        StartPairing(interface="bidcos", seconds=60),
        StopPairing(interface="bidcos"),
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
        (StartPairing(interface="bidcos", seconds=0.5), "out_of_range", "seconds"),
        (StartPairing(interface="bidcos", seconds=math.nan), "out_of_range", "seconds"),
        (StartPairing(interface="bidcos", seconds=True), "wrong_type", "seconds"),
        (StartPairing(interface="bidcos", seconds=60, serial="KEQ-123456"), "out_of_range", "serial"),
        (StartPairing(interface="zwave", seconds=60), "unknown_interface", "interface"),
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


@pytest.mark.parametrize(
    "query",
    [
        GetParamset(channel=SWITCH, paramset="MASTER"),
        PutParamset(channel=SWITCH, paramset="MASTER", values={"LONG_PRESS_TIME": 0.4}),
        AddPeering(sender=DEVICE.channel(2), receiver=SWITCH),
        GetAirtime(interface="bidcos"),
    ],
)
async def test_a_query_reaches_its_driver_with_its_cause(
    dispatcher: Dispatcher, driver: RecordingDriver, query: Query[object]
) -> None:
    await dispatcher.ask(query, IN_BACKGROUND)
    assert driver.asked == [query]
    assert driver.causes == [IN_BACKGROUND]


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        (GetParamset(channel=DEVICE.channel(9), paramset="MASTER"), "unknown_channel", "channel"),
        (AddPeering(sender=STRANGER.channel(1), receiver=SWITCH), "unknown_device", "sender"),
        (RemovePeering(sender=SWITCH, receiver=DEVICE.channel(7)), "unknown_channel", "receiver"),
        (GetAirtime(interface="zwave"), "unknown_interface", "interface"),
    ],
)
async def test_a_query_about_somebody_else_s_devices_is_refused(
    dispatcher: Dispatcher, driver: RecordingDriver, query: Query[object], code: str, field: str
) -> None:
    with pytest.raises(CommandRefused) as caught:
        await dispatcher.ask(query)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert driver.asked == []


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
