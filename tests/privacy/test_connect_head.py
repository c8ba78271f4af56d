"""The head of a CONNECT: what is read of it, and that what follows is left alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.connect_head import HEAD_LIMIT, Fault, Head, HeadReader

REQUEST = b"CONNECT Cloud.example.org:8883 HTTP/1.1\r\nHost: cloud.example.org:8883\r\nX: y\r\n\r\n"


def test_a_greeting_right_behind_the_head_is_not_lost() -> None:
    expected = Head(host="cloud.example.org", port=8883, rest=b"\x16\x03\x01\0\5hello")
    assert HeadReader().feed(REQUEST + expected.rest) == expected


@given(st.sets(st.integers(1, len(REQUEST) - 1)))
def test_the_head_is_the_same_however_it_was_cut(cuts: set[int]) -> None:
    reader, places = HeadReader(), [0, *sorted(cuts), len(REQUEST)]
    found = [reader.feed(REQUEST[begin:end]) for begin, end in itertools.pairwise(places)]
    assert found[:-1] == [None] * (len(found) - 1)
    assert found[-1] == Head(host="cloud.example.org", port=8883, rest=b"")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"GET http://cloud.example.org/ HTTP/1.1\r\nHost: x\r\n\r\n", Fault.NOT_CONNECT),
        (b"CONNECT cloud.example.org HTTP/1.1\r\n\r\n", Fault.NOT_CONNECT),
        (b"CONNECT cloud.example.org:0 HTTP/1.1\r\n\r\n", Fault.NOT_HTTP),
        (b"CONNECT cloud.example.org:65536 HTTP/1.1\r\n\r\n", Fault.NOT_HTTP),
        (b"CONNECT a:443 HTTP/2\r\n\r\n", Fault.NOT_HTTP),
        (b"CONNECT a:443 HTTP/1.1\r\nno colon\r\n\r\n", Fault.NOT_HTTP),
        (b"CONNECT a:443 HTTP/1.1\r\nA: b\nC: d\r\n\r\n", Fault.NOT_HTTP),
        (b"\x16\x03\x01\0\5hello\r\n\r\n", Fault.NOT_HTTP),
        (b"CONNECT a:443 HTTP/1.1\r\nA: " + b"x" * HEAD_LIMIT + b"\r\n\r\n", Fault.TOO_LONG),
        (b"x" * HEAD_LIMIT, Fault.TOO_LONG),
    ],
)
def test_anything_else_is_refused(data: bytes, fault: Fault) -> None:
    assert HeadReader().feed(data) is fault


@given(st.binary(max_size=300))
def test_no_bytes_raise(data: bytes) -> None:
    assert not isinstance(HeadReader().feed(data), Head) or data.startswith(b"CONNECT ")
