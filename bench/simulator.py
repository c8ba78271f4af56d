"""The running simulator, asked through its control socket: recorder, timings, load."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TIMEOUT_S = 30.0


class Simulator:
    """One connection to control.sock."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._answers = connection.makefile("r")

    def ask(self, do: str, **request: object) -> Any:
        """Ask one thing; the answer's content."""
        self._connection.sendall(json.dumps({"do": do, **request}).encode() + b"\n")
        answer = json.loads(self._answers.readline())
        if "ok" not in answer:
            raise RuntimeError(f"simulator: {do}: {answer['error']}")
        return answer["ok"]

    def close(self) -> None:
        """End the connection."""
        self._answers.close()


@contextlib.contextmanager
def connected(house_folder: Path, folder: str = "state/simulator") -> Iterator[Simulator]:
    """The simulator of the house in ``house_folder``; folder: its own one in there."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.connect(str(house_folder / folder / "control.sock"))
        simulator = Simulator(connection)
        yield simulator
        simulator.close()
