"""Messages: what was read is what was sent, on captures and on anything."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.frames import Frame
from drivers.bidcos.messages import (
    ConfigStart,
    DeviceInfo,
    RtInfo,
    SetLevel,
    TimeReply,
    decode_message,
    decode_time16,
    encode_time16,
    message_frame,
)

from .captures import captures, frame, needs_captures


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
