"""The hub as a process of its own: how it ends, what it says when it can't start, what outlives a kill."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privacy.conversation import Declined
from tests.hub.front import Front
from tests.paths import ROOT

Hubs = list[asyncio.subprocess.Process]


@pytest.fixture
async def started() -> AsyncIterator[Hubs]:
    """Hubs of a test; whatever becomes of it, none outlives it."""
    hubs: Hubs = []
    yield hubs
    for hub in hubs:
        if hub.returncode is None:
            hub.kill()
            await hub.communicate()


async def start(started: Hubs, folder: Path, state: Path | None = None) -> asyncio.subprocess.Process:
    """The command that the gate starts, without its jail."""
    hub = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "hub.daemon", "hub"),
        *("--state", str(state or folder), "--run", str(folder), "--ring", str(folder)),
        *("--config", str(folder / "homebase.toml")),
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
    )
    started.append(hub)
    return hub


@contextlib.asynccontextmanager
async def front(folder: Path) -> AsyncIterator[Front]:
    async def no_stick(_: object) -> dict[str, object]:
        raise Declined("port_missing")

    front = Front(folder)
    front.serial = no_stick
    async with front:
        yield front


async def ask(front: Front, method: str, path: str, body: object = None) -> object:
    async with (
        front.browser(peer="console") as browser,
        browser.request(method, path, json=body) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def test_it_ends_in_order_when_the_gate_says_so(tmp_path: Path, started: Hubs) -> None:
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        await ask(gate, "GET", "/api/v1/health")
        process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    assert b"Traceback" not in said


async def test_no_browser_comes_in_before_the_gate_said_which_token_it_printed(
    tmp_path: Path, started: Hubs
) -> None:
    async with front(tmp_path) as gate:
        gate.says_hello.clear()
        process = await start(started, tmp_path)
        async with asyncio.timeout(60):
            while not gate.hellos:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        assert gate.parked == 0
        gate.says_hello.set()
        await ask(gate, "POST", "/api/v1/setup", {"token": gate.setup_token, "password": "correct horse"})
        process.terminate()
        await process.communicate()


async def test_a_missing_stick_is_said_once_and_the_home_runs(tmp_path: Path, started: Hubs) -> None:
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        async with asyncio.timeout(60):
            while True:
                answer = await ask(gate, "GET", "/api/v1/drivers")
                assert isinstance(answer, dict)
                driver = answer["drivers"][0]
                if driver["state"] == "lost":
                    break
        assert driver["detail"] == "port_missing"
        await asyncio.sleep(7.5)
        process.terminate()
        _, said = await process.communicate()
    assert said.count(b"driver.stopped") == 1


async def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path, started: Hubs) -> None:
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        for number in range(5):
            await ask(gate, "POST", "/api/v1/rooms", {"name": f"Room {number}"})
        process.kill()
        await process.communicate()
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        answer = await ask(gate, "GET", "/api/v1/rooms")
        process.terminate()
        await process.communicate()
    assert isinstance(answer, dict)
    assert [room["name"] for room in answer["rooms"]] == [f"Room {number}" for number in range(5)]


async def test_a_wrong_key_is_one_line_and_nothing_is_changed(tmp_path: Path, started: Hubs) -> None:
    # given a home whose key was exchanged
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        await ask(gate, "GET", "/api/v1/health")
        process.terminate()
        await process.communicate()
    (tmp_path / "hub.key").write_bytes(os.urandom(32))
    before = (tmp_path / "hub.db").read_bytes()

    # when it is started
    process = await start(started, tmp_path)
    _, said = await asyncio.wait_for(process.communicate(), 60)

    # then it says so and leaves the file alone
    assert process.returncode == 74
    assert said.count(b"\n") == 1
    assert b"hub.key" in said
    assert (tmp_path / "hub.db").read_bytes() == before


async def test_a_state_folder_that_is_none_is_one_line(tmp_path: Path, started: Hubs) -> None:
    (tmp_path / "state").write_text("a file")
    process = await start(started, tmp_path, tmp_path / "state")
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 74
    assert said.count(b"\n") == 1
    assert b"state" in said


async def test_a_gate_that_was_away_finds_the_hub_again(tmp_path: Path, started: Hubs) -> None:
    # given a hub that runs while its gate goes
    async with front(tmp_path) as gate:
        process = await start(started, tmp_path)
        await ask(gate, "POST", "/api/v1/rooms", {"name": "Attic"})
    await asyncio.sleep(0.5)
    assert process.returncode is None

    # when a gate comes back
    async with front(tmp_path) as gate:
        # then the same hub answers it
        answer = await asyncio.wait_for(ask(gate, "GET", "/api/v1/rooms"), 60)
        async with asyncio.timeout(60):
            while not gate.hellos:  # browsers may be back before the conversation is
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        process.terminate()
        _, said = await process.communicate()
    assert answer == {"rooms": [{"id": "1", "name": "Attic"}]}
    assert said.count(b"gate.lost") == 1
    assert said.count(b"gate.connected") == 2
