"""Whether a server asks for a second greeting: told from real ones, however its bytes are cut."""

import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from privacy.client_hello import SKIPPED_LIMIT, Fault, Greeting, SecondGreetingReader
from privacy.server_hello import AnswerReader
from tests.lab.outside import authority
from tests.privacy.greetings import ECH, HOST, message, real, records, server_name

CCS, EARLY = b"\x14\x03\x03\0\1\1", b"\x17\x03\x03\0\5early"


class Talk:
    """OpenSSL on both ends. asks_again: whether the server takes no key that the client offers at first."""

    def __init__(
        self, folder: Path, *, asks_again: bool, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ) -> None:
        _, server = authority(folder, HOST)
        server.maximum_version = newest
        if asks_again:
            server.set_ecdh_curve("secp521r1")
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        self._up, self._down, self._in, self._out = (ssl.MemoryBIO() for _ in range(4))
        self._client = client.wrap_bio(self._down, self._up, server_hostname=HOST)
        self._server = server.wrap_bio(self._in, self._out, server_side=True)

    def greeting(self, answer: bytes = b"") -> bytes:
        """What the client says, after that answer."""
        self._down.write(answer)
        return self._step(self._client, self._up)

    def answer(self, greeting: bytes) -> bytes:
        self._in.write(greeting)
        return self._step(self._server, self._out)

    @staticmethod
    def _step(side: ssl.SSLObject, out: ssl.MemoryBIO) -> bytes:
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
        return out.read()


def read(data: bytes, size: int = 1 << 20) -> bool | None:
    reader = AnswerReader()
    verdict = None
    for place in range(0, len(data), size):
        verdict = reader.feed(data[place : place + size])
        if verdict is not None:
            break
    return verdict


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20], ids=str)
@pytest.mark.parametrize(
    ("asks_again", "newest"),
    [(True, ssl.TLSVersion.TLSv1_3), (False, ssl.TLSVersion.TLSv1_3), (False, ssl.TLSVersion.TLSv1_2)],
    ids=["asks again", "1.3", "1.2"],
)
def test_a_real_server_is_understood(
    tmp_path: Path, asks_again: bool, newest: ssl.TLSVersion, size: int
) -> None:
    talk = Talk(tmp_path / "ca", asks_again=asks_again, newest=newest)
    answer = talk.answer(talk.greeting())
    assert read(answer, size) is asks_again
    # in records of one byte too, and behind the warning that old servers send about names
    cut = records(answer[5 : 5 + int.from_bytes(answer[3:5], "big")], 1)
    assert read(b"\x15\x03\x03\0\2\1\x70" + cut, size) is asks_again


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x15\x03\x03\0\2\2\x28" + b"\x17\x03\x03",
        real(),
        b"\x16\x03\x03\0\1\x0b",
    ],
    ids=["http", "alert", "a greeting", "a certificate"],
)
def test_what_is_no_hello_asks_for_nothing(answer: bytes) -> None:
    assert read(answer) is False


@pytest.mark.parametrize("answer", [b"", b"\x16", b"\x16\x03\x03\0\x50\2", b"\x15\x03\x03\0\2\1"], ids=repr)
def test_what_is_not_whole_is_waited_for(answer: bytes) -> None:
    assert read(answer) is None


def test_nothing_without_end_is_collected() -> None:
    reader = AnswerReader()
    warnings = b"\x15\x03\x03\0\2\1\x70" * 5000
    assert reader.feed(warnings) is False


# the second greeting


def second(data: bytes, size: int = 1 << 20) -> Greeting | Fault | None:
    reader = SecondGreetingReader(HOST)
    verdict: Greeting | Fault | None = None
    for place in range(0, len(data), size):
        verdict = reader.feed(data[place : place + size])
    return verdict


@pytest.mark.parametrize("size", [1, 5, 1 << 20], ids=str)
def test_a_real_second_greeting_passes_with_what_stands_before_it(tmp_path: Path, size: int) -> None:
    talk = Talk(tmp_path / "ca", asks_again=True)
    hello = talk.greeting(talk.answer(talk.greeting()))
    assert hello.startswith(CCS)  # OpenSSL's, for old boxes between
    assert second(hello, size) == Greeting(data=hello)
    assert second(EARLY + EARLY + hello, size) == Greeting(data=EARLY + EARLY + hello)


@pytest.mark.parametrize(
    ("hello", "fault"),
    [
        (real("evil.example.org"), Fault.OTHER_NAME),
        (CCS + real("evil.example.org"), Fault.OTHER_NAME),
        (EARLY + CCS + records(message(server_name(HOST), ECH), 7), Fault.HIDDEN_NAME),
        (CCS + real(None), Fault.NO_NAME),
        (b"GET / HTTP/1.1\r\n", Fault.NOT_TLS),
        (CCS * (SKIPPED_LIMIT // len(CCS) + 1), Fault.TOO_LONG),
        (CCS + b"\x15\x03\x03\0\2\1\0", Fault.NOT_TLS),
    ],
    ids=["name", "name behind", "hidden", "no name", "http", "endless", "alert"],
)
def test_a_second_greeting_is_judged_as_the_first(hello: bytes, fault: Fault) -> None:
    assert second(hello) is second(hello, 1) is fault
