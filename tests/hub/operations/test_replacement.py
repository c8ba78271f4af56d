"""A new device takes a broken one's place in the home: name, room, past; undone, repeated, interrupted."""

from pathlib import Path
from typing import Any

import pytest

from hub.contract import (
    CommandRefused,
    DatapointId,
    DeviceAddress,
    DeviceAppeared,
    DeviceUnreachableError,
    ReplaceDevice,
    Replacement,
    StartPairing,
    StoreError,
    Unpair,
    Written,
)
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP, describe

NEW = DeviceAddress("lamp", "LAMP000002")
PLACE = f"/devices/{LAMP}/replacement"


DONE = Replacement(old=LAMP, new=NEW, parameters=4, peerings=(), left_out=(), written=Written.VERIFIED)


async def ask(home: Home, token: str, method: str, path: str, body: object = None) -> tuple[int, Any]:
    async with home.browser(token) as browser, browser.request(method, "/api/v1" + path, json=body) as answer:
        return answer.status, await answer.json() if answer.status != 204 else None


async def furnished(home: Home) -> str:
    """A named lamp with a past, and its successor, fresh from the box, with a shorter one."""
    token = await home.claim()
    home.lamp.answers[ReplaceDevice] = DONE
    _, room = await ask(home, token, "POST", "/rooms", {"name": "Hall"})
    await ask(home, token, "PATCH", f"/devices/{LAMP}", {"name": "Lamp", "room": room["id"]})
    report(home, LAMP, 0.25)
    home.lamp.context.publish(DeviceAppeared(description=describe(NEW)))
    report(home, NEW, 0.5)
    return token


def report(home: Home, device: DeviceAddress, level: float) -> None:
    home.lamp.report(str(device.channel(1).datapoint("LEVEL")), level)


async def past(home: Home, token: str, device: DeviceAddress) -> list[float]:
    """Lowest and highest level that the home remembers of a device."""
    name = device.channel(1).datapoint("LEVEL")
    _, told = await ask(home, token, "GET", f"/history/{name}?points=1")
    return [told["points"][0][2], told["points"][-1][3]] if told["points"] else []


async def label(home: Home, token: str, device: DeviceAddress) -> tuple[object, object]:
    _, told = await ask(home, token, "GET", f"/devices/{device}")
    return told["name"], told["room"]


async def test_name_room_and_past_go_to_the_new_device_and_stay_over_a_restart(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        status, told = await ask(home, token, "POST", PLACE, {"new": str(NEW)})
        assert (status, told["written"], told["name"], told["room"]) == (200, "verified", "Lamp", "1")
        assert told["series"] == 3  # level, state, temperature
        report(home, NEW, 1.0)
        assert await past(home, token, NEW) == [0.25, 1.0]
        assert await past(home, token, LAMP) == [0.5, 0.5]
        # the value of now is each device's own
        levels = {device: home.house.state.values[level_of(device)].value for device in (LAMP, NEW)}
        assert levels == {LAMP: 0.25, NEW: 1.0}
    async with running_home(tmp_path) as home:
        home.lamp.context.publish(DeviceAppeared(description=describe(NEW)))
        assert await label(home, token, NEW) == ("Lamp", "1")
        assert await label(home, token, LAMP) == (None, None)
        assert await past(home, token, NEW) == [0.25, 1.0]
        values = {device: home.house.state.values[level_of(device)].value for device in (LAMP, NEW)}
        assert values == {LAMP: 0.25, NEW: 1.0}


def level_of(device: DeviceAddress) -> DatapointId:
    return device.channel(1).datapoint("LEVEL")


async def test_undo_gives_all_back_and_what_the_new_one_reported_stays_with_it(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        await ask(home, token, "POST", PLACE, {"new": str(NEW)})
        await home.house.clock.sleep(0.01)
        report(home, NEW, 0.75)

        status, told = await ask(home, token, "DELETE", f"{PLACE}?new={NEW}")

        assert (status, told["name"]) == (200, "Lamp")
        assert home.lamp.asked[-1] == ReplaceDevice(old=LAMP, new=NEW, undo=True)
        for _ in range(2):  # as it is now, and after the values are on disk
            assert await past(home, token, LAMP) == [0.25, 0.25]
            assert await past(home, token, NEW) == [0.5, 0.75]
            await home.house.history.flush()
        assert await label(home, token, LAMP) == ("Lamp", "1")
        assert await label(home, token, NEW) == (None, None)


async def test_a_rehearsal_changes_nothing_and_says_what_would_move(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        _, told = await ask(home, token, "POST", PLACE, {"new": str(NEW), "dry_run": True})
        assert (told["name"], told["series"], told["parameters"]) == ("Lamp", 3, 4)
        assert await label(home, token, LAMP) == ("Lamp", "1")
        assert await past(home, token, NEW) == [0.5, 0.5]


async def test_what_the_driver_can_not_do_moves_nothing(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        unanswered = DeviceUnreachableError(NEW, 3)
        for error, status in ((CommandRefused("not_alike", field="new"), 422), (unanswered, 504)):
            home.lamp.answers[ReplaceDevice] = error
            assert (await ask(home, token, "POST", PLACE, {"new": str(NEW)}))[0] == status
        assert await label(home, token, LAMP) == ("Lamp", "1")


async def test_who_was_interrupted_does_it_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        write = home.house.history._store.write

        async def fail(_: object) -> None:
            raise StoreError("full", "no room")

        # given a disk that is full when the home's part is written
        monkeypatch.setattr(home.house.history._store, "write", fail)
        status, problem = await ask(home, token, "POST", PLACE, {"new": str(NEW)})
        assert (status, problem["code"]) == (507, "store_full")
        monkeypatch.setattr(home.house.history._store, "write", write)

        # then nothing moved, and once there is room the same question ends it; asked twice, it moves once
        assert await label(home, token, LAMP) == ("Lamp", "1")
        assert await past(home, token, NEW) == [0.5, 0.5]
        for _ in range(2):
            assert (await ask(home, token, "POST", PLACE, {"new": str(NEW)}))[0] == 200
            assert await past(home, token, NEW) == [0.25, 0.25]

        # and an undo whose driver's part is done already ends too
        home.lamp.answers[ReplaceDevice] = CommandRefused("nothing_to_undo", field="new")
        assert (await ask(home, token, "DELETE", f"{PLACE}?new={NEW}"))[0] == 200
        assert await label(home, token, LAMP) == ("Lamp", "1")
        assert (await ask(home, token, "DELETE", f"{PLACE}?new={NEW}"))[1]["code"] == "nothing_to_undo"


async def test_a_device_that_left_takes_the_way_back_with_it(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        await ask(home, token, "POST", PLACE, {"new": str(NEW)})
        await ask(home, token, "DELETE", f"/devices/{LAMP}?forget=true")
        assert not home.house.replacements.is_done(LAMP, NEW)
        assert await label(home, token, NEW) == ("Lamp", "1")
        assert await past(home, token, NEW) == [0.25, 0.25]
        assert [type(one) for one in home.lamp.executed if not isinstance(one, StartPairing)] == [Unpair]


async def test_a_stranger_is_no_successor(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        token = await furnished(home)
        status, problem = await ask(home, token, "POST", PLACE, {"new": "lamp:GONE"})
        assert (status, problem["code"], problem["field"]) == (404, "unknown_device", "new")
        assert home.lamp.asked == []
