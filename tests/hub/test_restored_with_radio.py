"""A home's card is gone: a blank hub gets the backup, and the same devices answer it, signatures included."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest

from privacy import backup_sheet
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.door.door import Door
from tests.hub.front import Front
from tests.hub.home_in_a_box import PASSWORD
from tests.hub.radio_home import RadioHome, hub_at, on_air
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.backups.home import SECRET, public

SWITCH = "HM-LC-Sw1-Pl-2"


@pytest.mark.obligation("Q6.5-d")
async def test_devices_that_sign_answer_a_blank_hub_at_once_after_a_restore() -> None:
    with tempfile.TemporaryDirectory() as name:  # a short one: sockets lie in it
        folder = Path(name)
        for part in ("old", "new", "stick", "gate-old", "gate-new"):
            (folder / part).mkdir()
        async with on_air(folder, SWITCH) as stick:
            # given a home with a key of its own, a device that wants signatures, a room and an owner
            async with hub_at(folder / "old", stick) as front, opened(folder / "gate-old") as door:
                home = RadioHome(front=front, token=await _claimed(front))
                [switch] = (await home.teach_in(1))[SWITCH]
                await _signs(home, switch)
                room = await home.right("POST", "/rooms", {"name": "Study"})
                await home.right("PATCH", f"/devices/{switch}", {"name": "Lamp", "room": room["id"]})
                backups = await _backups(door, front, folder)
                await backups.keep_sheet(public(SECRET), backup_sheet.vouch(SECRET, await backups.signer()))
                (made,) = await backups.now()

            # when a blank hub behind a blank gate gets it back
            async with hub_at(folder / "new", stick) as front, opened(folder / "gate-new") as door:
                assert front.hellos[-1]["claimed"] is False
                restored = await (await _backups(door, front, folder)).restore(
                    Wish(where="local", name=made.name, secret=SECRET, trial=False)
                )
                assert restored.devices == (switch,)

            # then the device obeys it, with a signature, and everything is as it was
            async with hub_at(folder / "new", stick) as front:
                home = RadioHome(front=front, token=await _logged_in(front))
                device = await home.right("GET", f"/devices/{switch}")
                assert (device["name"], device["room"]) == ("Lamp", room["id"])
                told = await _obeyed(home, f"{switch}:1.STATE")
                assert told["value"] is True
                frames = (await home.right("GET", "/radio/bidcos/frames"))["frames"]
                assert any(_is_challenge(frame) for frame in frames), frames


async def _backups(door: Door, front: Front, folder: Path) -> Backups:
    assert front.control is not None
    backups = Backups(
        desk=door.desk,
        ask=front.control.ask,
        settings=BackupSettings(folder=str(folder / "stick")),
        version="0.1.0",
        cut=door.withdrawing.end_all,
    )
    await backups.begin()
    return backups


async def _claimed(front: Front) -> str:
    body = {"token": front.setup_token, "password": PASSWORD}
    async with front.browser() as browser, browser.post("/api/v1/setup", json=body) as answer:
        return str((await answer.json())["token"])


async def _logged_in(front: Front) -> str:
    async with (
        front.browser() as browser,
        browser.post("/api/v1/login", json={"password": PASSWORD}) as answer,
    ):
        assert answer.status < 300, await answer.text()
        return str((await answer.json())["token"])


async def _signs(home: RadioHome, switch: str) -> None:
    """Give it the home's own key, and have it ask for signatures."""
    keys = await home.right("PUT", "/radio/bidcos/keys", {})
    async with asyncio.timeout(60):
        while [one["index"] for one in keys["devices"]] != [1]:
            await asyncio.sleep(0.2)
            keys = await home.right("GET", "/radio/bidcos/keys")
    place = f"/channels/{switch}:1/paramsets/MASTER"
    await home.right("PUT", place, {"values": {"AES_ACTIVE": True}})


async def _obeyed(home: RadioHome, datapoint: str) -> Any:
    async with asyncio.timeout(30):
        while (await home.right("GET", "/drivers"))["drivers"][0]["state"] != "ready":
            await asyncio.sleep(0.1)
    return await home.right("PUT", f"/datapoints/{datapoint}", {"value": True})


def _is_challenge(frame: dict[str, Any]) -> bool:
    """Type 02, its payload begins with 04: docs/protocols/bidcos.md, "Signatures"."""
    data = bytes.fromhex(frame["data"])
    return not frame["sent"] and data[3] == 0x02 and data[10] == 0x04
