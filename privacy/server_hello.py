"""The first words of a TLS server, looked at for one thing: does it ask the client to greet again?

No I/O, no clock. A HelloRetryRequest is a ServerHello with a random that the standard fixes; what a client
says next is a second greeting, in plain, that may name another host. Everything else is nobody's to read.
Source: RFC 8446, sections 4.1.3 and 4.1.4.
"""

from privacy.client_hello import GREETING_LIMIT

_ASKS_AGAIN = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
_HANDSHAKE, _ALERT, _SERVER_HELLO = 0x16, 0x15, 2
_RECORD_HEAD, _RANDOM_AT, _RANDOM_END = 5, 1 + 3 + 2, 1 + 3 + 2 + 32  # type, length, version, random


class AnswerReader:
    """Collects the answer of one server until its kind is plain."""

    def __init__(self) -> None:
        self.data = bytearray()  # all that came
        self._message = bytearray()  # what its handshake records hold
        self._place = 0

    def feed(self, data: bytes) -> bool | None:
        """Take what came; whether the server asks again, None while that is not to be seen. Never raises."""
        self.data += data
        while True:
            head = self.data[self._place : self._place + _RECORD_HEAD]
            if head and head[0] not in {_HANDSHAKE, _ALERT}:
                return False
            if len(head) < _RECORD_HEAD:
                return None
            begin, length = self._place + _RECORD_HEAD, int.from_bytes(head[3:5], "big")
            if begin > GREETING_LIMIT:
                return False
            if head[0] == _HANDSHAKE:
                seen = bytes(self._message + self.data[begin : begin + length])
                if (verdict := _asks_again(seen)) is not None:
                    return verdict
            if len(self.data) < begin + length:
                return None
            if head[0] == _HANDSHAKE:  # an old server's warning may stand before it
                self._message += self.data[begin : begin + length]
            self._place = begin + length


def _asks_again(message: bytes) -> bool | None:
    if message and message[0] != _SERVER_HELLO:
        return False
    return message[_RANDOM_AT:_RANDOM_END] == _ASKS_AGAIN if len(message) >= _RANDOM_END else None
