"""The text of a pairing's QR code, and the six words."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.remote.keys import fingerprint
from hub.remote.qr import MOST, BadCode, Home, PairingCode, RelayWay, decode, encode
from hub.remote.words import COUNT, WORDS, words

RELAY = RelayWay(
    host="relay.example",
    tls_port=8883,
    wss_port=443,
    route=bytes(range(16)),
    slot=3,
    password="A" * 22,
)
CODE = PairingCode(
    hub_key=bytes(range(32)),
    gate_key=bytes(range(32, 64)),
    pairing=bytes(8),
    secret=bytes(range(16)),
    claim=bytes(range(16, 32)),
    ways=(Home(origin="https://[fd00::1]:8443"), RELAY),
)


def test_a_code_is_read_back() -> None:
    text = encode(CODE)
    assert text.startswith("homebase:pair:1:")
    assert decode(f" {text}\n") == CODE
    later = replace(CODE, claim=b"", ways=(Home(origin="http://127.0.0.1:8080"),))
    assert decode(encode(later)) == later


def test_a_fingerprint_is_half_of_a_keys_hash() -> None:
    assert (
        fingerprint(CODE.hub_key) == "630d cd29 66c4 3366 9112 5448 bbb2 5b4f"
    )  # app/tests/remote/fingerprint.test.ts has the same
    assert fingerprint(CODE.gate_key) != fingerprint(CODE.hub_key)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-30],
        lambda text: text.replace(":1:", ":2:", 1),
        lambda text: text.replace("homebase", "http"),
        lambda text: text + ";x,what",
        lambda text: text.replace("8883", "08883"),
        lambda text: text.replace("8883", "99999"),
        lambda text: text.replace(",3,", ",16,"),
        lambda text: text.replace("https:", "ftp:"),
        lambda text: text + ";h,http://a" * 4,
        lambda text: text + "x" * MOST,
        lambda text: text.replace("AAEC", "AAE=", 1),
    ],
    ids=["cut", "version", "scheme", "way", "zero", "port", "slot", "origin", "ways", "long", "padding"],
)
def test_another_text_is_no_code(change: object) -> None:
    assert callable(change)
    with pytest.raises(BadCode):
        decode(change(encode(CODE)))


@given(st.text(max_size=200))
def test_whatever_is_read_is_a_code_or_refused(text: str) -> None:
    for candidate in (text, "homebase:pair:1:" + text):
        try:
            known = decode(candidate)
        except BadCode:
            continue
        assert encode(known) == re.sub("[ \t\n\r]", "", candidate)


def test_a_way_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(BadCode):
        encode(replace(CODE, ways=(replace(RELAY, host="a,b"),)))


def test_there_are_256_words_and_each_is_told_by_its_first_four_letters() -> None:
    assert len(WORDS) == 256
    assert len({word[:4] for word in WORDS}) == 256
    assert all(word.isascii() and word.islower() and 3 <= len(word) <= 8 for word in WORDS)
    assert list(WORDS) == sorted(WORDS)


def test_words_are_six_and_another_handshake_has_others() -> None:
    one, other = words(bytes(32)), words(bytes(31) + b"\x01")
    assert len(one) == len(other) == COUNT
    assert one != other
