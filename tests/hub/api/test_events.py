"""Events by WebSocket: snapshot, changes, their pace, slow clients, sessions that end."""

import asyncio
import contextlib
import json
import logging
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.api.events import PACE_S, PATIENCE_S
from hub.contract import DeviceAppeared, DeviceReachable, DeviceUnreachable
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP, LEVEL, STATE, TEMPERATURE, describe

PATH = "/api/v1/events"


@contextlib.asynccontextmanager
async def following(home: Home, token: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    protocols = ("homebase.v1", f"homebase.bearer.{token}")
    async with home.browser() as browser, browser.ws_connect(PATH, protocols=protocols) as stream:
        yield stream


async def _next(stream: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message: dict[str, Any] = await stream.receive_json(timeout=60)
    return message


async def test_a_stream_begins_with_everything(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream:
        assert stream.protocol == "homebase.v1"
        first = await _next(stream)
    assert first["seq"] == 1
    assert first["home"] == "Homebase"
    assert {point["id"]: point["value"] for point in first["snapshot"]} == {STATE: False, TEMPERATURE: 21.5}
    assert [device["address"] for device in first["devices"]] == [str(LAMP)]
    assert first["rooms"] == []
    assert first["drivers"][0]["state"] == "ready"


async def test_a_command_comes_back_as_a_change(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        async with browser.put(f"/api/v1/datapoints/{STATE}", json={"value": True}) as answer:
            confirmed = await answer.json()
        assert await _next(stream) == {"seq": 2, "changes": [confirmed]}
    assert (confirmed["value"], confirmed["origin"]) == (True, "confirmed")


async def test_a_change_after_a_pause_comes_at_once(home: Home) -> None:
    token = await home.claim()
    delays = []
    async with following(home, token) as stream:
        await _next(stream)
        for number in range(10):
            await asyncio.sleep(0.03)
            began = time.monotonic()
            home.lamp.report(LEVEL, number / 10)
            await _next(stream)
            delays.append(time.monotonic() - began)
    assert min(delays) < PACE_S / 2  # the best of ten, for this machine may be busy


async def test_changes_in_a_row_are_paced(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream:
        await _next(stream)
        arrivals: list[float] = []
        seen: list[float] = []

        # when the level changes every millisecond for 200 ms
        async def change() -> None:
            for number in range(200):
                home.lamp.report(LEVEL, number / 200)
                await asyncio.sleep(0.001)

        started = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(change())
            while not seen or seen[-1] != 199 / 200:
                message = await _next(stream)
                arrivals.append(time.monotonic())
                assert len(message["changes"]) == 1  # only the newest value
                seen.append(message["changes"][0]["value"])
                assert message["seq"] == len(seen) + 1

    # then there are at most 100 messages a second
    assert len(arrivals) <= (arrivals[-1] - started) / 0.010 + 2
    assert seen == sorted(seen)


async def test_rooms_names_and_reachability_are_events_too(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        async with browser.post("/api/v1/rooms", json={"name": "Kitchen"}) as answer:
            assert answer.status == 201
            room = await answer.json()
        assert (await _next(stream))["rooms"] == [room]
        change = {"name": "Ceiling", "room": room["id"]}
        async with browser.patch(f"/api/v1/devices/{LAMP}", json=change) as answer:
            device = await answer.json()
        assert (device["name"], device["room"]) == ("Ceiling", room["id"])
        assert (await _next(stream))["devices"] == [device]
        now = home.lamp.context.clock.now()
        home.lamp.context.publish(DeviceUnreachable(device=LAMP, at=now, reason="silent"))
        gone = (await _next(stream))["devices"][0]
        assert (gone["reachable"], gone["unreachable_reason"]) == (False, "silent")
        home.lamp.context.publish(DeviceReachable(device=LAMP, at=now))
        back = (await _next(stream))["devices"][0]
        assert (back["reachable"], back["unreachable_reason"]) == (True, None)
        async with browser.delete(f"/api/v1/rooms/{room['id']}") as answer:
            assert answer.status == 204
        told = [await _next(stream)]
        while "devices" not in told[-1]:
            told.append(await _next(stream))
        assert [one["rooms"] for one in told if "rooms" in one] == [[]]
        assert told[-1]["devices"][0]["room"] is None


async def test_a_teach_in_is_told_step_by_step(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        async with browser.post("/api/v1/pairing", json={"interface": "lamp", "seconds": 30}) as answer:
            assert answer.status == 202
        async with browser.delete("/api/v1/pairing?interface=lamp") as answer:
            assert answer.status == 204
        stages = [(await _next(stream))["pairing"]["stage"] for _ in range(2)]
    assert stages == ["open", "closed"]


async def test_an_unpaired_device_is_told_as_removed(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        async with browser.delete(f"/api/v1/devices/{LAMP}?forget=true") as answer:
            assert answer.status == 204
        assert (await _next(stream))["removed"] == [str(LAMP)]
        async with browser.get("/api/v1/devices") as answer:
            assert await answer.json() == {"devices": []}


async def test_a_device_that_sleeps_keeps_its_name_until_it_wakes_and_goes(home: Home) -> None:
    token = await home.claim()
    home.lamp.asleep = True
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        await browser.patch(f"/api/v1/devices/{LAMP}", json={"name": "Torch"})
        assert (await _next(stream))["devices"][0]["name"] == "Torch"
        async with browser.delete(f"/api/v1/devices/{LAMP}") as answer:
            assert answer.status == 204
        async with browser.get(f"/api/v1/devices/{LAMP}") as answer:
            assert (await answer.json())["name"] == "Torch"
        # when it wakes
        home.lamp.wake(LAMP)
        assert (await _next(stream))["removed"] == [str(LAMP)]
        # then it comes back, if ever, without the name it had
        home.lamp.context.publish(DeviceAppeared(description=describe()))
        assert (await _next(stream))["devices"][0]["name"] is None


async def test_a_stream_without_a_session_is_refused(home: Home) -> None:
    await home.claim()
    async with home.browser() as browser:
        for protocols in ((), ("homebase.v1",), ("homebase.v1", "homebase.bearer.wrong")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await browser.ws_connect(PATH, protocols=protocols)
            assert refused.value.status == 401


async def test_a_plain_request_to_the_stream_is_told_so(home: Home) -> None:
    token = await home.claim()
    async with home.browser(token) as browser, browser.get(PATH) as answer:
        assert answer.status == 426
        assert (await answer.json())["code"] == "websocket_only"


async def test_logging_out_ends_the_stream_of_that_session(home: Home) -> None:
    token = await home.claim()
    async with following(home, token) as stream, home.browser(token) as browser:
        await _next(stream)
        async with browser.delete("/api/v1/session"):
            pass
        message = await stream.receive(timeout=60)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1008)


async def test_a_slow_client_gets_the_newest_value_then_is_sent_away(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hub.api.events")
    # given a client that reads its snapshot and then nothing more
    token = await home.claim()
    reader, writer = await asyncio.open_unix_connection(
        str(home.front.run_folder / "front.sock"), limit=2**24
    )
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    writer.write(
        f"GET {PATH} HTTP/1.1\r\nHost: home\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Sec-WebSocket-Protocol: homebase.v1, homebase.bearer.{token}\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.pause_reading()  # type: ignore[attr-defined]

    # when far more is told than any buffer holds, for longer than the hub's patience
    started = time.monotonic()
    count = 0
    while "events.slow_client" not in caplog.messages:
        assert time.monotonic() - started < 60.0
        count += 1
        for channel in range(1, 60):
            home.lamp.report(f"{LAMP}:{channel}.LEVEL", count % 200 / 200)
        await asyncio.sleep(0.010)

    # then what it reads at last is in order, and ends with "try again later"
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    data = await reader.read(-1)
    assert data.endswith(b"\x03\xf5too slow")
    messages = [json.loads(message) for message in _messages(data)]
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    assert len(messages) < count
    assert time.monotonic() - started > PATIENCE_S
    writer.close()


def _messages(data: bytes) -> list[bytes]:
    found = []
    position = 0
    while position < len(data):
        kind, size = data[position] & 0x0F, data[position + 1]
        position += 2
        if size == 126:
            size, position = int.from_bytes(data[position : position + 2]), position + 2
        elif size == 127:
            size, position = int.from_bytes(data[position : position + 8]), position + 8
        if kind == 1:
            found.append(data[position : position + size])
        position += size
    return found


async def test_an_open_stream_does_not_keep_the_home_from_stopping(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as outlives_the_home:
        async with running_home(tmp_path) as home:
            token = await home.claim()
            stream = await outlives_the_home.enter_async_context(following(home, token))
            await _next(stream)
            began = time.monotonic()
        assert time.monotonic() - began < 1.0
