"""A broken device's successor: what would move is shown first, then it moves, then it is given back."""

import re

import pytest
from playwright.sync_api import expect

from .phones import Phone, Simulator

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(400)]

SWITCH, WALL = "SIM0000001", "SIM0000004"
SPARE = "SIM0000019"  # another one of the lamp's model
ANSWER_MS = 60_000
REGISTER, ON = "56", 1  # of list 1: comes back on after a power cut


def show(mine: Phone, serial: str, part: str = "replace") -> None:
    mine.open(f"#/device/bidcos%3A{serial}/{part}")
    expect(mine.page.get_by_role("heading", level=1)).to_be_visible()


def power_up(simulator: Simulator, serial: str) -> int:
    """What a lamp itself remembers."""
    registers = simulator.ask("registers", device=serial, channel=1, list=1)["registers"]
    return int(registers.get(REGISTER, 0)) & 1


def test_a_device_without_a_like_one_says_what_to_do(mine: Phone) -> None:
    show(mine, WALL)
    expect(mine.page.get_by_text("Noch ist kein anderes")).to_be_visible()
    expect(mine.page.get_by_role("link", name="Gerät anlernen")).to_be_visible()
    parts = mine.page.locator("nav.parts")  # in one row of a phone's width
    expect(parts.get_by_role("link")).to_have_text(["Übersicht", "Ersetzen"])
    assert parts.evaluate("row => row.clientHeight < 1.5 * row.querySelector('a').clientHeight")
    mine.picture("replace-none-de")
    mine.has_no_barriers("nobody")


def test_a_broken_lamp_is_replaced_by_a_like_one_and_that_is_undone(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    # given the lamp comes back on after a power cut, its successor does not
    show(mine, SWITCH, "settings")
    page.get_by_role("combobox", name="Einstellungen von").select_option(label="Kanal 1: Schalter")
    page.get_by_role("combobox", name="Nach Stromausfall").select_option(label="schaltet ein")
    page.get_by_role("button", name="Ansehen").click()
    page.get_by_role("dialog").get_by_role("button", name="Schreiben").click()
    expect(page.get_by_text("Das Gerät hat es.")).to_be_visible(timeout=ANSWER_MS)
    assert [power_up(simulator, one) for one in (SWITCH, SPARE)] == [ON, 0]
    show(mine, SWITCH)
    page.get_by_role("combobox", name="Nachfolger").select_option(f"bidcos:{SPARE}")
    # when the owner looks first
    page.get_by_role("button", name="Zeigen, was übernommen wird").click()
    plan = page.locator(".plan")
    expect(plan).to_contain_text(re.compile(r"\d Einstellung"), timeout=ANSWER_MS)
    expect(plan).to_contain_text(re.compile("Das alte Gerät heißt danach „.+“"))
    mine.has_no_barriers("plan")
    mine.picture("replace-plan-de")
    assert power_up(simulator, SPARE) == 0
    # and then does it, the new lamp has what the old one had
    page.get_by_role("button", name="Jetzt ersetzen").click()
    undo = page.get_by_role("button", name="Rückgängig")
    expect(undo).to_be_visible(timeout=ANSWER_MS)
    assert power_up(simulator, SPARE) == 1
    # until it is undone
    undo.click()
    expect(undo).to_have_count(0, timeout=ANSWER_MS)
    expect(page.get_by_text("Das alte Gerät hat seinen Platz zurück.")).to_be_visible()
    assert mine.said == []
