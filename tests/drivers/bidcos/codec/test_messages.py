"""Messages: what was read is what was sent, on captures and on anything."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Damaged, Frame, decode_frame, encode_frame
from drivers.bidcos.codec.messages import (
    ConfigStart,
    DeviceInfo,
    Link,
    Opaque,
    ParamChange,
    ParamChangeSequence,
    ParamPairs,
    ParamSequence,
    PeerList,
    RtInfo,
    SetLevel,
    TimeReply,
    decode_message,
    decode_time16,
    encode_time16,
    message_frame,
)

from ..captures import captures, frame, needs_captures


@needs_captures
def test_every_captured_payload_is_what_its_message_encodes_to() -> None:
    for capture in captures():
        read = frame(capture)
        message = decode_message(read)
        assert message.payload() == read.payload
        assert message.kind == read.kind


@given(kind=st.integers(0, 255), payload=st.binary(max_size=54))
def test_any_payload_is_read_without_an_error_and_encodes_to_itself(kind: int, payload: bytes) -> None:
    read = Frame(counter=1, flags=0xA0, kind=kind, sender=b"abc", receiver=b"def", payload=payload)

    message = decode_message(read)

    assert message_frame(message, counter=1, flags=0xA0, sender=b"abc", receiver=b"def") == read


def test_a_config_start_has_the_captured_bytes() -> None:
    assert ConfigStart(channel=0, list_index=0).payload() == bytes.fromhex("00050000000000")


def test_a_switch_command_has_the_captured_bytes() -> None:
    assert SetLevel(channel=1, level=0xC8).payload() == bytes.fromhex("0201C80000")


def test_device_info_has_the_captured_bytes() -> None:
    info = DeviceInfo(
        firmware=0x11, model=0x00A9, serial="KEQ0631386", device_class=0x40, tail=b"\x06\x00\x00"
    )
    assert info.payload() == bytes.fromhex("1100A94B45513036333133383640060000")


def test_thermostat_info_is_read_by_its_bits() -> None:
    read = Frame(
        counter=1,
        flags=0x86,
        kind=0x10,
        sender=b"abc",
        receiver=bytes(3),
        payload=bytes.fromhex("0A94B8103613"),
    )
    assert decode_message(read) == RtInfo(
        set_half_degrees=37, actual_tenths=184, fault=0, battery_tenths=16, valve=54, mode=0, low6=19
    )


def test_the_time_reply_carries_zone_and_seconds_since_2000() -> None:
    assert TimeReply(zone=2, seconds=0x1E0A0B0C).payload() == bytes.fromhex("02021E0A0B0C")
    assert TimeReply(zone=-7, seconds=1).payload()[1] == 0xF9


def test_known_16_bit_times() -> None:
    assert encode_time16(0.5) == 0x00A0
    assert encode_time16(400) == 0xFA01
    assert encode_time16(0) == 0
    assert decode_time16(0xFA01) == 400.0


@given(st.floats(0, 1e7))
def test_a_16_bit_time_is_as_exact_as_its_mantissa(seconds: float) -> None:
    assert abs(decode_time16(encode_time16(seconds)) - seconds) <= max(0.051, seconds / 1000)


def test_the_end_of_a_list_is_told_apart_from_its_middle() -> None:
    link = Link(channel=1, list_index=4)
    ends: list[PeerList | ParamPairs | ParamSequence | ParamChange | ParamChangeSequence] = [
        PeerList(peers=((b"abc", 1), (bytes(3), 0))),
        ParamPairs(registers=((1, 2), (0, 0))),
        ParamSequence(first=0, values=b""),
        ParamChange(link=link, registers=((0, 0),)),
        ParamChangeSequence(link=link, data=b"\x00"),
    ]
    middles: list[PeerList | ParamPairs | ParamSequence | ParamChange | ParamChangeSequence] = [
        PeerList(peers=((b"abc", 1),)),
        ParamPairs(registers=((1, 2),)),
        ParamSequence(first=1, values=b"\x02"),
        ParamChange(link=link, registers=()),
        ParamChangeSequence(link=link, data=b"\x01\x02"),
    ]
    assert all(message.last for message in ends)
    assert not any(message.last for message in middles)


def test_a_device_info_with_another_serial_is_not_written() -> None:
    with pytest.raises(ValueError, match="10 characters"):
        DeviceInfo(firmware=0x11, model=0x00A9, serial="KEQ063", device_class=0x40).payload()


def test_what_is_out_of_range_is_not_written_as_a_frame() -> None:
    good = Frame(counter=1, flags=0, kind=0x41, sender=b"abc", receiver=b"def", payload=b"")
    with pytest.raises(ValueError, match="3 bytes"):
        encode_frame(replace(good, sender=b"ab"))
    with pytest.raises(ValueError, match="at most 54"):
        encode_frame(replace(good, payload=bytes(55)))
    assert isinstance(decode_frame(bytes((64,)) + bytes(64)), Damaged)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (0x00, "11"), (0x01, "01"), (0x01, "0101112233"), (0x01, "0102112233"), (0x01, "0104112233"),
        (0x01, "0105112233"), (0x01, "010600"), (0x01, "0107"), (0x01, "010801"), (0x01, "010A41"),
        (0x01, "01FF"), (0x02, ""), (0x02, "0101"), (0x02, "0401"), (0x02, "07"),
        (0x03, "00"), (0x04, "00"), (0x10, ""), (0x10, "0041"), (0x10, "0101"), (0x10, "0201"), (0x10, "03"),
        (0x10, "0401"), (0x10, "0501"), (0x10, "0601"), (0x10, "0A01"), (0x10, "0B01"), (0x10, "07"),
        (0x11, "02"), (0x11, "0201"), (0x11, "000100"), (0x11, "0401"), (0x11, "0601"), (0x12, "00"),
        (0x3E, "01"), (0x3F, "01"), (0x40, "01"), (0x41, "0101"), (0x42, "0101"), (0x58, "01"), (0x59, ""),
        (0x5A, "0101"), (0x5E, "01"), (0x5F, "01"), (0x60, "01"), (0x61, "01"), (0x70, "01"), (0xCA, ""),
        (0xCB, "01"), (0xEE, "01"),
    ],
)  # fmt: skip
def test_a_layout_that_is_not_known_is_kept_as_it_came(kind: int, payload: str) -> None:
    data = bytes.fromhex(payload)
    read = Frame(counter=1, flags=0xA0, kind=kind, sender=b"abc", receiver=b"def", payload=data)
    assert decode_message(read) == Opaque(kind=kind, data=data)
