"""Statements of a phone: one form, and nothing that looks like it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy import base64url, jws
from privacy.canonical import encode
from tests.privacy.phone import Phone, flattened


async def nobody(path: str, body: Any) -> tuple[int, Any]:
    raise AssertionError(path)


PHONE = Phone(nobody)
OTHER = Phone(nobody)
HEADER = encode({"alg": "ES256", "kid": PHONE.kid})
PAYLOAD = encode({"a": 1, "b": "ü"})
TEXT = PHONE.sign_raw(HEADER, PAYLOAD)


def test_a_right_statement_is_read_and_its_signature_holds_for_its_key_only() -> None:
    statement = jws.read(TEXT)
    assert (statement.kid, statement.payload) == (PHONE.kid, PAYLOAD)
    assert jws.is_signed_by(statement, PHONE.point)
    assert not jws.is_signed_by(statement, OTHER.point)


def test_both_serialisations_are_one_text() -> None:
    assert jws.compact(flattened(TEXT)) == TEXT
    assert jws.compact(TEXT) == TEXT


@pytest.mark.parametrize(
    "value",
    [
        7,
        {},
        flattened(TEXT) | {"header": "{}"},
        {"payload": "a", "signature": "b"},
        flattened(TEXT) | {"payload": "a.b"},
        flattened(TEXT) | {"payload": 7},
    ],
)
def test_other_values_are_no_statement(value: object) -> None:
    with pytest.raises(jws.BadStatement):
        jws.compact(value)


def rebuilt(header: bytes = HEADER, payload: bytes = PAYLOAD) -> str:
    return PHONE.sign_raw(header, payload)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b",
        f"{TEXT}.",
        TEXT + "=",
        TEXT + "A",
        TEXT.replace(".", "..", 1),
        " " + TEXT,
        rebuilt(header=encode({"alg": "none", "kid": PHONE.kid})),
        rebuilt(header=encode({"alg": "HS256", "kid": PHONE.kid})),
        rebuilt(header=encode({"alg": "ES256"})),
        rebuilt(header=encode({"alg": "ES256", "kid": 7})),
        rebuilt(header=encode({"alg": "ES256", "kid": PHONE.kid, "typ": "JWT"})),
        rebuilt(header=encode({"alg": "ES256", "kid": PHONE.kid, "crit": ["b64"], "b64": False})),
        rebuilt(header=encode({"alg": "ES256", "kid": PHONE.kid, "jwk": {}})),
        rebuilt(header=HEADER.replace(b",", b", ")),
        rebuilt(header=b'{"alg":"ES256","alg":"ES256","kid":"a"}'),
        rebuilt(header=b"[]"),
        rebuilt(header=b"\xff"),
        rebuilt(payload=b'{"b":1,"a":2}'),
        rebuilt(payload=b'{"a":1,"a":1}'),
        rebuilt(payload=b'{"a": 1}'),
        rebuilt(payload=b'{"a":1.0}'),
        rebuilt(payload=b'{"a":"\\u00e4"}'),
        rebuilt(payload=b'"text"'),
        rebuilt(payload=b"["),
        rebuilt(payload=b"\xff"),
        rebuilt(payload=encode({"a": "x" * 4096})),
        TEXT.rpartition(".")[0] + "." + base64url.encode(bytes(63)),
        TEXT.rpartition(".")[0] + "." + base64url.encode(bytes(72)),
    ],
)
def test_another_form_is_refused_before_its_signature_is_looked_at(text: str) -> None:
    with pytest.raises(jws.BadStatement):
        jws.read(text)


def test_a_signature_of_zeros_or_beyond_the_order_is_wrong_and_no_error() -> None:
    for signature in (bytes(64), b"\xff" * 64, bytes(63) + b"\1"):
        text = TEXT.rpartition(".")[0] + "." + base64url.encode(signature)
        assert not jws.is_signed_by(jws.read(text), PHONE.point)


def test_the_malleable_twin_of_a_signature_is_right_too_so_replay_can_not_be_told_by_bytes() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    statement = jws.read(TEXT)
    s = order - int.from_bytes(statement.signature[32:])
    twin = TEXT.rpartition(".")[0] + "." + base64url.encode(statement.signature[:32] + s.to_bytes(32))
    assert twin != TEXT
    assert jws.is_signed_by(jws.read(twin), PHONE.point)


@given(st.text(max_size=200) | st.binary(max_size=100).map(lambda data: f"{base64url.encode(data)}.."))
def test_nothing_but_bad_statement_is_raised(text: str) -> None:
    with pytest.raises(jws.BadStatement):
        jws.read(text)


@given(st.binary(max_size=100))
def test_base64url_has_one_spelling(data: bytes) -> None:
    text = base64url.encode(data)
    assert jws.unbase64url(text) == data
    assert not set(text) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    if len(text) % 4 in {2, 3}:  # the last character has bits to spare: no other one means the same
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        others = [text[:-1] + char for char in alphabet if char != text[-1]]
        for other in others:
            try:
                assert jws.unbase64url(other) != data
            except jws.BadStatement:
                continue


@pytest.mark.parametrize("point", [b"", bytes(65), b"\4" + bytes(64), PHONE.point[:-1], PHONE.point + b"a"])
def test_what_is_no_point_is_no_key(point: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the text is the library's
        jws.public_key(point)
    assert not jws.is_signed_by(jws.read(TEXT), point)


def test_the_thumbprint_is_that_of_rfc_7638() -> None:
    x, y = (base64url.encode(PHONE.point[1:33]), base64url.encode(PHONE.point[33:]))
    text = json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":"))
    from hashlib import sha256

    assert jws.thumbprint(PHONE.point) == base64url.encode(sha256(text.encode()).digest())
