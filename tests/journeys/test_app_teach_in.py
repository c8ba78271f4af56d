"""Teach-in by serial number, failures that explain themselves, and a trace that outlives the page."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .houses import RunningHouse
from .phones import Phone, Simulator, furnished, phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

SWITCH, DIMMER = "SIM0000001", "SIM0000002"
ANSWER_MS = 60_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningHouse]:
    with furnished(tmp_path_factory.mktemp("home"), browser, 2) as house:
        yield house


def let_go(mine: Phone, serial: str) -> None:
    page = mine.page
    mine.open(f"#/device/bidcos%3A{serial}")
    page.get_by_role("button", name=mine.says("Aus dem Zuhause entfernen")).click()
    page.get_by_role("dialog").get_by_role("button", name=mine.says("Entfernen"), exact=True).click()
    devices = page.get_by_role("heading", name=mine.says("Geräte"), level=1, exact=True)
    expect(devices).to_be_visible(timeout=ANSWER_MS)


@pytest.fixture
def theirs(browser: Browser, home: RunningHouse) -> Iterator[Phone]:
    """A phone whose owner reads English."""
    with phone(browser, home, language="en") as fresh:
        fresh.log_in()
        yield fresh


def test_a_device_is_called_by_its_serial_number(theirs: Phone) -> None:
    page, simulator, says = theirs.page, Simulator(theirs.house), theirs.says
    let_go(theirs, SWITCH)
    assert simulator.device(SWITCH)["central"] is None
    page.get_by_role("link", name=says("Gerät anlernen")).click()
    page.get_by_text(says("Die Taste ist unerreichbar?")).click()
    # given a number that can be none
    field = page.get_by_role("textbox", name=says("Seriennummer"))
    field.fill("SIM00001")
    expect(page.get_by_text(says("Das ist keine Seriennummer"))).to_be_visible()
    expect(page.get_by_role("button", name=says("Dieses Gerät rufen"))).to_be_disabled()
    # when the right one is typed as it is printed, nobody at the device
    field.fill("sim 0000001")
    theirs.has_no_barriers("by serial")
    page.get_by_role("button", name=says("Dieses Gerät rufen")).click()
    # then it belongs to the home
    expect(page.get_by_text(says("gehört jetzt zu deinem Zuhause"))).to_be_visible(timeout=ANSWER_MS)
    assert simulator.device(SWITCH)["central"] is not None
    page.get_by_role("button", name=says("Speichern und fertig")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(says("Schalter"))


def test_a_failure_says_why_and_what_to_do_and_stays_when_the_page_is_left(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    let_go(mine, DIMMER)
    # given it was taken over by another central meanwhile
    simulator.ask("owner", device=DIMMER, central="ABCDEF")
    page.get_by_role("link", name="Gerät anlernen").click()
    page.get_by_role("button", name="Zuhören starten").click()
    expect(page.get_by_role("timer")).to_be_visible()
    simulator.ask("teach-in", device=DIMMER)
    # then the cause is named with a next step, and the trace is open
    failed = page.get_by_role("alert").filter(has_text="nicht geklappt")
    expect(failed).to_be_visible(timeout=ANSWER_MS)
    expect(failed).to_contain_text(re.compile("zurück|Zentrale"))
    trace = page.locator(".trace li")
    expect(trace.first).to_contain_text("Zuhören begonnen")
    expect(page.locator(".trace li.heard").first).to_contain_text("dBm")
    expect(page.locator(".trace li.failed")).to_be_visible()
    mine.has_no_barriers("failed")
    mine.picture("teach-in-failed-de", above=page.locator(".title"))
    # when the page is left and opened again
    mine.open("#/rooms")
    expect(page.get_by_role("heading", name="Räume", level=1)).to_be_visible()
    mine.open("#/devices/teach-in")
    expect(page.locator(".trace li.failed")).to_be_visible()
    # and also after the app was loaded anew: the home remembers the steps
    page.reload()
    page.get_by_text("Was geschah, Schritt für Schritt").click()
    expect(page.locator(".trace li.failed")).to_be_visible()
    assert mine.said == []
