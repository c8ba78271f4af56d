"""A fresh house is set up in the browser, a light is switched by radio, the stick is pulled and put back."""

import re
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from .houses import RunningHouse
from .pairing import KEPT
from .phones import PASSWORD, Phone, Simulator, kind_of, phone, receiver_of, sender_of

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(240)]

LAMP, LAMP_SERIAL = "Stehlampe", "SIM0000001"
SAID_WITHIN_S = 2.0
BACK_WITHIN_MS = 60_000
SENDS = "url => fetch(url, { mode: 'no-cors' }).then(() => true, () => false)"
SET, ACK = "11", "02"


@pytest.fixture
def mine(browser: Browser, house: RunningHouse) -> Iterator[Phone]:
    with phone(browser, house) as fresh:
        yield fresh


def test_the_doors_keep_nobody_out(browser: Browser, house: RunningHouse) -> None:
    with phone(browser, house, language="en-GB") as mine:
        mine.open()
        expect(mine.page.get_by_role("heading", name="This home is not set up yet")).to_be_visible()
        mine.has_no_barriers("unclaimed")
        mine.open(f"#setup={house.token}")
        expect(mine.page.get_by_role("heading", name="Welcome home")).to_be_visible()
        mine.has_no_barriers("set-up")
        mine.picture("set-up-en")
        # the language can be changed before anything else
        mine.page.get_by_text("Deutsch").click()
        expect(mine.page.get_by_role("heading", name="Willkommen zu Hause")).to_be_visible()
        assert mine.page.evaluate("() => document.documentElement.lang") == "de"
        mine.picture("set-up-de")


def test_the_page_reaches_its_own_origin_and_no_other_host(browser: Browser, house: RunningHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        home, elsewhere = (f"http://127.0.0.1:{port}/" for port in (house.port, stranger.getsockname()[1]))

        def reaches(url: str, *, bypass_csp: bool = False) -> bool:
            """Whether a request of the app's page comes that far."""
            context = browser.new_context(bypass_csp=bypass_csp, service_workers="block")
            try:
                page = context.new_page()
                page.goto(home)
                return bool(page.evaluate(SENDS, url))
            finally:
                context.close()

        assert reaches(f"{home}api/v1/health")
        assert not reaches(elsewhere)
        stranger.settimeout(0)
        with pytest.raises(BlockingIOError):
            stranger.accept()
        # the control: without the policy the same request arrives
        threading.Thread(target=_answer_one, args=(stranger,), daemon=True).start()
        assert reaches(elsewhere, bypass_csp=True)


def _answer_one(listening: socket.socket) -> None:
    listening.settimeout(60)
    line, _ = listening.accept()
    with line:
        line.recv(4096)
        line.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")


def test_the_home_is_set_up_once_and_its_token_leaves_the_address_bar(mine: Phone) -> None:
    page = mine.page
    # given the address that the start printed
    mine.open(f"#setup={mine.house.token}")
    expect(page.get_by_role("heading", name="Willkommen zu Hause")).to_be_visible()
    assert page.url == mine.address
    # when the password is too short, then the rule is said and nothing is set up
    page.get_by_label("Passwort des Eigentümers").fill("kurz")
    page.get_by_role("button", name="Zuhause einrichten").click()
    expect(page.get_by_text("Noch 6 Zeichen nötig.")).to_be_visible()
    # when it is long enough, then the home is there
    page.get_by_label("Passwort des Eigentümers").fill(PASSWORD)
    page.get_by_role("button", name="Zuhause einrichten").click()
    expect(page.get_by_role("heading", name="Zuhause", exact=True)).to_be_visible()
    expect(page.locator(".connection")).to_contain_text("verbunden")
    # and its owner is led on: the home's name, a first device unless one is there, what leaves it
    step = page.locator("section[data-first]")
    expect(step).to_have_attribute("data-first", "place")
    mine.has_no_barriers("first run by password")
    step.get_by_label("Wie heißt dein Zuhause?").fill("Zuhause am See")
    step.get_by_role("button", name="Speichern").click()
    expect(page.locator("header")).to_contain_text("Zuhause am See")
    device = page.locator("section[data-first=device]").get_by_role("button", name="Nicht jetzt")
    look = step.get_by_role("link", name="Ansehen")
    expect(device.or_(look)).to_be_visible()
    if look.count() == 0:
        device.click()
    look.click()
    expect(page.get_by_role("heading", level=1, name="Was verlässt mein Zuhause?")).to_be_visible()
    mine.open("#/")
    mine.settle()
    expect(step).to_have_count(0)
    # and the browser keeps what the privacy page says, and no more
    assert page.evaluate(KEPT) == []
    assert page.evaluate("() => Object.keys(sessionStorage)") == ["homebase.session"]
    assert page.evaluate("() => Object.keys(localStorage)") == []
    assert page.evaluate("() => document.cookie") == ""
    assert mine.said == []


def test_a_used_link_and_a_wrong_password_are_said_and_the_right_one_opens(mine: Phone) -> None:
    page = mine.page
    mine.open(f"#setup={mine.house.token}")
    expect(page.get_by_text("Dieser Einrichtungslink ist schon benutzt.")).to_be_visible()
    page.get_by_label("Passwort").fill("not the password")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("Das Passwort stimmt nicht.")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Zuhause", exact=True)).to_be_visible()
    # and nobody is led through a first run who did not begin the home
    mine.settle()
    expect(page.locator("section[data-first]")).to_have_count(0)
    # when they log out, then the key is gone and the home is not shown
    mine.open("#/more")
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_text("Du bist abgemeldet.")).to_be_visible()
    assert page.evaluate("() => sessionStorage.length") == 0


def test_a_light_switched_in_the_app_is_a_frame_out_and_a_status_back(mine: Phone) -> None:
    # given a lamp that was taught in, and a recorder on the stick
    mine.log_in()
    simulator = Simulator(mine.house)
    switch = mine.switch_of(LAMP)
    lamp = simulator.device(LAMP_SERIAL)
    was_on = switch.get_attribute("aria-checked") == "true"
    simulator.ask("record", on=True)
    # when it is tapped
    switch.click()
    # then the app shows what the lamp confirmed
    expect(switch).to_have_attribute("aria-checked", "false" if was_on else "true")
    expect(switch).to_have_attribute("aria-busy", "false")
    assert simulator.device(LAMP_SERIAL)["state"]["on"] == [not was_on]
    asked = [line for line in simulator.lines(to_host=False) if receiver_of(line) == lamp["address"]]
    answered = [line for line in simulator.lines(to_host=True) if sender_of(line) == lamp["address"]]
    assert SET in {kind_of(line) for line in asked}
    assert ACK in {kind_of(line) for line in answered}


def test_a_light_switched_by_hand_is_seen_in_the_app(mine: Phone) -> None:
    mine.log_in()
    simulator = Simulator(mine.house)
    switch = mine.switch_of(LAMP)
    was_on = switch.get_attribute("aria-checked") == "true"
    simulator.ask("act", device=LAMP_SERIAL, event="off" if was_on else "on")
    expect(switch).to_have_attribute("aria-checked", "false" if was_on else "true")


def test_a_pulled_stick_is_said_within_two_seconds_and_its_return_too(mine: Phone) -> None:
    mine.log_in()
    page, simulator = mine.page, Simulator(mine.house)
    switch = mine.switch_of(LAMP)
    banner = page.locator(".banner[data-driver]")
    expect(banner).to_have_count(0)
    # when the stick is pulled
    began = time.monotonic()
    simulator.ask("pull")
    # then it is said, in words and with the time
    expect(banner).to_contain_text(re.compile(r"Der Funkstick ist weg \(seit \d\d:\d\d\)"), timeout=5000)
    assert time.monotonic() - began < SAID_WITHIN_S
    # and a command is refused with what helps
    before = switch.get_attribute("aria-checked")
    switch.click()
    expect(page.get_by_role("alert")).to_contain_text("Der Funkstick ist weg. Stecke ihn wieder ein.")
    expect(switch).to_have_attribute("aria-checked", before or "")
    mine.has_no_barriers("stick pulled")
    mine.picture("stick-pulled")
    # when it is put back, then all is as before
    simulator.ask("plug")
    expect(banner).to_have_count(0, timeout=BACK_WITHIN_MS)
    page.get_by_role("alert").get_by_role("button").click()
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true" if before == "false" else "false")
