"""Sessions: requests, answers, streams with credit, limits, ends; both sides with real messages."""

import msgspec
import pytest

from hub.remote.channel import LONGEST_S, SILENCE_S, Ended
from hub.remote.frames import MOST_DATA, Code, Frame, Kind
from hub.remote.hub_session import BURST, Asked, Credited, Received, StreamOver
from hub.remote.messages import Request
from hub.remote.once import KEPT_S, MOST, MOST_BYTES, Once, Turn
from hub.remote.phone_session import Data, PhoneSession, StreamEnded, Told
from hub.remote.streams import FIRST_CREDIT, MOST_STREAMS
from privacy import base64url
from tests.hub.remote.ends import Hub, Line, Phone, connected, converse, known


class Pair:
    """A phone and a hub in a session."""

    def __init__(self) -> None:
        self.hub, self.phone = Hub(), Phone()
        known(self.hub, self.phone)
        self.line: Line = connected(self.hub, self.phone)
        assert self.phone.session is not None
        assert self.line.session is not None
        self.ours, self.theirs = self.line.session, self.phone.session

    def up(self, now_s: float = 0.0) -> list[object]:
        """Carry what the phone has to say; the hub's events."""
        return [event for wire in self.theirs.channel.take() for event in self.ours.receive(wire, now_s)]

    def down(self, now_s: float = 0.0) -> list[object]:
        return [event for wire in self.ours.channel.take() for event in self.theirs.receive(wire, now_s)]

    def follow(self) -> int:
        """A request that stays open."""
        stream = ask(self.theirs)
        assert stream is not None
        assert isinstance(self.up()[0], Asked)
        return stream


@pytest.fixture
def pair() -> Pair:
    return Pair()


def ask(session: PhoneSession, number: int = 0) -> int | None:
    named = base64url.encode(number.to_bytes(16))
    return session.request(Request(id=named, name="note", body=msgspec.Raw(b"{}")))


def raw(pair: Pair, *frames: Frame) -> list[object]:
    """Frames that a phone in foreign hands sends."""
    data = b"".join(frame.encode() for frame in frames)
    return list(pair.ours.receive(pair.theirs.channel._sealer.seal(data), 0.0))


def test_a_request_is_answered_on_its_stream(pair: Pair) -> None:
    converse(pair.hub, pair.phone, pair.line, pair.phone.ask("light"))
    assert pair.hub.executed == ["light"]
    assert pair.phone.answers == [{"what": "light"}]


def test_an_answer_larger_than_any_message_comes_whole(pair: Pair) -> None:
    stream = pair.follow()
    body = b'{"ok":true,"body":"' + b"x" * 200_000 + b'"}'
    assert pair.ours.answer(stream, body)
    (answered,) = pair.down()
    assert bytes(answered.answer.body) == body[18:-1]  # type: ignore[attr-defined]


def test_events_wait_for_credit_and_go_on_with_it(pair: Pair) -> None:
    stream = pair.follow()
    body = b'"' + b"x" * 100_000 + b'"'
    sent = 0
    while pair.ours.event(stream, body):
        sent += 1
    # credit is taken below zero by one frame at most
    assert sent == FIRST_CREDIT // len(body) + 1
    assert [event for event in pair.down() if isinstance(event, Told)] == [Told(stream=stream, body=body)] * 3
    assert Credited(stream=stream) in pair.up()
    assert pair.ours.event(stream, body)


def test_a_hub_that_sends_without_credit_is_left(pair: Pair) -> None:
    stream = pair.follow()
    pair.ours.channel.streams._open[stream].sending = 1 << 30
    for _ in range(20):
        pair.ours.data(stream, bytes(MOST_DATA))
    pair.down()
    assert pair.theirs.ended == Ended(code=Code.FLOW, by_peer=False)


def test_a_phone_sends_bytes_when_it_was_let_and_not_before(pair: Pair) -> None:
    stream = pair.follow()
    assert not pair.theirs.data(stream, b"early")
    pair.ours.grant(stream, 5)
    pair.down()
    assert pair.theirs.data(stream, b"bytes")
    assert not pair.theirs.data(stream, b"more")
    assert pair.up() == [Received(stream=stream, data=b"bytes")]
    # and one that does not care is thrown out
    raw(pair, Frame(kind=Kind.DATA, stream=stream, body=b"more"))
    assert pair.ours.ended == Ended(code=Code.FLOW, by_peer=False)


def test_bytes_flow_down_and_a_stream_ends_once(pair: Pair) -> None:
    stream = pair.follow()
    pair.ours.data(stream, b"picture")
    pair.ours.end(stream)
    assert not pair.ours.end(stream)
    assert not pair.ours.data(stream, b"late")
    assert pair.down() == [Data(stream=stream, data=b"picture"), StreamEnded(stream=stream, code=None)]


def test_a_stream_that_the_phone_gives_up_is_over_for_both(pair: Pair) -> None:
    stream = pair.follow()
    pair.theirs.end(stream)
    pair.ours.event(stream, b"1")  # crosses it
    assert pair.up() == [StreamOver(stream=stream)]
    assert not pair.ours.channel.is_open(stream)
    assert pair.down() == []  # what crossed is nothing


@pytest.mark.parametrize(
    "frame",
    [
        Frame(kind=Kind.REQUEST, stream=1, body=b"{}"),
        Frame(kind=Kind.REQUEST, stream=1, body=b"[" * 2000),
        Frame(kind=Kind.REQUEST, stream=1, body=b'{"id":"short","name":"n"}'),
        Frame(kind=Kind.HELLO, body=b'{"client":"again"}'),
        Frame(kind=Kind.KEPT),
    ],
    ids=["empty", "deep", "id", "hello", "kept"],
)
def test_what_has_no_place_ends_the_session(pair: Pair, frame: Frame) -> None:
    assert raw(pair, frame) == []
    assert pair.ours.ended == Ended(code=Code.PROTOCOL, by_peer=False)
    pair.down()
    assert pair.theirs.ended == Ended(code=Code.PROTOCOL, by_peer=True)


def test_a_stream_number_is_used_once(pair: Pair) -> None:
    stream = pair.follow()
    request = Frame(kind=Kind.REQUEST, stream=stream, body=b'{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"n"}')
    assert raw(pair, request) == []
    assert pair.ours.ended == Ended(code=Code.PROTOCOL, by_peer=False)


def test_too_many_streams_at_once_are_refused_one_by_one(pair: Pair) -> None:
    for number in range(MOST_STREAMS):
        assert ask(pair.theirs, number) is not None
    assert ask(pair.theirs) is None  # our own phone knows
    assert len(pair.up()) == MOST_STREAMS
    request = b'{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"n"}'
    assert raw(pair, Frame(kind=Kind.REQUEST, stream=99, body=request)) == []
    assert pair.ours.ended is None
    assert pair.ours.answer(1, b'{"ok":true}')
    assert len(raw(pair, Frame(kind=Kind.REQUEST, stream=100, body=request))) == 1


def test_too_many_requests_in_a_second_are_refused_and_later_ones_taken(pair: Pair) -> None:
    refused = 0
    for number in range(int(BURST) + 20):
        assert ask(pair.theirs, number) is not None
        for event in pair.up():
            assert isinstance(event, Asked)
            pair.ours.answer(event.stream, b'{"ok":true}')
        refused += sum(
            isinstance(event, StreamEnded) and event.code == Code.TOO_FAST for event in pair.down()
        )
    assert refused == 20
    ask(pair.theirs, 999)
    assert len(pair.up(now_s=1.0)) == 1


def test_a_ping_is_answered_once_per_message(pair: Pair) -> None:
    raw(pair, *(Frame(kind=Kind.PING, body=number.to_bytes(8)) for number in range(50)))
    (wire,) = pair.ours.channel.take()
    assert len(wire) == 280


@pytest.mark.parametrize(
    ("after_s", "code"), [(SILENCE_S, Code.SILENT), (LONGEST_S, Code.TOO_OLD)], ids=["silent", "old"]
)
def test_a_session_ends_by_silence_and_by_age(pair: Pair, after_s: float, code: Code) -> None:
    assert pair.ours.channel.wake_at_s == SILENCE_S
    pair.ours.channel.wake(SILENCE_S - 1)
    assert pair.ours.ended is None
    pair.ours.channel.wake(after_s)
    assert pair.ours.ended == Ended(code=code, by_peer=False)


def test_a_newer_session_of_the_same_phone_ends_the_older_one(pair: Pair) -> None:
    connected(pair.hub, pair.phone)
    assert pair.ours.ended == Ended(code=Code.REPLACED, by_peer=False)


def test_a_message_1_alone_ends_no_older_session(pair: Pair) -> None:
    pair.hub.receive(Line(), pair.phone.dial(pair.hub.key))
    assert pair.ours.ended is None


def test_a_repeated_command_after_a_reconnect_is_executed_once(pair: Pair) -> None:
    request_id = bytes(range(16))
    for wire in pair.phone.ask("toggle", request_id):
        pair.hub.receive(pair.line, wire)  # and the answer is lost
    line = connected(pair.hub, pair.phone)
    converse(pair.hub, pair.phone, line, pair.phone.ask("toggle", request_id))
    assert pair.hub.executed == ["toggle"]
    assert pair.phone.answers == [{"what": "toggle"}]
    # another request under that id is refused; and the control: another id is executed
    converse(pair.hub, pair.phone, line, pair.phone.ask("other", request_id))
    converse(pair.hub, pair.phone, line, pair.phone.ask("toggle"))
    assert pair.hub.executed == ["toggle", "toggle"]


def test_what_was_executed_is_remembered_for_ten_minutes_and_its_answer_while_there_is_room() -> None:
    once = Once()
    assert once.begin("a", b"1", 0.0) is Turn.EXECUTE
    assert once.begin("a", b"1", 0.0) is Turn.WAIT
    once.done("a", b"x" * MOST_BYTES)
    assert once.begin("a", b"1", 1.0) == b"x" * MOST_BYTES
    assert once.begin("b", b"1", 1.0) is Turn.EXECUTE
    once.done("b", b"y")
    assert once.begin("a", b"1", 2.0) is Turn.FORGOTTEN
    assert once.begin("b", b"1", 2.0) == b"y"
    assert once.begin("a", b"1", KEPT_S) is Turn.EXECUTE


def test_a_phone_with_too_many_requests_is_refused_and_nothing_is_forgotten() -> None:
    once = Once()
    for number in range(MOST):
        assert once.begin(str(number), b"", 0.0) is Turn.EXECUTE
        once.done(str(number), b"")
    assert once.begin("more", b"", 0.0) is Turn.FULL
    assert once.begin("0", b"", 0.0) == b""
