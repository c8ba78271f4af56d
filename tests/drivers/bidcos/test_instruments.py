"""What the owner sees of the radio, against a played stick."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from drivers.bidcos.codec.frames import encode_frame
from drivers.bidcos.codec.messages import Ack, AckStatus, SetLevel, Status, message_frame
from drivers.bidcos.radios.radio import Identity, RadioKind
from drivers.bidcos.radios.radio_record import (
    RadioRecord,
    radio_record,
    read_radios,
    still_there,
    with_radio,
    write_radios,
)
from hub.contract import (
    Cause,
    ChannelAddress,
    CommandRefused,
    DutyCycleExhausted,
    GetAirtime,
    LinkLost,
    ListFrames,
    ListSignals,
    RadioIdentified,
    SendFrame,
    SetValue,
    Urgency,
)

from .bench import CENTRAL, SWITCH, Bench, paired, running

CHANNEL = ChannelAddress.parse("bidcos:SIM0000001:1")
RULE = Cause(Urgency.RULE, "evening")


def _answer(bench: Bench) -> None:
    def answer(frame: object) -> None:
        asked = bench.stick.sent[-1]
        status = AckStatus(channel=1, value=0xC8, flags=0, tail=b"\x30")
        bench.stick.tell(status, counter=asked.counter, flags=0x80)

    bench.stick.on_frame = answer


async def test_send_time_is_told_by_device_and_cause() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        _answer(bench)
        await bench.driver.execute(SetValue(channel=CHANNEL, parameter="STATE", value=True), RULE)

        report = await bench.driver.ask(GetAirtime(interface="bidcos"))

        (entry,) = [each for each in report.entries if each.urgency is Urgency.RULE]
        assert (entry.device, entry.name, entry.frames, entry.bursts) == (CHANNEL.device, "evening", 1, 0)
        assert entry.used_ms == 30.0
        assert sum(each.used_ms for each in report.entries) == pytest.approx(report.used_ms)
        assert (report.answer_reserve_ms, report.alarm_reserve_ms) == (1_800.0, 3_600.0)
        assert (report.limit_ms, report.exhausted_in_s) == (36_000.0, None)


async def test_send_time_of_the_last_hour_survives_a_restart() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        bench.driver._airtime.charge(20_000.0, bench.clock.monotonic())
        bench.driver._instruments._written = (-60.0, 0.0)
        await bench.driver._instruments.flush()
        records = dict(bench.store.records)
    async with running(records) as again:
        report = await again.driver.ask(GetAirtime(interface="bidcos"))
        assert 20_000.0 <= report.used_ms < 20_200.0
    async with running({**records, "airtime": b'{"at": 3, "slots": "x"}'}) as damaged:
        assert (await damaged.driver.ask(GetAirtime(interface="bidcos"))).used_ms < 200.0


async def test_frames_and_signals_are_listed() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        status = Status(channel=1, value=0xC8, flags=0, tail=b"\x33")
        bench.stick.tell(status, counter=3, flags=0xA4)
        await bench.until(lambda: "bidcos:SIM0000001:1.STATE" in bench.values())

        frames = await bench.driver.ask(ListFrames(interface="bidcos"))
        heard = message_frame(status, counter=3, flags=0xA4, sender=SWITCH, receiver=CENTRAL)
        (told,) = [frame for frame in frames if frame.data == encode_frame(heard).hex().upper()]
        assert (told.sent, told.sender, told.receiver, told.to_us) == (False, CHANNEL.device, None, True)
        answered = [(frame.sender, frame.receiver, frame.to_us) for frame in frames if frame.sent]
        assert (None, CHANNEL.device, False) in answered
        assert not await bench.driver.ask(ListFrames(interface="bidcos", number=frames[-1].number + 9))

        (signal,) = await bench.driver.ask(ListSignals(interface="bidcos"))
        assert (signal.device, signal.last_dbm, signal.peer_dbm) == (CHANNEL.device, -81.0, -51.0)
        assert signal.samples[-1].frames >= 1


async def test_a_frame_made_by_hand_is_sent_when_it_is_ours_and_there_is_send_time() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        on = message_frame(
            SetLevel(channel=1, level=0xC8), counter=77, flags=0xA0, sender=CENTRAL, receiver=SWITCH
        )
        await bench.driver.ask(SendFrame(interface="bidcos", data=encode_frame(on).hex()))
        while not any(frame.counter == 77 for frame in bench.stick.sent):
            await bench.stick.until_sent(len(bench.stick.sent) + 1)
        foreign = message_frame(Ack(), counter=1, flags=0x80, sender=SWITCH, receiver=CENTRAL)
        with pytest.raises(CommandRefused, match="foreign_sender"):
            await bench.driver.ask(SendFrame(interface="bidcos", data=encode_frame(foreign).hex()))
        for data in ("", "zz", "0B01", "00" * 200):
            with pytest.raises(CommandRefused, match="bad_frame"):
                await bench.driver.ask(SendFrame(interface="bidcos", data=data))
        bench.driver._airtime.charge(34_000.0, bench.clock.monotonic())
        with pytest.raises(DutyCycleExhausted):
            await bench.driver.ask(SendFrame(interface="bidcos", data=encode_frame(on).hex()))


async def test_without_a_radio_a_frame_made_by_hand_is_refused() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        driver = bench.driver
    on = message_frame(SetLevel(channel=1, level=0), counter=7, flags=0xA0, sender=CENTRAL, receiver=SWITCH)
    with pytest.raises(LinkLost):
        await driver.ask(SendFrame(interface="bidcos", data=encode_frame(on).hex()))


@pytest.mark.obligation("Q6.3-b")
async def test_another_stick_is_recorded_and_the_devices_stay_ours() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        await bench.until(lambda: bool(bench.of(RadioIdentified)))
        (first,) = bench.of(RadioIdentified)
        assert isinstance(first, RadioIdentified)
        assert (first.kind, first.hardware, first.changed) == ("cul", "CUL V 1.67 nanoCUL868", False)
        await bench.until(lambda: "radio" in bench.store.records)
        records = dict(bench.store.records)
    async with running(records) as same:
        await same.until(lambda: bool(same.of(RadioIdentified)))
        (again,) = same.of(RadioIdentified)
        assert isinstance(again, RadioIdentified)
        assert not again.changed
    async with running(records, version=b"V 1.66 CSM868\r\n") as other:
        await other.until(lambda: bool(other.of(RadioIdentified)))
        (changed,) = other.of(RadioIdentified)
        assert isinstance(changed, RadioIdentified)
        assert (changed.hardware, changed.changed) == ("CUL V 1.66 CSM868", True)
        assert other.driver._household.named(CHANNEL.device) is not None
        while len(known := read_radios(other.store.records)) < 2:
            await asyncio.sleep(0.05)
        assert [each.hardware for each in known] == ["CUL V 1.67 nanoCUL868", "CUL V 1.66 CSM868"]


@pytest.mark.obligation("Q6.3-b")
async def test_another_stick_that_says_the_same_of_itself_is_recorded_too() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2"), hardware_id="usb-FTDI_A1") as bench:
        await bench.until(lambda: "radio" in bench.store.records)
        records = dict(bench.store.records)
    async with running(records, hardware_id="usb-FTDI_A2") as other:
        await other.until(lambda: bool(other.of(RadioIdentified)))
        (changed,) = other.of(RadioIdentified)
        assert isinstance(changed, RadioIdentified)
        assert (changed.hardware_id, changed.changed) == ("usb-FTDI_A2", True)
        assert other.driver._household.named(CHANNEL.device) is not None
        while len(known := read_radios(other.store.records)) < 2:
            await asyncio.sleep(0.05)
        assert [each.hardware_id for each in known] == ["usb-FTDI_A1", "usb-FTDI_A2"]


AT, LATER = datetime(2026, 11, 27, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def test_a_radio_is_recorded_with_its_factory_address_and_when_it_was_last_there() -> None:
    module = Identity(
        kind=RadioKind.MODULE, firmware="1.4.1", serial="NEQ1330980", address=bytes.fromhex("1A2B3C")
    )
    radios = with_radio((), radio_record(module, "", AT))
    radios = with_radio(radios, radio_record(Identity(kind=RadioKind.CUL, firmware="V 1.67"), "usb-A", AT))
    # the module is back, on another bridge: the same one, known since it first came
    radios = with_radio(radios, radio_record(module, "usb-bridge", LATER))
    assert [each.kind for each in radios] == ["cul", "module"]
    assert (radios[-1].address, radios[-1].hardware_id) == ("1A2B3C", "usb-bridge")
    assert (radios[-1].since, radios[-1].seen) == ("2026-11-27T00:00:00+00:00", "2027-01-01T00:00:00+00:00")
    assert still_there(radios, LATER + timedelta(hours=1))[-1].seen == "2027-01-01T01:00:00+00:00"


def test_the_usb_hardware_decides_about_a_stick_and_without_it_what_it_says() -> None:
    def stick(firmware: str, hardware_id: str) -> RadioRecord:
        return radio_record(Identity(kind=RadioKind.CUL, firmware=firmware), hardware_id, AT)

    assert stick("V 1.66", "usb-A").is_same(stick("V 1.67", "usb-A"))  # its firmware was updated
    assert not stick("V 1.67", "usb-A").is_same(stick("V 1.67", "usb-B"))
    assert not stick("V 1.67", "usb-A").is_same(stick("V 1.67", ""))
    assert stick("V 1.67", "").is_same(stick("V 1.67", ""))
    assert not stick("V 1.66", "").is_same(stick("V 1.67", ""))
    # a record of the version before does not know the hardware: after an update it is no other stick
    old = (
        b'\x01[{"kind": "cul", "serial": "", "hardware": "CUL V 1.67", "since": "2026-11-01T00:00:00+00:00"}]'
    )
    (before,) = read_radios({"radio": old})
    assert before.is_same(stick("V 1.67", "usb-A"))
    assert with_radio((before,), stick("V 1.67", "usb-A"))[0].hardware_id == "usb-A"


async def test_that_the_radio_is_still_there_is_written_each_hour() -> None:
    async with running(paired("HM-LC-Sw1-Pl-2")) as bench:
        await bench.until(lambda: "radio" in bench.store.records)
        before = bench.store.records["radio"]
        await bench.driver._instruments.flush()
        assert bench.store.records["radio"] == before  # not with each tick
        bench.driver._instruments._seen_s -= 3_600.0
        await bench.driver._instruments.flush()
        assert read_radios(bench.store.records)[0].seen >= read_radios({"radio": before})[0].seen
        assert not bench.driver._instruments._unwritten
        assert bench.clock.monotonic() - bench.driver._instruments._seen_s < 60.0


def test_many_radios_or_a_damaged_record_are_no_trouble() -> None:
    radios: tuple[RadioRecord, ...] = ()
    for number in range(20):
        identity = Identity(kind=RadioKind.MODULE, firmware="1.4.1", serial=f"NEQ{number}")
        radios = with_radio(radios, radio_record(identity, "", AT))
    assert [each.serial for each in radios] == [f"NEQ{number}" for number in range(12, 20)]
    assert read_radios({"radio": write_radios(radios)}) == radios
    for damaged in (b"", b"\x01", b"\x01{}", b"\x01[1]", b"\x02[]", b"\x01[{}]"):
        assert read_radios({"radio": damaged}) == ()
