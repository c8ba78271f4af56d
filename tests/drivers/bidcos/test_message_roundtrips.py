"""Every typed message: what was written is what is read, by the reader that knows its class."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec import messages as m
from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import (
    Message,
    decode_message,
    decode_time8,
    display_parts,
    encode_time8,
    message_frame,
    parse_climate_order,
)
from drivers.bidcos.codec.messages_measure import ClassMeasurement
from drivers.bidcos.codec.messages_order import ClassOrder

byte = st.integers(0, 255)
channel6 = st.integers(0, 63)
word = st.integers(0, 0xFFFF)
flag = st.booleans()
address = st.binary(min_size=3, max_size=3)
data = st.binary(max_size=12)
auth = st.sampled_from([b"", b"\x01\x02\x03\x04"])
serial = st.text(st.characters(max_codepoint=0xFF), min_size=10, max_size=10)
pairs = st.lists(st.tuples(byte, byte), max_size=7).map(tuple)
signed16 = st.integers(-0x8000, 0x7FFF)
half = st.integers(0, 63)
tenths10 = st.integers(0, 1023)
moment = st.builds(
    m.Moment,
    year=st.integers(0, 99),
    month=st.integers(0, 15),
    day=st.integers(0, 31),
    half_hours=st.integers(0, 63),
)
party = st.builds(m.Party, start=moment, end=moment, half_degrees=half)
link = st.builds(m.Link, channel=byte, list_index=byte, peer=address, peer_channel=byte)

BUILT: set[type] = set()


def of(cls: type, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A message of this class; the class counts as tested."""
    BUILT.add(cls)
    return st.builds(cls, **fields)


FROM_ANY_FRAME: tuple[st.SearchStrategy[Any], ...] = (
    of(m.DeviceInfo, firmware=byte, model=word, serial=serial, device_class=byte, tail=st.binary(max_size=3)),
    of(m.PeerAdd, channel=byte, peer=address, peer_channels=st.tuples(byte, byte)),
    of(m.PeerRemove, channel=byte, peer=address, peer_channels=st.tuples(byte, byte)),
    of(m.PeerListRequest, channel=byte),
    of(m.ParamRequest, channel=byte, list_index=byte, peer=address, peer_channel=byte),
    of(m.ConfigStart, channel=byte, list_index=byte, peer=address, peer_channel=byte),
    of(m.ConfigEnd, channel=byte),
    of(m.WriteSequence, channel=byte, first=byte, values=data),
    of(m.WritePairs, channel=byte, registers=pairs),
    of(m.SerialRequest, channel=byte),
    of(m.PairBySerial, serial=serial, channel=byte),
    of(m.PairById, data=data, channel=byte),
    of(m.StatusRequest, channel=byte),
    of(m.Ack, auth=auth),
    of(m.Ack2, data=data),
    of(m.AckStatus, channel=byte, value=byte, flags=byte, tail=data),
    of(m.AckStatus, channel=byte, value=byte, flags=st.none()),
    of(m.Challenge, challenge=st.binary(min_size=6, max_size=6), key_byte=byte),
    of(m.Nack, code=st.integers(0x80, 0xFF), data=data),
    of(m.AesResponse, data=st.binary(min_size=16, max_size=16)),
    of(m.KeyExchange, data=st.binary(min_size=16, max_size=16)),
    of(m.SerialInfo, serial=serial),
    of(m.PeerList, peers=st.lists(st.tuples(address, byte), max_size=4).map(tuple)),
    of(m.ParamPairs, registers=pairs),
    of(m.ParamSequence, first=byte, values=data),
    of(m.ParamChange, link=link, registers=pairs),
    of(m.ParamChangeSequence, link=link, data=data),
    of(m.Status, channel=byte, value=byte, flags=byte, tail=data),
    of(m.Status, channel=byte, value=byte, flags=st.none()),
    of(
        m.RtInfo,
        set_half_degrees=half,
        actual_tenths=tenths10,
        fault=st.integers(0, 7),
        battery_tenths=st.integers(0, 31),
        valve=byte,
        mode=st.integers(0, 3),
        low6=half,
        party=data,
    ),
    of(
        m.ItInfo,
        set_half_degrees=half,
        actual_tenths=tenths10,
        battery=byte,
        mode=st.integers(0, 3),
        low6=half,
        party=data,
    ),
    of(m.SetLevel, channel=byte, level=byte, ramp=word, on=st.none() | word),
    of(m.SetLevel, channel=byte, level=byte, ramp=st.none(), on=st.none()),
    of(m.Stop, channel=byte),
    of(m.Inhibit, channel=byte, on=flag),
    of(m.Reset),
    of(m.EnterBootLoader),
    of(m.ClassCommand, code=st.integers(0x80, 0xFF), channel=byte, data=data),
    of(m.HaveData),
    of(m.SwitchOnBehalf, peer=address, event=byte, key=byte, counter=byte, level=st.none() | byte),
    of(m.TimeRequest),
    of(m.TimeReply, zone=st.integers(-24, 28), seconds=st.integers(0, 0xFFFFFFFF)),
    of(m.KeyPress, channel=channel6, counter=byte, long=flag, low_battery=flag),
    of(m.SensorEvent, channel=channel6, counter=byte, value=byte, long=flag, low_battery=flag, tail=data),
    of(m.SwitchLevel, channel=channel6, counter=byte, level=byte, long=flag, low_battery=flag),
    of(m.SensorData, data=data),
    of(m.Measurement, cyclic=flag, data=data),
    of(m.ClimateEvent, command=byte, valve=byte),
    of(m.TeamTemperature, set_half_degrees=half, mode=st.integers(0, 3), tail=data),
    of(m.ThermalControl, set_half_degrees=half, actual_tenths=tenths10, humidity=byte),
    of(
        m.PowerEvent,
        cyclic=flag,
        boot=flag,
        energy=st.integers(0, 0x7FFFFF),
        power=st.integers(0, 0xFFFFFF),
        current=word,
        voltage=word,
        frequency=st.integers(-128, 127),
    ),
    of(m.PowerEvent, cyclic=flag, boot=flag, energy=st.integers(0, 0x7FFFFF), power=st.integers(0, 0xFFFFFF)),
    of(
        m.IecEvent,
        cyclic=flag,
        channel=channel6,
        energy=st.integers(0, (1 << 40) - 1),
        power=st.integers(0, 0xFFFFFFFF),
        flags=st.integers(0, 3),
        energy_tariff=byte,
        power_tariff=byte,
    ),
    of(
        m.Weather,
        temperature=st.integers(-0x4000, 0x3FFF),
        humidity=byte,
        low_battery=flag,
        tail=data,
    ),
    of(m.FirmwareBlock, data=st.binary(min_size=1, max_size=54)),
    of(m.RadioSettings, registers=st.lists(st.tuples(byte, byte), min_size=1, max_size=7).map(tuple)),
)
CLIMATE = (
    of(m.SetTemperature, channel=byte, half_degrees=byte, manual=flag),
    of(m.SetMode, channel=byte, order=st.sampled_from(m.ModeOrder)),
    of(m.SetParty, channel=byte, party=party),
)
ORDERS = (
    of(m.LockOrder, channel=byte, level=byte, relock=byte),
    of(m.WindowOrder, channel=byte, level=byte, relock=byte, speed=byte),
    of(m.JalousieOrder, channel=byte, level=byte, slats=byte),
    of(m.LedOrder, channel=byte, colour=st.integers(0, 3)),
    of(m.AllLedsOrder, bits=st.integers(0, 0xFFFFFFFF), channel=byte),
    of(m.CountOrder, code=st.sampled_from([0x81, 0x82]), channel=byte, count=byte),
    of(
        m.MelodyOrder,
        channel=byte,
        volume=byte,
        repeats=byte,
        items=st.lists(st.integers(1, 255), max_size=10).map(tuple),
        duration=st.none() | word,
    ),
    of(
        m.RemoteDisplayOrder,
        channel=byte,
        text=st.binary(min_size=5, max_size=5),
        symbols=st.integers(0, 0xFFF),
        unit=st.integers(0, 15),
        signal=byte,
    ),
    of(m.DisplayPart, channel=byte, data=st.binary(min_size=1, max_size=14)),
    of(m.ColourOrder, channel=byte, brightness=byte, colour=byte, ramp=word, on=word),
    of(
        m.ColourProgramOrder,
        channel=byte,
        brightness=byte,
        program=byte,
        low=byte,
        high=byte,
        ramp=word,
        on=word,
    ),
    of(
        m.TeamAlarm,
        channel=byte,
        counter=byte,
        value=byte,
        sequence=word,
        mac=st.binary(min_size=4, max_size=4),
    ),
)
MEASUREMENTS = (
    of(
        m.LightMeasurement,
        cyclic=flag,
        counter=byte,
        hundredths=st.integers(0, 0xFFFFFFFF),
        channel=channel6,
        low_battery=flag,
    ),
    of(
        m.GasMeasurement,
        cyclic=flag,
        volume=st.integers(0, 0x7FFFFFFF),
        flow=st.integers(0, 0xFFFFFF),
        boot=flag,
    ),
    of(
        m.TemperatureMeasurement,
        cyclic=flag,
        tenths=st.lists(st.tuples(byte, signed16), max_size=4).map(tuple),
        channel=channel6,
        low_battery=flag,
    ),
    of(
        m.FillingMeasurement,
        cyclic=flag,
        sequence=st.integers(0, 15),
        echo=st.integers(0, 0x7FF),
        rest=st.tuples(byte, st.integers(0, 31)),
        channel=channel6,
        low_battery=flag,
    ),
)


@given(message=st.one_of(FROM_ANY_FRAME), counter=byte, flags=byte)
def test_what_any_frame_tells_is_read_as_it_was_written(message: Message, counter: int, flags: int) -> None:
    frame = message_frame(message, counter=counter, flags=flags, sender=b"abc", receiver=b"def")
    assert decode_message(frame) == message


@given(st.one_of(CLIMATE))
def test_a_thermostat_reads_what_it_was_told(message: Message) -> None:
    assert parse_climate_order(message.payload()) == message


@given(st.one_of(ORDERS))
def test_each_class_reads_its_own_orders(message: Any) -> None:
    assert type(message).parse(message.payload()) == message


@given(st.one_of(MEASUREMENTS))
def test_each_class_reads_its_own_measurements(message: Any) -> None:
    assert type(message).parse(message.payload(), cyclic=message.cyclic) == message
    assert message.kind == (0x53 if message.cyclic else 0x54)


@given(kind=byte, payload=st.binary(max_size=54))
def test_no_payload_makes_a_reader_fail_and_what_it_reads_is_whole(kind: int, payload: bytes) -> None:
    frame = Frame(counter=1, flags=0xA0, kind=kind, sender=b"abc", receiver=b"def", payload=payload)
    assert decode_message(frame).payload() == payload
    for message in _class_readings(payload):
        if message is not None and not isinstance(message, m.SetParty):  # its unused bits are cleared
            assert message.payload() == payload


def _class_readings(payload: bytes) -> list[Any]:
    orders = [cls.parse(payload) for cls in get_args(ClassOrder)]
    measured = [cls.parse(payload, cyclic=True) for cls in get_args(ClassMeasurement)]
    return [*orders, *measured, m.TeamAlarm.parse(payload), parse_climate_order(payload)]


def test_every_message_takes_part() -> None:
    assert set(get_args(Message)) - BUILT == {m.Opaque}


@given(party)
def test_a_holiday_is_read_from_a_report_and_from_an_order(holiday: m.Party) -> None:
    assert m.Party.parse_report(*holiday.report()) == holiday
    assert m.Party.parse_report(0, holiday.report()[1][:-1]) is None


def test_known_orders_have_their_bytes() -> None:
    begin = m.Moment(year=26, month=3, day=12, half_hours=20)
    end = m.Moment(year=26, month=4, day=1, half_hours=47)
    holiday = m.Party(start=begin, end=end, half_degrees=34)
    assert m.SetParty(channel=4, party=holiday).payload().hex() == "820422140c1a2f011a34"
    assert m.AllLedsOrder(bits=0x8000_0001).colours == (1, *(0,) * 14, 2)
    assert [part.payload().hex() for part in display_parts(3, bytes(range(16)))] == [
        "8003000102030405060708090a0b0c0d",
        "80030e0f",
    ]
    assert m.RadioSettings().payload().hex() == "105b11f81547"


@pytest.mark.parametrize(
    ("seconds", "value"),
    [(0, 0x00), (0.1, 0x01), (3.1, 0x1F), (4, 0x24), (155, 0x5F), (600, 0x8A), (111_600, 0xFF), (1e6, 0xFF)],
)
def test_known_8_bit_times(seconds: float, value: int) -> None:
    assert encode_time8(seconds) == value
    assert decode_time8(value) == min(seconds, 111_600)


@given(st.floats(0, 2e5))
def test_an_8_bit_time_is_as_exact_as_its_unit(seconds: float) -> None:
    read = decode_time8(encode_time8(seconds))
    assert abs(read - min(seconds, 111_600)) <= max(0.051, seconds / 8)


def test_a_negative_time_is_refused() -> None:
    for encode in (encode_time8, m.encode_time16):
        with pytest.raises(ValueError, match="not a time"):
            encode(-1)
