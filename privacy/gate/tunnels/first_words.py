"""What is said first on a tunnel: a ticket, a TLS greeting, its answer, perhaps another. Judged elsewhere."""

import asyncio
import socket

from privacy.client_hello import Fault, Greeting, GreetingReader, SecondGreetingReader
from privacy.gate.tunnels.tickets import SIZE
from privacy.reasons import Reason
from privacy.server_hello import AnswerReader
from privacy.splice import PIECE

ANSWER_S = 30.0  # a server says its first words within so long
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
    return await _read(near, GreetingReader(host), b"", within_s)


async def read_second(near: socket.socket, host: str, rest: bytes, within_s: float) -> Greeting | Reason:
    """The greeting after the server asked again. rest: what came behind the first one.

    Raises:
        OSError: the hub hung up before it said anything whole.
    """
    return await _read(near, SecondGreetingReader(host), rest, within_s)


async def read_answer(far: socket.socket) -> tuple[bytes, bool]:
    """What the server said first, and whether it asks for another greeting.

    Raises:
        OSError: it reset the connection, or said nothing within ANSWER_S.
    """
    reader, loop = AnswerReader(), asyncio.get_running_loop()
    async with asyncio.timeout(ANSWER_S):
        while data := await loop.sock_recv(far, PIECE):
            if (verdict := reader.feed(data)) is not None:
                return bytes(reader.data), verdict
    return bytes(reader.data), False


async def _read(
    near: socket.socket, reader: GreetingReader | SecondGreetingReader, begun: bytes, within_s: float
) -> Greeting | Reason:
    loop, data = asyncio.get_running_loop(), begun
    try:
        async with asyncio.timeout(within_s):
            while True:
                verdict = reader.feed(data)
                if isinstance(verdict, Greeting):
                    return verdict
                if verdict is not None:
                    return _REASONS[verdict]
                if not (data := await loop.sock_recv(near, PIECE)):
                    raise ConnectionError("the hub hung up")
    except TimeoutError:
        return Reason.GREETING_BROKEN
