"""Who comes into a simulated home, by its button or by its serial, and why somebody does not."""

from dataclasses import replace

import pytest

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.bidcos.codec.messages import Challenge, DeviceInfo
from drivers.bidcos.members.records import read_records
from drivers.simulator.devices.memory import DEVICE_LIST
from hub.contract import (
    CommandRefused,
    DeviceAppeared,
    DeviceRemoved,
    GetParamset,
    PairingProgress,
    PairingStage,
    SetValue,
    StartPairing,
    Unpair,
)

from .bench import Bench, running
from .home import Home, home

PLUG, REMOTE = "HM-LC-Sw1-Pl-2", "HM-RC-4-3"
FOREIGN = bytes.fromhex("F11034")


def _told(place: Home) -> list[PairingProgress]:
    return [event for event in place.events if isinstance(event, PairingProgress)]


def _end(place: Home) -> tuple[PairingStage, str | None]:
    return _told(place)[-1].stage, _told(place)[-1].reason


async def _open(place: Home, seconds: float = 60.0, serial: str = "") -> None:
    await place.driver.execute(StartPairing(interface="bidcos", seconds=seconds, serial=serial))


def _introduce(place: Home, info: DeviceInfo, receiver: bytes = bytes(3), flags: int = 0x84) -> None:
    frame = Frame(
        counter=1,
        flags=flags,
        kind=0x00,
        sender=b"\x55\x00\x01",
        receiver=receiver,
        payload=info.payload(),
    )
    place.device(1).transmit(encode_frame(frame))


def _info(model: int = 0x00A1) -> DeviceInfo:
    return DeviceInfo(firmware=0x24, model=model, serial="JEQ0000001", device_class=0x10)


async def test_each_step_is_told_and_the_keys_of_a_remote_report_to_us() -> None:
    async with home(REMOTE) as place:
        told = [event for event in _told(place) if event.stage is PairingStage.CONFIGURING]
        assert [(event.step, event.steps) for event in told] == [(step, 7) for step in range(1, 8)]
        (paired,) = [event for event in _told(place) if event.stage is PairingStage.PAIRED]
        assert (paired.step, paired.steps, paired.reason) == (7, 7, None)
        central = place.device(1).memory.central
        assert all(central + bytes((key,)) in place.device(1).memory.peers[key] for key in (1, 2, 3, 4))


@pytest.mark.parametrize("model", [PLUG, "HM-LC-Sw1-Ba-PCB"])
async def test_a_device_is_called_by_its_serial_and_then_the_window_closes(model: str) -> None:
    async with home(model, PLUG, paired=False) as place:
        await _open(place, serial="SIM0000001")
        await place.wait(15.0)

        assert place.device(1).memory.is_paired
        assert not place.device(2).memory.is_paired
        assert _end(place)[0] is PairingStage.CLOSED
        calls = [line for line in place.sent if b"010A53494D30303030303031" in line]
        assert calls[0][6:8] == b"84"
        assert len(calls) <= 3


async def test_nobody_else_comes_in_while_one_is_called() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place, serial="JEQ1234567")
        await place.wait(1.0)
        place.device(1).teach_in()
        await place.wait(3.0)
        assert _end(place) == (PairingStage.FAILED, "other_device")
        assert not place.device(1).memory.is_paired


async def test_a_serial_that_does_not_answer_is_called_some_times_and_then_named() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place, 200.0, "JEQ1234567")
        await place.wait(210.0)

        calls = [line for line in place.sent if b"010A4A4551" in line]
        assert [line[6:8] for line in calls] == [b"84", b"B4"] * 4
        assert _end(place) == (PairingStage.CLOSED, "not_heard")


async def test_a_window_that_nobody_came_through_says_so() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place, 20.0)
        await place.wait(25.0)
        assert _end(place) == (PairingStage.CLOSED, "nothing_heard")


async def test_a_device_of_another_central_is_told_apart_by_whom_it_tells() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place)
        sent = len(place.sent)
        _introduce(place, _info(), FOREIGN, 0xA4)
        await place.wait(2.0)
        assert _end(place) == (PairingStage.FAILED, "elsewhere")
        assert len(place.sent) == sent


async def test_a_device_that_refuses_belongs_to_somebody() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place)
        plug = place.device(1)
        plug.memory.write(DEVICE_LIST, dict(zip((0x0A, 0x0B, 0x0C), FOREIGN, strict=True)))
        plug.introduce(bytes(3))  # as some do, whoever owns them
        await place.wait(3.0)
        assert _end(place) == (PairingStage.FAILED, "elsewhere")
        assert plug.memory.central == FOREIGN


@pytest.mark.parametrize(("path_dbm", "reason"), [(-60.0, "silent"), (-100.0, "too_far")])
async def test_a_device_that_does_not_answer_is_silent_or_too_far_away(path_dbm: float, reason: str) -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place)
        place.device(1).path_dbm = path_dbm
        _introduce(place, _info())
        await place.wait(10.0)
        assert _end(place) == (PairingStage.FAILED, reason)
        rssi_dbm = _told(place)[-1].rssi_dbm
        assert rssi_dbm is not None
        assert abs(rssi_dbm - path_dbm) <= 2


@pytest.mark.parametrize(
    ("serials", "names"),
    [
        pytest.param(("HB SENSOR1", "JEQ0000002"), {"HB_SENSOR1-510001", "JEQ0000002"}, id="a blank"),
        pytest.param(("papa000001", "papa000001"), {"papa000001", "papa000001-510002"}, id="flashed twice"),
    ],
)
async def test_devices_with_serials_of_their_makers_own_come_in_under_names_of_their_own(
    serials: tuple[str, str], names: set[str]
) -> None:
    async with home(PLUG, PLUG, paired=False) as place:
        await _open(place)
        for number, serial in enumerate(serials, 1):
            place.device(number).serial = serial
            place.device(number).teach_in()
            await place.wait(10.0)
        appeared = [event.description for event in place.events if isinstance(event, DeviceAppeared)]
        assert {each.serial for each in appeared} == names
        for each in appeared:  # each is reached under its name
            command = SetValue(channel=each.address.channel(1), parameter="STATE", value=True)
            await place.wait_for(place.driver.execute(command))
        assert [place.device(number).state()["on"] for number in (1, 2)] == [[True], [True]]


async def test_a_model_that_nobody_entered_is_taken_for_what_it_says_it_is() -> None:
    with Home("HM-LC-Sw4-SM") as place:
        # given a switch of four channels whose model is not in the table
        device = place.device(1)
        device.blueprint = replace(device.blueprint, code=0xF1D2, info_tail=b"\x10\x04\x00\x00")
        place.world.power_on()
        async with place.running():
            await place.pair(1)
            appeared = place.of(DeviceAppeared)[-1]
            assert isinstance(appeared, DeviceAppeared)
            told = appeared.description
            assert (told.model, len(told.channels)) == ("switch F1D2", 5)

        # then it can be switched after a restart
        place.restart()
        async with place.running():
            command = SetValue(channel=told.address.channel(3), parameter="STATE", value=True)
            await place.wait_for(place.driver.execute(command))
        assert device.state()["on"] == [False, False, True, False]


async def test_a_model_that_nobody_knows_is_named_and_left_alone() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place)
        _introduce(place, replace(_info(0x7FFF), device_class=0x60))
        await place.wait(2.0)
        assert _end(place) == (PairingStage.FAILED, "unknown_model")


async def test_somebody_before_the_closed_window_is_told_once() -> None:
    async with home(PLUG, paired=False) as place:
        for _ in range(3):
            place.device(1).teach_in()
            await place.wait(4.0)
        assert [event.reason for event in _told(place)] == ["window_closed"]
        assert not place.device(1).memory.is_paired


async def test_keys_without_room_for_us_are_said_though_the_remote_is_paired() -> None:
    async with home(REMOTE, paired=False) as place:
        place.device(1).memory.peers[1] = [bytes((0x40, 0, number, 1)) for number in range(6)]
        await _open(place)
        place.device(1).teach_in()
        await place.wait(10.0)
        (paired,) = [event for event in _told(place) if event.stage is PairingStage.PAIRED]
        assert paired.reason == "no_room"


async def test_a_device_that_was_reset_is_noticed_and_comes_back_in_an_open_window() -> None:
    async with home(PLUG) as place:
        plug = place.device(1)
        plug.factory_reset()
        plug.teach_in()
        await place.wait(3.0)
        assert _end(place) == (PairingStage.FAILED, "device_reset")

        await _open(place)
        plug.teach_in()
        await place.wait(5.0)
        assert plug.memory.is_paired
        assert len(read_records(place.store.records).devices) == 1


async def test_a_member_that_only_shows_its_firmware_is_no_newcomer() -> None:
    async with home(PLUG) as place:
        await place.wait(300.0)
        count = len(_told(place))
        place.device(1).teach_in()
        await place.wait(3.0)
        assert len(_told(place)) == count


async def test_a_half_that_was_lost_is_written_again() -> None:
    async with home(PLUG, paired=False) as place:
        await _open(place)
        place.device(1).misses = 4  # all three sends, and one more
        place.device(1).teach_in()
        await place.wait(8.0)
        assert _end(place)[0] is PairingStage.PAIRED


async def test_a_released_sleeper_is_forgotten_when_it_woke_also_after_a_restart() -> None:
    with Home("HM-Sec-SCo") as place:
        place.world.power_on()
        async with place.running():
            await place.pair(1)
            await place.wait(60.0)
            await place.wait_for(place.driver.execute(Unpair(device=place.name(1))))
            assert place.device(1).memory.is_paired
        place.restart()
        async with place.running():
            assert [event for event in place.events[-20:] if isinstance(event, DeviceAppeared)]
            place.device(1).act("open")
            await place.wait(5.0)
            assert not place.device(1).memory.is_paired
            assert isinstance(place.of(DeviceRemoved)[-1], DeviceRemoved)
        assert [key for key in place.store.records if "510001" in key] == []


async def test_a_lost_device_is_forgotten_without_being_asked() -> None:
    async with home(PLUG) as place:
        sent = len(place.sent)
        await place.wait_for(place.driver.execute(Unpair(device=place.name(1), forget_only=True)))
        assert len(place.sent) == sent
        assert place.device(1).memory.is_paired
        assert [key for key in place.store.records if key.startswith(("device/", "registers/"))] == []


async def test_what_every_central_sets_in_a_contact_is_set_after_the_teach_in() -> None:
    async with home("HM-Sec-SCo") as place:
        get = GetParamset(channel=place.name(1).channel(0), paramset="MASTER")
        told = await place.ask(get)
        assert told.values["CYCLIC_INFO_MSG"] is True
        assert told.values["SABOTAGE_MSG"] is True
        assert told.pending == {}


async def test_what_is_no_serial_number_is_refused_before_anybody_is_called() -> None:
    async with home(PLUG, paired=False) as place:
        for serial in ("JEQ", "JEQ00000ÄÖ", "JEQ 123456"):
            with pytest.raises(CommandRefused, match="out_of_range"):
                await _open(place, serial=serial)
        assert _told(place) == []


async def test_a_device_with_somebody_elses_key_is_told_as_that() -> None:
    async with running({}) as bench:
        central = bench.store.records["central"][1:]

        def challenge(frame: Frame) -> None:
            if frame.kind == 0x01:
                asked = Challenge(challenge=bytes(6), key_byte=6)  # the third key, of whoever made it
                bench.stick.tell(
                    asked, sender=frame.receiver, receiver=central, counter=frame.counter, flags=0xA0
                )

        bench.stick.on_frame = challenge
        await bench.driver.execute(StartPairing(interface="bidcos", seconds=60))
        bench.stick.tell(_info(), sender=b"\x51\x00\x09", receiver=bytes(3), counter=1, flags=0x84)
        await bench.until(lambda: _reasons(bench) != [])

        assert _reasons(bench) == ["wrong_key"]
        assert "device/510009" not in bench.store.records


def _reasons(bench: Bench) -> list[str | None]:
    return [
        event.reason
        for event in bench.events
        if isinstance(event, PairingProgress) and event.stage is PairingStage.FAILED
    ]


@pytest.mark.parametrize("held", [0x80, 0x00])
async def test_whether_an_actuators_own_keys_are_visible_stays_as_it_was(held: int) -> None:
    async with home("HM-LC-Bl1-FM", paired=False) as place:
        memory = place.device(1).memory
        assert memory.register(0x02, 0) == 0x80  # control: they are when it leaves the factory
        memory.write(DEVICE_LIST, {0x02: held})
        await place.pair(1)
        assert memory.register(0x02, 0) == held | 0x01
        await place.wait_for(place.driver.execute(Unpair(device=place.name(1))))
        await place.until(lambda: not memory.is_paired, 60.0)
        assert memory.register(0x02, 0) == held


async def test_an_actuator_that_does_not_tell_how_it_is_keeps_what_the_factory_gave_it() -> None:
    async with home("HM-LC-Bl1-FM", paired=False) as place:
        place.device(1).answer_pages = lambda *_: None  # type: ignore[method-assign]
        await place.pair(1)
        assert place.device(1).memory.register(0x02, 0) == 0x81
