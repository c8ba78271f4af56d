"""A house in a forked child, so that a thousand starts do not import everything a thousand times."""

import os
import select
import signal
from pathlib import Path
from typing import Self

from tests.crash.house import house_named
from tests.crash.serve import serve_or_tell


class Child:
    def __init__(self, name: str, state: Path, run: Path) -> None:
        asked, self._ask = os.pipe()
        self._told, told = os.pipe()
        self._rest = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._ask)
            os.close(self._told)
            serve_or_tell(house_named(name), state, run, asked, told)
            os._exit(0)
        os.close(asked)
        os.close(told)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._ask)
        os.close(self._told)

    def ask(self, key: str, number: int) -> None:
        os.write(self._ask, f"{key} {number}\n".encode())

    def lines(self, wait_s: float) -> list[str] | None:
        """Lines that came; an empty list when none came in time; None when the child is gone."""
        if not select.select([self._told], [], [], max(wait_s, 0.0))[0]:
            return []
        data = os.read(self._told, 1 << 20)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [line.decode() for line in lines]

    def kill(self) -> list[str]:
        """SIGKILL; what it had told before."""
        os.kill(self.pid, signal.SIGKILL)
        told: list[str] = []
        while (lines := self.lines(10.0)) is not None:
            told += lines
        return told
