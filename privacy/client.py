"""The hub's side of control.sock: ask the gate, and answer it. Standard library only.

The hub connects, the gate listens: a socket made by the hub could be swapped for another.
Way through: ``connect`` → a task runs ``run`` → ``hello`` → the rest. After GateLost: ``connect`` again.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from privacy.conversation import Conversation, ConversationLost, Declined, Handler, fields_as
from privacy.handing_over import HandedOver, hand_over
from privacy.readable import readable
from privacy.tunnel import ACCEPTED, Destination, OpensTunnels, Tunnel

__all__ = [
    "Destination",
    "GateClient",
    "GateDeclined",
    "GateLost",
    "HandedOver",
    "Handler",
    "OpenedSerial",
    "OpensTunnels",
    "Tunnel",
    "Welcome",
    "fields_as",
]

GateLost = ConversationLost
GateDeclined = Declined
_PIECE = 1 << 16
_DESCRIPTORS_AT_ONCE = 4
_TUNNELS_AT_ONCE = 8  # that are being opened; further ones wait (the gate answers 16 questions at once)


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The gate's answer to ``hello``. setup_token: the ready line's one-time word; None when it is spent."""

    setup_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSerial:
    """The radio, opened. hardware_id: of its USB hardware, empty when it has none."""

    descriptor: int
    hardware_id: str


class GateClient:
    """One connection to the gate at a time.

    path: control.sock as the jail shows it. Handlers are set before ``connect``; they answer the gate's
    questions (``collect``) with a mapping, or raise GateDeclined(code, detail).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handlers: dict[str, Handler] = {}
        self._socket: socket.socket | None = None
        self._conversation: Conversation | None = None
        self._received: list[int] = []
        self._writing = asyncio.Lock()
        self._opening = asyncio.Lock()
        self._tunnelling = asyncio.Semaphore(_TUNNELS_AT_ONCE)

    def on_request(self, op: str, handler: Handler) -> None:
        """Let ``handler`` answer the gate's question ``op``."""
        self._handlers[op] = handler

    # life

    async def connect(self) -> None:
        """Connect; ``run`` has to be started before anything is asked.

        Raises:
            GateLost: nobody listens there.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, str(self._path))
        except OSError as error:
            connection.close()
            raise GateLost(f"no gate at {self._path}: {error.strerror}") from error
        self._socket = connection
        self._conversation = Conversation(self._receive, self._send, self._handlers)

    async def run(self) -> None:
        """Serve the connection until it ends.

        Raises:
            GateLost: always at the end; the caller decides when to connect again.
        """
        connection, conversation = self._connected()
        try:
            await conversation.run()
        finally:
            self._socket = self._conversation = None
            connection.close()
            self._close_received()
        raise GateLost("the gate closed the connection")

    # questions to the gate

    async def hello(self, *, version: str, claimed: bool) -> Welcome:
        """Introduce this hub. claimed: whether an owner has set it up already.

        Raises:
            GateLost, GateDeclined: also by the other questions.
        """
        token = (await self.ask("hello", version=version, claimed=claimed)).get("setup_token")
        return Welcome(setup_token=token if isinstance(token, str) else None)

    async def claimed(self) -> None:
        """Tell the gate that the set-up token is spent."""
        await self.ask("claimed")

    async def open_serial(self) -> OpenedSerial:
        """Have the gate open the configured radio; the caller owns the descriptor (non-blocking, mode unset).

        Raises:
            GateDeclined: code port_missing, port_busy, port_denied; or why there is no line to a stick
                in the network.
        """
        async with self._opening:
            self._close_received()
            answer = await self.ask("serial.open")
            if not self._received:
                raise GateLost("an answer without its descriptor")
            descriptor = self._received.pop(0)
            self._close_received()
            name = answer.get("hardware_id")
            return OpenedSerial(descriptor=descriptor, hardware_id=name if isinstance(name, str) else "")

    async def open(self, to: Destination) -> Tunnel:
        """Open a byte stream to a recipient, under a grant that covers it.

        Raises:
            GateDeclined: it does not; the code is the reason's.
        """
        async with self._tunnelling:
            answer = await self.ask(
                "tunnel.open",
                activity=to.activity,
                recipient=to.recipient,
                categories=sorted(category.value for category in to.categories),
                addressee=to.addressee,
                ticket=to.ticket,
            )
            match answer:
                case {
                    "word": str(word),
                    "host": str(host),
                    "port": int(port),
                    "ca_pem": str() | None as pem,
                    "gate_speaks_tls": bool(inside),
                }:
                    pass
                case _:
                    raise GateLost("an answer without a ticket")
            stream = await self._show(word)
        return Tunnel(word=word, host=host, port=port, ca_pem=pem, socket=stream, gate_speaks_tls=inside)

    async def encrypted(self, to: Destination) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a tunnel and speak TLS with its host, whose certificate is checked.

        Raises:
            GateDeclined: no grant covers it.
            ssl.SSLError, OSError: it is somebody else, or the gate or the host closed.
        """
        tunnel = await self.open(to)
        try:
            return await tunnel.encrypted()
        except BaseException:
            tunnel.socket.close()
            raise

    async def hand_over(self, to: Destination, pieces: AsyncIterable[bytes]) -> HandedOver:
        """Have a file leave: the gate encrypts it to the recipient's keys as it comes, and sends it.

        Raises:
            GateDeclined: it could not leave, or the disk is full; the code is the reason's.
        """
        return await hand_over(self.ask, to, pieces)

    async def outcome(self, tunnel: Tunnel) -> Mapping[str, object]:
        """What became of a tunnel: result, what, code, sent, received; result is ``running`` meanwhile."""
        return await self.ask("tunnel.outcome", word=tunnel.word)

    async def ask(self, op: str, /, **fields: object) -> Mapping[str, object]:
        """Any question of the list in privacy/gate/control/control.py; returns the answer's fields."""
        _, conversation = self._connected()
        return await conversation.ask(op, **fields)

    # bytes

    async def _show(self, word: str) -> socket.socket:
        """Connect to tunnel.sock and show the ticket; what it opens is ours."""
        loop, place = asyncio.get_running_loop(), self._path.with_name("tunnel.sock")
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        stream.setblocking(False)
        try:
            await loop.sock_connect(stream, str(place))
            await loop.sock_sendall(stream, word.encode("ascii"))
            accepted = await loop.sock_recv(stream, len(ACCEPTED))
        except OSError as error:
            stream.close()
            raise GateLost(f"{place}: {error.strerror}") from error
        except BaseException:
            stream.close()
            raise
        if accepted != ACCEPTED:
            stream.close()
            told = await self.ask("tunnel.outcome", word=word)
            raise GateDeclined(str(told.get("code") or "refused"), str(told.get("what", "")))
        return stream

    def _connected(self) -> tuple[socket.socket, Conversation]:
        if self._socket is None or self._conversation is None:
            raise GateLost("not connected")
        return self._socket, self._conversation

    async def _receive(self) -> bytes:
        connection, _ = self._connected()
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(connection, _PIECE, _DESCRIPTORS_AT_ONCE)
            except BlockingIOError:
                await readable(connection)
                continue
            for descriptor in descriptors:
                os.set_inheritable(descriptor, False)
            self._received += descriptors
            return data

    async def _send(self, frame: bytes, descriptor: int | None) -> None:
        assert descriptor is None  # the hub hands out nothing
        connection, _ = self._connected()
        async with self._writing:
            await asyncio.get_running_loop().sock_sendall(connection, frame)

    def _close_received(self) -> None:
        while self._received:
            os.close(self._received.pop())
