"""The home's own key over an HM-MOD-RPI-PCB, which signs by itself: the same as with a stick."""

import asyncio
import contextlib

import pytest

from drivers.bidcos.codec.signing import passphrase_key
from drivers.simulator.air import Conditions
from drivers.simulator.devices.memory import ListId
from drivers.simulator.world import WorldConfig
from hub.contract import (
    ChannelAddress,
    DeviceAddress,
    DeviceUnreachableError,
    Event,
    KeyState,
    ListKeys,
    RadioIdentified,
    SetSystemKey,
    SetValue,
)
from tests.endurance.house import CENTRAL, House
from tests.endurance.virtual import run

PLUG, REMOTE = "HM-LC-Sw1PBU-FM", "HM-PB-6-WM55"


@pytest.mark.parametrize("radio", ["cul", "module"])
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_devices_get_the_key_and_obey_with_it(radio: str, loss: float) -> None:
    events: list[Event] = []
    config = WorldConfig(models=(PLUG, REMOTE), radios=(radio,), conditions=Conditions(loss=loss))
    house = House(config, 3, events.append, owned=True)
    plug, remote = house.world.devices.values()
    for device in (plug, remote):
        registers = dict(zip((0x0A, 0x0B, 0x0C), CENTRAL, strict=True))
        device.memory.write(ListId(channel=0, number=0), registers)

    async def live() -> None:
        await asyncio.sleep(60)
        await house.driver.ask(SetSystemKey(interface="bidcos", passphrase="11111111"))
        for _ in range(8):
            await asyncio.sleep(700)
            remote.teach_in()
            plug.act("press")
        report = await house.driver.ask(ListKeys(interface="bidcos"))
        assert [key.state for key in report.devices] == [KeyState.SYSTEM, KeyState.SYSTEM]
        assert {device.memory.key for device in (plug, remote)} == {passphrase_key("11111111")}
        plug.memory.write(ListId(channel=1, number=1), {8: 1})
        channel = ChannelAddress(DeviceAddress("bidcos", plug.serial), 1)
        turn_on = SetValue(channel=channel, parameter="STATE", value=True)
        for _ in range(4 if loss else 1):  # a module sends three times, and of four frames any may be lost
            with contextlib.suppress(*((DeviceUnreachableError,) if loss else ())):
                (state, *_) = await house.driver.execute(turn_on)
                assert state.value is True
                return
        raise AssertionError("it does not obey")

    run(house.loop, lambda: house.live(live()))
    assert [event.kind for event in events if isinstance(event, RadioIdentified)] == [radio]
