"""control.sock: the hub's questions to the gate, and the gate's to the hub. One connection at a time.

Questions of the hub: hello, claimed, serial.open, board, and what the privacy part adds (stage, withdraw,
standing, consented). Questions of the gate: collect, files. The socket is the gate's own; descriptors go out,
none comes in.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Mapping

from privacy.conversation import ANSWER_TIME_S, Conversation, ConversationLost, Handler
from privacy.gate.machine.accepting import accept

log = logging.getLogger(__name__)

_PIECE = 1 << 16


class Control:
    """Serves the hub's one control connection.

    is_jailed: looks at an accepted socket from outside; False closes it.
    """

    def __init__(self, is_jailed: Callable[[socket.socket], bool], handlers: Mapping[str, Handler]) -> None:
        self._is_jailed, self._handlers = is_jailed, handlers
        self._conversation: Conversation | None = None

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled; a second connection beside a living one is closed."""
        with listening:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    connection = await accept(listening)
                    if self._conversation is not None or not self._is_jailed(connection):
                        log.error("control.refused", extra={"reason": "not jailed, or a second one"})
                        connection.close()
                        continue
                    self._conversation = _conversation(connection, self._handlers)
                    tasks.create_task(self._converse(connection, self._conversation), name="control.hub")

    async def ask(self, op: str, within_s: float = ANSWER_TIME_S, /, **fields: object) -> dict[str, object]:
        """Ask the hub.

        Raises:
            ConversationLost: no hub is connected, or it went.
            Declined: it answered with an error.
        """
        if self._conversation is None:
            raise ConversationLost("the hub is not connected")
        return await self._conversation.ask(op, within_s, **fields)

    async def _converse(self, connection: socket.socket, conversation: Conversation) -> None:
        try:
            await conversation.run()
        finally:
            self._conversation = None
            connection.close()


def _conversation(connection: socket.socket, handlers: Mapping[str, Handler]) -> Conversation:
    loop, writing = asyncio.get_running_loop(), asyncio.Lock()

    async def receive() -> bytes:
        return await loop.sock_recv(connection, _PIECE)  # plain: the kernel drops descriptors sent along

    async def send(frame: bytes, descriptor: int | None) -> None:
        try:
            async with writing:
                if descriptor is not None:
                    sent = socket.send_fds(connection, [frame], [descriptor])  # full: a hub that hangs
                    frame = frame[sent:]
                    os.close(descriptor)
                    descriptor = None
                await loop.sock_sendall(connection, frame)
        finally:
            if descriptor is not None:  # also when the hub went while others were being written to
                os.close(descriptor)

    return Conversation(receive, send, handlers)
