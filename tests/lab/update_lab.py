"""A server of signed lists that serves what it is given, without end or without haste if need be."""

import socket
import ssl
import threading
from contextlib import suppress

from tests.lab.outside import RECEIVER, Listening


class ListServer(Listening):
    """Serves ``files`` under /lists/. endless, slow: names that never end, or come by single bytes."""

    def __init__(self, namespace: str, context: ssl.SSLContext) -> None:
        self.context = context
        self.files: dict[str, bytes] = {}
        self.endless: frozenset[str] = frozenset()
        self.slow: frozenset[str] = frozenset()
        self.asked: list[bytes] = []
        self.arrived = threading.Event()
        self.over = threading.Event()
        self.sent = 0  # bytes of the endless
        self._serving: list[threading.Thread] = []
        super().__init__(namespace, self._open)

    def close(self) -> None:
        self.over.set()
        super().close()
        for thread in self._serving:
            thread.join()

    def take(self) -> None:
        connection, _ = self._socket.accept()
        connection.settimeout(10)
        self._serving.append(threading.Thread(target=self._serve, args=(connection,)))
        self._serving[-1].start()

    def _open(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((RECEIVER, 443))
        listening.listen(8)
        return listening

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, self.context.wrap_socket(connection, server_side=True) as stream:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = stream.recv(4096)
                if not piece:
                    return
                head += piece
            self.asked.append(head)
            name = head.split(b" ")[1].decode().removeprefix("/lists/")
            self.arrived.set()
            self._answer(stream, name)

    def _answer(self, stream: ssl.SSLSocket, name: str) -> None:
        if name in self.endless:
            stream.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            while not self.over.is_set():
                stream.sendall(b" " * 4096)
                self.sent += 4096
        if name not in self.files:
            stream.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        data = self.files[name]
        stream.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n".encode())
        if name in self.slow:
            for byte in data:
                stream.sendall(bytes([byte]))
                if self.over.wait(0.1):
                    return
        stream.sendall(data)
