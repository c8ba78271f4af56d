"""Cells: jailed Pythons for tests to look into; and a home's network with a stick in it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from privacy.gate.jailed import users
from privacy.gate.jailed.jail import Bind, Jail, Jailed, spawn
from tests.lab import outside
from tests.lab.figures_fleet import Fleet, fleet
from tests.lab.home_network import (
    BEHIND,
    PROXIED,
    PUBLIC,
    RESOLVER,
    ROUTER,
    ROUTER_TOO,
    STICK,
    STICK_6,
    HomeRecorder,
    Network,
    Server,
    home_network,
)
from tests.lab.stick_at_work import StickAtWork

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


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with home_network() as names:
        yield names


@pytest.fixture(scope="module")
def servers(network: Network) -> Iterator[dict[str, Server]]:
    """A device that answers at every address, so that nothing but the gate stops anybody."""
    places = {
        **dict.fromkeys((STICK, RESOLVER, STICK_6), network.stick),
        **dict.fromkeys((ROUTER, ROUTER_TOO), network.router),
        **dict.fromkeys((BEHIND, PUBLIC, PROXIED), network.beyond),
    }
    found = {address: Server(namespace, address) for address, namespace in places.items()}
    yield found
    for one in found.values():
        one.close()


@pytest.fixture(scope="module")
def recorder(network: Network) -> Iterator[HomeRecorder]:
    recording = HomeRecorder(network)
    yield recording
    recording.close()


@pytest.fixture
def gate(network: Network, servers: dict[str, Server], tmp_path: Path) -> Iterator[StickAtWork]:
    with StickAtWork(tmp_path / "gate", network.home) as working:
        yield working


@pytest.fixture(scope="module")
def wire() -> Iterator[tuple[str, str]]:
    """Two namespaces with a cable between them: the home's, and the world's."""
    with outside.network() as names:
        yield names


@pytest.fixture(scope="module")
def working(wire: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A place for homes that send figures, and a collector that keeps all that it sees."""
    with fleet(tmp_path_factory.mktemp("fleet"), wire) as found:
        yield found
