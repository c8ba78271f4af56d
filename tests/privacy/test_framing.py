"""Messages: whatever the cut, the same messages; whatever the nonsense, a clear end."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.framing import MESSAGE_LIMIT, BrokenFrame, MessageDecoder, encode_message

MESSAGES = st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9)), max_size=5)


@given(MESSAGES, st.lists(st.integers(min_value=1, max_value=7), min_size=1, max_size=50))
def test_the_cut_does_not_matter(messages: list[dict[str, object]], cuts: list[int]) -> None:
    stream = b"".join(encode_message(message) for message in messages)
    decoder, seen, at = MessageDecoder(), [], 0
    for cut in [*cuts, len(stream)]:
        seen += decoder.feed(stream[at : at + cut])
        at += cut
    assert seen == messages


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b"\xff", b"[" * 200_000, b'{"a":' * 100_000],
    ids=lambda body: repr(body[:6]),
)
def test_a_body_that_is_no_object_breaks_the_stream(body: bytes) -> None:
    with pytest.raises(BrokenFrame):
        MessageDecoder().feed(len(body).to_bytes(4, "big") + body)


def test_a_length_beyond_the_limit_breaks_at_once() -> None:
    with pytest.raises(BrokenFrame, match="allowed"):
        MessageDecoder().feed((MESSAGE_LIMIT + 1).to_bytes(4, "big"))


def test_half_a_surrogate_pair_passes_and_breaks_nothing() -> None:
    assert MessageDecoder().feed(encode_message({"a": "\ud800"})) == [{"a": "\ud800"}]


def test_we_never_send_more_than_the_limit() -> None:
    assert len(encode_message({"a": "x" * (MESSAGE_LIMIT - len(json.dumps({"a": ""})))})) == MESSAGE_LIMIT + 3
    with pytest.raises(ValueError, match="allowed"):
        encode_message({"a": "x" * MESSAGE_LIMIT})
