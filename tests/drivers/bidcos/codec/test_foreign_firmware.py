"""Frames that real devices and open firmware send beside what the maker's documents would have."""

import pytest

from drivers.bidcos.codec.frames import Frame, decode_frame, encode_frame
from drivers.bidcos.codec.messages import (
    Ack,
    ClimateEvent,
    DeviceInfo,
    KeyPress,
    Message,
    ParamPairs,
    ParamSequence,
    PeerList,
    ThermalControl,
    decode_message,
    message_frame,
)

SENDER, RECEIVER = "1BD5D1", "FD0001"


def frame_of(raw: str) -> Frame:
    frame = decode_frame(bytes.fromhex(raw))
    assert isinstance(frame, Frame)
    return frame


def read(kind: int, payload: str) -> Message:
    size = f"{9 + len(payload) // 2:02X}"
    return decode_message(frame_of(f"{size}01A0{kind:02X}{SENDER}{RECEIVER}{payload}"))


@pytest.mark.parametrize(
    ("kind", "payload", "message"),
    [
        pytest.param(0x40, "4107AA", KeyPress(channel=1, counter=7, long=True, tail=b"\xaa"), id="key"),
        pytest.param(0x58, "004055", ClimateEvent(command=0, valve=64, tail=b"U"), id="valve"),
        pytest.param(
            0x5A,
            "A8D42401",
            ThermalControl(set_half_degrees=42, actual_tenths=212, humidity=36, tail=b"\x01"),
            id="wall thermostat",
        ),
        pytest.param(0x02, "0001", Ack(auth=b"\x01"), id="acknowledgement"),
        pytest.param(0x02, "000102030405", Ack(auth=bytes.fromhex("0102030405")), id="longer one"),
    ],
)
def test_what_is_longer_than_expected_says_what_it_says_and_is_written_as_it_came(
    kind: int, payload: str, message: Message
) -> None:
    assert read(kind, payload) == message
    assert message.payload().hex().upper() == payload


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("0C73A0101BD5D1FD0001030000", id="real: 03 00 00"),
        pytest.param("0B73A0101BD5D1FD00010300", id="03 00"),
        pytest.param("0E73A0101BD5D1FD00010200000000", id="pairs, padded"),
        pytest.param("1273A0101BD5D1FD0001010000000000000000", id="peers, padded"),
    ],
)
def test_a_list_ends_where_there_is_no_further_register_or_peer(raw: str) -> None:
    message = decode_message(frame_of(raw))
    assert isinstance(message, ParamPairs | ParamSequence | PeerList)
    assert message.closes


def test_a_part_that_is_not_the_last_one_does_not_end_a_list() -> None:
    for payload in ("0201000200", "030100", "01112233011122330200"[:18]):
        message = read(0x10, payload)
        assert isinstance(message, ParamPairs | ParamSequence | PeerList)
        assert not message.closes


@pytest.mark.parametrize(
    ("serial", "tail"),
    [
        pytest.param(b"papa000001", b"\x01\x00\x00", id="lower case"),
        pytest.param(b"HB SENSOR1", b"\x02\x01\x00", id="blank"),
        pytest.param(bytes(range(0xF6, 0x100)), b"\x00\x00\x00", id="any bytes"),
        pytest.param(bytes(10), b"\x41\x01\x00", id="zeros"),
        pytest.param(b"JEQ0123456", b"", id="without a tail"),
        pytest.param(b"JEQ0123456", b"\x06\x00\x00\x00\x00", id="longer tail"),
    ],
)
def test_a_device_introduces_itself_with_any_serial_and_tail(serial: bytes, tail: bytes) -> None:
    payload = b"\x25\xf1\xd2" + serial + b"\x10" + tail
    info = read(0x00, payload.hex())
    assert isinstance(info, DeviceInfo)
    assert (info.firmware, info.model, info.device_class, info.tail) == (0x25, 0xF1D2, 0x10, tail)
    assert info.serial.encode("latin-1") == serial
    back = message_frame(
        info, counter=1, flags=0xA0, sender=bytes.fromhex(SENDER), receiver=bytes.fromhex(RECEIVER)
    )
    assert encode_frame(back)[10:] == payload
