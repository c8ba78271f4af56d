"""The home's own key: chosen, on paper, handed to simulated devices over good and bad air, given back."""

import asyncio

import pytest

from drivers.bidcos.codec.signing import DEFAULT_KEY, passphrase_key
from drivers.bidcos.exchange.keyring import Keyring, SystemKey
from drivers.bidcos.memory.registers import ListId
from drivers.simulator.devices.memory import ListId as DeviceListId
from hub.contract import (
    BY_USER,
    ChannelAddress,
    CheckKeySheet,
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    DatapointChanged,
    DeviceRemoved,
    DeviceUnreachableError,
    GetKeySheet,
    GetParamset,
    KeyReport,
    KeyState,
    ListKeys,
    PutParamset,
    SetSystemKey,
    SetValue,
    Unpair,
    WrongKey,
)

from ..home import Home, home

PLUG = "HM-LC-Sw1-Pl-2"
SIGNING_PLUG = "HM-LC-Sw1PBU-FM"
REMOTE = "HM-PB-6-WM55"
CONTACT = "HM-Sec-SC-2"
PASSPHRASE = "11111111"
KEY = passphrase_key(PASSPHRASE)


async def _choose(place: Home, **what: str) -> KeyReport:
    return await place.ask(SetSystemKey(interface="bidcos", **what))


async def _states(place: Home) -> list[KeyState]:
    report = await place.ask(ListKeys(interface="bidcos"))
    return [key.state for key in report.devices]


def _told(place: Home) -> list[ConfigurationState]:
    return [
        event.state
        for event in place.events
        if isinstance(event, ConfigurationChanged) and event.what == "KEY"
    ]


def _sign(place: Home, number: int, channel: int = 1) -> None:
    """The device asks for signatures of this channel from now on."""
    place.device(number).memory.write(DeviceListId(channel=channel, number=1), {0x08: 1})


async def test_a_passphrase_gives_every_device_that_can_sign_the_key_of_a_ccu() -> None:
    async with home(SIGNING_PLUG) as place:
        report = await _choose(place, passphrase=PASSPHRASE)
        assert report.index == 1
        await place.until(lambda: ConfigurationState.VERIFIED in _told(place))

        assert (place.device(1).memory.key, place.device(1).memory.key_index) == (KEY, 1)
        assert await _states(place) == [KeyState.SYSTEM]
        assert _told(place) == [ConfigurationState.PENDING, ConfigurationState.VERIFIED]
        assert place.store.records["key/1"][1:] == KEY
        assert KEY.hex() not in repr(place.driver._keyring.own).lower()


async def test_a_sleeper_gets_the_key_when_its_button_is_pressed() -> None:
    async with home(REMOTE) as place:
        await _choose(place)
        await place.wait(5)
        assert await _states(place) == [KeyState.EXCHANGING]
        assert place.device(1).memory.key == DEFAULT_KEY
        place.device(1).teach_in()
        await place.until(lambda: ConfigurationState.VERIFIED in _told(place))
        assert place.device(1).memory.key == place.driver._keyring.system_key
        assert await _states(place) == [KeyState.SYSTEM]


async def test_a_device_keeps_working_with_its_new_key() -> None:
    async with home(SIGNING_PLUG) as place:
        _sign(place, 1)
        await _choose(place)
        await place.until(lambda: ConfigurationState.VERIFIED in _told(place))
        channel = ChannelAddress(place.name(1), 1)
        work = place.driver.execute(SetValue(channel=channel, parameter="STATE", value=True), BY_USER)
        (state, *_) = await place.wait_for(work)
        assert state.value is True


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_lost_on_the_air_the_device_stays_ours(seed: int) -> None:
    async with home(SIGNING_PLUG, PLUG) as place:
        _sign(place, 1)
        place._chance.seed(seed)
        place.world.air.conditions = type(place.world.air.conditions)(loss=0.35)
        await _choose(place)
        await place.wait(30)
        place.world.air.conditions = type(place.world.air.conditions)()
        channel = ChannelAddress(place.name(1), 1)
        work = place.driver.execute(SetValue(channel=channel, parameter="STATE", value=True), BY_USER)
        (state, *_) = await place.wait_for(work)
        assert state.value is True
        await place.wait(700)  # what was left over is done when the device is heard
        await place.wait_for(place.driver.execute(SetValue(channel=channel, parameter="STATE", value=False)))
        await place.wait(60)
        assert place.device(1).memory.key == place.driver._keyring.system_key
        assert (await _states(place))[0] is KeyState.SYSTEM


@pytest.mark.parametrize("frames", range(1, 9))
async def test_a_crash_at_any_frame_leaves_a_device_that_obeys(frames: int) -> None:
    with Home(SIGNING_PLUG) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(1)
            _sign(place, 1)
            sent = len(place.sent)
            await _choose(place, passphrase=PASSPHRASE)
            await place.until(lambda: len(place.sent) >= sent + frames, 20, fail=False)
        place.restart()
        async with place.running():
            channel = ChannelAddress(place.name(1), 1)
            work = place.driver.execute(SetValue(channel=channel, parameter="STATE", value=True), BY_USER)
            (state, *_) = await place.wait_for(work)
            assert state.value is True
            await place.wait(10)
            assert place.device(1).memory.key == KEY
            assert await _states(place) == [KeyState.SYSTEM]


async def test_a_second_key_reaches_a_device_that_missed_the_first() -> None:
    async with home(REMOTE, SIGNING_PLUG) as place:
        for _ in range(2):
            await _choose(place)
            await place.wait(20)
        assert place.device(1).memory.key == DEFAULT_KEY
        place.device(1).teach_in()
        await place.wait(20)
        assert {place.device(number).memory.key for number in (1, 2)} == {place.driver._keyring.system_key}
        assert place.device(1).memory.key_index == 2


async def test_a_device_with_somebody_elses_key_is_named_and_the_others_go_on() -> None:
    async with home(SIGNING_PLUG, SIGNING_PLUG) as place:
        _sign(place, 1)
        place.device(1).memory.set_key(bytes(range(16)), 5)
        channel = ChannelAddress(place.name(1), 1)
        with pytest.raises(WrongKey) as wrong:
            await place.wait_for(
                place.driver.execute(SetValue(channel=channel, parameter="STATE", value=True), BY_USER)
            )
        assert wrong.value.device == place.name(1)
        await _choose(place)
        await place.wait(30)
        assert await _states(place) == [KeyState.FOREIGN, KeyState.SYSTEM]
        sent = len(place.sent)
        await place.wait(7200)
        tried = [line for line in place.sent[sent:] if line[10:12] == b"04"]
        assert not tried, "it is not tried for ever"


async def test_a_released_device_has_the_key_of_the_factory_again() -> None:
    async with home(SIGNING_PLUG) as place:
        await _choose(place)
        await place.until(lambda: ConfigurationState.VERIFIED in _told(place))
        await place.wait_for(place.driver.execute(Unpair(device=place.name(1)), BY_USER))
        await place.until(lambda: bool(place.of(DeviceRemoved)))
        assert (place.device(1).memory.key, place.device(1).memory.key_index) == (DEFAULT_KEY, 0)
        assert not place.device(1).memory.is_paired
        assert not [name for name in place.store.records if name.startswith("held/")]


async def test_a_ccus_passphrase_works_with_devices_whatever_it_called_the_key() -> None:
    async with home(SIGNING_PLUG) as place:
        _sign(place, 1)
        place.device(1).memory.set_key(KEY, 7)
        await _choose(place, passphrase=PASSPHRASE)
        await place.wait(20)
        channel = ChannelAddress(place.name(1), 1)
        work = place.driver.execute(SetValue(channel=channel, parameter="STATE", value=True), BY_USER)
        (state, *_) = await place.wait_for(work)
        assert state.value is True
        assert await _states(place) == [KeyState.SYSTEM]


async def test_a_sheet_is_checked_by_words_or_code_and_that_is_remembered() -> None:
    async with home(PLUG) as place:
        with pytest.raises(CommandRefused, match="no_system_key"):
            await place.ask(GetKeySheet(interface="bidcos"))
        await _choose(place)
        sheet = await place.ask(GetKeySheet(interface="bidcos"))
        assert not await place.ask(CheckKeySheet(interface="bidcos", text=" ".join(sheet.words[:-1])))
        assert not (await place.ask(ListKeys(interface="bidcos"))).sheet_checked
        for text in (" ".join(sheet.words).upper(), sheet.code.lower()):
            assert await place.ask(CheckKeySheet(interface="bidcos", text=text))
        assert (await place.ask(ListKeys(interface="bidcos"))).sheet_checked
        secret = place.driver._keyring.system_key.hex()
        assert secret not in repr(sheet).lower()


async def test_a_new_hub_takes_address_and_key_from_the_sheet_and_commands_the_old_devices() -> None:
    async with home(SIGNING_PLUG) as place:
        await _choose(place)
        await place.until(lambda: ConfigurationState.VERIFIED in _told(place))
        sheet = await place.ask(GetKeySheet(interface="bidcos"))
        key = place.driver._keyring.system_key
    with Home() as empty:
        async with empty.running():
            wrong = " ".join((*sheet.words[:-1], "babab"))
            with pytest.raises(CommandRefused, match="bad_sheet"):
                await _choose(empty, sheet=wrong)
            with pytest.raises(CommandRefused, match="one_of_two"):
                await _choose(empty, sheet=sheet.code, passphrase="x")
        empty.restart()
        empty.store.records["central"] = b"\x01abc"

        async def adopt() -> None:
            async with empty.running():
                await _choose(empty, sheet=" ".join(sheet.words))
                await empty.wait(2)

        with pytest.raises(ExceptionGroup):
            await adopt()
        empty.restart()
        async with empty.running():
            assert empty.driver._exchanges.address.hex().upper() == sheet.address
            assert empty.driver._keyring.system_key == key
            assert (await empty.ask(ListKeys(interface="bidcos"))).sheet_checked


async def test_a_sheet_of_another_home_is_refused_where_devices_are() -> None:
    async with home(PLUG) as place:
        await _choose(place)
        sheet = await place.ask(GetKeySheet(interface="bidcos"))
    async with home(PLUG) as other:
        other.driver._services.keys._central = b"\x01\x02\x03"
        with pytest.raises(CommandRefused, match="other_central") as refused:
            await _choose(other, sheet=sheet.code)
        assert (refused.value.value, refused.value.allowed) == (sheet.address, "010203")


@pytest.mark.parametrize("loss", [0.0, 0.2])
async def test_a_switch_is_told_to_sign_and_obeys_and_reports_over_a_bad_air_too(loss: float) -> None:
    async with home(PLUG, loss=loss) as place:
        channel = ChannelAddress(place.name(1), 1)
        await place.ask(PutParamset(channel=channel, paramset="MASTER", values={"AES_ACTIVE": True}))
        await place.wait(5)
        assert place.register(1, ListId(1, 1), 0x08) == 1
        assert place.driver._keyring.signs(place.device(1).address, 1)
        done = 0
        for turn in range(20):
            work = place.driver.execute(
                SetValue(channel=channel, parameter="STATE", value=turn % 2 == 0), BY_USER
            )
            try:
                done += (await place.wait_for(work))[0].value is (turn % 2 == 0)
            except DeviceUnreachableError:
                continue
            await place.wait(3)
        assert done >= (20 if not loss else 18)
        before = len(place.events)
        place.device(1).act("press")  # by hand: the report is challenged
        await place.wait(8)
        told = [event for event in place.events[before:] if isinstance(event, DatapointChanged)]
        assert [event for event in told if event.datapoint.id.parameter == "STATE"]


@pytest.mark.parametrize("good", [True, False])
async def test_a_key_that_signs_is_believed_with_its_signature_and_not_without(good: bool) -> None:
    async with home(REMOTE) as place:
        _sign(place, 1)
        channel = ChannelAddress(place.name(1), 1)
        place.device(1).teach_in()
        await place.ask(GetParamset(channel=channel, paramset="MASTER", refresh=True))
        await place.wait(2)
        if not good:
            place.device(1).memory.set_key(bytes(16), 0)
        before = len(place.events)
        place.device(1).act("press", ("1",))
        await place.wait(5)
        told = [event for event in place.events[before:] if isinstance(event, DatapointChanged)]
        presses = [event for event in told if event.datapoint.id.parameter == "PRESS_SHORT"]
        assert bool(presses) is good


def test_indexes_are_not_used_twice() -> None:
    ring = Keyring([SystemKey(index=index, key=bytes([index]) * 16) for index in (1, 2, 3)])
    assert ring.free_index() == 4
    assert Keyring([SystemKey(index=127, key=bytes(16))]).free_index() == 1
    assert Keyring([SystemKey(index=index, key=bytes(16)) for index in range(1, 128)]).free_index() is None


async def test_two_keys_chosen_at_once_get_two_indexes() -> None:
    async with home(PLUG) as place:

        async def both() -> list[int]:
            async with asyncio.TaskGroup() as tasks:
                query = SetSystemKey(interface="bidcos")
                chosen = [tasks.create_task(place.driver.ask(query)) for _ in range(2)]
            return [task.result().index for task in chosen]

        assert await place.wait_for(both()) == [1, 2]
        assert len({key.key for key in place.driver._keyring.own}) == 2
