"""What the fuzzer and the short test throw at all that reads a stranger's bytes outside the radio.

Frames of the control socket, answers of the hub and of name servers, canonical JSON, checkpoints,
heads of requests, addresses, greetings of TLS and heads of CONNECT, requests at a helper's receiver.
"""

import contextlib
import json
from datetime import UTC, datetime, timedelta

from hub.contract import DatapointId
from privacy import canonical, checkpoint, payload
from privacy.client_hello import Greeting, GreetingReader
from privacy.connect_head import Head, HeadReader
from privacy.framing import MESSAGE_LIMIT, BrokenFrame, MessageDecoder
from privacy.gate.front.checks import is_websocket, loopback, refuse
from privacy.gate.front.exchange import Request
from privacy.gate.network.dns import BadAnswer, decode_answer, encode_question
from support import exchange, label

MADE = datetime(2026, 3, 1, tzinfo=UTC)
GROUPS = frozenset({"system", "radio", "devices", "errors"})
QUESTION = encode_question(7, "support.example", 1)
KEY = bytes(range(32))


def one_input(data: bytes) -> None:
    """Whatever comes is read or refused by the reader's own error; what is read can be written again."""
    _frames(data)
    _name_server(data)
    _json(data)
    _request(data.decode("latin-1"))
    _first_words(data)
    _at_a_helper(data)
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(checkpoint.BadCheckpoint):
        checkpoint.verify(text, "example/home", KEY)
    with contextlib.suppress(ValueError):
        assert str(DatapointId.parse(text)) == text


def _first_words(data: bytes) -> None:
    half = len(data) // 2
    whole, halves = GreetingReader("a.example"), GreetingReader("a.example")
    verdict = whole.feed(data)
    again = halves.feed(data[:half]) or halves.feed(data[half:])
    assert isinstance(verdict, Greeting) == isinstance(again, Greeting)
    assert isinstance(verdict, Greeting) or verdict is again
    head = HeadReader().feed(data)
    assert not isinstance(head, Head) or data.endswith(head.rest)


def _at_a_helper(data: bytes) -> None:
    whole, halves, half = exchange.Exchange(), exchange.Exchange(), len(data) // 2
    found = whole.feed(data)
    first = halves.feed(data[:half])
    again = first if first is not None or half == len(data) else halves.feed(data[half:])
    assert isinstance(found, exchange.Request) == isinstance(again, exchange.Request)
    if isinstance(found, exchange.Request):
        assert isinstance(label.read(found, MADE), label.Delivery | label.Deletion | label.Refused)
        assert label.mismatch(found, data) == "not_a_diagnosis"


def _frames(data: bytes) -> None:
    def read(*pieces: bytes) -> list[dict[str, object]] | None:
        decoder = MessageDecoder()
        try:
            found = [message for piece in pieces for message in decoder.feed(piece)]
        except BrokenFrame:
            return None
        assert len(decoder._rest) <= MESSAGE_LIMIT + 4
        return found

    framed = len(data).to_bytes(4, "big") + data
    half = len(framed) // 2
    assert read(framed) == read(framed[:half], framed[half:])
    read(data)


def _name_server(data: bytes) -> None:
    for message in (
        data,
        QUESTION[:2] + b"\x81\x80\0\1" + data[:2].ljust(2, b"\0") + QUESTION[8:] + data[2:],
    ):
        with contextlib.suppress(BadAnswer):
            decode_answer(message, 7, "support.example", 1)


def _json(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert canonical.encode(canonical.decode(data)) == data
    try:
        collected = json.loads(data)
    except (ValueError, RecursionError):
        return
    with contextlib.suppress(payload.PayloadRefused):
        payload.build(collected, groups=GROUPS, ticket="T-1", made=MADE, delete_by=MADE + timedelta(days=28))


def _request(text: str) -> None:
    first, *rest = text.split("\n")
    method, _, target = first.partition(" ")
    path, _, query = target.partition("?")
    headers = tuple((name.lower(), value) for name, _, value in (line.partition(":") for line in rest))
    request = Request(method=method, path=path, query=query, headers=headers, peer="127.0.0.1")
    refuse(request, loopback(8480), 1 << 18)
    is_websocket(request)
