"""What journeys share: one Chromium for all of them, and a home that people live in.

A journey that claims a home, changes its key, uses up its send time or stands in a network of its own
starts a house for itself.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from .houses import RunningHouse, demo_house
from .phones import Phone, Simulator, furnished, launch, phone

# lamps, dimmers, blind, thermostats, sensors, and another one of the first lamp's model
DEVICES = 19
LIFE = [
    ("SIM0000001", "on"),
    ("SIM0000002", "level 60"),
    ("SIM0000004", "turn 21"),
    ("SIM0000005", "turn 20"),
    ("SIM0000006", "open"),
    ("SIM0000007", "motion 20"),
    ("SIM0000008", "press 1"),
    ("SIM0000011", "load 1150"),
    ("SIM0000011", "on"),
]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launch(playwright) as running:
        yield running


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningHouse]:
    """A home in which somebody lives; a file that needs another one overrides this."""
    with furnished(tmp_path_factory.mktemp("home"), browser, DEVICES) as house:
        for serial, event in LIFE:
            Simulator(house).ask("act", device=serial, event=event)
        yield house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A home of one device that nobody set up, for one file alone."""
    with demo_house(tmp_path_factory.mktemp("house"), "--devices", "1") as running:
        yield running


@pytest.fixture(scope="module")
def mine(browser: Browser, home: RunningHouse) -> Iterator[Phone]:
    """A phone in that home, for all journeys of one file."""
    with phone(browser, home) as fresh:
        fresh.log_in()
        yield fresh
