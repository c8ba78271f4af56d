"""The demo's first start furnishes the home; later starts touch nothing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.contract import IN_BACKGROUND, StartPairing
from hub.home.demo import DEVICES, ROOMS
from tests.hub.home_in_a_box import Home, running_home

LAMP = "lamp:SIM0000001"


async def _devices(home: Home) -> dict[str, Any]:
    async with home.browser(peer="console") as browser, browser.get("/api/v1/devices") as answer:
        return {device["address"]: device for device in (await answer.json())["devices"]}


async def _rooms(home: Home) -> dict[str, str]:
    async with home.browser(peer="console") as browser, browser.get("/api/v1/rooms") as answer:
        return {room["name"]: room["id"] for room in (await answer.json())["rooms"]}


async def _until_named(home: Home, address: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            device = (await _devices(home)).get(address)
            if device is not None and device["name"] is not None:
                return dict(device)
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("language", "name", "room"), [("de", "Stehlampe", "Wohnzimmer"), ("en", "Floor lamp", "Living room")]
)
async def test_the_first_start_makes_rooms_and_names_what_it_paired(
    tmp_path: Path, language: str, name: str, room: str
) -> None:
    serials = list(DEVICES)
    async with running_home(tmp_path, language=language, demo=True, newcomers=serials) as home:
        lamp = await _until_named(home, LAMP)
        last = await _until_named(home, f"lamp:{serials[-1]}")
        rooms = await _rooms(home)
        causes = set(home.lamp.causes)
    assert causes == {IN_BACKGROUND}  # nobody asked for it
    assert set(rooms) == {names[language] for names in ROOMS.values()}
    assert (lamp["name"], lamp["room"]) == (name, rooms[room])
    assert last["room"] is not None


async def test_later_starts_touch_nothing(tmp_path: Path) -> None:
    # given a furnished home whose people changed it
    async with running_home(tmp_path, language="en", demo=True, newcomers=["SIM0000001"]) as home:
        await _until_named(home, LAMP)
        async with home.browser(peer="console") as browser:
            async with browser.patch(f"/api/v1/devices/{LAMP}", json={"name": None, "room": None}):
                pass
            async with browser.delete(f"/api/v1/rooms/{(await _rooms(home))['Garden']}"):
                pass
        await asyncio.sleep(0.2)  # the demo writes that it is done

    # when it starts again
    async with running_home(tmp_path, language="en", demo=True, newcomers=["SIM0000002"]) as home:
        await asyncio.sleep(0.2)

        # then neither rooms nor names come back, and no window is opened
        assert "Garden" not in await _rooms(home)
        assert (await _devices(home))[LAMP]["name"] is None
        assert not [command for command in home.lamp.executed if isinstance(command, StartPairing)]


async def test_a_start_that_was_cut_short_among_the_rooms_is_gone_on_with(tmp_path: Path) -> None:
    # given a home that was stopped after the first room
    async with (
        running_home(tmp_path) as home,
        home.browser(peer="console") as browser,
        browser.post("/api/v1/rooms", json={"name": "Living room"}) as answer,
    ):
        assert answer.status == 201

    # when the demo starts in it
    async with running_home(tmp_path, language="en", demo=True, newcomers=["SIM0000001"]) as home:
        await _until_named(home, LAMP)

        # then it has each room once
        assert set(await _rooms(home)) == {names["en"] for names in ROOMS.values()}


async def test_a_home_that_is_not_a_demo_stays_empty(tmp_path: Path) -> None:
    async with running_home(tmp_path, newcomers=["SIM0000001"]) as home:
        await asyncio.sleep(0.1)
        assert await _rooms(home) == {}
        assert not home.lamp.executed
