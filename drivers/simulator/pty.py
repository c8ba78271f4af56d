"""The serial side of the stick: a pty whose slave is reached by a symlink that survives a new pty.

All of the simulator's terminal I/O is here. The slave stays open on our side too, so that a host may come
and go; what nobody reads is dropped after a second, as a stick without a host drops it.
"""

import contextlib
import fcntl
import os
import pty
import termios
import tty
from collections import deque
from pathlib import Path

READ_SIZE = 4096
PENDING_MAX = 4096  # lines kept while the host does not read
PENDING_MAX_AGE_S = 1.0


class Port:
    """One symlink; behind it a pty, or nothing while the stick is pulled.

    dropped: lines that the host did not read in time.
    """

    def __init__(self, link: Path) -> None:
        self.link = link
        self.dropped = 0
        self._master = -1
        self._slave = -1
        self._pending: deque[tuple[float, bytes]] = deque()

    @property
    def is_plugged(self) -> bool:
        """Whether there is a pty behind the link."""
        return self._master >= 0

    def fileno(self) -> int:
        """The master's descriptor; -1 while pulled."""
        return self._master

    def plug(self) -> None:
        """Make a new pty and point the link at it, in one step.

        Raises:
            OSError: no pty, or the link can't be made.
        """
        if self.is_plugged:
            return
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        fresh = self.link.with_name(f".{self.link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(self._slave))
        fresh.replace(self.link)

    def release(self) -> None:
        """Undo the exclusive use that a host asked for: on a pty it would outlive that host's death."""
        if self.is_plugged:
            fcntl.ioctl(self._slave, termios.TIOCNXCL)

    def pull(self) -> None:
        """Take the stick away: the link goes, whoever has the slave open sees a hang-up."""
        if not self.is_plugged:
            return
        self.link.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        self._pending.clear()

    def read(self) -> bytes:
        """Take what the host wrote; empty when there is nothing."""
        try:
            return os.read(self._master, READ_SIZE) if self.is_plugged else b""
        except BlockingIOError:
            return b""

    def write(self, data: bytes, now_s: float) -> bool:
        """Give a line to the host; True when all of it went at once, else it waits up to a second."""
        self._pending.append((now_s, data))
        self.flush(now_s)
        return not self._pending

    def flush(self, now_s: float) -> None:
        """Write what waits, as far as the pty takes it; old lines are dropped whole."""
        while self._pending and self.is_plugged:
            since_s, data = self._pending[0]
            if now_s - since_s > PENDING_MAX_AGE_S or len(self._pending) > PENDING_MAX:
                self._pending.popleft()
                self.dropped += 1
                termios.tcflush(self._slave, termios.TCIFLUSH)  # nobody reads: the rest is as old
                continue
            written = 0
            with contextlib.suppress(BlockingIOError):
                written = os.write(self._master, data)
            if written < len(data):
                self._pending[0] = (since_s, data[written:])
                return
            self._pending.popleft()

    @property
    def has_pending(self) -> bool:
        """Whether something waits for the host to read."""
        return bool(self._pending)
