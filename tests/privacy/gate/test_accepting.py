"""A gate without a free descriptor waits; it does not end, and who knocked meanwhile is served."""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from privacy.framing import encode_message
from privacy.gate.console.console import Console
from privacy.gate.control.control import Control
from privacy.gate.front.streams import ParkedStreams
from privacy.gate.jailed.runtime import listen
from privacy.gate.machine import accepting

Serve = Callable[[socket.socket], Awaitable[None]]
SHORTAGE_S = 0.35


async def _echo(question: Mapping[str, object]) -> Mapping[str, object]:
    return {"word": question["word"]}


DOORS: dict[str, tuple[Serve, str]] = {
    "console": (Console({"echo": _echo}).serve, "verb"),
    "control": (Control(lambda _: True, {"echo": _echo}).serve, "op"),
}


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """Nothing can be opened: the limit is the lowest number that is free."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.dup(0)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def knocked(serve: Serve, path: Path, client: socket.socket) -> "asyncio.Future[None]":
    """Serve, and let a client knock while nothing can be opened."""
    serving = asyncio.ensure_future(serve(listen(path, 0o600)))
    await asyncio.sleep(0)
    with no_descriptor_left():
        client.connect(str(path))
        await asyncio.wait([serving], timeout=SHORTAGE_S)
    return serving


async def end(serving: "asyncio.Future[None]") -> None:
    serving.cancel()
    await asyncio.wait([serving])


@pytest.mark.parametrize("door", DOORS)
async def test_a_shortage_of_descriptors_is_waited_out(
    tmp_path: Path, door: str, caplog: pytest.LogCaptureFixture
) -> None:
    serve, word = DOORS[door]
    with socket.socket(socket.AF_UNIX) as client:
        serving = await knocked(serve, tmp_path / "door.sock", client)
        assert not serving.done()
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(client, encode_message({"id": 1, word: "echo", "word": "here"}))
        assert b"here" in await asyncio.wait_for(loop.sock_recv(client, 4096), 60)
        await end(serving)
    assert [record.getMessage() for record in caplog.records].count("accept.waits") == 1


@pytest.mark.parametrize("door", DOORS)
async def test_without_the_wait_the_door_ends(
    tmp_path: Path, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the control of the above: the same shortage, not waited out
    monkeypatch.setattr(accepting, "PASSING", frozenset[int]())
    with socket.socket(socket.AF_UNIX) as client:
        serving = await knocked(DOORS[door][0], tmp_path / "door.sock", client)
        assert serving.done()
        failed = serving.exception()
        assert isinstance(failed, ExceptionGroup)
        (reason,) = failed.exceptions
        assert isinstance(reason, OSError)
        assert reason.errno == errno.EMFILE


async def test_the_streams_of_the_hub_wait_too(tmp_path: Path) -> None:
    streams = ParkedStreams(lambda _: True)
    with socket.socket(socket.AF_UNIX) as client:
        serving = await knocked(streams.serve, tmp_path / "stream.sock", client)
        assert not serving.done()
        (await streams.take()).writer.close()  # asyncio looks again after 1 s, a browser's request waits 2 s
        await end(serving)


async def test_a_socket_that_does_not_listen_is_an_error() -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.setblocking(False)
        with pytest.raises(OSError, match="Invalid argument"):
            await accepting.accept(deaf)
