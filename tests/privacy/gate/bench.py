"""A front on real sockets, with a hub of the test's own behind it: what that hub says is up to the test."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from privacy.gate.console.console import console_peer
from privacy.gate.front.connection import Access, House
from privacy.gate.front.exchange import Answer, Request, json_answer
from privacy.gate.front.files import AppFiles
from privacy.gate.front.front import Front, Routes, address_of
from privacy.gate.front.streams import ParkedStreams
from privacy.gate.jailed.runtime import listen, listen_on_loopback

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class FrontBench:
    """port: of the front. asked: what the hub was sent. log: the access log. says: the hub's answer."""

    port: int
    folder: Path
    streams: ParkedStreams
    asked: list[bytes] = field(default_factory=list)
    log: list[Access] = field(default_factory=list)
    says: bytes = JSON
    closes: bool = False
    flood: int = 0  # bytes that the hub tries to send after its answer
    flooded: int = 0
    house: House = field(init=False)

    async def send(self, *pieces: bytes, pause_s: float = 0.0) -> bytes:
        """Send raw bytes to the front and return all that comes back until it closes or falls silent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        return await _exchange(reader, writer, pieces, pause_s)

    async def send_home(self, *pieces: bytes) -> bytes:
        """The same by home.sock."""
        reader, writer = await asyncio.open_unix_connection(str(self.folder / "home.sock"))
        return await _exchange(reader, writer, pieces, 0.0)

    async def get(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> "Got":
        """One well-formed request with a Host that is allowed."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return Got.of(await self.send("\r\n".join([*lines, "", ""]).encode() + body))

    async def play_hub(self) -> None:
        """Keep one stream parked; answer each request with ``says``."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                reader, writer = await asyncio.open_unix_connection(str(self.folder / "stream.sock"))
                try:
                    first = await reader.read(1)
                except (asyncio.CancelledError, ConnectionError):
                    writer.close()
                    raise
                if first:
                    tasks.create_task(self._serve(first, reader, writer))
                else:
                    writer.close()
                    await asyncio.sleep(0.01)

    async def _serve(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            while first:
                data = first + await reader.readuntil(b"\r\n\r\n")
                for line in data.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        data += await reader.readexactly(int(line.split(b":")[1]))
                self.asked.append(data)
                writer.write(self.says)
                await writer.drain()
                while self.flooded < self.flood:
                    writer.write(bytes(1 << 16))
                    self.flooded += 1 << 16
                    await writer.drain()
                if self.closes:
                    break
                first = await reader.read(1)


@dataclass
class Got:
    """An answer, read by simple means: not by the code under test."""

    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, data: bytes) -> "Got":
        head, _, body = data.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        return cls(status=int(first.split()[1]), headers=headers, body=body)


@asynccontextmanager
async def front_bench(folder: Path, is_jailed: Callable[[socket.socket], bool]) -> AsyncIterator[FrontBench]:
    app = folder / "app"
    (app / "assets").mkdir(parents=True)
    (app / "index.html").write_text("<!doctype html><title>home</title>")
    (app / "assets/index-BX3dk2_a.js").write_text("'use strict'")
    (folder / "secret.html").write_text("secret")
    with listen_on_loopback(0) as listening:
        streams = ParkedStreams(is_jailed)
        bench = FrontBench(port=listening.getsockname()[1], folder=folder, streams=streams)
        routes = Routes(
            AppFiles(app).answer,
            own={},
            under_gate={("GET", "/gate/v1/thing"): _thing, ("GET", "/gate/v1/mistake"): _mistake},
        )
        bench.house = House(port=bench.port, find=routes.find, streams=streams, record=bench.log.append)
        front = Front(bench.house)
        parts = (
            streams.serve(listen(folder / "stream.sock", 0o600)),
            front.serve(listening, address_of),
            front.serve(listen(folder / "home.sock", 0o600), console_peer),
            bench.play_hub(),
        )
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(part) for part in parts]
            await asyncio.sleep(0)
            yield bench
            for task in running:
                task.cancel()
        await asyncio.sleep(0.01)  # lets closed transports go


async def _thing(request: Request) -> Answer:
    return json_answer(200, {"peer": request.peer, "query": request.query})


async def _mistake(request: Request) -> Answer:
    raise LookupError("a mistake of ours")


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pieces: tuple[bytes, ...], pause_s: float
) -> bytes:
    answer = b""
    with suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
    with suppress(TimeoutError, ConnectionError):
        while data := await asyncio.wait_for(reader.read(65536), 3.0):
            answer += data
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return answer
