"""A home that hangs is told from one that takes its time: the command line asks whether it lives."""

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer

import pytest

from hub.daemon import home
from hub.daemon.command_line import EXIT_IO, EXIT_NOT_RUNNING, CommandFailed
from hub.daemon.home import ask_home

LONG_S = 0.6  # of a command; several looks long


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("LOOK_S", 0.1), ("ALIVE_S", 0.3), ("ANSWER_TIME_S", 3.0)):
        monkeypatch.setattr(home, name, seconds)


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Path]:
    """A socket whose process is stopped: the kernel takes what comes, nobody answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "home.sock"))
        listener.listen(8)
        yield tmp_path / "home.sock"


class Slow(BaseHTTPRequestHandler):
    """Takes its time for a command, and says at once that it lives."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(LONG_S)
        self._say(b'{"value": true}')

    def do_GET(self) -> None:
        self._say(b"{}")

    def _say(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Path]:
    with ThreadingUnixStreamServer(str(tmp_path / "home.sock"), Slow) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield tmp_path / "home.sock"
        server.shutdown()
        thread.join()


def test_a_home_that_hangs_is_named_soon_with_the_way_out(hanging: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(CommandFailed, match=r"does not answer.*restart it") as failed:
        ask_home(hanging, "PUT", "/api/v1/datapoints/x", {"value": True})
    assert failed.value.code == EXIT_NOT_RUNNING
    assert str(failed.value).count("\n") == 0
    assert time.monotonic() - begin < 1.5


def test_a_home_that_takes_its_time_is_waited_for(slow: Path) -> None:
    assert ask_home(slow, "PUT", "/api/v1/datapoints/x", {"value": True}) == {"value": True}


def test_the_control_without_asking_it_waits_to_the_end_and_does_not_know_why(
    hanging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "_look", lambda _: None)
    monkeypatch.setattr(home, "ANSWER_TIME_S", 1.0)
    begin = time.monotonic()
    with pytest.raises(CommandFailed, match="timed out") as failed:
        ask_home(hanging, "PUT", "/api/v1/datapoints/x", {"value": True})
    assert failed.value.code == EXIT_IO
    assert time.monotonic() - begin >= 1.0
