"""Rooms: each name once, whoever asks at the same time; a room that goes leaves its devices in none."""

import asyncio

from tests.hub.home_in_a_box import Home
from tests.hub.lamp import LAMP


async def _rooms(home: Home) -> dict[str, str]:
    async with home.browser(peer="console") as browser, browser.get("/api/v1/rooms") as answer:
        return {room["name"]: room["id"] for room in (await answer.json())["rooms"]}


async def test_one_name_asked_for_ten_times_at_once_is_one_room(home: Home) -> None:
    statuses: list[int] = []

    async def add() -> None:
        async with (
            home.browser(peer="console") as browser,
            browser.post("/api/v1/rooms", json={"name": "Kitchen"}) as answer,
        ):
            statuses.append(answer.status)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(add())
    assert sorted(statuses) == [201] + [409] * 9
    assert list(await _rooms(home)) == ["Kitchen"]


async def test_a_device_put_into_a_room_that_goes_at_that_moment_breaks_nothing(home: Home) -> None:
    async with home.browser(peer="console") as browser:
        for number in range(10):
            async with browser.post("/api/v1/rooms", json={"name": f"Room {number}"}) as answer:
                room = (await answer.json())["id"]
            statuses: list[int] = []

            async def ask(method: str, path: str, body: object, told: list[int] = statuses) -> None:
                async with browser.request(method, path, json=body) as answer:
                    told.append(answer.status)

            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(ask("PATCH", f"/api/v1/devices/{LAMP}", {"room": room}))
                tasks.create_task(ask("DELETE", f"/api/v1/rooms/{room}", None))
            assert set(statuses) <= {200, 204, 404}
        async with browser.get(f"/api/v1/devices/{LAMP}") as answer:
            assert (await answer.json())["room"] is None


async def test_a_name_and_a_room_given_at_once_are_both_kept(home: Home) -> None:
    async with home.browser(peer="console") as browser:
        async with browser.post("/api/v1/rooms", json={"name": "Kitchen"}) as answer:
            room = (await answer.json())["id"]

        async def give(change: dict[str, str]) -> None:
            async with browser.patch(f"/api/v1/devices/{LAMP}", json=change) as answer:
                assert answer.status == 200

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(give({"name": "Ceiling"}))
            tasks.create_task(give({"room": room}))
        async with browser.get(f"/api/v1/devices/{LAMP}") as answer:
            device = await answer.json()
    assert (device["name"], device["room"]) == ("Ceiling", room)
