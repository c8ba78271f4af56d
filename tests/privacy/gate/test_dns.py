"""DNS messages: our question only, and answers that are not to be trusted."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.network.dns import AAAA, A, BadAnswer, decode_answer, encode_question

NAME = "support.example.org"
QUESTION = encode_question(7, NAME, A)
POINTER = b"\xc0\x0c"  # to the question's name


def row(owner: bytes, kind: int, data: bytes) -> bytes:
    return owner + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def answer(*rows: bytes, number: int = 7, flags: int = 0x8180, question: bytes = QUESTION) -> bytes:
    return struct.pack(">HHHHHH", number, flags, 1, len(rows), 0, 0) + question[12:] + b"".join(rows)


def label(name: str) -> bytes:
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def addresses(message: bytes) -> list[str]:
    return [str(address) for address in decode_answer(message, 7, NAME, A).addresses]


def test_the_question_is_spelled_as_the_rfc_says() -> None:
    assert b"\x00\x07\x01\x00\x00\x01" + bytes(6) + label(NAME) + b"\x00\x01\x00\x01" == QUESTION


def test_addresses_of_the_name_are_read() -> None:
    rows = [row(POINTER, A, bytes([9, 9, 9, 1])), row(label(NAME.upper()), A, bytes([9, 9, 9, 2]))]
    assert addresses(answer(*rows)) == ["9.9.9.1", "9.9.9.2"]
    question = encode_question(7, NAME, AAAA)
    six = answer(row(POINTER, AAAA, bytes(15) + b"\1"), question=question)
    assert [str(one) for one in decode_answer(six, 7, NAME, AAAA).addresses] == ["::1"]


def test_aliases_are_followed_inside_the_message_and_not_in_circles() -> None:
    alias = row(POINTER, 5, label("edge.example.net"))
    found = row(label("edge.example.net"), A, bytes([9, 9, 9, 1]))
    assert addresses(answer(alias, found)) == ["9.9.9.1"]
    assert addresses(answer(alias, row(label("edge.example.net"), 5, label(NAME)))) == []


def test_addresses_of_other_names_do_not_count() -> None:
    assert addresses(answer(row(label("evil.example.org"), A, bytes([9, 9, 9, 6])))) == []
    assert addresses(answer(row(POINTER, A, bytes(5)))) == []


def test_codes_and_cut_messages_are_said() -> None:
    assert decode_answer(answer(flags=0x8183), 7, NAME, A).code == 3
    assert decode_answer(answer(flags=0x8380), 7, NAME, A).truncated


@pytest.mark.parametrize(
    "message",
    [
        answer(number=8),
        answer(flags=0x0100),
        answer(question=encode_question(7, "other.example.org", A)),
        answer(question=encode_question(7, NAME, AAAA)),
        answer(row(POINTER, A, bytes(4)))[:-2],
        answer(row(b"\xc0\xff", A, bytes(4))),
        answer(row(b"\x40abc", A, bytes(4))),
        struct.pack(">HHHHHH", 7, 0x8180, 1, 0, 0, 0) + POINTER + b"\0\1\0\1",  # a name that points to itself
        b"",
    ],
)
def test_what_is_not_the_answer_is_refused(message: bytes) -> None:
    with pytest.raises(BadAnswer):
        decode_answer(message, 7, NAME, A)


@given(st.binary(max_size=600))
def test_no_bytes_do_anything_but_be_refused_or_read(noise: bytes) -> None:
    for message in (noise, answer()[:-4] + noise, QUESTION[:2] + b"\x81\x80" + noise):
        try:
            decode_answer(message, 7, NAME, A)
        except BadAnswer:
            continue
