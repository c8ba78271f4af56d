"""Smoke detectors' teams: what is believed, what is sent, and that no counter is used twice."""

import asyncio
from dataclasses import replace

import pytest

from drivers.bidcos.codec.frames import Frame, decode_frame, encode_frame
from drivers.bidcos.codec.messages import KeyPress, message_frame
from drivers.bidcos.codec.signing import DEFAULT_KEY
from drivers.bidcos.exchange.teams import MAX_TEAMS, TeamGuard, team_frame, team_number
from drivers.bidcos.team_calls import CALLS
from drivers.simulator.world import WorldConfig
from hub.contract import (
    BY_USER,
    ChannelAddress,
    CommandRefused,
    DatapointChanged,
    DeviceAddress,
    DutyCycleExhausted,
    ListPeerings,
    SetSystemKey,
    SetValue,
)
from tests.endurance.house import CENTRAL, House
from tests.endurance.virtual import run

from ..home import Home, home

TEAM = b"\x44\xe3\x47"
MEMBER = b"\x10\x00\x01"
OLD, NEW = "HM-Sec-SD", "HM-Sec-SD-2"


def test_a_signed_frame_is_believed_once_and_only_in_its_order() -> None:
    guard = TeamGuard()
    first, second = (team_frame(DEFAULT_KEY, TEAM, MEMBER, number, 0xC8) for number in (0x0102FF, 0x010300))
    assert (team_number(first), team_number(second)) == (0x0102FF, 0x010300)
    assert guard.accepts(replace(second, flags=0x54), "SD2", [bytes(16), DEFAULT_KEY])  # by a repeater
    assert not guard.accepts(second, "SD2", [DEFAULT_KEY])
    assert not guard.accepts(first, "SD2", [DEFAULT_KEY])
    assert not TeamGuard().accepts(first, "SD2", [bytes(16)])
    assert not TeamGuard().accepts(team_frame(None, TEAM, MEMBER, 1, 0xC8), "SD2", [DEFAULT_KEY])
    assert TeamGuard().accepts(team_frame(None, TEAM, MEMBER, 1, 0xC8), "SD", [])


def test_a_press_of_the_test_button_is_believed_only_of_teams_that_do_not_sign() -> None:
    press = message_frame(KeyPress(channel=0, counter=7), counter=1, flags=0x94, sender=TEAM, receiver=MEMBER)
    assert TeamGuard().accepts(press, "SD", [])
    assert not TeamGuard().accepts(press, "SD2", [DEFAULT_KEY])
    assert not TeamGuard().accepts(replace(press, kind=0x42), "SD", [])


def test_a_forged_frame_does_not_move_the_counter() -> None:
    guard = TeamGuard()
    assert not guard.accepts(team_frame(bytes(16), TEAM, MEMBER, 0xFFFFFF, 0xC8), "SD2", [DEFAULT_KEY])
    assert guard.accepts(team_frame(DEFAULT_KEY, TEAM, MEMBER, 1, 0xC8), "SD2", [DEFAULT_KEY])


def test_teams_that_nobody_knows_do_not_grow_the_memory() -> None:
    guard = TeamGuard()
    for number in range(200):
        guard.advance(number.to_bytes(3, "big"), 1)
    assert len(guard._counters) == MAX_TEAMS
    assert len(guard.changed) == MAX_TEAMS


def _states(place: Home, number: int) -> list[object]:
    changed = [event.datapoint for event in place.events if isinstance(event, DatapointChanged)]
    return [each.value for each in changed if str(each.id) == f"{place.name(number)}:1.STATE"]


async def _call(place: Home, number: int, parameter: str) -> None:
    channel = ChannelAddress(place.name(number), 1)
    await place.wait_for(
        place.driver.execute(SetValue(channel=channel, parameter=parameter, value=True), BY_USER)
    )
    await place.wait(6)


def _team_frames(place: Home, since: int) -> list[Frame]:
    frames = [decode_frame(bytes.fromhex(line[2:].decode())) for line in place.sent[since:]]
    return [frame for frame in frames if isinstance(frame, Frame) and frame.kind == 0x41]


@pytest.mark.parametrize("model", [OLD, NEW])
async def test_a_test_alarm_sounds_at_the_detector_and_the_all_clear_ends_it(model: str) -> None:
    async with home(model) as place:
        since = len(place.sent)
        await _call(place, 1, "TEST_ALARM")
        assert place.device(1).channels[1].state()["alarm"] is True
        frames = _team_frames(place, since)
        assert len(frames) == 6
        assert len({frame.counter for frame in frames}) == 1
        team = frames[0].sender
        assert team not in {place.device(1).address, place.driver._exchanges.address}
        assert place.store.records["team/own"][1:] == team
        await _call(place, 1, "ALL_CLEAR")
        assert place.device(1).channels[1].state()["alarm"] is False


async def test_the_counter_of_the_team_goes_on_after_a_restart_and_with_the_homes_own_key() -> None:
    with Home(NEW) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(1)
            await _call(place, 1, "TEST_ALARM")
            await _call(place, 1, "ALL_CLEAR")
        place.restart()
        async with place.running():
            await place.ask(SetSystemKey(interface="bidcos"))
            await place.wait(10)
            assert place.device(1).memory.key == place.driver._keyring.system_key
            await _call(place, 1, "TEST_ALARM")
            assert place.device(1).channels[1].state()["alarm"] is True


async def test_what_a_detector_says_in_the_name_of_our_team_counts_and_its_counter_is_kept() -> None:
    async with home(NEW) as place:
        await _call(place, 1, "TEST_ALARM")
        await _call(place, 1, "ALL_CLEAR")
        team = place.store.records["team/own"][1:]
        before = place.driver._reports.teams.counter(team)
        since = len(place.events)
        place.device(1).act("smoke")
        await place.wait(6)
        states = [
            event.datapoint.value
            for event in place.events[since:]
            if isinstance(event, DatapointChanged) and event.datapoint.id.parameter == "STATE"
        ]
        assert True in states
        assert place.driver._reports.teams.counter(team) > before
        kept = place.store.records[f"team-counter/{team.hex()}"]
        assert int.from_bytes(kept[1:], "big") == place.driver._reports.teams.counter(team)


async def test_without_send_time_nothing_is_sent_and_that_is_said() -> None:
    async with home(NEW) as place:
        await _call(place, 1, "ALL_CLEAR")
        place.driver._airtime.charge(33_000.0, place.clock.monotonic())
        since = len(place.sent)
        with pytest.raises(DutyCycleExhausted):
            await _call(place, 1, "TEST_ALARM")
        assert not _team_frames(place, since)


@pytest.mark.parametrize("model", [OLD, NEW])
async def test_a_team_that_a_detector_of_ours_leads_is_called_in_its_name(model: str) -> None:
    async with home(model, model, model) as place:
        leader = place.device(1)
        for number in (1, 2):
            place.device(number).memory.add_peer(1, leader.address + b"\x01")
            await place.ask(ListPeerings(device=place.name(number), refresh=True))
        since = len(place.sent)
        await _call(place, 2, "TEST_ALARM")
        assert [place.device(each).channels[1].state()["alarm"] for each in (1, 2, 3)] == [True, True, False]
        frames = _team_frames(place, since)
        assert {frame.sender for frame in frames} == {leader.address}
        assert {frame.receiver for frame in frames} == {place.driver._exchanges.address}  # no detector's
        await _call(place, 1, "ALL_CLEAR")
        assert [place.device(each).channels[1].state()["alarm"] for each in (1, 2)] == [False, False]

        # and its own alarm counts after that
        place.events.clear()
        place.device(2).act("smoke")
        await place.wait(6)
        assert leader.channels[1].state()["alarm"] is True
        assert True in _states(place, 2)


async def test_the_test_button_of_a_detector_tells_its_battery() -> None:
    async with home(OLD) as place:
        detector = place.device(1)
        press = KeyPress(channel=0, counter=1, low_battery=True)
        frame = message_frame(press, counter=9, flags=0x94, sender=TEAM, receiver=detector.address)
        since = len(place.events)
        detector.transmit(encode_frame(frame))
        await place.wait(1)
        told = [event.datapoint for event in place.events[since:] if isinstance(event, DatapointChanged)]
        assert [(each.id.parameter, each.value) for each in told if each.id.parameter == "LOWBAT"] == [
            ("LOWBAT", True)
        ]
        assert not _states(place, 1)


@pytest.mark.parametrize("model", [OLD, NEW])
def test_a_module_calls_a_team_too(model: str) -> None:
    config = WorldConfig(models=(model, model), radios=("module",), central=CENTRAL)
    house = House(config, 3, lambda _: None, owned=True)
    first, second = house.world.devices.values()
    alarms: list[tuple[object, ...]] = []

    async def call() -> None:
        await asyncio.sleep(20.0)
        for parameter in CALLS:
            for detector in (first, second):  # the second one joins when it is called
                channel = DeviceAddress("bidcos", detector.serial).channel(1)
                await house.driver.execute(SetValue(channel=channel, parameter=parameter, value=True))
                await asyncio.sleep(10.0)
            alarms.append(tuple(each.channels[1].state()["alarm"] for each in (first, second)))

    run(house.loop, lambda: house.live(call()))
    assert alarms == [(True, True), (False, False)]
    assert first.memory.peers[1] == second.memory.peers[1]


async def test_a_detector_of_another_team_is_left_there() -> None:
    async with home(NEW) as place:
        place.device(1).memory.add_peer(1, b"\x01\x02\x03\x01")
        channel = ChannelAddress(place.name(1), 1)
        await place.ask(ListPeerings(device=channel.device, refresh=True))
        with pytest.raises(CommandRefused, match="other_team"):
            await _call(place, 1, "TEST_ALARM")
