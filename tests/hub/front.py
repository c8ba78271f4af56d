"""The gate's end of the hub's sockets, as the outside world: listens, answers hello, splices browsers."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import aiohttp

from privacy import base64url
from privacy.conversation import Conversation, Declined, Handler
from privacy.tunnel import ACCEPTED, TICKET_SIZE


class Front:
    """Listens on RUN/control.sock and RUN/stream.sock like the gate, and on RUN/front.sock for browsers."""

    def __init__(self, run: Path, setup_token: str | None = "the-setup-token") -> None:
        self.run_folder = run
        self.setup_token = setup_token
        self.asked: list[str] = []
        self.hellos: list[Mapping[str, object]] = []
        self.control: Conversation | None = None
        self.serial: Handler | None = None
        self.says_hello = asyncio.Event()  # cleared: the answer to hello waits
        self.says_hello.set()
        self.clock_ahead, self.clock_sure = timedelta(0), True
        self.keys: list[Mapping[str, object]] = []  # that may agree: session_key, may_grant, since
        self.removed: list[str] = []  # session keys of phones that the hub said are out
        self.handlers: dict[str, Handler] = {}  # of the living connection
        self.board = ""  # the serial number that the machine tells
        self.names_relays = False  # in codes that phones draw
        self.relays: dict[str, tuple[str, int, str]] = {}  # recipients by name: host, port, CA in PEM
        self.refuses: str = ""  # the reason by which no tunnel opens
        self.tunnels: list[asyncio.StreamWriter] = []  # open ones
        self._words: dict[str, tuple[str, int]] = {}
        self._parked: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._stack = contextlib.AsyncExitStack()
        self._servers: list[asyncio.Server] = []
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> "Front":
        for name, serve in (
            ("control", self._control),
            ("stream", self._park),
            ("front", self._splice),
            ("tunnel", self._tunnel),
        ):
            path = self.run_folder / f"{name}.sock"
            path.unlink(missing_ok=True)
            server = await self._stack.enter_async_context(await asyncio.start_unix_server(serve, path))
            self._servers.append(server)
        return self

    async def __aexit__(self, *_: object) -> None:
        for server in self._servers:
            server.close()
        await asyncio.sleep(0.01)  # whoever was accepted last has a writer now
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0.01)
        await self._stack.aclose()

    @contextlib.asynccontextmanager
    async def browser(
        self, token: str | None = None, peer: str = "127.0.0.1"
    ) -> AsyncIterator[aiohttp.ClientSession]:
        """A client whose requests go the way a browser's go, after the gate named its peer."""
        headers = {"Homebase-Peer": peer}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        connector = aiohttp.UnixConnector(path=str(self.run_folder / "front.sock"))
        async with aiohttp.ClientSession("http://home", connector=connector, headers=headers) as session:
            yield session

    @property
    def parked(self) -> int:
        """Idle streams that the hub keeps."""
        return self._parked.qsize()

    async def _control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)

        async def send(frame: bytes, _: int | None) -> None:
            writer.write(frame)

        async def hello(message: Mapping[str, object]) -> Mapping[str, object]:
            self.hellos.append(message)
            await self.says_hello.wait()
            return {"setup_token": None if message["claimed"] else self.setup_token}

        async def claimed(_: Mapping[str, object]) -> Mapping[str, object]:
            self.asked.append("claimed")
            return {}

        async def board(_: Mapping[str, object]) -> Mapping[str, object]:
            self.asked.append("board")
            return {"serial": self.board}

        async def clock(_: Mapping[str, object]) -> Mapping[str, object]:
            now = datetime.now(UTC) + self.clock_ahead
            told = {"at": now.isoformat(), "running_s": time.monotonic(), "sure": self.clock_sure}
            return {"held": False, **told}

        async def ways(message: Mapping[str, object]) -> Mapping[str, object]:
            offered = cast("list[Mapping[str, object]]", message["relays"]) if self.names_relays else []
            relays = [
                f"r,relay.test,8883,0,{base64url.encode(bytes.fromhex(str(one['route'])))},{one['slot']},{one['password']}"
                for one in offered
            ]
            return {"ways": ["h,http://127.0.0.1:8480", *relays]}

        async def keys(_: Mapping[str, object]) -> Mapping[str, object]:
            return {"keys": self.keys}

        async def removed(message: Mapping[str, object]) -> Mapping[str, object]:
            self.removed.append(str(message["session_key"]))
            mine = [key for key in self.keys if key["session_key"] == message["session_key"]]
            self.keys = [key for key in self.keys if key not in mine]
            return {"key": "removed" if mine else "none"}

        handlers: dict[str, Handler] = {
            "hello": hello,
            "claimed": claimed,
            "board": board,
            "tunnel.open": self._ticket,
            "clock": clock,
            "phone.ways": ways,
            "phone.keys": keys,
            "phone.removed": removed,
        }
        if self.serial is not None:
            handlers["serial.open"] = self.serial
        self.handlers = handlers
        self.control = Conversation(lambda: reader.read(65536), send, handlers)
        await self.control.run()
        writer.close()

    async def _ticket(self, question: Mapping[str, object]) -> Mapping[str, object]:
        """Tunnels lead to what is named here, on this machine's loopback."""
        if self.refuses:
            raise Declined(self.refuses, "not allowed")
        assert question["activity"] == "remote.access"
        host, port, pem = self.relays[str(question["recipient"])]
        word = os.urandom(16).hex()
        self._words[word] = ("127.0.0.1", port)
        return {"word": word, "host": host, "port": port, "ca_pem": pem, "gate_speaks_tls": False}

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        place = self._words.pop((await reader.readexactly(TICKET_SIZE)).decode())
        try:
            far_reader, far_writer = await asyncio.open_connection(*place)
        except OSError:
            writer.close()
            return
        writer.write(ACCEPTED)
        self.tunnels += [writer, far_writer]
        self._writers |= {far_writer}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_copy(reader, far_writer))
                tasks.create_task(_copy(far_reader, writer))
        finally:
            self.tunnels = [one for one in self.tunnels if one not in (writer, far_writer)]

    def cut_tunnels(self) -> None:
        """As the gate does it: at once."""
        for writer in self.tunnels:
            writer.transport.abort()

    def lose_tunnels(self) -> list[socket.socket]:
        """Cut them so that who is at their far ends hears nothing of it until what is returned is closed."""
        kept = [one.get_extra_info("socket") for one in self.tunnels]
        held = [socket.socket(fileno=os.dup(one.fileno())) for one in kept if one.family == socket.AF_INET]
        self.cut_tunnels()
        return held

    async def _park(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        await self._parked.put((reader, writer))

    async def stream(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The next idle stream of the hub, for whoever speaks HTTP by hand."""
        return await self._parked.get()

    @contextlib.asynccontextmanager
    async def console(self, folder: Path) -> AsyncIterator[None]:
        """home.sock in ``folder``, for the command line: its peer is the console, as the gate names it."""
        folder.mkdir(parents=True, exist_ok=True)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._writers.add(writer)
            hub_reader, hub_writer = await self.stream()
            hub_writer.write(await reader.readuntil(b"\r\n") + b"Homebase-Peer: console\r\n")
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_copy(reader, hub_writer))
                tasks.create_task(_copy(hub_reader, writer))

        async with await asyncio.start_unix_server(serve, folder / "home.sock"):
            yield

    async def _splice(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        hub_reader, hub_writer = await self.stream()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_copy(reader, hub_writer))
            tasks.create_task(_copy(hub_reader, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
