"""The first words of a TLS client, read before any of them is passed on: is it TLS, and whom does it name?

No I/O, no clock. A greeting passes when it is whole within GREETING_LIMIT, names the granted host exactly
once and hides no second name (Encrypted ClientHello). Where the server asks for a second greeting
(server_hello.py), the same goes for that one. What comes after is nobody's to read.
Sources: RFC 8446, sections 4.1.2 and 5.1; RFC 6066, section 3; RFC 9849 (ECH) and its drafts.
"""

from dataclasses import dataclass
from enum import Enum

GREETING_LIMIT = 16_384  # bytes in which the whole greeting has to be, records' heads included
SKIPPED_LIMIT = 65_536  # bytes that may stand before a second greeting
_BEFORE_SECOND = frozenset({0x14, 0x17})  # change_cipher_spec; application data, sent too early
_HANDSHAKE, _CLIENT_HELLO = b"\x16\x03", 1  # a record of that kind, of any version since SSL 3
_RECORD_HEAD, _MESSAGE_HEAD = 5, 4
_SERVER_NAME, _HOST_NAME = 0, 0
# encrypted_client_hello, outer_extensions, and what drafts of both and of encrypted_server_name were numbered
_HIDING = frozenset({0xFE0D, 0xFD00, 0xFE08, 0xFE09, 0xFE0A, 0xFE0B, 0xFE0C, 0xFF02, 0xFF03, 0xFFCE})


class Fault(Enum):
    """Why a greeting is not passed on."""

    NOT_TLS = "not_tls"
    BROKEN = "broken"
    TOO_LONG = "too_long"
    NO_NAME = "no_name"
    OTHER_NAME = "other_name"
    HIDDEN_NAME = "hidden_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """A greeting that may pass. data: the greeting itself; rest: what came behind it."""

    data: bytes
    rest: bytes = b""


class GreetingReader:
    """Collects the greeting of one connection. host: the granted name, lower case."""

    def __init__(self, host: str) -> None:
        self._host = host.encode("ascii")
        self._data = bytearray()  # all that came
        self._message = bytearray()  # what its whole records hold
        self._place = 0  # where the record begins that is not whole yet
        self._verdict: Greeting | Fault | None = None

    def feed(self, data: bytes) -> Greeting | Fault | None:
        """Take what came; return the verdict, or None while it is not whole. Never raises.

        After a verdict the same is returned for good, and nothing is kept.
        """
        if self._verdict is None:
            self._data += data
            while self._verdict is None and self._take_record():
                self._verdict = self._judge()
            if self._verdict is not None:
                self._data.clear()
        return self._verdict

    def _take_record(self) -> bool:
        """Move one whole record's content to the message; False when none is there (or none will be)."""
        head = self._data[self._place : self._place + _RECORD_HEAD]
        if bytes(head[:2]) not in {b"", _HANDSHAKE[:1], _HANDSHAKE}:
            return self._refuse(Fault.NOT_TLS if self._place == 0 else Fault.BROKEN)
        if len(head) < _RECORD_HEAD:
            return False
        length, begin = int.from_bytes(head[3:5], "big"), self._place + _RECORD_HEAD
        if length == 0:
            return self._refuse(Fault.BROKEN)
        if begin + length > GREETING_LIMIT:
            return self._refuse(Fault.TOO_LONG)
        if len(self._data) < begin + length:
            return False
        self._message += self._data[begin : begin + length]
        self._place = begin + length
        return True

    def _refuse(self, fault: Fault) -> bool:
        self._verdict = fault
        return False

    def _judge(self) -> Greeting | Fault | None:
        """The verdict on a message that may not be whole yet."""
        if self._message[0] != _CLIENT_HELLO:
            return Fault.BROKEN
        if len(self._message) < _MESSAGE_HEAD:
            return None
        end = _MESSAGE_HEAD + int.from_bytes(self._message[1:4], "big")
        if end > GREETING_LIMIT:
            return Fault.TOO_LONG
        if len(self._message) < end:
            return None
        if len(self._message) > end:
            return Fault.BROKEN  # another message in the greeting's own record
        fault = _fault(bytes(self._message[_MESSAGE_HEAD:]), self._host)
        data, rest = bytes(self._data[: self._place]), bytes(self._data[self._place :])
        return fault or Greeting(data=data, rest=rest)


class SecondGreetingReader:
    """The greeting of a client that was asked to greet again, with what may stand before it.

    early: what came behind the first one. Data that was sent too early, which the server skips, and a change
    of cipher that means nothing; then a greeting as the first one, for the same host.
    """

    def __init__(self, host: str) -> None:
        self._reader = GreetingReader(host)
        self._data = bytearray()
        self._skipped: int | None = None  # bytes before the greeting, once that is known
        self._place = 0

    def feed(self, data: bytes) -> Greeting | Fault | None:
        """As GreetingReader's; ``data`` of the verdict begins with what stood before."""
        self._data += data
        if self._skipped is not None:
            return self._judged(self._reader.feed(data))
        while True:
            head = self._data[self._place : self._place + _RECORD_HEAD]
            if head and head[0] not in _BEFORE_SECOND:
                self._skipped = self._place
                return self._judged(self._reader.feed(bytes(self._data[self._place :])))
            if len(head) < _RECORD_HEAD:
                return None
            end = self._place + _RECORD_HEAD + int.from_bytes(head[3:5], "big")
            if end > SKIPPED_LIMIT:
                return Fault.TOO_LONG
            if len(self._data) < end:
                return None
            self._place = end

    def _judged(self, verdict: Greeting | Fault | None) -> Greeting | Fault | None:
        if not isinstance(verdict, Greeting):
            return verdict
        return Greeting(data=bytes(self._data[: self._skipped]) + verdict.data, rest=verdict.rest)


def _fault(hello: bytes, host: bytes) -> Fault | None:
    try:
        names = _names(_Fields(hello))
    except _Broken:
        return Fault.BROKEN
    if names is None:
        return Fault.HIDDEN_NAME
    if not names:
        return Fault.NO_NAME
    return None if [name.lower() for name in names] == [host] else Fault.OTHER_NAME


def _names(hello: "_Fields") -> list[bytes] | None:
    """Every name in the greeting, or None where one may be hidden."""
    hello.take(2 + 32)  # version, random
    for width in (1, 2, 1):  # session id, cipher suites, compression methods
        hello.vector(width)
    if hello.ended():
        return []  # before extensions there were no names
    extensions = _Fields(hello.vector(2))
    if not hello.ended():
        raise _Broken
    names: list[bytes] = []
    while not extensions.ended():
        kind, body = extensions.number(2), extensions.vector(2)
        if kind in _HIDING:
            return None
        if kind == _SERVER_NAME:
            names += _server_names(_Fields(body))
    return names


def _server_names(body: "_Fields") -> list[bytes]:
    entries = _Fields(body.vector(2))
    names: list[bytes] = []
    while not entries.ended():
        if entries.number(1) != _HOST_NAME:
            raise _Broken  # no other kind was ever defined
        names.append(entries.vector(2))
    if not names or not body.ended():
        raise _Broken
    return names


class _Broken(Exception):
    """A length that does not fit."""


class _Fields:
    """Reads numbers and vectors one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def ended(self) -> bool:
        return self._place == len(self._data)

    def take(self, count: int) -> bytes:
        piece = self._data[self._place : self._place + count]
        if len(piece) != count:
            raise _Broken
        self._place += count
        return piece

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")

    def vector(self, width: int) -> bytes:
        return self.take(self.number(width))
