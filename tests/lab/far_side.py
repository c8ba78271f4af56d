"""Recipients of tunnels on the far side of the wire: they keep what arrives, echo it, or take nothing."""

import selectors
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from tests.lab.outside import RECEIVER, made_in
from tests.paths import ROOT

HELLO = b"\x16\x03\x03\0\x26\x02\0\0\x46\x03\x03" + b"r" * 32  # of a server
_SMALL = 4096  # bytes of a receiver's buffer: what it does not read stays with the sender


class FarSide:
    """Serves one address in a thread.

    mode: keep, echo (what arrives goes back), trickle (a little at a time), or stuck (nothing is read).

    answer: what it says first, in all modes but echo. arrived: bytes by connection, in order of the
    connections. ended: how each ended.
    """

    def __init__(
        self, namespace: str, port: int = 443, *, address: str = RECEIVER, mode: str = "keep"
    ) -> None:
        self.mode = mode
        self.answer = HELLO
        self.arrived: list[bytearray] = []
        self.ended: list[str] = []
        self._connections: dict[socket.socket, int] = {}
        self._selector = selectors.DefaultSelector()
        self._listening = made_in(namespace, lambda: _listen(address, port))
        self._selector.register(self._listening, selectors.EVENT_READ)
        self._over = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._over = True
        self._thread.join()
        for connection in self._connections:
            connection.close()
        self._listening.close()
        self._selector.close()

    def read_on(self) -> None:
        """What was stuck is read from now on."""
        self.mode = "keep"

    @property
    def total(self) -> int:
        return sum(map(len, self.arrived))

    def _run(self) -> None:
        while not self._over:
            for key, _ in self._selector.select(0.05):
                if key.fileobj is self._listening:
                    self._accept()
                elif self.mode == "stuck":
                    time.sleep(0.005)
                else:
                    assert isinstance(key.fileobj, socket.socket)
                    self._read(key.fileobj)

    def _accept(self) -> None:
        connection, _ = self._listening.accept()
        connection.settimeout(10)
        self._connections[connection] = len(self.arrived)
        self.arrived.append(bytearray())
        self._selector.register(connection, selectors.EVENT_READ)
        if self.mode != "echo":
            with suppress(OSError):  # gone already
                connection.sendall(self.answer)

    def _read(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(512 if self.mode == "trickle" else 65536)
        except OSError as error:
            data = b""
            self.ended.append(type(error).__name__)
        else:
            if not data:
                self.ended.append("closed")
        self.arrived[self._connections[connection]] += data
        if data and self.mode == "echo":
            with suppress(OSError):
                connection.sendall(data)
        if not data:
            self._selector.unregister(connection)
            self._connections.pop(connection)
            connection.close()


def _listen(address: str, port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL)
    listening.bind((address, port))
    listening.listen(256)
    return listening


class EchoOverTls:
    """Speaks TLS under a certificate of the test's own and sends back whatever it is sent, in threads."""

    def __init__(
        self, namespace: str, context: ssl.SSLContext, port: int = 443, address: str = RECEIVER
    ) -> None:
        self._context = context
        self.heard = b""  # in the clear, of all connections
        self._listening = made_in(namespace, lambda: _listen(address, port))
        self._threads: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                connection.settimeout(10)
                self._threads.append(threading.Thread(target=self._echo, args=(connection,)))
                self._threads[-1].start()

    def _echo(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if not connection.recv(1, socket.MSG_PEEK):  # a client that goes before it greets
                return
            wrapped = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            with wrapped as stream:
                stream.do_handshake()
                while data := stream.recv(65536):
                    self.heard += data
                    stream.sendall(data)


@contextmanager
def far_process(namespace: str, mode: str, ports: Iterable[int]) -> Iterator[Callable[[], object]]:
    """Recipients in a process of their own, which costs the gate no time; yields how to let them read on."""
    command = [sys.executable, "-m", "tests.lab.far_side", namespace, mode, *map(str, ports)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield partial(process.stdin.write, "read on\n")
        process.stdin.close()


def _main() -> None:
    namespace, mode, *ports = sys.argv[1:]
    sides = [FarSide(namespace, int(port), mode=mode) for port in ports]
    print("ready", flush=True)
    for _ in sys.stdin:
        for side in sides:
            side.read_on()
    for side in sides:
        side.close()


if __name__ == "__main__":
    _main()
