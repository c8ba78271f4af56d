"""The whole way: HTTP, hub, driver, stick, simulated devices, and back. Real time, real bytes."""

import tempfile
from pathlib import Path
from typing import Any

from tests.hub.radio_home import RadioHome, radio_home

SWITCH, BUTTON, THERMOSTAT = "HM-LC-Sw1-Pl-2", "HM-PB-2-WM55", "HM-CC-RT-DN"


async def test_a_home_is_set_up_from_outside_and_its_devices_keep_it() -> None:
    with tempfile.TemporaryDirectory() as folder:  # a short name: sockets lie in it
        async with radio_home(Path(folder), SWITCH, BUTTON, THERMOSTAT, SWITCH) as home:
            found = await home.teach_in(4)
            (switch, spare), [button], [thermostat] = (found[it] for it in (SWITCH, BUTTON, THERMOSTAT))
            await _teach_in_is_told_to_who_comes_later(home)
            await _a_parameter_is_in_the_device(home, switch)
            await _a_link_is_known_on_both_sides(home, f"{button}:1", f"{switch}:1")
            await _a_week_program_is_in_the_thermostat(home, f"{thermostat}:4")
            await _the_radio_tells_what_it_did(home, switch)
            await _a_spare_takes_the_place_and_gives_it_back(home, switch, spare, f"{button}:1")
            await _the_sheet_opens_what_it_says(home)


async def _teach_in_is_told_to_who_comes_later(home: RadioHome) -> None:
    steps = (await home.right("GET", "/pairing"))["steps"]
    stages = [step["stage"] for step in steps]
    assert stages[0] == "open"
    assert stages.count("paired") == 4
    assert any(step["steps"] > 1 and step["step"] >= 1 for step in steps)


async def _a_parameter_is_in_the_device(home: RadioHome, switch: str) -> None:
    place = f"/channels/{switch}:1/paramsets/MASTER"
    before = await home.right("GET", place)
    tries = {"values": {"TRANSMIT_TRY_MAX": 3}}
    rehearsed = await home.right("PUT", place, {**tries, "dry_run": True})
    written = await home.right("PUT", place, tries)
    again = await home.right("PUT", place, tries)
    read = await home.right("GET", place + "?refresh=true")
    assert rehearsed["written"] == "dry_run"
    change = {"name": "TRANSMIT_TRY_MAX", "old": before["values"]["TRANSMIT_TRY_MAX"], "new": 3}
    assert rehearsed["changes"] == written["changes"] == [change]
    assert (written["written"], again["written"]) == ("verified", "unchanged")
    assert read["values"]["TRANSMIT_TRY_MAX"] == 3
    assert read["read_at"] > (before["read_at"] or "")

    status, problem = await home.ask("PUT", place, {"values": {"TRANSMIT_TRY_MAX": 99}})
    assert (status, problem["code"], problem["field"]) == (422, "out_of_range", "TRANSMIT_TRY_MAX")
    status, problem = await home.ask("PUT", place, {"values": {"NONSENSE": 1}})
    assert (status, problem["code"]) == (404, "unknown_parameter")


async def _a_link_is_known_on_both_sides(home: RadioHome, button: str, switch: str) -> None:
    partners = (await home.right("GET", f"/channels/{button}/partners"))["partners"]
    assert switch in partners
    pair = f"sender={button}&receiver={switch}"
    profiles = (await home.right("GET", f"/peerings/profiles?{pair}"))["profiles"]
    assert {"de", "en"} <= set(profiles[0]["names"])
    toggle = {"sender": button, "receiver": switch, "profile": "toggle"}
    assert (await home.right("POST", "/peerings", toggle))["written"] in {"verified", "pending"}
    device = switch.rpartition(":")[0]
    [peering] = (await home.right("GET", f"/devices/{device}/peerings?refresh=true"))["peerings"]
    assert (peering["sender"], peering["receiver_knows"]) == (button, True)
    link = await home.right("GET", f"/channels/{switch}/paramsets/LINK?peer={button}")
    assert link["peer"] == button
    assert link["values"]


async def _a_week_program_is_in_the_thermostat(home: RadioHome, thermostat: str) -> None:
    place = f"/channels/{thermostat}/weeks/1"
    days: list[Any] = (await home.right("GET", place))["days"]
    days[6] = [
        {"until_minutes": 480, "temperature_celsius": 18.0},
        {"until_minutes": 1440, "temperature_celsius": 20.5},
    ]
    assert (await home.right("PUT", place, {"days": days}))["written"] in {"verified", "pending"}
    assert (await home.right("PUT", place, {"days": days, "dry_run": True}))["written"] in {
        "unchanged",
        "dry_run",
    }
    read = await home.right("GET", place + "?refresh=true")
    assert read["days"] == days

    days[0] = [{"until_minutes": 1440, "temperature_celsius": 34.0}]
    status, problem = await home.ask("PUT", place, {"days": days})
    assert (status, problem["code"]) == (422, "out_of_range")


async def _the_radio_tells_what_it_did(home: RadioHome, switch: str) -> None:
    report = await home.right("GET", "/radio/bidcos/airtime")
    by_user = [entry for entry in report["entries"] if entry["cause"] == "user" and entry["device"] == switch]
    assert sum(entry["frames"] for entry in by_user) > 0
    entries_ms = sum(entry["used_ms"] for entry in report["entries"])
    assert abs(entries_ms - report["used_ms"]) < 50.0
    assert report["level"] == "normal"
    signals = (await home.right("GET", "/radio/bidcos/signals"))["signals"]
    assert [one["samples"][-1]["frames"] > 0 for one in signals if one["device"] == switch] == [True]
    frames = (await home.right("GET", "/radio/bidcos/frames"))["frames"]
    later = (await home.right("GET", f"/radio/bidcos/frames?after={frames[-3]['number']}"))["frames"]
    assert {frame["sent"] for frame in frames} == {True, False}
    assert [frame["number"] for frame in later[:2]] == [frame["number"] for frame in frames[-2:]]
    status, problem = await home.ask("POST", "/radio/bidcos/frames", {"data": "0A01A001AAAAAA00000001"})
    assert (status, problem["code"]) == (422, "foreign_sender")
    [driver] = (await home.right("GET", "/drivers"))["drivers"]
    assert driver["airtime"]["used_ms"] > 0.0


async def _a_spare_takes_the_place_and_gives_it_back(
    home: RadioHome, switch: str, spare: str, button: str
) -> None:
    await home.right("PATCH", f"/devices/{switch}", {"name": "Lamp"})
    place = f"/devices/{switch}/replacement"
    rehearsed = await home.right("POST", place, {"new": spare, "dry_run": True})
    assert rehearsed["written"] == "dry_run"
    done = await home.right("POST", place, {"new": spare})
    assert (done["name"], done["parameters"]) == ("Lamp", rehearsed["parameters"])
    assert [one["receiver"] for one in done["peerings"]] == [f"{spare}:1"]
    carried = await home.right("GET", f"/channels/{spare}:1/paramsets/MASTER?refresh=true")
    assert carried["values"]["TRANSMIT_TRY_MAX"] == 3
    [peering] = (await home.right("GET", f"/devices/{spare}/peerings"))["peerings"]
    assert peering["sender"] == button
    assert (await home.right("GET", f"/devices/{spare}"))["name"] == "Lamp"

    undone = await home.right("DELETE", f"{place}?new={spare}")
    assert undone["name"] == "Lamp"
    assert (await home.right("GET", f"/devices/{switch}"))["name"] == "Lamp"
    status, problem = await home.ask("DELETE", f"{place}?new={spare}")
    assert (status, problem["code"]) == (409, "nothing_to_undo")


async def _the_sheet_opens_what_it_says(home: RadioHome) -> None:
    status, problem = await home.ask("POST", "/radio/bidcos/keys/sheet", {})
    assert (status, problem["code"]) == (409, "no_system_key")
    keys = await home.right("PUT", "/radio/bidcos/keys", {})
    assert (keys["index"], keys["sheet_checked"]) == (1, False)
    sheet = await home.right("POST", "/radio/bidcos/keys/sheet", {})
    for text, right in ((" ".join(sheet["words"]), True), (sheet["code"], True), ("bad words", False)):
        assert (await home.right("POST", "/radio/bidcos/keys/check", {"text": text}))["right"] is right
    assert (await home.right("GET", "/radio/bidcos/keys"))["sheet_checked"] is True
