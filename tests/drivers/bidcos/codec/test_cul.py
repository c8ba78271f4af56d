"""The stick's lines: any cut gives the same events, nothing raises, and the start-up finds its way."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.cul import (
    MAX_LINE_SIZE,
    Credit,
    Foreign,
    LineDecoder,
    Notice,
    NoticeCode,
    StartState,
    StartUp,
    Version,
    decode_line,
    encode_send,
)
from drivers.bidcos.codec.frames import Damaged, Frame, decode_frame

WEATHER = b"A0CAB86701B0A3A00000000924300\r\n"

frames = st.builds(
    Frame,
    counter=st.integers(0, 255),
    flags=st.integers(0, 255),
    kind=st.integers(0, 255),
    sender=st.binary(min_size=3, max_size=3),
    receiver=st.binary(min_size=3, max_size=3),
    payload=st.binary(max_size=54),
)


def test_a_line_becomes_a_frame_with_its_signal_strength() -> None:
    (frame,) = LineDecoder().feed(WEATHER)
    assert isinstance(frame, Frame)
    assert frame.rssi_dbm == -74.0
    assert frame.payload == bytes.fromhex("009243")
    weak = decode_line(b"A0CAB86701B0A3A000000009243F2")
    assert isinstance(weak, Frame)
    assert weak.rssi_dbm == -81.0


def test_a_line_without_signal_strength_is_a_frame_too() -> None:
    frame = decode_line(b"A0CAB86701B0A3A000000009243")
    assert isinstance(frame, Frame)
    assert frame.rssi_dbm is None


def test_what_else_a_stick_says_is_told_apart() -> None:
    assert decode_line(b"V 1.67 nanoCUL868") == Version(text="V 1.67 nanoCUL868")
    assert decode_line(b"21  0900") == Credit(left_ms=9000)
    assert decode_line(b"LOVF") == Notice(code=NoticeCode.LIMIT, text="LOVF")
    assert decode_line(b"ERR:CCA") == Notice(code=NoticeCode.CHANNEL_BUSY, text="ERR:CCA")
    unknown = decode_line(b"? (A is unknown) Use one of B C")
    assert isinstance(unknown, Notice)
    assert unknown.code is NoticeCode.UNKNOWN_COMMAND
    assert decode_line(b"T1234") == Foreign(line=b"T1234")
    assert isinstance(decode_line(b"A0C AB86701B0A3A000000009243"), Damaged)
    assert isinstance(decode_line(b"A"), Damaged)


def test_a_line_without_end_does_not_grow_and_costs_no_later_frame() -> None:
    decoder = LineDecoder()
    for _ in range(1000):
        assert decoder.feed(b"0" * 1000) == []
    garbage, frame = decoder.feed(b"\n" + WEATHER)
    assert isinstance(garbage, Damaged)
    assert len(garbage.data) <= MAX_LINE_SIZE + 1
    assert isinstance(frame, Frame)


@given(
    data=st.lists(st.one_of(st.binary(max_size=300), st.just(WEATHER), st.just(b"\n"))).map(b"".join),
    cuts=st.lists(st.integers(1, 40), min_size=1),
)
def test_no_bytes_raise_and_no_cut_changes_the_events(data: bytes, cuts: list[int]) -> None:
    whole = LineDecoder().feed(data)

    decoder, pieces, at, turn = LineDecoder(), [], 0, 0
    while at < len(data):
        size = cuts[turn % len(cuts)]
        pieces += decoder.feed(data[at : at + size])
        at, turn = at + size, turn + 1

    assert pieces == whole


@given(frames)
def test_what_is_sent_can_be_received(frame: Frame) -> None:
    line = encode_send(frame)
    assert line.startswith(b"As")
    assert line.endswith(b"\n")
    assert decode_frame(bytes.fromhex(line[2:-1].decode())) == frame
    assert LineDecoder().feed(b"A" + line[2:]) == [frame]


def test_start_up_asks_for_the_version_and_then_listens() -> None:
    start = StartUp(0.0)
    assert start.wake(0.0) == b"\nV\n"
    assert start.receive(Foreign(line=b"half"), 0.1) == b""
    assert start.receive(Version(text="V 1.67 nanoCUL868"), 0.2) == b"X21\nAr\n"
    assert not start.ended
    assert start.wake(start.wake_at_s) == b""
    assert start.state is StartState.READY
    assert start.version == "V 1.67 nanoCUL868"


def test_a_stick_that_stays_silent_is_asked_three_times() -> None:
    start = StartUp(0.0)
    sent = [start.wake(now) for now in (0.0, 1.0, 3.0, 6.0, 9.0)]
    assert sent == [b"\nV\n", b"", b"\nV\n", b"\nV\n", b""]
    assert start.state is StartState.SILENT


def test_a_stick_without_asksin_support_is_named() -> None:
    start = StartUp(0.0)
    start.wake(0.0)
    start.receive(Version(text="V 1.44 CSM868"), 0.1)
    start.receive(Notice(code=NoticeCode.UNKNOWN_COMMAND, text="? (A is unknown) Use one of B"), 0.2)
    assert start.state is StartState.WRONG_FIRMWARE
    assert start.ended
