"""Mails against a real mail server on loopback: TLS or nothing, log-in, what is kept of a foreign word."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from privacy.gate.network.smtp import Letter, LogIn, Mail
from privacy.gate.network.tls_line import Target, TransferFailed
from tests.lab.outside import authority
from tests.mail_server import PASSWORD, USER, MailServer

HOST, TO = "mail.example.org", "ada@example.org"
CONTENT = b"Subject: hello\r\n\r\n.a line that begins with a dot\r\nlast\r\n"
Make = Callable[..., MailServer]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return authority(tmp_path_factory.mktemp("ca"), HOST)


@pytest.fixture
def make(certificates: tuple[Path, ssl.SSLContext]) -> Iterator[Make]:
    servers = []

    def made(**how: bool) -> MailServer:
        listening = socket.create_server(("127.0.0.1", 0))
        server = MailServer(listening, certificates[1], **how)
        server.port = listening.getsockname()[1]  # type: ignore[attr-defined]  # for the tests below
        servers.append(server)
        return server

    yield made
    for server in servers:
        server.close()


@pytest.fixture
def send(certificates: tuple[Path, ssl.SSLContext]) -> Callable[..., Mail]:
    def mail(
        port: int, *, host: str = HOST, secure_first: bool = False, password: str = PASSWORD, user: str = USER
    ) -> Mail:
        target = Target(
            host=host, address=IPv4Address("127.0.0.1"), port=port, path="/", ca_file=str(certificates[0])
        )
        letter = Letter(sender=USER, to=TO, content=CONTENT)
        return Mail(target, letter, LogIn(user=user, password=password), secure_first=secure_first)

    return mail


@pytest.mark.parametrize("secure_first", [False, True], ids=["starttls", "tls_from_the_first_byte"])
async def test_a_mail_arrives_under_tls_after_log_in(
    make: Make, send: Callable[..., Mail], secure_first: bool
) -> None:
    server = make(secure_first=secure_first)
    mail = send(server.port, secure_first=secure_first)  # type: ignore[attr-defined]
    answer = await mail.run()
    (arrived,) = server.arrived
    assert (arrived.secure, arrived.user, arrived.to, arrived.sender) == (True, USER, [TO], USER)
    assert arrived.mail.get_content().splitlines() == [".a line that begins with a dot", "last"]
    assert answer.receipt == "250 2.0.0 Ok: queued as M1"
    assert mail.sent == len(CONTENT) + 1  # one dot more


@pytest.mark.parametrize(
    ("how", "other", "said", "final"),
    [
        ({"offers": False}, {}, "offers no STARTTLS", True),
        ({}, {"host": "other.example.org"}, "certificate: Hostname mismatch", False),
        ({}, {"password": "a wrong password of 24 ch"}, "answered 535 5.7.8 to log-in", True),
        ({"secure_first": True}, {}, "no progress in time|closed|no TLS|no answer", False),
    ],
    ids=["stripped", "other_name", "wrong_password", "no_greeting_in_the_clear"],
)
async def test_where_something_is_wrong_nothing_of_the_mail_leaves(
    make: Make,
    send: Callable[..., Mail],
    monkeypatch: pytest.MonkeyPatch,
    how: dict[str, bool],
    other: dict[str, str],
    said: str,
    final: bool,
) -> None:
    monkeypatch.setattr("privacy.gate.network.tls_line.IDLE_TIME_S", 2.0)
    server = make(**how)
    with pytest.raises(TransferFailed, match=said) as failed:
        await send(server.port, **other).run()  # type: ignore[attr-defined]
    assert failed.value.final is final
    assert server.arrived == []
    assert PASSWORD not in str(failed.value)
    assert (await send(make().port).run()).status == 250  # type: ignore[attr-defined]  # the control


@pytest.mark.parametrize(
    ("step", "answer", "final", "said"),
    [
        ("rcpt", "550 5.1.1 <ada@example.org>: no such user", True, "answered 550 5.1.1 to RCPT TO"),
        ("data", "451 4.3.0 later, ada@example.org", False, "answered 451 4.3.0 to the mail"),
    ],
    ids=["no_such_user", "later"],
)
async def test_a_refusal_is_told_by_its_codes_alone(
    make: Make, send: Callable[..., Mail], step: str, answer: str, final: bool, said: str
) -> None:
    server = make()
    server.says[step] = answer
    with pytest.raises(TransferFailed) as failed:
        await send(server.port).run()  # type: ignore[attr-defined]
    assert (str(failed.value), failed.value.final) == (f"{HOST}: {said}", final)


async def test_a_receipt_that_repeats_a_secret_is_not_kept(make: Make, send: Callable[..., Mail]) -> None:
    server = make()
    server.says["data"] = f"250 thanks, {PASSWORD}"
    assert (await send(server.port).run()).receipt == "250"  # type: ignore[attr-defined]
    server.says["data"] = "250 thanks"
    assert (await send(server.port).run()).receipt == "250 thanks"  # type: ignore[attr-defined]


async def _scripted(lines: list[bytes]) -> tuple[int, list[bytes], asyncio.Event]:
    """A server that answers the n-th line with the n-th of these, whatever was said; the event: over."""
    heard: list[bytes] = []
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            for line in lines:
                writer.write(line)
                await writer.drain()
                heard.append(await reader.readline())
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        server.close()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server.sockets[0].getsockname()[1], heard, over


async def test_what_somebody_put_behind_starttls_ends_it(send: Callable[..., Mail]) -> None:
    # as whoever stands in between would: words in the clear that would be read as the server's, under TLS
    lines = [b"220 hi\r\n", b"250-hi\r\n250 STARTTLS\r\n", b"220 go\r\n250-hi\r\n250 AUTH PLAIN\r\n"]
    port, heard, over = await _scripted(lines)
    with pytest.raises(TransferFailed, match="bytes in the clear after STARTTLS"):
        await send(port).run()
    await over.wait()
    assert heard[:2] == [b"EHLO [127.0.0.1]\r\n", b"STARTTLS\r\n"]
    assert not any(heard[2:])


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"220-" + b"x" * 5000, "a line of more than"),
        (b"220-x\r\n" * 200, "an endless answer"),
        (b"HTTP/1.1 400 Bad Request\r\n", "no answer of a mail server"),
        (b"", "closed without an answer"),
        (b"554 5.7.1 go away\r\n", "answered 554 5.7.1 to the greeting"),
    ],
    ids=["long_line", "endless", "other_protocol", "nothing", "refused"],
)
async def test_a_foreign_answer_is_bounded_and_named(
    send: Callable[..., Mail], greeting: bytes, said: str
) -> None:
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        over.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with pytest.raises(TransferFailed, match=said):
        await send(server.sockets[0].getsockname()[1]).run()
    server.close()
    await over.wait()


async def test_a_mail_is_cut_in_the_middle(make: Make, send: Callable[..., Mail]) -> None:
    server = make()
    server.hold.clear()
    mail = send(server.port)  # type: ignore[attr-defined]
    running = asyncio.ensure_future(mail.run())
    async with asyncio.timeout(30):
        while not mail.sent:
            await asyncio.sleep(0.01)
    mail.cut()
    running.cancel()
    await asyncio.wait([running])
    server.hold.set()
    assert (await send(server.port).run()).status == 250  # type: ignore[attr-defined]  # the control
