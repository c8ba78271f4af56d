"""Frames are cut the same however the bytes come, and what is too long is refused before it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.remote.frames import (
    FROM_HUB,
    FROM_PHONE,
    HEADER_SIZE,
    ON_STREAM_0,
    Code,
    Frame,
    FrameDecoder,
    Kind,
    Limits,
    Malformed,
)


def frames_of(limits: Limits) -> st.SearchStrategy[Frame]:
    def of(kind: Kind) -> st.SearchStrategy[Frame]:
        least, most = limits[kind]
        bodies = st.binary(min_size=least, max_size=min(most, 60))
        streams = st.just(0) if kind in ON_STREAM_0 else st.integers(1, 2**32 - 1)
        return st.builds(lambda body, stream: Frame(kind=kind, stream=stream, body=body), bodies, streams)

    return st.sampled_from(sorted(limits)).flatmap(of)


@pytest.mark.parametrize("limits", [FROM_PHONE, FROM_HUB], ids=["phone", "hub"])
@given(data=st.data())
def test_frames_are_read_back_however_they_are_cut(limits: Limits, data: st.DataObject) -> None:
    frames = data.draw(st.lists(frames_of(limits), max_size=6))
    stream = b"".join(frame.encode() for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    decoder = FrameDecoder(limits)
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [event for piece in pieces for event in decoder.feed(piece)] == frames


@given(st.lists(st.binary(max_size=80), max_size=5))
def test_whatever_comes_raises_nothing_and_ends_at_the_first_fault(pieces: list[bytes]) -> None:
    decoder = FrameDecoder(FROM_PHONE)
    events = [event for piece in pieces for event in decoder.feed(piece)]
    faults = [place for place, event in enumerate(events) if isinstance(event, Malformed)]
    assert faults in ([], [len(events) - 1])
    assert len(decoder._rest) <= sum(map(len, pieces))


@pytest.mark.parametrize(
    ("kind", "stream", "length", "code"),
    [
        (0, 0, 0, Code.PROTOCOL),
        (255, 1, 0, Code.PROTOCOL),
        (Kind.WELCOME, 0, 2, Code.PROTOCOL),  # the hub's word
        (Kind.HELLO, 1, 2, Code.PROTOCOL),
        (Kind.REQUEST, 0, 2, Code.PROTOCOL),
        (Kind.PING, 0, 7, Code.PROTOCOL),
        (Kind.REQUEST, 1, 66_049, Code.TOO_LARGE),
        (Kind.DATA, 1, 2**32 - 1, Code.TOO_LARGE),
    ],
)
def test_what_a_phone_does_not_say_is_refused_by_its_header_alone(
    kind: int, stream: int, length: int, code: Code
) -> None:
    header = bytes([kind]) + stream.to_bytes(4) + length.to_bytes(4)
    assert len(header) == HEADER_SIZE
    decoder = FrameDecoder(FROM_PHONE)
    (event,) = decoder.feed(header)
    assert isinstance(event, Malformed)
    assert event.code is code
    # and nothing more is read
    assert decoder.feed(Frame(kind=Kind.PING, body=bytes(8)).encode()) == []
