"""A phone in front of a running house: Chromium at phone size, axe, and the simulator's control socket."""

import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.paths import ROOT

from .houses import RunningHouse, demo_house

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, TABLET, DESKTOP = (390, 844), (1024, 768), (1280, 800)
expect.set_options(timeout=30_000)  # a shared machine may be slow
PASSWORD = "a sentence for tests"
AXE = ROOT / "app" / "node_modules" / "axe-core" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'] })"
SCREENS = os.environ.get("HOMEBASE_SCREENS")  # a folder: pictures of the pages are put there
TEACH_IN_LIMIT_S = 180.0


# what journeys that run in either language look for, besides German
ENGLISH = {
    "Aus dem Zuhause entfernen": "Remove from the home",
    "Code": "Code",
    "Das ist keine Seriennummer": "That is not a serial number",
    "Die Taste ist unerreichbar?": "The button is out of reach?",
    "Dieses Gerät rufen": "Call this device",
    "Dieses Telefon koppeln": "Pair this phone",
    "Dieses Telefon wurde zu Hause entfernt": "This phone was removed at home",
    "Entfernen": "Remove",
    "Gerät anlernen": "Teach in a device",
    "Geräte": "Devices",
    "Jetzt widerrufen: Ferndiagnose": "Withdraw now: Remote diagnosis",
    "Koppeln": "Pair",
    "Nicht bestätigt": "Not confirmed",
    "Schalter": "Switch",
    "Seriennummer": "Serial number",
    "Speichern und fertig": "Save and finish",
    "Vom Tor bestätigt": "Confirmed by the gate",
    "Widerrufen.": "Withdrawn.",
    "Wie heißt dieses Telefon?": "What is this phone called?",
    "Zugestimmt. Das Tor hat es bestätigt.": "Agreed. The gate confirmed it.",
    "Zustimmen": "Agree",
    "gehört jetzt zu deinem Zuhause": "belongs to your home now",
    "verbunden, von unterwegs": "connected, from afar",
    "verbunden, zu Hause": "connected, at home",
}


@dataclass
class Phone:
    """One browser's page in front of a house. said: faults of the page, refusals by its policy.

    at: the house's address for it; empty on the house's own machine.
    """

    page: Page
    house: RunningHouse
    at: str = ""
    language: str = "de"
    said: list[str] = field(default_factory=list)
    open_requests: set[Request] = field(default_factory=set)

    @property
    def address(self) -> str:
        return self.at or f"http://127.0.0.1:{self.house.port}/"

    def says(self, german: str) -> str:
        """The same in this phone's language."""
        return german if self.language == "de" else ENGLISH[german]

    def open(self, fragment: str = "") -> None:
        self.page.goto(f"{self.address}{fragment}")

    def set_up(self) -> None:
        self.open(f"#setup={self.house.token}")
        self.page.locator("input[autocomplete=new-password]").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        expect(self.page.locator("nav.tabs")).to_be_visible()

    def log_in(self) -> None:
        self.open()
        self.page.locator("input[autocomplete=current-password]").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        expect(self.page.locator("nav.tabs")).to_be_visible()

    def furnish(self) -> None:
        """Until all simulated devices are taught in and named; then the demo's teach-in window is closed."""
        simulator = Simulator(self.house)
        simulator.wait_until_all_are_paired()
        wanted = len(simulator.ask("state")["devices"])
        token = self.page.evaluate("() => sessionStorage.getItem('homebase.session')")
        until(lambda: named_devices(self.house, token) == wanted, f"{wanted} named devices")
        self.house.ask("DELETE", "/api/v1/pairing?interface=bidcos", token)
        until(lambda: "demo.furnished" in self.house.errors.read_text(), "furnished")

    def asks(self, request: Request) -> None:
        """The page wants to know something."""
        self.open_requests.add(request)

    def has_heard(self, request: Request) -> None:
        """It was answered, or will never be."""
        self.open_requests.discard(request)

    def settle(self) -> None:
        """Until everything that the page asked for has come and is drawn."""
        until(
            lambda: self.page.evaluate(DRAWN) is None and not self.open_requests, "an answer to each request"
        )

    def tile(self, name: str) -> Locator:
        tile = self.page.locator("li.tile").filter(has=self.page.get_by_text(name, exact=True))
        expect(tile).to_be_visible(timeout=TEACH_IN_LIMIT_S * 1000)
        return tile

    def switch_of(self, name: str) -> Locator:
        return self.tile(name).get_by_role("switch")

    def has_no_barriers(self, where: str) -> None:
        """axe finds nothing, nothing is cut off at the side, every control is large enough for a finger."""
        if not AXE.exists():
            pytest.fail("axe-core is missing: run script/build-app --test once")
        if self.page.evaluate("() => typeof axe") == "undefined":
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(AXE_RUN, AXE_RULES)
        told = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
        assert told == [], f"{where}: {told}"
        assert self.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, where
        assert self.page.evaluate(SMALL_CONTROLS) == [], where

    def picture(self, name: str, above: Locator | None = None) -> None:
        """Put a picture beside the others. above: what is to stand at its upper edge; None: as it is."""
        if SCREENS is None:
            return
        if above is not None:
            above.evaluate("element => scrollBy(0, element.getBoundingClientRect().top - 64)")
        expect(self.page.locator(".notes .note:not(.bad)")).to_have_count(0)
        self.page.screenshot(path=Path(SCREENS) / f"{name}.png")


# 44 px for everything that is pressed, but for links inside a sentence (WCAG 2.5.8) and what is out of sight
SMALL_CONTROLS = """() =>
  [...document.querySelectorAll('button, select, summary, nav a, a.row, a.button, a.back')]
  .map(control => [control.outerHTML.slice(0, 90), control.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


# after two frames: what was waiting to be drawn is
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"


def until(reached: Callable[[], bool], what: str, limit_s: float = TEACH_IN_LIMIT_S) -> None:
    """Look again and again, for as long as a slow machine may take."""
    end = time.monotonic() + limit_s
    while not reached():
        assert time.monotonic() < end, f"not within {limit_s:.0f} s: {what}"
        time.sleep(0.05)


def named_devices(house: RunningHouse, token: str) -> int:
    """How many devices the home has that have a name."""
    devices = json.loads(house.ask("GET", "/api/v1/devices", token))["devices"]
    return sum(device["name"] is not None for device in devices)


@contextmanager
def launch(playwright: Playwright, executable: str | Path = CHROMIUM) -> Iterator[Browser]:
    """One browser for many phones."""
    browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
    try:
        yield browser
    finally:
        browser.close()


@contextmanager
def chromium(executable: str | Path = CHROMIUM) -> Iterator[Browser]:
    """A browser for who has no other; Playwright runs once at a time."""
    with sync_playwright() as playwright, launch(playwright, executable) as browser:
        yield browser


@contextmanager
def phone(
    browser: Browser,
    house: RunningHouse,
    *,
    language: str = "de",
    size: tuple[int, int] = PHONE,
    dark: bool = False,
    keeps: bool = False,
    at: str = "",
) -> Iterator[Phone]:
    """A fresh phone: its own storage, its language. keeps: the app on it; others are spared that."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        color_scheme="dark" if dark else "light",
        service_workers="allow" if keeps else "block",
    )
    page = context.new_page()
    mine = Phone(page=page, house=house, at=at, language=language)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            mine.said.append(message.text)

    page.on("request", mine.asks)
    page.on("requestfinished", mine.has_heard)
    page.on("requestfailed", mine.has_heard)
    page.on("console", hear)
    page.on("pageerror", lambda error: mine.said.append(str(error)))
    try:
        yield mine
    finally:
        context.close()


@contextmanager
def furnished(folder: Path, browser: Browser, devices: int) -> Iterator[RunningHouse]:
    """A house with its owner's password, all its devices taught in and named."""
    with demo_house(folder, "--devices", str(devices)) as house:
        with phone(browser, house) as first:
            first.set_up()
            first.furnish()
        yield house


class Simulator:
    """The demo's simulated world, asked by its control socket."""

    def __init__(self, house: RunningHouse) -> None:
        self._path = house.state / "simulator" / "control.sock"

    def ask(self, do: str, **fields: object) -> Any:
        """One request; the answer's content."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self._path))
            connection.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            answer = json.loads(connection.makefile().readline())
        assert "ok" in answer, answer
        return answer["ok"]

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self._path))
            except (FileNotFoundError, ConnectionRefusedError):  # it is there a moment before it listens
                return False
        return True

    def device(self, serial: str) -> Mapping[str, Any]:
        """What one simulated device says about itself."""
        devices: list[Mapping[str, Any]] = self.ask("state")["devices"]
        return next(device for device in devices if device["serial"] == serial)

    def wait_until_all_are_paired(self) -> None:
        """Until nobody waits for a teach-in any more."""
        until(self._listens, "a simulator")
        until(lambda: self.ask("state")["unpaired"] == 0, "all paired")

    def lines(self, *, to_host: bool) -> list[str]:
        """Recorded lines of the stick in one direction, hex from the length byte on."""
        prefix = "A" if to_host else "As"
        return [
            one["line"].removeprefix(prefix)
            for one in self.ask("record")["lines"]
            if one["to_host"] is to_host and one["line"].startswith(prefix)
        ]


def kind_of(line: str) -> str:
    """Type of a frame: two hex digits (docs/protocols/bidcos.md, "Frame")."""
    return line[6:8]


def sender_of(line: str) -> str:
    """Radio address of the sender."""
    return line[8:14]


def receiver_of(line: str) -> str:
    """Radio address of the receiver."""
    return line[14:20]
