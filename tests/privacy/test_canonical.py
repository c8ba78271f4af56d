"""Canonical JSON: one spelling, and nothing else accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import canonical

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_encoded_is_read_back_and_has_one_spelling(value: canonical.Json) -> None:
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    assert canonical.encode(canonical.decode(data)) == data


def test_the_order_of_members_is_that_of_the_rfc() -> None:
    # RFC 8785, section 3.2.3: the emoji (D83D… in UTF-16) sorts before U+FB33, by code point after it
    members: canonical.Json = {
        "\u20ac": 1,
        "\r": 2,
        "\ufb33": 3,
        "1": 4,
        "\U0001f600": 5,
        "\x80": 6,
        "\u00f6": 7,
    }
    keys = [b'"\\r"', b'"1"', "\x80".encode(), "ö".encode(), "€".encode(), "😀".encode(), "\ufb33".encode()]
    data = canonical.encode(members)
    assert [data.index(key) for key in keys] == sorted(data.index(key) for key in keys)


def test_control_characters_are_spelled_as_the_rfc_says() -> None:
    assert canonical.encode('\b\t\n\f\r"\\/\x0f\x7f') == b'"\\b\\t\\n\\f\\r\\"\\\\/\\u000f\x7f"'


@pytest.mark.parametrize("value", [0.5, 2**53, -(2**53), "\ud800", {1: "a"}, b"bytes", {"a": {1}}])
def test_what_has_no_canonical_spelling_is_refused(value: canonical.Json) -> None:
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        canonical.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'"\\u0041"',
        b"1.0",
        b"\xff",
        b"[" * 40 + b"]" * 40,
        b"[" * 9999,
    ],
)
def test_another_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"canonical|Expecting|utf-8"):
        canonical.decode(data)
