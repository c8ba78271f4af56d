"""The module's serial frames: recorded bytes, anything, and the bad days of a line."""

import itertools
import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.uart import (
    MAX_CONTENT_SIZE,
    AppCommand,
    Destination,
    UartDamaged,
    UartDecoder,
    UartFrame,
    encode_uart,
)
from drivers.bidcos.codec.uart_reports import Unknown, parse_report
from drivers.bidcos.codec.uart_requests import parse_request
from tests.paths import PROTOCOL, ROOT

FILE = PROTOCOL / "bidcos_uart.jsonl"
FRAME = UartFrame(destination=1, counter=6, command=0, data=b"\xfd\xb0\x2c")
WIRE = bytes.fromhex("FD0006010600FC7DB02CD166")
frames = st.builds(
    UartFrame,
    destination=st.integers(0, 255),
    counter=st.integers(0, 255),
    command=st.integers(0, 255),
    data=st.binary(max_size=80) | st.lists(st.sampled_from([0x7C, 0x7D, 0xFC, 0xFD])).map(bytes),
)


def _decode(data: bytes) -> list[UartFrame | UartDamaged]:
    return UartDecoder().feed(data)


def _escaped(plain: bytes) -> bytes:
    """Some records were logged behind the unescaping: as they were on the line."""
    return plain[:1] + plain[1:].replace(b"\xfc", b"\xfc\x7c").replace(b"\xfd", b"\xfc\x7d")


@pytest.mark.skipif(
    not FILE.exists(), reason="module bytes are not beside this checkout; set HOMEBASE_PROTOCOL"
)
def test_every_recorded_frame_is_read_and_written_again() -> None:
    records = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    assert len(records) >= 28
    for record in records:
        wire = _escaped(bytes.fromhex(record["unescaped"]))
        (frame,) = _decode(wire)
        assert isinstance(frame, UartFrame), record
        assert encode_uart(frame) == wire
        said = parse_request(frame) if record["direction"] == "host>dev" else parse_report(frame)
        if record["direction"] != "unknown":
            assert said is not None
            assert not isinstance(said, Unknown), record
            assert said.frame(frame.counter) == frame


def test_our_own_vectors() -> None:
    vectors = tomllib.loads((ROOT / "tests" / "vectors" / "uart.toml").read_text("utf-8"))
    for vector in vectors["frame"]:
        wire = bytes.fromhex(vector["wire"])
        frame = UartFrame(
            destination=vector["destination"],
            counter=vector["counter"],
            command=vector["command"],
            data=bytes.fromhex(vector["data"]),
        )
        assert encode_uart(frame) == wire
        assert _decode(wire) == [frame]
    for vector in vectors["damaged"]:
        events = _decode(bytes.fromhex(vector["wire"]))
        assert [isinstance(event, UartDamaged) for event in events] == vector["damaged"], vector


@given(frames)
def test_what_was_written_is_read(frame: UartFrame) -> None:
    assert _decode(encode_uart(frame)) == [frame]


@given(
    st.lists(frames.map(encode_uart) | st.binary(max_size=30), max_size=6).map(b"".join),
    st.lists(st.integers(0)),
)
def test_the_frames_do_not_depend_on_how_the_bytes_were_cut(data: bytes, places: list[int]) -> None:
    cuts = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    decoder = UartDecoder()
    pieces = [data[begin:end] for begin, end in itertools.pairwise(cuts)]
    assert [event for piece in pieces for event in decoder.feed(piece)] == _decode(data)
    singles = UartDecoder()
    assert [event for byte in data for event in singles.feed(bytes((byte,)))] == _decode(data)


@given(st.binary(max_size=200))
def test_after_any_noise_the_next_frame_is_read(noise: bytes) -> None:
    assert _decode(noise + WIRE)[-1] == FRAME


def test_a_start_byte_ends_what_was_unfinished() -> None:
    cut, whole = _decode(WIRE[:6] + WIRE)
    assert isinstance(cut, UartDamaged)
    assert whole == FRAME


@pytest.mark.parametrize("at", range(1, len(WIRE)))
def test_one_flipped_bit_is_never_taken_for_a_frame(at: int) -> None:
    for bit in range(8):
        broken = bytearray(WIRE)
        broken[at] ^= 1 << bit
        assert not any(isinstance(event, UartFrame) for event in _decode(bytes(broken)))


def test_a_length_out_of_range_is_refused_at_once() -> None:
    assert isinstance(_decode(b"\xfd\xff\xff")[0], UartDamaged)
    assert isinstance(_decode(b"\xfd\x00\x02")[0], UartDamaged)


def test_what_is_kept_is_bounded() -> None:
    decoder = UartDecoder()
    size = MAX_CONTENT_SIZE.to_bytes(2, "big")
    for _ in range(3):
        decoder.feed(b"\xfd" + size)
        for _ in range(20):
            decoder.feed(b"\xfc\x7c" * 200)
        assert len(decoder._rest) <= 2 * (MAX_CONTENT_SIZE + 4)
    decoder.feed(b"noise" * 10_000)
    assert len(decoder._rest) <= 2 * (MAX_CONTENT_SIZE + 4)


def test_what_is_too_long_is_not_written() -> None:
    with pytest.raises(ValueError, match="at most"):
        encode_uart(UartFrame(destination=1, counter=0, command=2, data=bytes(MAX_CONTENT_SIZE)))


def test_a_key_is_never_shown() -> None:
    key = bytes(range(0x41, 0x51))
    frame = UartFrame(
        destination=Destination.APP, counter=1, command=AppCommand.SET_CURRENT_KEY, data=key + b"\x01"
    )
    wire = encode_uart(frame)
    (damaged,) = _decode(wire[:-1] + b"\x00")
    for shown in (repr(frame), repr(damaged), repr(parse_request(frame)), repr(_decode(wire[:9] + wire))):
        assert "41424344" not in shown
        assert "ABCD" not in shown
    assert "FDB02C" in repr(FRAME)
