"""Cells: jailed Pythons for tests to look into."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from privacy.gate import users
from privacy.gate.jail import Bind, Jail, Jailed, spawn

PYTHON = os.path.realpath(sys.executable)
PREFIX = Bind(source=sys.base_prefix, inside=sys.base_prefix)
USER = 60_902


class Cell:
    """A jailed Python and what it says."""

    def __init__(self, jailed: Jailed, output: int) -> None:
        self.jailed = jailed
        self._output = output

    def said(self) -> str:
        """All that it prints, until it ends."""
        text = b""
        while data := os.read(self._output, 65536):
            text += data
        return text.decode()

    def line(self) -> str:
        """One line, while it goes on."""
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self._output, 1) or b"\n"
        return line.decode().strip()


Adapt = Callable[[Jail], Jail]


class Start(Protocol):
    def __call__(self, code: str, adapt: Adapt = ..., /) -> Cell: ...


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Python code in a jail; ``adapt`` changes the jail."""
    cells: list[Cell] = []
    state = tmp_path / "state"
    state.mkdir()
    users.hand_over(state, (USER, USER))

    def run(code: str, adapt: Adapt = lambda plain: plain) -> Cell:
        plain = Jail(
            executable=PYTHON,
            argv=(PYTHON, "-I", "-S", "-c", code),
            environ={"LANG": "C.UTF-8"},
            read_only=(PREFIX,),
            writable=(Bind(source=str(state), inside="/state"),),
            user=(USER, USER),
        )
        read, write = os.pipe()
        try:
            cells.append(Cell(spawn(adapt(plain), stdout=write, stderr=write), read))
        finally:
            os.close(write)
        return cells[-1]

    yield run
    for cell in cells:
        cell.jailed.kill()
        cell.jailed.wait()
