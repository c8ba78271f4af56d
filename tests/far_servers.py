"""Real servers for copies, WebDAV (wsgidav) and S3 (nanio), behind TLS that breaks where a test wants."""

import asyncio
import base64
import hashlib
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

USER, PASSWORD = "ada", 'Vault "7" \\ ümlaut'
KEY, SECRET = "AKIDHOME", "wJalrXUtnFEMI/K7MDENG+secret"
BUCKET = "homebase-copies"
Meddle = Callable[[bytes], bytes]


class Front:
    """Ends TLS and passes on to a server in the clear.

    asked: all that clients sent, in the clear; answered: bytes that servers answered. cut_asking,
    cut_answering: bytes after which a connection is reset, counted anew for each; None: never. end_at:
    "asking" or "answering", and the bytes of all connections after which one of them ends once. orderly: what
    is cut while it asks, or ended, is closed in order instead.
    """

    def __init__(self, listening: socket.socket, context: ssl.SSLContext, behind: int) -> None:
        self._listening, self._context, self._behind = listening, context, behind
        self.asked = bytearray()
        self.connections = 0
        self.cut_asking: int | None = None
        self.cut_answering: int | None = None
        self.answered = 0
        self.end_at: tuple[str, int] | None = None
        self.hold_asking: int | None = None  # bytes after which nothing is read until go_on
        self.held, self.go_on = threading.Event(), threading.Event()
        self._resets = False
        self.orderly = False
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    def close(self) -> None:
        self.go_on.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in list(self._threads):
            thread.join(10)

    def let_go(self, *, reset: bool = False) -> None:
        """Go on with what is held, or reset it, and hold nothing more."""
        self.hold_asking, self._resets = None, reset
        self.go_on.set()
        self.held.clear()

    def _run(self, what: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=what, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                self._run(self._serve, connection)

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(20)
        with (
            plain,
            suppress(OSError),
            self._context.wrap_socket(plain, server_side=True) as client,
            socket.create_connection(("127.0.0.1", self._behind), 20) as server,
        ):
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            lock = threading.Lock()  # one of TLS's ends may not be read and written at once
            back = threading.Thread(target=self._back, args=(client, server, lock), daemon=True)
            back.start()
            self._forth(client, server, lock)
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join(10)

    def _forth(self, client: ssl.SSLSocket, server: socket.socket, lock: threading.Lock) -> None:
        count = 0
        client.settimeout(0.002)
        with suppress(OSError):
            while True:
                try:
                    with lock:
                        data = client.recv(16_384)
                except TimeoutError:
                    if server.fileno() < 0:
                        return None
                    continue
                if not data:
                    return None
                count += len(data)
                self.asked += data
                if self._is_over("asking", len(self.asked)):
                    return self._end(client)
                if self.cut_asking is not None and count >= self.cut_asking:
                    return self._closed(client) if self.orderly else self._reset(client)
                if self.hold_asking is not None and count >= self.hold_asking:
                    self.go_on.clear()
                    self.held.set()
                    self.go_on.wait(20)
                    if self._resets:
                        return self._reset(client)
                server.sendall(data)

    def _back(self, client: ssl.SSLSocket, server: socket.socket, lock: threading.Lock) -> None:
        count = 0
        with suppress(OSError):
            while data := server.recv(16_384):
                count += len(data)
                self.answered += len(data)
                if self._is_over("answering", self.answered):
                    return self._end(client)
                if self.cut_answering is not None and count >= self.cut_answering:
                    return self._reset(client)
                view = memoryview(data)
                while view:
                    try:
                        with lock:
                            view = view[client.send(view) :]
                    except TimeoutError:
                        continue
        with suppress(OSError, ValueError), lock:
            client.unwrap()
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
        return None

    def _is_over(self, way: str, count: int) -> bool:
        if self.end_at is None or self.end_at[0] != way or count < self.end_at[1]:
            return False
        self.end_at = None
        return True

    def _end(self, client: ssl.SSLSocket) -> None:
        if not self.orderly:
            return self._reset(client)
        with suppress(OSError):  # without a goodbye of TLS, as a server does that is stopped
            client.shutdown(socket.SHUT_RDWR)
        return None

    @staticmethod
    def _closed(client: ssl.SSLSocket) -> None:
        """Say goodbye as TLS does, and take the rest of what comes without a word."""
        with suppress(OSError, ValueError):
            client.unwrap()
        client.shutdown(socket.SHUT_WR)
        client.settimeout(20)
        while client.recv(16_384):
            pass

    @staticmethod
    def _reset(client: ssl.SSLSocket) -> None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()


@contextmanager
def webdav(folder: Path, *, digest: bool = False, quota: int | None = None) -> Iterator[int]:
    """A WebDAV server over ``folder``; yields its port. quota: bytes after which PUT is answered 507."""
    from cheroot import wsgi
    from wsgidav.dav_error import HTTP_INSUFFICIENT_STORAGE, DAVError
    from wsgidav.fs_dav_provider import FileResource, FilesystemProvider
    from wsgidav.wsgidav_app import WsgiDAVApp

    class Limited(FilesystemProvider):  # type: ignore[misc]  # no types there
        def get_resource_inst(self, path: str, environ: Mapping[str, Any]) -> Any:
            made = super().get_resource_inst(path, environ)
            if quota is not None and isinstance(made, FileResource) and environ["REQUEST_METHOD"] == "PUT":
                used = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
                if used + int(environ.get("CONTENT_LENGTH") or 0) > quota:
                    raise DAVError(HTTP_INSUFFICIENT_STORAGE)
            return made

    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": Limited(str(folder))},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "http_authenticator": {
                "accept_basic": not digest,
                "accept_digest": digest,
                "default_to_digest": digest,
            },
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app, timeout=60)  # seconds without a byte, on a busy machine
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server.bind_addr[1]
    finally:
        server.stop()
        thread.join()


class Checked:
    """Before an S3 server: what is PUT is refused where its hashes are not those in its head, as AWS does it.

    meddle: what becomes of a body on its way.
    """

    def __init__(self, app: Any, meddle: Meddle) -> None:
        self._app, self._meddle = app, meddle

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        if scope["type"] != "http" or scope["method"] != "PUT":
            return await self._app(scope, receive, send)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body, more = body + message.get("body", b""), message.get("more_body", False)
        body, told = self._meddle(body), dict(scope["headers"])
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest())
        wanted = {b"content-md5": md5, b"x-amz-content-sha256": hashlib.sha256(body).hexdigest().encode()}
        if any(told.get(name) != value for name, value in wanted.items()):
            text = b"<Error><Code>BadDigest</Code></Error>"
            head = [(b"content-type", b"application/xml"), (b"content-length", str(len(text)).encode())]
            await send({"type": "http.response.start", "status": 400, "headers": head})
            return await send({"type": "http.response.body", "body": text})

        async def again() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        return await self._app(scope, again, send)


@contextmanager
def s3(folder: Path, *, opaque: bool = False, meddle: Meddle = bytes) -> Iterator[int]:
    """An S3 server over ``folder`` with one bucket and two accounts; yields its port.

    opaque: the ETag of a part is no hash of it, as with SSE-KMS. meddle: as Checked.
    """
    import uvicorn
    from nanio.app import build_app
    from nanio.auth.credentials import StaticCredentialResolver
    from nanio.config import Settings

    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    accounts = StaticCredentialResolver({KEY: SECRET})
    app = Checked(build_app(Settings(data_dir=folder, credentials=accounts, access_log=False)), meddle)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, loop="asyncio", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        with _opaque() if opaque else nullcontext():
            yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _opaque() -> Iterator[None]:
    from nanio.storage import multipart

    class Chance(multipart.StreamingMd5):  # type: ignore[misc]  # no types there
        def __init__(self) -> None:
            super().__init__()
            self._chance = secrets.token_hex(16)

        def hexdigest(self) -> str:
            return self._chance

    was, multipart.StreamingMd5 = multipart.StreamingMd5, Chance
    try:
        yield
    finally:
        multipart.StreamingMd5 = was
