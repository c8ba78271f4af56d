"""Settings, Home Base, Remote diagnosis: look at the bytes, agree at the console, take it back.

The house and its browser stand in a network of their own with loopback only: what is sent reaches nobody.
"""

import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from .houses import ALONE, demo_house, run_homebase
from .phones import CHROMIUM, Phone, launch, phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, pytest.mark.timeout(240)]

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
LOOK_AGAIN_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def mine(folder: Path, playwright: Playwright) -> Iterator[Phone]:
    config = folder / "homebase.toml"
    config.write_text(RECIPIENT)
    with demo_house(folder, "--config", str(config), "--devices", "1", around=ALONE) as house:
        inside = folder / "chromium"
        inside.write_text(f'#!/bin/sh\nexec nsenter --target {house.process.pid} --net {CHROMIUM} "$@"\n')
        inside.chmod(0o755)
        with launch(playwright, inside) as browser, phone(browser, house) as fresh:
            fresh.set_up()
            yield fresh


@pytest.mark.obligation("Q6.6-e")
def test_the_page_is_where_the_notice_says(mine: Phone) -> None:
    page = mine.page
    for step in ("Mehr", "Einstellungen", "Zentrale", "Ferndiagnose"):
        page.get_by_role("link", name=step).first.click()
    expect(page.get_by_role("heading", name="Ferndiagnose", level=1)).to_be_visible()
    expect(page.locator(".path")).to_contain_text("Einstellungen")
    expect(page.get_by_text("support (Auftragsverarbeiter), Deutschland")).to_be_visible()


@pytest.mark.obligation("Q6.6-f")
def test_nothing_is_ticked_and_the_exact_bytes_are_shown_first(mine: Phone) -> None:
    page = mine.page
    mine.open("#/settings/base/diagnosis")
    groups = page.get_by_role("checkbox")
    expect(groups).to_have_count(4)
    assert [group.is_checked() for group in groups.all()] == [False] * 4
    # without a ticket and a group there is nothing to show
    page.get_by_role("button", name="Die genauen Daten zeigen").click()
    expect(page.get_by_role("alert").first).to_contain_text("Gib eine Ticketnummer ein")
    page.get_by_label("Ticketnummer").fill(TICKET)
    groups.nth(0).check()
    groups.nth(2).check()
    page.get_by_role("button", name="Die genauen Daten zeigen").click()
    exact = page.get_by_role("region", name="Genau diese Bytes", exact=True)
    expect(exact).to_be_visible()
    text = exact.text_content() or ""
    assert sorted(json.loads(text)["groups"]) == ["devices", "system"]
    expect(page.locator(".preview")).to_contain_text(hashlib.sha256(text.encode()).hexdigest())
    expect(page.get_by_text("Prüfsumme in diesem Browser nachgerechnet: Sie stimmt.")).to_be_visible()
    mine.has_no_barriers("preview")
    exact.scroll_into_view_if_needed()
    mine.picture("diagnosis-preview-de")
    # another choice takes the preview away: what is shown is what would be agreed to
    groups.nth(2).uncheck()
    expect(exact).to_have_count(0)


@pytest.mark.obligation("Q6.6-e")
def test_the_shown_command_agrees_and_one_tap_takes_it_back(mine: Phone, folder: Path) -> None:
    page = mine.page
    mine.open("#/settings/base/diagnosis")
    page.reload()
    page.get_by_label("Ticketnummer").fill(TICKET)
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("button", name="Die genauen Daten zeigen").click()
    command = page.get_by_role("region", name="Einmalig, genau diese Bytes").text_content() or ""
    # when the owner types what the app shows, at the console
    name, *words = shlex.split(command)
    assert name == "homebase"
    code, said, errors = run_homebase(*words, "--yes", "--state", str(mine.house.state), runtime=folder / "r")
    assert code == 74, (said, errors)  # agreed; nobody can be reached from here, and that is said
    assert "allowed once" in said
    # then the app says so here and on every page
    expect(page.get_by_text("Einmalig zugestimmt, noch nicht gesendet")).to_be_visible(timeout=LOOK_AGAIN_MS)
    expect(page.get_by_text(f"für Ticket {TICKET}")).to_be_visible()
    mine.has_no_barriers("active")
    page.evaluate("() => scrollTo(0, 0)")
    mine.picture("diagnosis-active-de")
    mine.open("#/")
    expect(page.get_by_text("Ferndiagnose: einmalig zugestimmt.")).to_be_visible()
    page.get_by_role("link", name="Beenden").click()
    # when the owner taps once
    page.get_by_role("button", name="Jetzt widerrufen").click()
    # then it is withdrawn, written down, and stays so
    expect(page.locator(".note")).to_contain_text("Widerrufen.")
    expect(page.locator(".badge")).to_have_text("widerrufen")
    mine.open("#/privacy/ledger")
    for kind in ("Einwilligung erteilt", "Einwilligung widerrufen"):
        expect(page.get_by_text(kind).first).to_be_visible()
    mine.picture("ledger-de")
    assert mine.said == []
