"""A way from one network namespace to a port of another one, which can be cut and mended."""

import socket
import threading
from contextlib import suppress

from .outside import made_in

HERE = "127.0.0.1"


class WayHome:
    """Until ``cut``: who asks for the port in ``start`` reaches it in ``end``. Loopback on both sides."""

    def __init__(self, start: str, end: str, port: int) -> None:
        self._start, self._end, self._port = start, end, port
        self._threads: list[threading.Thread] = []
        self._open: set[socket.socket] = set()
        self.mend()

    def mend(self) -> None:
        self._over = False
        self._listening = made_in(self._start, lambda: socket.create_server((HERE, self._port)))
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    def cut(self) -> None:
        """Nobody is let through any more, and all who were are cut off."""
        self._over = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._accepting.join()  # from here on nobody comes who is not known
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._listening.close()

    def _accept(self) -> None:
        while not self._over:
            try:
                near, _ = self._listening.accept()
                far = made_in(self._end, lambda: socket.create_connection((HERE, self._port)))
            except OSError:
                return
            self._open |= {near, far}
            carrying = threading.Thread(target=self._carry, args=(near, far))
            self._threads.append(carrying)
            carrying.start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        back = threading.Thread(target=_pour, args=(far, near))
        back.start()
        _pour(near, far)
        back.join()
        for one in (near, far):
            self._open.discard(one)
            one.close()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
