"""The few packets of MQTT: as the standard spells them, however they are cut, and whatever a broker sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.remote import mqtt, topics
from hub.remote.mqtt import Connected, Decoder, Message, Over, Pong, Subscribed
from hub.remote.pace import LONGEST_S, Pace, pause_s

# by hand from OASIS MQTT 5.0, sections 3.1 to 3.15
ACCEPTED = bytes.fromhex("20 06 00 00 03 21 00 14")  # CONNACK, Receive Maximum 20
LATER = bytes.fromhex("20 09 00 00 06 13 00 1e 22 00 0a")  # Server Keep Alive 30, Topic Alias Maximum 10
DENIED = bytes.fromhex("20 03 00 87 00")
GRANTED = bytes.fromhex("90 05 00 01 00 00 00")
FAILED = bytes.fromhex("90 04 00 02 00 87")
HELLO = bytes.fromhex("30 08 00 03 61 2f 62") + b"\0" + b"hi"
PONG = bytes.fromhex("d0 00")
GONE = bytes.fromhex("e0 01 8e")  # session taken over


def test_what_a_broker_sends_is_read() -> None:
    decoder = Decoder()
    assert decoder.feed(ACCEPTED + LATER + DENIED + GRANTED + FAILED + HELLO + PONG + GONE + HELLO) == [
        Connected(reason=0, keep_alive_s=None),
        Connected(reason=0, keep_alive_s=30),
        Connected(reason=0x87, keep_alive_s=None),
        Subscribed(number=1, accepted=True),
        Subscribed(number=2, accepted=False),
        Message(topic="a/b", payload=b"hi"),
        Pong(),
        Over(reason=0x8E, what="the broker ended the connection"),
    ]
    assert decoder.feed(HELLO) == []


def test_what_we_send_is_spelled_as_the_standard_has_it() -> None:
    login = mqtt.Login(client_id="c", user="u", password="p", will=("w", b"\0"))
    assert mqtt.connect(login) == bytes.fromhex(
        "10 20 0004 4d515454 05 c6 003c 05 27 00010407 0001 63 00 0001 77 0001 00 0001 75 0001 70"
    )
    assert mqtt.subscribe(1, "a/+/b") == bytes.fromhex("82 0b 0001 00 0005") + b"a/+/b\0"
    assert mqtt.unsubscribe(2, "a") == bytes.fromhex("a2 06 0002 00 0001 61")
    assert mqtt.publish("a", b"x" * 200)[:6] == bytes.fromhex("30 cc 01 00 01 61")


@pytest.mark.parametrize(
    "data",
    [
        bytes.fromhex("3d 08 00 03 61 2f 62 00 68 69"),  # QoS 2, repeated
        bytes.fromhex("31 08 00 03 61 2f 62 00 68 69"),  # retained
        bytes.fromhex("30 03 00 00 00"),  # no topic: an alias, that nobody agreed to
        bytes.fromhex("30 04 00 09 61 00"),  # a topic longer than the packet
        bytes.fromhex("30 04 00 01 ff 00"),  # not UTF-8
        bytes.fromhex("20 03 01 00 00"),  # a session that nobody asked for
        bytes.fromhex("20 05 00 00 02 7e 00"),  # a property that does not exist
        bytes.fromhex("10 00"),  # a client's packet
        bytes.fromhex("f0 00"),  # AUTH
        bytes.fromhex("30 ff ff ff 7f"),  # 256 MiB announced
        bytes.fromhex("30 80 80 80 80 01"),  # a length without end
    ],
)
def test_what_has_no_place_here_ends_the_connection_before_it_is_kept(data: bytes) -> None:
    decoder = Decoder()
    events = decoder.feed(data)
    assert isinstance(events[-1], Over)
    assert decoder.feed(HELLO) == []


@given(st.lists(st.sampled_from([ACCEPTED, GRANTED, HELLO, PONG, LATER]), max_size=6), st.data())
def test_the_result_does_not_depend_on_how_the_bytes_were_cut(
    packets: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(packets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    decoder, whole = Decoder(), Decoder().feed(stream)
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert [event for piece in pieces for event in decoder.feed(piece)] == whole


@given(st.lists(st.binary(max_size=64), max_size=20))
def test_foreign_bytes_never_raise_and_are_never_kept_beyond_one_packet(pieces: list[bytes]) -> None:
    decoder = Decoder()
    for piece in pieces:
        decoder.feed(piece)
        assert len(decoder._data) <= mqtt.MOST_PACKET + 5


@given(st.binary(min_size=16, max_size=16), st.integers(0, 15), st.binary(min_size=16, max_size=16))
def test_a_topic_is_read_back_and_in_its_one_spelling_only(
    route: bytes, slot: int, connection: bytes
) -> None:
    topic = topics.up(route, slot, connection)
    assert topics.read_up(topic, route) == (slot, connection)
    assert len(topic) <= mqtt.MOST_TOPIC
    other = bytes([route[0] ^ 1]) + route[1:]
    assert topics.read_up(topics.up(other, slot, connection), route) is None
    assert topics.read_up(topics.down(route, slot, connection), route) is None
    assert topics.read_up(topic.replace(f"/{slot}/", f"/0{slot}/"), route) is None
    assert topics.read_up(topic + "/u", route) is None


@given(st.text(max_size=100))
def test_foreign_topics_are_read_as_none(topic: str) -> None:
    assert topics.read_up(topic, bytes(16)) is None


def test_those_that_lost_a_relay_come_back_spread_out() -> None:
    longest = [pause_s(attempts, lambda size: b"\xff" * size) for attempts in range(40)]
    assert [round(pause) for pause in longest[:8]] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert max(longest) <= LONGEST_S
    assert pause_s(39, bytes) == 0.0


def test_a_pace_lets_a_burst_through_and_then_so_many_a_second() -> None:
    pace = Pace(3.0, 2.0, 0.0)
    assert [pace.admits(0.0) for _ in range(4)] == [True, True, True, False]
    assert [pace.admits(0.5), pace.admits(0.6), pace.admits(10.0)] == [True, False, True]
