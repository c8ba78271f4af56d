"""The driver against a played stick on a real pty."""

import asyncio
import os

import pytest

from drivers.bidcos.frames import Frame
from drivers.bidcos.messages import (
    Ack,
    AckStatus,
    ConfigEnd,
    DeviceInfo,
    HaveData,
    KeyPress,
    RtInfo,
    SensorEvent,
    SetLevel,
    Status,
    StatusRequest,
    TimeReply,
    TimeRequest,
    decode_message,
)
from hub.contract import (
    ChannelAddress,
    DatapointChanged,
    DeviceAddress,
    DeviceAppeared,
    DeviceUnreachableError,
    DriverStateChanged,
    LinkLost,
    Origin,
    PairingProgress,
    PairingStage,
    SetValue,
    StartPairing,
    Unpair,
)

from .bench import CENTRAL, SWITCH, Bench, MemoryStore, PlayedStick, paired, running

CHANNEL = ChannelAddress.parse("bidcos:SIM0000001:1")


def _obedient(bench: Bench, states: dict[str, int] | None = None) -> None:
    """The device acknowledges everything, with its status where that is usual."""
    known = {"value": 0} if states is None else states

    def answer(frame: Frame) -> None:
        message = decode_message(frame)
        if frame.kind == 0x02:
            return
        if isinstance(message, SetLevel):
            known["value"] = message.level
        if isinstance(message, SetLevel | StatusRequest):
            status = AckStatus(channel=1, value=known["value"], flags=0, tail=b"\x30")
            bench.stick.tell(status, sender=frame.receiver, counter=frame.counter, flags=0x80)
        else:
            bench.stick.tell(Ack(), sender=frame.receiver, counter=frame.counter, flags=0x80)

    bench.stick.on_frame = answer


async def test_a_switch_is_turned_on_and_says_so() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        _obedient(bench)

        confirmed = await bench.driver.execute(SetValue(channel=CHANNEL, parameter="STATE", value=True))

        assert confirmed[0].value is True
        assert confirmed[0].origin is Origin.CONFIRMED
        assert str(confirmed[0].id) == "bidcos:SIM0000001:1.STATE"
        frame = next(frame for frame in bench.stick.sent if frame.kind == 0x11)
        assert frame.flags == 0xA0
        assert frame.payload == bytes.fromhex("0201C80000")
        assert bench.values()["bidcos:SIM0000001:1.STATE"] is True


async def test_a_silent_switch_is_asked_three_times_with_one_counter_and_then_unreachable() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        _obedient(bench)
        await bench.stick.until_sent(1)  # the question how it is, after the start
        await bench.until(lambda: "bidcos:SIM0000001:1.STATE" in bench.values())
        bench.stick.on_frame = lambda _frame: None

        with pytest.raises(DeviceUnreachableError):
            await bench.driver.execute(SetValue(channel=CHANNEL, parameter="STATE", value=True))

        asked = [frame for frame in bench.stick.sent if frame.kind == 0x11]
        assert len(asked) == 3
        assert len({frame.counter for frame in asked}) == 1
        assert bench.values()["bidcos:SIM0000001:0.UNREACH"] is True


async def test_an_event_is_acknowledged_in_the_window_and_reported_once() -> None:
    async with running(paired("HM-RC-4-3")) as bench:
        said_s = bench.stick.tell(KeyPress(channel=2, counter=5), counter=17, flags=0xA2)

        ack = await bench.stick.until_sent(1)

        sent_s = bench.stick.lines[-1][0]
        assert 0.080 <= sent_s - said_s <= 0.125
        assert (ack.kind, ack.counter, ack.flags, ack.payload) == (0x02, 17, 0x80, b"\x00")
        assert (ack.sender, ack.receiver) == (CENTRAL, SWITCH)

        bench.stick.tell(KeyPress(channel=2, counter=5), counter=17, flags=0xA2)  # our answer was not heard
        await asyncio.sleep(0.25)
        bench.stick.tell(KeyPress(channel=2, counter=5), counter=17, flags=0xA2)
        await bench.stick.until_sent(2)
        presses = [
            event
            for event in bench.events
            if isinstance(event, DatapointChanged) and event.datapoint.id.parameter == "PRESS_SHORT"
        ]
        assert len(presses) == 1


async def test_a_sleeper_gets_its_command_when_it_wakes() -> None:
    channel = ChannelAddress.parse("bidcos:SIM0000001:4")
    async with running(paired("HM-CC-RT-DN")) as bench:
        set_temperature = SetValue(channel=channel, parameter="SET_TEMPERATURE", value=21.5)

        (assumed,) = await bench.driver.execute(set_temperature)

        assert assumed.origin is Origin.ASSUMED
        assert bench.values()["bidcos:SIM0000001:0.CONFIG_PENDING"] is True
        call = bench.stick.sent[0]
        assert (call.kind, call.flags) == (0x12, 0xB1)  # it might have heard the burst

        def awake(frame: Frame) -> None:
            if isinstance(decode_message(frame), HaveData):
                bench.stick.tell(Ack(), counter=frame.counter, flags=0x80)
            elif frame.kind == 0x11:
                status = AckStatus(channel=4, value=43, flags=0, tail=b"\x30\x40")
                bench.stick.tell(status, counter=frame.counter, flags=0x80)

        bench.stick.on_frame = awake
        info = RtInfo(
            set_half_degrees=34, actual_tenths=198, fault=0, battery_tenths=13, valve=4, mode=0, low6=0
        )
        bench.stick.tell(info, receiver=bytes(3), counter=90, flags=0x86)
        await bench.until(lambda: bench.values().get("bidcos:SIM0000001:0.CONFIG_PENDING") is False)

        assert [(frame.kind, frame.flags) for frame in bench.stick.sent[1:]] == [(0x12, 0xA1), (0x11, 0xA0)]
        assert bench.stick.sent[-1].payload == bytes.fromhex("86042B")
        assert bench.values()["bidcos:SIM0000001:4.SET_TEMPERATURE"] == 21.5


async def test_a_thermostat_is_told_the_time() -> None:
    async with running(paired("HM-CC-RT-DN")) as bench:
        bench.stick.tell(TimeRequest(), counter=11, flags=0xA0)
        frame = await bench.stick.until_sent(1)
        reply = decode_message(frame)
        assert isinstance(reply, TimeReply)
        assert frame.counter == 11
        assert frame.flags == 0x80
        assert reply.seconds > 800_000_000


async def test_a_device_is_taught_in_remembered_and_released() -> None:
    async with running({}) as bench:
        central = bench.store.records["central"][1:]
        _obedient_to(bench, central)
        await bench.driver.execute(StartPairing(interface="bidcos", seconds=60))
        info = DeviceInfo(firmware=0x24, model=0x00A1, serial="SIM0000009", device_class=0x10)

        bench.stick.tell(info, sender=b"\x51\x00\x09", receiver=bytes(3), counter=1, flags=0x84)
        await bench.until(
            lambda: any(
                isinstance(event, PairingProgress) and event.stage is PairingStage.PAIRED
                for event in bench.events
            )
        )

        owner = [frame.payload.hex() for frame in bench.stick.sent if frame.kind == 0x01][:3]
        assert owner == [
            "00050000000000",
            f"000802010a{central[0]:02x}0b{central[1]:02x}0c{central[2]:02x}",
            "0006",
        ]
        assert "device/510009" in bench.store.records
        appeared = [event for event in bench.events if isinstance(event, DeviceAppeared)]
        assert appeared[-1].description.model == "HM-LC-Sw1-Pl-2"
        assert appeared[-1].description.firmware == "2.4"

        await bench.driver.execute(Unpair(device=DeviceAddress("bidcos", "SIM0000009")))

        assert "device/510009" not in bench.store.records
        assert isinstance(decode_message(bench.stick.sent[-1]), ConfigEnd)


def _obedient_to(bench: Bench, central: bytes) -> None:
    def answer(frame: Frame) -> None:
        if frame.kind != 0x02:
            bench.stick.tell(
                Ack(), sender=frame.receiver, receiver=central, counter=frame.counter, flags=0x80
            )

    bench.stick.on_frame = answer


async def test_a_pulled_stick_is_said_at_once_and_commands_say_so_too() -> None:
    stick = PlayedStick()
    bench = Bench(stick, MemoryStore(paired("HM-LC-Sw1-Pl-2")))

    async def pull() -> None:
        await bench.until(lambda: bool(bench.of(DriverStateChanged)))
        stick.pull()

    async def run_and_pull() -> None:
        async with asyncio.timeout(2.0), asyncio.TaskGroup() as tasks:
            tasks.create_task(bench.driver.run())
            tasks.create_task(pull())

    with pytest.raises(ExceptionGroup) as lost:
        await run_and_pull()

    assert lost.group_contains(LinkLost, match="port_missing")
    with pytest.raises(LinkLost, match="port_missing"):
        await bench.driver.execute(SetValue(channel=CHANNEL, parameter="STATE", value=True))


async def test_motion_and_smoke_and_states_reach_the_hub_by_their_ccu_names() -> None:
    async with running(paired("HM-Sec-MDIR-2")) as bench:
        bench.stick.tell(SensorEvent(channel=1, counter=9, value=120, tail=b"\x40"), counter=3, flags=0xA2)
        await bench.until(lambda: "bidcos:SIM0000001:1.BRIGHTNESS" in bench.values())
        assert bench.values()["bidcos:SIM0000001:1.MOTION"] is True
        assert bench.values()["bidcos:SIM0000001:1.NEXT_TRANSMISSION"] == 15
        assert bench.values()["bidcos:SIM0000001:0.LOWBAT"] is False
        assert bench.values()["bidcos:SIM0000001:0.RSSI_DEVICE"] == -81


async def test_noise_changes_nothing() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        _obedient(bench)
        for _ in range(50):
            os.write(bench.stick.master, os.urandom(200).replace(b"\n", b"."))
            await asyncio.sleep(0.001)
        os.write(bench.stick.master, b"\r\nA00\r\nAZZ\r\n? (x is unknown)\r\nLOVF\r\nERR:CCA\r\n\x00\xff\r\n")
        bench.stick.tell(Status(channel=1, value=0xC8, flags=0), counter=3, flags=0xA4)
        await bench.until(lambda: bench.values().get("bidcos:SIM0000001:1.STATE") is True)
