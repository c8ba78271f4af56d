"""Who may use the console: the user who runs homebase, or root, and nobody from a jail.

console.sock takes the verbs of consent, notice and ledger; home.sock is the front's, for the command line.
In one-user mode the jailed hub has the gate's own uid: only its user namespace tells it apart.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping

import msgspec

from privacy import framing
from privacy.conversation import Conversation, Handler
from privacy.gate.machine.accepting import accept
from privacy.gate.machine.peer import is_in_other_user_namespace, who

log = logging.getLogger(__name__)

CONVERSATIONS_LIMIT = 16
_PIECE = 1 << 16


def why_not_console(connection: socket.socket) -> str | None:
    """Say why the peer of an accepted connection may not use the console, or None when it may.

    Root's /proc is closed to a gate of another user, and need not be looked at: whom the kernel shows here
    as uid 0 is root of our own user namespace, or in one that this root made. A hub never is (users.py,
    canary.py).
    """
    pid, uid, _ = who(connection)
    if uid not in {0, os.geteuid()}:
        return f"user {uid}"
    try:
        if is_in_other_user_namespace(pid):
            return "another user namespace"
    except OSError as error:
        if uid == 0 != os.geteuid():
            return None
        return f"its user namespace is not to be seen: {error.strerror}"
    return None


def console_peer(connection: socket.socket) -> str | None:
    """The front's name for a peer of home.sock, None to refuse it."""
    if (reason := why_not_console(connection)) is None:
        return "console"
    log.warning("home.refused", extra={"reason": reason})
    return None


def dumps(message: Mapping[str, object]) -> bytes:
    """JSON as framing.dumps makes it, in a seventh of the time: an export has a gigabyte of it."""
    try:
        return msgspec.json.encode(message)
    except UnicodeEncodeError:
        return framing.dumps(message)


class Console:
    """Serves console.sock: one conversation per command, all verbs by one table."""

    def __init__(self, verbs: Mapping[str, Handler]) -> None:
        self._verbs = verbs
        self._open = 0

    async def serve(self, listening: socket.socket) -> None:
        """Accept until cancelled; whoever may not is closed without a word."""
        with listening:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    connection = await accept(listening)
                    reason = why_not_console(connection)
                    if reason is not None or self._open >= CONVERSATIONS_LIMIT:
                        log.warning("console.refused", extra={"reason": reason or "too many at once"})
                        connection.close()
                        continue
                    tasks.create_task(self._converse(connection), name="console.conversation")

    async def _converse(self, connection: socket.socket) -> None:
        loop, writing = asyncio.get_running_loop(), asyncio.Lock()

        async def receive() -> bytes:
            return await loop.sock_recv(connection, _PIECE)

        async def send(frame: bytes, descriptor: int | None) -> None:
            assert descriptor is None  # no verb hands one out
            async with writing:
                await loop.sock_sendall(connection, frame)

        self._open += 1
        try:
            await Conversation(receive, send, self._verbs, word="verb", dumps=dumps).run()
        finally:
            self._open -= 1
            connection.close()
