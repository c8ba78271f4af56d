"""A collector that keeps all that a client shows it: its TLS greeting, each record, each byte of its request.

Who sent is not looked at: address and port belong to the connection, and no attack here is given them.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.lab.outside import RECEIVER, Listening

Answer = tuple[int, dict[str, str], bytes]
HEAD = 5  # bytes of a TLS record's head: type, version (2), length (2)
HANDSHAKE, HELLO = 22, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A TLS ClientHello, read here by RFC 8446 4.1.2, not by our own code.

    order: cipher suites, then extensions, as they were offered; extensions: by number.
    """

    size: int
    version: int
    random: bytes
    session: bytes
    order: tuple[int, ...]
    extensions: dict[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request. at: by the collector's clock; records: type and length of each that came, in turn."""

    at: datetime
    greeting: Greeting
    records: tuple[tuple[int, int], ...]
    tls: tuple[str | None, str, bool | None]  # version, cipher suite, resumed
    head: bytes
    body: bytes


def greeting(data: bytes) -> Greeting:
    """Read the first message of a client. Raises AssertionError, IndexError: it is none."""
    assert (data[0], data[HEAD]) == (HANDSHAKE, HELLO)
    size = int.from_bytes(data[6:9], "big")
    hello = data[9 : 9 + size]
    place = 35 + hello[34]
    session, suites = hello[35:place], int.from_bytes(hello[place : place + 2], "big")
    order = _numbers(hello[place + 2 : place + 2 + suites])
    place += 2 + suites
    place += 1 + hello[place] + 2  # compression methods, length of the extensions
    extensions: dict[int, bytes] = {}
    while place < size:
        kind, length = _numbers(hello[place : place + 4])
        extensions[kind] = hello[place + 4 : place + 4 + length]
        place += 4 + length
    version = int.from_bytes(hello[:2], "big")
    return Greeting(
        size=size,
        version=version,
        random=hello[2:34],
        session=session,
        order=(*order, *extensions),
        extensions=extensions,
    )


class WireCollector(Listening):
    """HTTPS at the receiver's address. now: its clock; answer: what it says to a request."""

    def __init__(self, namespace: str, context: ssl.SSLContext) -> None:
        self._context = context
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.seen: list[Seen] = []
        self.answer: Callable[[Seen], Answer | None] = lambda _: (200, {}, b"")
        super().__init__(namespace, lambda: socket.create_server((RECEIVER, 443), backlog=64))

    def take(self) -> None:
        connection, _ = self._socket.accept()
        with connection, suppress(OSError):
            connection.settimeout(20)
            self._serve(connection, self.now())

    def _serve(self, connection: socket.socket, at: datetime) -> None:
        incoming, outgoing, raw = ssl.MemoryBIO(), ssl.MemoryBIO(), b""
        tls = self._context.wrap_bio(incoming, outgoing, server_side=True)

        def step(call: Callable[[], bytes | None]) -> bytes:
            nonlocal raw
            while True:
                try:
                    return call() or b""
                except ssl.SSLWantReadError:
                    if said := outgoing.read():
                        connection.sendall(said)
                    data = connection.recv(65536)
                    if not data:
                        raise ConnectionResetError from None
                    raw += data
                    incoming.write(data)

        step(tls.do_handshake)
        request = b""
        while b"\r\n\r\n" not in request:
            request += step(lambda: tls.read(65536))
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += step(lambda: tls.read(65536))
        cipher = tls.cipher()
        assert cipher is not None
        seen = Seen(
            at=at,
            greeting=greeting(raw),
            records=_records(raw),
            tls=(tls.version(), cipher[0], tls.session_reused),
            head=head,
            body=body,
        )
        self.seen.append(seen)
        if (answer := self.answer(seen)) is not None:  # else it hangs up
            status, headers, content = answer
            told = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
            text = f"HTTP/1.1 {status} X\r\n{told}Content-Length: {len(content)}\r\n\r\n".encode() + content
            tls.write(text)
            connection.sendall(outgoing.read())
        else:
            connection.shutdown(socket.SHUT_RDWR)


def _numbers(data: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _records(data: bytes) -> tuple[tuple[int, int], ...]:
    found, place = [], 0
    while place < len(data):
        length = int.from_bytes(data[place + 3 : place + HEAD], "big")
        found.append((data[place], length))
        place += HEAD + length
    return tuple(found)
