"""What a person changes inside devices: a parameter, a direct link, a thermostat's week and its holiday."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from .houses import RunningHouse
from .phones import Phone, Simulator, furnished, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(400)]

SWITCH, RADIATOR, BUTTON = "SIM0000001", "SIM0000005", "SIM0000008"
ANSWER_MS = 60_000
WAKES_MS = 200_000  # a radiator thermostat reports every two to three minutes


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningHouse]:
    with furnished(tmp_path_factory.mktemp("home"), browser, 8) as house:
        yield house


def show(mine: Phone, serial: str, part: str) -> None:
    mine.open(f"#/device/bidcos%3A{serial}/{part}")
    expect(mine.page.get_by_role("heading", level=1)).to_be_visible()


def parameter(mine: Phone, name: str) -> Locator:
    return mine.page.locator(".parameters > li").filter(has=mine.page.get_by_text(name, exact=True))


def test_a_parameter_is_shown_old_and_new_then_written_and_read_back(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    show(mine, SWITCH, "settings")
    page.get_by_role("combobox", name="Einstellungen von").select_option(label="Kanal 1: Schalter")
    row = parameter(mine, "POWERUP_ACTION")
    expect(row.get_by_text("Nach Stromausfall")).to_be_visible(timeout=ANSWER_MS)
    # given a value out of range is refused before anything is sent
    tries = parameter(mine, "TRANSMIT_TRY_MAX").get_by_role("textbox")
    tries.fill("99")
    expect(page.get_by_text("Zu groß. Erlaubt: 0 bis 10.")).to_be_visible()
    tries.fill("6")
    # when the owner lets the lamp come back on after a power cut
    row.get_by_role("combobox").select_option(label="schaltet ein")
    expect(row).to_contain_text("war: bleibt aus")
    page.get_by_role("button", name="Ansehen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".old")).to_have_text("bleibt aus")
    expect(dialog.locator(".new")).to_have_text("schaltet ein")
    mine.has_no_barriers("old and new")
    mine.picture("parameters-review-de")
    assert power_up(simulator) == 0
    dialog.get_by_role("button", name="Schreiben").click()
    # then it is written and read back, and there for whoever looks anew
    expect(page.get_by_text("Das Gerät hat es.")).to_be_visible(timeout=ANSWER_MS)
    assert power_up(simulator) == 1
    mine.picture("parameters-de", above=page.locator(".parameters"))
    page.reload()
    page.get_by_role("combobox", name="Einstellungen von").select_option(label="Kanal 1: Schalter")
    expect(parameter(mine, "POWERUP_ACTION").get_by_role("combobox")).to_have_value("1", timeout=ANSWER_MS)


def power_up(simulator: Simulator) -> int:
    """What the lamp itself remembers of it: register 56 of list 1, bit 0."""
    registers = simulator.ask("registers", device=SWITCH, channel=1, list=1)["registers"]
    return int(registers.get("56", 0)) & 1


def press_until(mine: Phone, done: Callable[[], bool]) -> None:
    """Press the push-button's first key now and then, as people do who wait for something."""
    for _ in range(6):
        Simulator(mine.house).ask("press", device=BUTTON, button=1)
        for _ in range(40):
            if done():
                return
            mine.page.wait_for_timeout(250)


def test_a_push_button_is_linked_with_a_lamp_and_works_by_itself(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    show(mine, BUTTON, "links")
    expect(page.get_by_text("Noch keine Verknüpfungen.")).to_be_visible(timeout=ANSWER_MS)
    page.get_by_role("combobox", name="Kanal dieses Geräts").select_option(label="Kanal 2: Taste")
    page.get_by_role("combobox", name="Verknüpft mit").select_option(label="Stehlampe")
    page.get_by_role("button", name="Verknüpfen", exact=True).click()
    card = page.locator(".links > li").filter(has_text="Stehlampe")
    expect(card).to_be_visible(timeout=ANSWER_MS)
    # the push-button sleeps: it takes its side when somebody uses it, as the page says
    expect(card).to_contain_text("Taster muss noch mitmachen")
    expect(page.locator(".hintcard")).to_contain_text("Drücke eine Taste")
    mine.picture("links-waiting-de", above=page.locator(".title"))
    press_until(mine, lambda: "Beide Seiten kennen sie." in card.inner_text())
    expect(card).to_contain_text("Beide Seiten kennen sie.")
    mine.has_no_barriers("links")
    mine.picture("links-de", above=page.locator(".title"))
    # when it is pressed, the lamp obeys without the hub
    before = simulator.device(SWITCH)["state"]["on"]
    simulator.ask("press", device=BUTTON, button=2)
    until(lambda: simulator.device(SWITCH)["state"]["on"] != before, "a lamp that obeys")
    # and goes again after a question
    card.get_by_role("button", name="Verknüpfung entfernen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("wirkt dann nicht mehr auf Stehlampe")
    dialog.get_by_role("button", name="Verknüpfung entfernen").click()
    press_until(mine, lambda: card.count() == 0)
    expect(card).to_have_count(0)


def test_a_week_is_edited_by_the_keyboard_copied_written_and_read_back(mine: Phone) -> None:
    page = mine.page
    show(mine, RADIATOR, "week")
    expect(page.get_by_role("heading", name="Montag")).to_be_visible(timeout=ANSWER_MS)
    # given Monday's first period ends at half past five, and it is a degree warmer then
    end = page.get_by_role("textbox", name="Ende des Zeitraums ab 00:00")
    end.fill("5:30")
    end.press("Enter")
    expect(end).to_have_value("05:30")
    end.press("ArrowUp")
    expect(end).to_have_value("05:35")
    warmth = page.get_by_role("group", name="Temperatur ab 05:35")
    was = warmth.locator("output").inner_text()
    warmth.get_by_role("button", name="wärmer").click()
    expect(warmth.locator("output")).not_to_have_text(was)
    # and Tuesday is to be the same
    page.locator("summary", has_text="Montag auf andere Tage").click()
    page.get_by_label("Dienstag", exact=True).check()
    page.get_by_role("button", name="Übertragen").click()
    expect(page.get_by_text("2 Tage geändert")).to_be_visible()
    mine.has_no_barriers("week")
    mine.picture("week-de", above=page.locator("#week-title"))
    page.get_by_role("button", name="Ansehen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".new").first).to_contain_text("05:35")
    dialog.get_by_role("button", name="Schreiben").click()
    # then the thermostat has it, at the latest when it wakes
    said = page.locator(".outcome, [role=status] .hintcard").first
    expect(said).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_text("Wartet, bis das Gerät aufwacht")).to_have_count(0, timeout=WAKES_MS)
    page.reload()
    expect(page.get_by_role("textbox", name="Ende des Zeitraums ab 00:00")).to_have_value(
        "05:35", timeout=ANSWER_MS
    )
    page.get_by_role("button", name=re.compile("^Dienstag")).click()
    expect(page.get_by_role("textbox", name="Ende des Zeitraums ab 00:00")).to_have_value("05:35")
    assert mine.said == []


def test_a_holiday_is_set_shown_and_ended(mine: Phone) -> None:
    page = mine.page
    show(mine, RADIATOR, "week")
    holiday = page.get_by_role("region", name="Urlaub oder Party")
    begin, end = holiday.get_by_label("Von"), holiday.get_by_label("Bis")
    warmth = holiday.get_by_label("Temperatur (°C)")
    settle, stop = (holiday.get_by_role("button", name=name) for name in ("Einstellen", "Urlaub beenden"))
    expect(stop).to_have_count(0)
    # given mistakes are said before anything is sent
    begin.fill("2099-08-20T12:00")
    end.fill("2099-08-19T12:00")
    expect(holiday.get_by_text("Das Ende muss nach dem Anfang liegen.")).to_be_visible()
    expect(settle).to_be_disabled()
    end.fill("2099-09-03T18:30")
    warmth.fill("40")
    expect(holiday.get_by_text("Erlaubt: 5 bis 30 °C.")).to_be_visible()
    expect(settle).to_be_disabled()
    # when it is right and set
    warmth.fill("16.5")
    mine.has_no_barriers("holiday")
    settle.click()
    expect(page.get_by_text("Der Urlaub ist eingestellt.")).to_be_visible(timeout=WAKES_MS)
    # then the thermostat has it, and tells so: to the page, and to who comes later
    told = holiday.get_by_text("Eingestellt bis 03.09.2099, 18:30, mit 16,5\u202f°C.")
    expect(told).to_be_visible(timeout=WAKES_MS)
    assert Simulator(mine.house).device(RADIATOR)["state"]["set"] == 16.5
    mine.picture("holiday-de", above=page.locator("#holiday"))
    page.reload()
    expect(told).to_be_visible(timeout=ANSWER_MS)
    # and it ends before its time when somebody comes home
    stop.click()
    expect(page.get_by_text("Der Urlaub ist beendet")).to_be_visible(timeout=WAKES_MS)
    expect(stop).to_have_count(0, timeout=WAKES_MS)
    assert Simulator(mine.house).device(RADIATOR)["state"]["set"] != 16.5
    assert mine.said == []


def sleeps(simulator: Simulator) -> bool:
    """Nobody is talking with it: it listens for half a second after each frame."""
    for _ in range(10):
        if simulator.device(RADIATOR)["awake"]:
            return False
        time.sleep(0.2)
    return True


def test_a_command_for_a_sleeper_waits_until_it_wakes_and_is_then_confirmed(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    # given a thermostat that no call wakes: it listens when it reports, and only then
    show(mine, RADIATOR, "settings")
    row = parameter(mine, "BURST_RX")
    row.get_by_role("switch").click(timeout=ANSWER_MS)
    page.get_by_role("button", name="Ansehen").click()
    page.get_by_role("dialog").get_by_role("button", name="Schreiben").click()
    expect(page.get_by_text("Das Gerät hat es.")).to_be_visible(timeout=WAKES_MS)
    mine.open(f"#/device/bidcos%3A{RADIATOR}")
    control = page.locator("section.face")
    simulator.ask("act", device=RADIATOR, event="turn 20")
    expect(control.locator(".setpoint strong")).to_have_text("20,0\u202f°C", timeout=WAKES_MS)
    until(lambda: sleeps(simulator), "a thermostat that sleeps")
    # when somebody wants it warmer
    page.get_by_role("button", name="Ein halbes Grad wärmer").click()
    # then the page says what is wanted, and that it waits
    waits = control.get_by_text("Solltemperatur: wartet, bis das Gerät aufwacht; höchstens eine Stunde")
    expect(waits).to_be_visible(timeout=ANSWER_MS)
    expect(control.locator(".setpoint strong")).to_have_text("20,5\u202f°C")
    assert simulator.device(RADIATOR)["state"]["set"] == 20.0
    mine.has_no_barriers("waits")
    mine.picture("waiting-de")
    # and when the thermostat reports by itself, it is told, obeys, and that is no longer a wish
    simulator.ask("act", device=RADIATOR, event="window closed")
    expect(waits).to_have_count(0, timeout=WAKES_MS)
    expect(control.locator(".setpoint strong")).to_have_text("20,5\u202f°C")
    until(lambda: simulator.device(RADIATOR)["state"]["set"] == 20.5, "half a degree more")
    expect(page.get_by_text("wartet, bis das Gerät aufwacht")).to_have_count(0, timeout=ANSWER_MS)
    mine.picture("waited-de")
    assert mine.said == []
