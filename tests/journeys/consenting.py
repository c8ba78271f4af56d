"""What journeys about consent share: a house with a recipient in its own network, a paired phone.

The house and its browser stand in a network namespace with loopback only: what is sent reaches nobody.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from .houses import ALONE, RunningHouse, demo_house, run_homebase
from .phones import CHROMIUM, Phone, launch, phone

RECIPIENT = """
[[recipient]]
name = "support"
role = "processor"
host = "diagnosis.example.org"
country = "DE"
activities = ["diagnosis.remote"]
keys = ["age12fqsencdlh8e3tzjf3c3e3yn0lwrm3nlv7dvpzyhvlxfgz9p6a4s9xrunz"]
"""
TICKET = "T-123"
DIAGNOSIS = "#/settings/base/diagnosis"


@contextmanager
def house_alone(folder: Path, recipients: str = RECIPIENT) -> Iterator[RunningHouse]:
    """One device, one recipient, nobody outside."""
    config = folder / "homebase.toml"
    config.write_text(recipients)
    with demo_house(folder, "--config", str(config), "--devices", "1", around=ALONE) as house:
        yield house


@contextmanager
def phone_inside(
    house: RunningHouse, folder: Path, playwright: Playwright, language: str = "de"
) -> Iterator[Phone]:
    """A browser in the house's own network."""
    inside = folder / "chromium"
    inside.write_text(f'#!/bin/sh\nexec nsenter --target {house.process.pid} --net {CHROMIUM} "$@"\n')
    inside.chmod(0o755)
    with launch(playwright, inside) as browser, phone(browser, house, language=language) as fresh:
        yield fresh


def claim(house: RunningHouse, folder: Path) -> str:
    """What the QR code says that the gate draws at its console."""
    code, said, errors = run_homebase(
        "phone", "claim", "--json", "--state", str(house.state), runtime=folder / "r"
    )
    assert code == 0, errors
    return str(json.loads(said)["text"])


def pair(mine: Phone, folder: Path) -> None:
    """Make this browser a phone of the home."""
    mine.open("#/privacy/phone")
    mine.page.locator("main form input").fill(claim(mine.house, folder))
    mine.page.locator("main form button[type=submit]").click()
    expect(mine.page.locator("#key")).to_be_visible()


def fill_in(page: Page, ticket: str, *, form: str = "once", groups: tuple[int, ...] = (0,)) -> None:
    """Say what a diagnosis is about, and ask for the exact bytes."""
    page.locator("section[aria-labelledby=prepare] input:not([type])").fill(ticket)
    for number in groups:
        page.locator("input[name=group]").nth(number).check()
    page.locator(f"input[name=form][value={form}]").check()
    page.locator("section[aria-labelledby=prepare] button[type=submit]").click()


def prepare(page: Page, *, form: str = "once", groups: tuple[int, ...] = (0,), ticket: str = TICKET) -> None:
    """The same, and see them."""
    fill_in(page, ticket, form=form, groups=groups)
    expect(page.locator("pre.exact").first).to_be_visible()
