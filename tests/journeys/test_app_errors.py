"""What a family sees when something is missing: the hub, a device, send time."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, expect

from .houses import RunningHouse, children
from .phones import Phone, Simulator, furnished, phone, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(400)]

HUB = "homebase hub"
LAMP, CEILING = "SIM0000001", "SIM0000002"
ANSWER_MS, RETURN_MS = 60_000, 120_000
ORDER = "0E01{flags}11{central}{lamp}0201000000"
BURST, PLAIN = "90", "80"  # with and without a wake-up: 0.4 s and 0.03 s on the air


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningHouse]:
    with furnished(tmp_path_factory.mktemp("home"), browser, 5) as house:
        yield house


def show(mine: Phone, serial: str, part: str = "") -> None:
    mine.open(f"#/device/bidcos%3A{serial}{part}")
    expect(mine.page.get_by_role("heading", level=1)).to_be_visible()


def alert(mine: Phone) -> Locator:
    return mine.page.locator(".notes [role=alert]")


@contextmanager
def hub_away(house: RunningHouse) -> Iterator[None]:
    """The hub died, and the next one has not come further than its first steps."""
    old = house.child(HUB)
    os.kill(old, signal.SIGKILL)
    until(lambda: old not in children(house.process.pid), "no hub")
    new = house.child(HUB)
    os.kill(new, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(new, signal.SIGCONT)


def test_a_stopped_hub_is_said_and_all_comes_back_by_itself(browser: Browser, home: RunningHouse) -> None:
    with phone(browser, home) as mine:
        mine.log_in()
        page, banner = mine.page, mine.page.locator(".banner[data-missing]")
        mine.tile("Stehlampe")
        expect(banner).to_have_count(0)
        # when the hub is gone and the gate answers alone
        with hub_away(home):
            # then it is said what is missing, how old the values are, and what to do
            missing = page.locator(".banner[data-missing=hub]")
            expect(missing).to_contain_text("startet gerade oder ist angehalten")
            expect(missing).to_contain_text(re.compile(r"starte sie neu.*Werte sind von \d\d:\d\d"))
            expect(page.locator(".connection")).to_contain_text("verbinde neu")
            # a command says so too, a page that can't be loaded says why
            switch = mine.switch_of("Stehlampe")
            before = switch.get_attribute("aria-checked")
            switch.click()
            expect(alert(mine)).to_contain_text("Deine Zentrale startet gerade oder ist angehalten")
            expect(switch).to_have_attribute("aria-checked", before or "")
            mine.has_no_barriers("no hub")
            mine.picture("hub-stopped-de")
            # and nobody claims to know how the radio is
            mine.open("#/radio")
            radio = page.get_by_role("region", name="Homematic")
            expect(radio).to_contain_text("nicht bekannt, solange deine Zentrale weg ist")
            expect(radio).not_to_contain_text("bereit")
            show(mine, LAMP, "/settings")
            failed = page.locator(".card[role=alert]")
            expect(failed).to_contain_text("Deine Zentrale startet gerade")
            mine.has_no_barriers("not loaded")
        # and with the hub everything is there again, without anybody loading the page anew
        expect(banner).to_have_count(0, timeout=RETURN_MS)
        expect(page.locator(".connection")).to_contain_text("verbunden")
        expect(page.get_by_text("CONF_BUTTON_TIME")).to_be_visible(timeout=ANSWER_MS)
        expect(failed).to_have_count(0)
        # the browser itself tells of each try to connect, and nothing else went wrong
        assert [line for line in mine.said if not line.startswith("WebSocket connection")] == []


def test_who_comes_while_the_hub_is_away_gets_in_afterwards(browser: Browser, home: RunningHouse) -> None:
    with phone(browser, home) as mine:
        with hub_away(home):
            mine.open()
            expect(alert(mine)).to_contain_text("Deine Zentrale startet gerade oder ist angehalten")
            mine.has_no_barriers("a door without a hub")
            mine.picture("hub-stopped-door-de")
        expect(alert(mine).locator(".note")).to_have_count(0, timeout=RETURN_MS)
        mine.log_in()
        mine.tile("Stehlampe")


def test_a_hub_that_hangs_is_found_out(browser: Browser, home: RunningHouse) -> None:
    with phone(browser, home) as mine:
        mine.log_in()
        mine.tile("Stehlampe")
        hub = home.child(HUB)
        # when it takes no turn any more, and its sockets stay open
        os.kill(hub, signal.SIGSTOP)
        try:
            expect(mine.page.locator(".banner[data-missing=hub]")).to_be_visible(timeout=RETURN_MS)
        finally:
            os.kill(hub, signal.SIGCONT)
        expect(mine.page.locator(".banner[data-missing]")).to_have_count(0, timeout=RETURN_MS)
        expect(mine.page.locator(".connection")).to_contain_text("verbunden")


def test_a_silent_device_is_named_with_cause_and_next_step(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    simulator.ask("miss", device=CEILING, frames=1000)
    mine.open("#/")
    switch = mine.switch_of("Deckenlicht")
    before = switch.get_attribute("aria-checked")
    # when somebody switches it, then it is named, with what helps, and shows what is known
    switch.click()
    said = "Deckenlicht antwortet nicht. Prüfe Batterie oder Strom"
    expect(alert(mine)).to_contain_text(said, timeout=ANSWER_MS)
    expect(switch).to_have_attribute("aria-checked", before or "")
    tile = mine.tile("Deckenlicht")
    expect(tile).to_contain_text("nicht erreichbar")
    mine.picture("device-silent-de", above=tile)
    # and its page says why
    show(mine, CEILING)
    card = page.locator(".card.bad")
    expect(card).to_contain_text("Das Gerät hat trotz aller Versuche nicht bestätigt.")
    expect(card).to_contain_text("Batterie oder Strom prüfen")
    mine.has_no_barriers("silent")
    # until it is heard again
    simulator.ask("miss", device=CEILING, frames=0)
    simulator.ask("act", device=CEILING, event="level 30")
    expect(card).to_have_count(0, timeout=ANSWER_MS)


def test_a_command_without_send_time_says_how_long_to_wait(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    token = page.evaluate("() => sessionStorage.getItem('homebase.session')")
    lamp = simulator.device(LAMP)
    mine.open("#/")
    # given somebody used up the hour's send time, to the last order
    for flags in (BURST, PLAIN):
        frame = ORDER.format(flags=flags, central=lamp["central"], lamp=lamp["address"])
        told = page.evaluate(SEND_UNTIL_REFUSED, {"frame": frame, "token": token})
        assert told == "duty_cycle"
    # then every page says so, with who used it
    banner = page.locator("[data-airtime=exhausted]")
    expect(banner).to_contain_text("Nur Alarme werden noch gesendet", timeout=ANSWER_MS)
    expect(banner).to_contain_text("Am meisten verbraucht")
    # and a command is refused with the time until it goes
    switch = mine.switch_of("Stehlampe")
    before = switch.get_attribute("aria-checked")
    switch.click()
    expect(alert(mine)).to_contain_text(re.compile(r"Versuche es in \d+ Minuten wieder"), timeout=ANSWER_MS)
    expect(switch).to_have_attribute("aria-checked", before or "")
    mine.has_no_barriers("no send time")
    mine.picture("airtime-refused-de")
    mine.open("#/radio")
    expect(page.locator(".airtime")).to_contain_text(
        "Für Befehle verbraucht. Nur Antworten an Geräte und Alarme"
    )
    mine.picture("radio-used-up-de", above=page.locator(".title"))


SEND_UNTIL_REFUSED = """async ({ frame, token }) => {
  for (;;) {
    const answer = await fetch('/api/v1/radio/bidcos/frames', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify({ data: frame }),
    });
    if (!answer.ok) return (await answer.json()).code;
  }
}"""
