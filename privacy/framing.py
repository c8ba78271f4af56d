"""Messages between the house's processes: a four-byte length and JSON, over a byte stream.

No I/O, no clock. Spoken on control.sock (hub and gate) and console.sock (command line and gate).
"""

import json
from collections.abc import Callable, Mapping

MESSAGE_LIMIT = 1 << 20  # bytes of JSON in one message; both ends refuse more
Loads = Callable[[bytes], object]
Dumps = Callable[[Mapping[str, object]], bytes]
_LENGTH_SIZE = 4  # big-endian, not counting itself


class BrokenFrame(ValueError):
    """The other side does not speak this language; the connection can only be closed."""


def dumps(message: Mapping[str, object]) -> bytes:
    """JSON of a message; half a surrogate pair becomes JSON's own escape for it."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def encode_message(message: Mapping[str, object], limit: int = MESSAGE_LIMIT, dumps: Dumps = dumps) -> bytes:
    """Return the frame of one message. dumps: makes its JSON.

    Raises:
        ValueError: its JSON is longer than ``limit`` bytes.
    """
    body = dumps(message)
    if len(body) > limit:
        raise ValueError(f"a message of {len(body)} bytes; allowed are {limit}")
    return len(body).to_bytes(_LENGTH_SIZE, "big") + body


class MessageDecoder:
    """Cuts a byte stream into messages and keeps the unfinished one, at most one message long.

    limit: bytes of JSON in the next message, MESSAGE_LIMIT at most; a longer one is refused unread.
    loads: reads JSON; raises ValueError or RecursionError for what it is not.
    """

    def __init__(self, loads: Loads = json.loads) -> None:
        self._rest = bytearray()
        self._loads = loads
        self.limit = MESSAGE_LIMIT

    def feed(self, data: bytes) -> list[dict[str, object]]:
        """Return the messages that ``data`` completes, oldest first.

        Raises:
            BrokenFrame: a length beyond the limit, or a body that is not one JSON object.
        """
        return [message for _, message in self.feed_sized(data)]

    def feed_sized(self, data: bytes) -> list[tuple[int, dict[str, object]]]:
        """The same, each message with the bytes of its JSON."""
        self._rest += data
        messages = []
        while len(self._rest) >= _LENGTH_SIZE:
            end = _LENGTH_SIZE + int.from_bytes(self._rest[:_LENGTH_SIZE], "big")
            if end > _LENGTH_SIZE + self.limit:
                raise BrokenFrame(f"a message of {end - _LENGTH_SIZE} bytes; allowed are {self.limit}")
            if len(self._rest) < end:
                break
            messages.append((end - _LENGTH_SIZE, _decode(bytes(self._rest[_LENGTH_SIZE:end]), self._loads)))
            del self._rest[:end]
        return messages


def _decode(body: bytes, loads: Loads) -> dict[str, object]:
    try:
        message = loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenFrame("not JSON") from error
    if not isinstance(message, dict):
        raise BrokenFrame("not a JSON object")
    return message
