"""A request as it comes: whole, in any pieces, too large, or no request at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.exchange import MOST_BODY, MOST_HEAD, Exchange, Request, Unfit

WHOLE = (
    b"POST /homebase/1 HTTP/1.1\r\nHost: a.example\r\nHomebase-Ticket: T-1\r\nContent-Length: 5\r\n\r\nhello"
)


def fed(data: bytes, *cuts: int) -> Request | Unfit | None:
    exchange, found, places = Exchange(), None, sorted(cut % (len(data) + 1) for cut in cuts)
    for start, end in zip([0, *places], [*places, len(data)], strict=True):
        if start < end and found is None:
            found = exchange.feed(data[start:end])
    return found


@given(st.lists(st.integers(min_value=0, max_value=1000), max_size=6))
def test_the_request_does_not_depend_on_how_it_was_cut(cuts: list[int]) -> None:
    assert fed(WHOLE, *cuts) == Request(
        method="POST",
        path="/homebase/1",
        headers={"host": "a.example", "homebase-ticket": "T-1", "content-length": "5"},
        body=b"hello",
    )


@given(st.binary(max_size=600), st.lists(st.integers(min_value=0, max_value=600), max_size=3))
def test_any_bytes_are_a_request_or_none_and_always_answered_or_not(data: bytes, cuts: list[int]) -> None:
    assert fed(data, *cuts) is None or isinstance(fed(data, *cuts), Request | Unfit)
    exchange = Exchange()
    exchange.feed(data)
    exchange.feed(b"")
    assert isinstance(exchange.answer(400, b"{}"), bytes)


def test_a_header_that_stands_there_twice_counts_as_none() -> None:
    doubled = WHOLE.replace(b"Homebase-Ticket: T-1\r\n", b"Homebase-Ticket: T-1\r\nHomebase-Ticket: T-2\r\n")
    found = fed(doubled)
    assert isinstance(found, Request)
    assert found.headers["homebase-ticket"] is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (WHOLE.replace(b"Length: 5", b"Length: %d" % (MOST_BODY + 1)), "too_large"),
        (
            b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"%x\r\n" % (MOST_BODY + 1)
            + bytes(MOST_BODY + 1),
            "too_large",
        ),
        (b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * (MOST_HEAD + 1), "no_such_place"),
        (b"\x16\x03\x01 not HTTP\r\n\r\n", "no_such_place"),
    ],
    ids=["announced", "chunked", "head", "other"],
)
def test_what_is_too_large_is_refused_before_it_is_kept(data: bytes, code: str) -> None:
    assert fed(data) == Unfit(code=code)
    assert (
        fed(WHOLE.replace(b"Length: 5", b"Length: %d" % MOST_BODY)) is None
    )  # control: it waits for the rest


def test_an_end_before_the_end_is_no_request() -> None:
    exchange = Exchange()
    assert exchange.feed(WHOLE[:-1]) is None
    assert exchange.feed(b"") == Unfit(code="no_such_place")
    assert Exchange().feed(b"") == Unfit(code="no_such_place")
