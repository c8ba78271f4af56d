"""The first words of a TLS client: which pass, and that nothing else does, however it is cut."""

import itertools
import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.client_hello import GREETING_LIMIT, Fault, Greeting, GreetingReader
from tests.privacy.greetings import ECH, HOST, extension, message, real, records, server_name, vector


def read(data: bytes, host: str = HOST) -> Greeting | Fault | None:
    return GreetingReader(host).feed(data)


def by_pieces(data: bytes, size: int) -> Greeting | Fault | None:
    reader = GreetingReader(HOST)
    verdict: Greeting | Fault | None = None
    for place in range(0, len(data), size):
        verdict = reader.feed(data[place : place + size])
    return verdict


@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_real_greeting_for_the_granted_host_passes_as_it_came(newest: ssl.TLSVersion) -> None:
    hello = real(newest=newest)
    assert read(hello) == Greeting(data=hello)
    assert by_pieces(hello, 1) == Greeting(data=hello)


def test_a_name_is_the_same_in_capital_letters() -> None:
    hello = records(message(server_name("Cloud.Example.ORG")))
    assert read(hello) == Greeting(data=hello)


def test_what_follows_the_greeting_goes_with_it() -> None:
    hello, early = real(), b"\x17\x03\x03\0\5early"
    assert read(hello + early) == Greeting(data=hello, rest=early)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 40, 200])
def test_a_greeting_in_many_records_passes_too(size: int) -> None:
    hello = records(message(server_name(HOST)), size)
    assert read(hello) == by_pieces(hello, 1) == Greeting(data=hello)


@pytest.mark.parametrize(
    ("hello", "fault"),
    [
        (real("evil.example.org"), Fault.OTHER_NAME),
        (real(None), Fault.NO_NAME),
        (real("9.9.9.1"), Fault.NO_NAME),  # addresses are never named
        (records(message(no_extensions=True)), Fault.NO_NAME),
        (records(message(server_name(HOST, HOST))), Fault.OTHER_NAME),
        (records(message(server_name(HOST, "evil.example.org"))), Fault.OTHER_NAME),
        (records(message(server_name("evil.example.org"), server_name(HOST))), Fault.OTHER_NAME),
        (records(message(server_name(HOST), server_name("evil.example.org"))), Fault.OTHER_NAME),
        (records(message(server_name(HOST + "."))), Fault.OTHER_NAME),
        (records(message(server_name(HOST + "\0.evil.example.org"))), Fault.OTHER_NAME),
        (records(message(server_name("x" + HOST))), Fault.OTHER_NAME),
        (records(message(server_name(HOST), ECH)), Fault.HIDDEN_NAME),
        (records(message(ECH, server_name(HOST))), Fault.HIDDEN_NAME),
        (records(message(server_name(HOST), extension(0xFFCE, b"esni"))), Fault.HIDDEN_NAME),
        (records(message(server_name(HOST), extension(0xFD00, b"\2\0\0"))), Fault.HIDDEN_NAME),
        (records(message(server_name(HOST, kind=1))), Fault.BROKEN),
        (records(message(extension(0, b""))), Fault.BROKEN),
        (records(message(extension(0, vector(b"") + b"x"))), Fault.BROKEN),
        (records(message(server_name(HOST), tail=b"x")), Fault.BROKEN),
        (records(message(server_name(HOST)) + b"\x0b\0\0\0"), Fault.BROKEN),
        (b"\x16\x03\x01\0\0", Fault.BROKEN),
        (b"\x16\x03\x01\0\4\2\0\0\0", Fault.BROKEN),
        (b"GET / HTTP/1.1\r\nHost: cloud.example.org\r\n\r\n", Fault.NOT_TLS),
        (b"\x80\x2e\1\3\1\0\x15\0\0", Fault.NOT_TLS),  # the greeting of SSL 2
        (b"\x16\x02\0\0\1\1", Fault.NOT_TLS),
        (b"\x17\x03\x03\0\1x", Fault.NOT_TLS),
        (records(message(server_name(HOST)), 20)[:25] + b"\x17\x03\x03\0\1x", Fault.BROKEN),
    ],
)
def test_anything_else_is_refused_by_its_reason(hello: bytes, fault: Fault) -> None:
    assert read(hello) is by_pieces(hello, 1) is fault


def test_a_greeting_has_to_be_whole_within_its_limit() -> None:
    room = GREETING_LIMIT - 5 - len(message(server_name(HOST), extension(21, b"")))
    longest = records(message(server_name(HOST), extension(21, bytes(room))))
    assert len(longest) == GREETING_LIMIT
    assert isinstance(read(longest), Greeting)
    assert read(records(message(server_name(HOST), extension(21, bytes(room + 1))))) is Fault.TOO_LONG
    in_tiny_records = records(message(server_name(HOST), extension(21, bytes(3000))), 1)
    assert read(in_tiny_records) is by_pieces(in_tiny_records, 7) is Fault.TOO_LONG


def test_nothing_is_kept_after_the_verdict() -> None:
    reader = GreetingReader(HOST)
    first = reader.feed(b"GET /")
    assert first is Fault.NOT_TLS
    assert reader.feed(real()) is first
    assert len(reader._data) == 0


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_the_verdict_does_not_depend_on_how_the_bytes_were_cut(data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from([HOST, "evil.example.org"]), max_size=2))
    more = data.draw(st.sampled_from([b"", ECH, extension(16, b"\0\3\2h2")]))
    hello = bytearray(
        records(message(*[server_name(name) for name in names], more), data.draw(st.integers(1, 90)))
    )
    for _ in range(data.draw(st.integers(0, 2))):
        hello[data.draw(st.integers(0, len(hello) - 1))] = data.draw(st.integers(0, 255))
    whole = read(bytes(hello))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(hello)), max_size=8)) | {0, len(hello)})
    reader = GreetingReader(HOST)
    verdict: Greeting | Fault | None = None
    for begin, end in itertools.pairwise(cuts):
        verdict = verdict or reader.feed(bytes(hello[begin:end]))
    if isinstance(whole, Greeting):
        assert isinstance(verdict, Greeting)
        assert whole.data.startswith(verdict.data)
    else:
        assert verdict is whole
