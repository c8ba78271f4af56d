"""An HTTPS server of the far side that keeps its connections and answers each question alike."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.lab.outside import made_in


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Polled)
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Polled(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, listening: socket.socket, context: ssl.SSLContext, content: bytes) -> None:
        super().__init__(listening.getsockname(), _Answers, bind_and_activate=False)
        self.socket.close()
        self.socket, self._context, self.content = listening, context, content

    def get_request(self) -> tuple[socket.socket, object]:
        connection, peer = self.socket.accept()
        return self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer


@contextmanager
def polled(namespace: str, place: tuple[str, int], context: ssl.SSLContext, content: bytes) -> Iterator[None]:
    """Serve there meanwhile."""
    listening = made_in(namespace, lambda: socket.create_server(place))
    with _Polled(listening, context, content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
