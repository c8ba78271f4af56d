"""What a person does with devices: dim, move, warm, name, place, watch over time, let go, teach in again."""

import re

import pytest
from playwright.sync_api import expect

from .phones import Phone, Simulator, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

SWITCH, DIMMER, BLIND, WALL = "SIM0000001", "SIM0000002", "SIM0000003", "SIM0000004"
OTHER = "SIM0000019"  # a lamp too, and no other journey knows its name


def show(mine: Phone, serial: str) -> None:
    mine.open(f"#/device/bidcos%3A{serial}")
    expect(mine.page.locator("section.face")).to_be_visible()


def test_a_dimmer_follows_its_slider(mine: Phone) -> None:
    show(mine, DIMMER)
    slider = mine.page.get_by_role("slider", name="Helligkeit von Deckenlicht")
    slider.focus()
    slider.fill("40")
    expect(mine.page.locator(".face .big")).to_contain_text(re.compile(r"40\s%"), timeout=60_000)
    simulator = Simulator(mine.house)
    # the page may name the goal while the lamp is still on its way
    until(lambda: simulator.device(DIMMER)["state"]["level_percent"] == pytest.approx(40, abs=1), "40 %")
    expect(mine.page.get_by_text("vom Gerät", exact=False).first).to_be_visible()


def test_a_blind_moves_and_stops(mine: Phone) -> None:
    show(mine, BLIND)
    mine.page.get_by_role("button", name="Rollladen ab").click()
    simulator = Simulator(mine.house)
    expect(mine.page.get_by_role("group", name="Rollladen")).to_have_attribute(
        "aria-busy", "false", timeout=60_000
    )
    assert simulator.device(BLIND)["state"]["moving"] is True
    mine.page.get_by_role("button", name="Rollladen anhalten").click()
    # it stands somewhere on its way
    until(lambda: not simulator.device(BLIND)["state"]["moving"], "a blind that stands")
    assert 0 < simulator.device(BLIND)["state"]["level_percent"] < 100


def test_a_thermostat_is_set_half_a_degree_warmer(mine: Phone) -> None:
    show(mine, WALL)
    simulator = Simulator(mine.house)
    shown = mine.page.locator(".setpoint strong")
    # given somebody turned its wheel, so that it is known
    simulator.ask("act", device=WALL, event="turn 19.5")
    was = 19.5
    expect(shown).to_have_text("19,5\u202f°C", timeout=200_000)  # at the latest with its next report
    mine.page.get_by_role("button", name="Ein halbes Grad wärmer").click()
    expect(shown).to_have_text(f"{was + 0.5:.1f}\u202f°C".replace(".", ","))
    group = mine.page.get_by_role("group", name="Solltemperatur")
    expect(group).to_have_attribute("aria-busy", "false", timeout=60_000)
    # the page waits for further taps before it sends
    until(lambda: simulator.device(WALL)["state"]["set"] == was + 0.5, "half a degree more")


def test_a_device_gets_a_name_and_a_room_that_are_seen_everywhere(mine: Phone) -> None:
    mine.open("#/rooms")
    mine.page.get_by_label("Name des Raums").fill("Arbeitszimmer")
    mine.page.get_by_role("button", name="Raum hinzufügen").click()
    expect(mine.page.get_by_role("link", name="Arbeitszimmer")).to_be_visible()
    show(mine, OTHER)
    mine.page.get_by_label("Name", exact=True).fill("Leselampe <b>")
    mine.page.get_by_role("combobox", name="Raum").select_option(label="Arbeitszimmer")
    mine.page.get_by_role("button", name="Speichern").click()
    expect(mine.page.get_by_role("heading", name="Leselampe <b>", level=1)).to_be_visible()
    mine.open("#/rooms")
    mine.page.get_by_role("link", name="Arbeitszimmer").click()
    expect(mine.switch_of("Leselampe <b>")).to_be_visible()
    # the room goes, the device stays
    mine.page.get_by_text("Raum bearbeiten").click()
    mine.page.get_by_role("button", name="Raum löschen").click()
    mine.has_no_barriers("a question")
    mine.page.get_by_role("dialog").get_by_role("button", name="Raum löschen").click()
    expect(mine.page.get_by_role("heading", name="Räume", level=1)).to_be_visible()
    expect(mine.page.get_by_role("link", name="Arbeitszimmer")).to_have_count(0)
    mine.open("#/")
    expect(mine.tile("Leselampe <b>")).to_contain_text("Ohne Raum")


def test_a_history_is_drawn_said_and_listed(mine: Phone) -> None:
    show(mine, SWITCH)
    switch = mine.page.locator(".face").get_by_role("switch")
    for _ in range(2):  # what it was before is in no history yet, where nobody heard it
        expect(switch).to_have_attribute("aria-busy", "false")
        before = switch.get_attribute("aria-checked")
        switch.click()
        expect(switch).to_have_attribute("aria-checked", "false" if before == "true" else "true")
    expect(switch).to_have_attribute("aria-busy", "false")
    mine.open(f"#/history/bidcos%3A{SWITCH}%3A1.STATE")
    expect(mine.page.locator(".plot canvas")).to_be_visible()
    mine.picture("history-de")
    expect(mine.page.locator(".history .summary")).to_contain_text(
        "24 Stunden: wechselte zwischen aus und an"
    )
    mine.page.get_by_text("Als Tabelle").click()
    expect(mine.page.get_by_role("columnheader", name="Höchster")).to_be_visible()
    mine.has_no_barriers("history")


def test_a_device_is_let_go_and_taught_in_again(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    show(mine, OTHER)
    page.get_by_role("button", name="Aus dem Zuhause entfernen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Das lässt sich nicht rückgängig machen.")
    # Escape is a way out, and gives the focus back
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Aus dem Zuhause entfernen")).to_be_focused()
    page.get_by_role("button", name="Aus dem Zuhause entfernen").click()
    dialog.get_by_role("button", name="Entfernen", exact=True).click()
    expect(page.get_by_role("heading", name="Geräte", level=1, exact=True)).to_be_visible(timeout=60_000)
    assert simulator.device(OTHER)["central"] is None
    # when the owner listens and presses the device's button
    page.get_by_role("link", name="Gerät anlernen").click()
    page.get_by_role("button", name="Zuhören starten").click()
    expect(page.get_by_role("timer")).to_be_visible()
    mine.has_no_barriers("listening")
    mine.picture("teach-in-listening-de")
    simulator.ask("teach-in", device=OTHER)
    # then it is heard with its strength, belongs to the home, and can be tried out, named and put somewhere
    expect(page.get_by_text("gehört jetzt zu deinem Zuhause")).to_be_visible(timeout=60_000)
    expect(page.locator(".trace li.heard").last).to_contain_text("dBm")
    mine.has_no_barriers("taught in")
    mine.picture("teach-in-done-de")
    page.get_by_role("combobox", name="Raum").select_option(label="Küche")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Schalter Küche")
    page.get_by_role("button", name="Speichern und fertig").click()
    expect(page.get_by_role("heading", name="Schalter Küche", level=1)).to_be_visible()
    assert simulator.device(OTHER)["central"] is not None
    assert mine.said == []
