"""The stick as a CUNO in a network: a TCP port in place of the pty, one host at a time.

All of the simulator's network I/O is here, and only where ``--listen`` asks for it. A new connection takes
the place of the old one, as after a host's power cut; what nobody reads is dropped after a second.
"""

import contextlib
import re
import select
import socket
from collections import deque
from ipaddress import IPv6Address, ip_address

from .pty import PENDING_MAX, PENDING_MAX_AGE_S, READ_SIZE

_PLACE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})")


class TcpPort:
    """Listens while the stick is plugged in. As ``Port``, with an address in place of the link.

    dropped: lines that the host did not read in time.
    """

    def __init__(self, host: str, port: int) -> None:
        self._place = (host, port)
        self.dropped = 0
        self._listening: socket.socket | None = None
        self._line: socket.socket | None = None
        self._news: select.epoll | None = None
        self._pending: deque[tuple[float, bytes]] = deque()

    @property
    def link(self) -> str:
        """Where it listens, as a host writes it into its configuration."""
        host, port = self._place
        if self._listening is not None:
            port = self._listening.getsockname()[1]
        return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"

    @property
    def is_plugged(self) -> bool:
        """Whether somebody could connect."""
        return self._listening is not None

    def fileno(self) -> int:
        """A descriptor that is readable when there is news; -1 while pulled."""
        return -1 if self._news is None else self._news.fileno()

    def plug(self) -> None:
        """Listen.

        Raises:
            OSError: the address is not of this machine, or its port is taken.
        """
        if self.is_plugged:
            return
        host, _ = self._place
        family = socket.AF_INET6 if isinstance(ip_address(host), IPv6Address) else socket.AF_INET
        self._listening = socket.create_server(self._place, family=family, backlog=1)
        self._listening.setblocking(False)
        self._place = (host, self._listening.getsockname()[1])  # the same after it was pulled
        self._news = select.epoll()
        self._news.register(self._listening, select.EPOLLIN)

    def release(self) -> None:
        """Nothing to do: a connection ends with its host."""

    def pull(self) -> None:
        """Take the power away; the host may not even hear of it, here it does."""
        self._hang_up()
        for part in (self._listening, self._news):
            if part is not None:
                part.close()
        self._listening = self._news = None
        self._pending.clear()

    def read(self) -> bytes:
        """Take a new host in, or what the host wrote; empty when there is nothing."""
        assert self._listening is not None
        assert self._news is not None
        with contextlib.suppress(BlockingIOError):
            line, _ = self._listening.accept()
            self._hang_up()
            line.setblocking(False)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line = line
            self._news.register(line, select.EPOLLIN)
            self._pending.clear()
        if self._line is None:
            return b""
        try:
            data = self._line.recv(READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes, now_s: float) -> bool:
        """Give a line to the host; True when all of it went at once. Without a host it is lost."""
        if self._line is None:
            return True
        self._pending.append((now_s, data))
        self.flush(now_s)
        return not self._pending

    def flush(self, now_s: float) -> None:
        """Send what waits, as far as it is taken; old lines are dropped whole."""
        while self._pending and self._line is not None:
            since_s, data = self._pending[0]
            if now_s - since_s > PENDING_MAX_AGE_S or len(self._pending) > PENDING_MAX:
                self._pending.popleft()
                self.dropped += 1
                continue
            try:
                sent = self._line.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self._hang_up()
                return
            if sent < len(data):
                self._pending[0] = (since_s, data[sent:])
                return
            self._pending.popleft()

    @property
    def has_pending(self) -> bool:
        """Whether something waits for the host to read."""
        return bool(self._pending)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()  # leaves the epoll by itself
            self._line = None
            self._pending.clear()


def read_place(text: str) -> tuple[str, int]:
    """``192.168.1.20:2323`` or ``[fd00::20]:2323``; port 0 lets the kernel choose.

    Raises:
        ValueError: another form; names are not looked up.
    """
    found = _PLACE.fullmatch(text)
    if found is None or int(found[3]) > 65535:
        raise ValueError(f"{text}: an address in figures and a port, such as 127.0.0.1:2323")
    return str(ip_address(found[1] or found[2])), int(found[3])
