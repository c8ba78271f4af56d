"""What the hub says first on tunnel.sock: a ticket and a TLS greeting. Read here, judged elsewhere."""

import asyncio
import socket

from privacy.client_hello import Fault, Greeting, GreetingReader
from privacy.gate.tickets import SIZE
from privacy.reasons import Reason
from privacy.splice import PIECE

_REASONS = {
    Fault.NOT_TLS: Reason.NOT_TLS,
    Fault.BROKEN: Reason.GREETING_BROKEN,
    Fault.TOO_LONG: Reason.GREETING_BROKEN,
    Fault.NO_NAME: Reason.OTHER_NAME,
    Fault.OTHER_NAME: Reason.OTHER_NAME,
    Fault.HIDDEN_NAME: Reason.HIDDEN_NAME,
}


async def read_word(near: socket.socket, within_s: float) -> str | None:
    """The word of a ticket, and not a byte behind it; None when it does not come."""
    word, loop = b"", asyncio.get_running_loop()
    try:
        async with asyncio.timeout(within_s):
            while len(word) < SIZE:
                piece = await loop.sock_recv(near, SIZE - len(word))
                if not piece:
                    return None
                word += piece
    except OSError:  # TimeoutError too
        return None
    return word.decode("ascii", "replace")


async def read_greeting(near: socket.socket, host: str, within_s: float) -> Greeting | Reason:
    """The greeting, if it is one for ``host``, or why it is not passed on.

    Raises:
        OSError: the hub hung up before it said anything whole.
    """
    reader, loop = GreetingReader(host), asyncio.get_running_loop()
    try:
        async with asyncio.timeout(within_s):
            while data := await loop.sock_recv(near, PIECE):
                verdict = reader.feed(data)
                if isinstance(verdict, Greeting):
                    return verdict
                if verdict is not None:
                    return _REASONS[verdict]
    except TimeoutError:
        return Reason.GREETING_BROKEN
    raise ConnectionError("the hub hung up")
