"""Multicast DNS as bytes: examples made by hand, and whatever else a network may bring."""

import struct
from ipaddress import ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.gate.lan.mdns_message import (
    AAAA,
    ANY,
    QUESTIONS_LIMIT,
    A,
    Message,
    Question,
    Record,
    announcement,
    answer,
    contradicts,
    probe,
    read,
)

NAME = "dobaketi.local"
SPELLED = b"\x08dobaketi\x05local\x00"
FOUR, SIX = ip_address("192.168.1.5"), ip_address("fd00::5")
HERE = (FOUR, SIX)


def question(kind: int, *, name: bytes = SPELLED, klass: int = 1) -> bytes:
    return name + struct.pack("!HH", kind, klass)


def asked(*questions: bytes, records: tuple[bytes, ...] = (), number: int = 0, flags: int = 0) -> bytes:
    head = struct.pack("!HHHHHH", number, flags, len(questions), len(records), 0, 0)
    return head + b"".join(questions + records)


def record(kind: int, data: bytes, life_s: int = 120, *, name: bytes = SPELLED) -> bytes:
    return name + struct.pack("!HHIH", kind, 1, life_s, len(data)) + data


def heard(data: bytes) -> Message:
    message = read(data)
    assert message is not None
    return message


def test_a_question_is_read_whatever_its_case_and_with_pointers() -> None:
    shouted = b"\x08DOBAKETI\x05Local\x00"
    message = heard(
        asked(question(A, name=shouted, klass=0x8001), question(AAAA, name=b"\xc0\x0c"), number=7)
    )
    assert message == Message(
        id=7,
        response=False,
        questions=(
            Question(name=NAME, kind=A, unicast=True),
            Question(name=NAME, kind=AAAA, unicast=False),
        ),
        records=(),
    )


def test_the_answer_to_all_says_both_addresses_and_to_forget_what_was_known() -> None:
    reply = answer(heard(asked(question(A))), NAME, HERE, plain=False)
    assert reply == (
        bytes.fromhex("0000 8400 0000 0001 0000 0001".replace(" ", ""))
        + SPELLED + bytes.fromhex("0001 8001 00000078 0004 c0a80105".replace(" ", ""))
        + SPELLED + bytes.fromhex("001c 8001 00000078 0010".replace(" ", "")) + SIX.packed
    )  # fmt: skip


def test_who_asks_by_plain_dns_gets_its_question_and_number_back_and_no_more() -> None:
    reply = answer(heard(asked(question(A), number=0xBEEF)), NAME, HERE, plain=True)
    assert reply == (
        bytes.fromhex("beef 8400 0001 0001 0000 0000".replace(" ", ""))
        + SPELLED + bytes.fromhex("0001 0001".replace(" ", ""))
        + SPELLED + bytes.fromhex("0001 0001 0000000a 0004 c0a80105".replace(" ", ""))
    )  # fmt: skip


def test_a_kind_of_address_that_there_is_none_of_is_said_to_be_none() -> None:
    reply = answer(heard(asked(question(AAAA))), NAME, (FOUR,), plain=False)
    assert reply is not None
    # NSEC: this name, window 0, one byte of bits, the second of which is A
    assert (
        SPELLED + bytes.fromhex("002f 8001 00000078 0013".replace(" ", "")) + SPELLED + b"\0\1\x40" in reply
    )
    assert heard(reply).records == ()
    assert reply.endswith(FOUR.packed)  # and what there is, beside it


def test_any_gets_all() -> None:
    reply = answer(heard(asked(question(ANY))), NAME, HERE, plain=False)
    assert reply is not None
    assert {one.data for one in heard(reply).records} == {FOUR.packed, SIX.packed}


@pytest.mark.parametrize(
    "data",
    [
        asked(question(A, name=b"\x05other\x05local\x00")),
        asked(question(A, name=b"\x09_services\x07_dns-sd\x04_udp\x05local\x00")),
        asked(question(12)),
        asked(question(A), flags=0x8400),
        asked(question(A), records=(record(A, FOUR.packed, 100),)),
        asked(question(A, klass=3)),
        asked(),
    ],
    ids=["other", "services", "pointer", "answer", "known", "class", "empty"],
)
def test_nothing_else_is_answered(data: bytes) -> None:
    assert answer(heard(data), NAME, HERE, plain=False) is None


def test_what_is_known_but_nearly_forgotten_is_said_again() -> None:
    data = asked(question(A), records=(record(A, FOUR.packed, 30),))
    assert answer(heard(data), NAME, HERE, plain=False) is not None


def test_another_one_with_our_name_is_noticed() -> None:
    other = heard(announcement(NAME, [ip_address("192.168.1.66")]))
    assert contradicts(other, NAME, HERE)
    assert not contradicts(heard(announcement(NAME, HERE)), NAME, HERE)
    assert not contradicts(heard(announcement(NAME, [ip_address("192.168.1.66")], life_s=0)), NAME, HERE)
    assert not contradicts(heard(announcement("other.local", [FOUR])), NAME, HERE)


def test_a_goodbye_is_read_as_one_and_a_probe_asks_for_all() -> None:
    gone = heard(announcement(NAME, [FOUR], life_s=0))
    assert gone.records == (Record(name=NAME, kind=A, life_s=0, data=FOUR.packed),)
    asks = heard(probe(NAME, HERE))
    assert (asks.response, asks.questions) == (False, (Question(name=NAME, kind=ANY, unicast=True),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(11),
        asked(question(A))[:-1],
        asked(question(A, name=b"\xc0\x0c")),  # points at itself
        asked(question(A, name=b"\xc0\xff")),
        asked(question(A, name=b"\x3f" * 300 + b"\0")),
        asked(question(A, name=b"\x40" + b"x" * 64 + b"\0")),
        asked(*[question(A)] * (QUESTIONS_LIMIT + 1)),
        asked(question(A)) + bytes(9000),
        asked(question(A), flags=0x2800),
        asked(records=(record(A, FOUR.packed)[:-6],)),
    ],
)
def test_what_is_no_whole_message_is_none(data: bytes) -> None:
    assert read(data) is None


@given(st.binary(max_size=400))
@example(struct.pack("!HHHHHH", 0, 0, 0xFFFF, 0xFFFF, 0, 0) + b"\xc0\x0c" * 100)
def test_any_bytes_are_read_or_not_and_answered_in_few(data: bytes) -> None:
    for body in (data, struct.pack("!HHHHHH", 0, 0, 1, 1, 0, 0) + data):
        message = read(body)
        if message is None:
            continue
        for plain in (True, False):
            reply = answer(message, NAME, HERE, plain=plain)
            assert reply is None or len(reply) <= 100 + len(body) + 2 * len(SPELLED)
        contradicts(message, NAME, HERE)


@given(st.lists(st.sampled_from([A, AAAA, ANY, 12, 33]), max_size=8), st.binary(max_size=40))
def test_only_questions_about_this_name_are_answered(kinds: list[int], tail: bytes) -> None:
    data = asked(*[question(kind) for kind in kinds]) + tail
    message = read(data)
    assert message is not None
    reply = answer(message, NAME, HERE, plain=False)
    assert (reply is not None) == bool({A, AAAA, ANY} & set(kinds))
