"""Settings, Home Base, Remote diagnosis: look at the bytes, agree on phone or console, take it back."""

import hashlib
import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from .consenting import DIAGNOSIS, TICKET, house_alone, pair, phone_inside, prepare
from .houses import run_homebase
from .phones import Phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, pytest.mark.timeout(240)]

LOOK_AGAIN_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def mine(folder: Path, playwright: Playwright) -> Iterator[Phone]:
    with house_alone(folder) as house, phone_inside(house, folder, playwright) as fresh:
        fresh.set_up()
        yield fresh


@pytest.mark.obligation("Q6.6-e")
def test_the_page_is_where_the_notice_says(mine: Phone) -> None:
    page = mine.page
    for step in ("Mehr", "Einstellungen", "Zentrale", "Ferndiagnose"):
        page.get_by_role("link", name=step).first.click()
    expect(page.get_by_role("heading", name="Ferndiagnose", level=1)).to_be_visible()
    expect(page.locator(".path")).to_contain_text("Einstellungen")
    expect(page.get_by_text("support (Auftragsverarbeiter), Deutschland").first).to_be_visible()


@pytest.mark.obligation("Q6.6-f")
def test_nothing_is_ticked_and_the_exact_bytes_are_shown_first(mine: Phone) -> None:
    page = mine.page
    mine.open(DIAGNOSIS)
    groups = page.get_by_role("checkbox")
    expect(groups).to_have_count(4)
    assert [one.is_checked() for one in [*groups.all(), *page.get_by_role("radio").all()]] == [False] * 6
    # without a ticket, a group and a term there is nothing to show
    page.get_by_role("button", name="Die genauen Daten zeigen").click()
    expect(page.get_by_role("alert").first).to_contain_text("Gib eine Ticketnummer ein")
    prepare(page, groups=(0, 2))
    exact = page.get_by_role("region", name="Genau diese Bytes", exact=True)
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
    mine.open(DIAGNOSIS)
    page.reload()
    prepare(page)
    # a browser that is not paired says so, and shows the command instead of a button
    expect(page.locator("[data-pair-first]")).to_be_visible()
    expect(page.get_by_role("button", name="Zustimmen")).to_have_count(0)
    command = page.get_by_role("region", name="Oder an der Konsole zustimmen").text_content() or ""
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
    # when the owner taps once, in the header of any page
    mine.open("#/")
    expect(page.get_by_text("Ferndiagnose: einmal zugestimmt")).to_be_visible()
    page.get_by_role("button", name="Beenden").click()
    # then it is withdrawn and written down; nobody signed for a browser without the gate's key
    expect(page.locator(".note")).to_contain_text("Widerrufen.")
    expect(page.locator(".note")).to_contain_text("Nicht bestätigt")
    mine.open("#/privacy/ledger")
    for kind in ("grant", "withdrawal"):
        expect(page.locator(f"li[data-kind={kind}]").first).to_be_visible()


@pytest.mark.obligation("Q6.6-e")
def test_a_paired_phone_agrees_sees_it_leave_and_takes_it_back(mine: Phone, folder: Path) -> None:
    page = mine.page
    mine.open("#/privacy")
    expect(page.get_by_text("Dieser Browser ist nicht gekoppelt")).to_be_visible()
    expect(page.locator("[data-unconfirmed]").first).to_be_visible()
    pair(mine, folder)
    mine.has_no_barriers("phone")
    # given the exact bytes under the gate's signature
    mine.open(DIAGNOSIS)
    expect(page.get_by_text("Vom Tor bestätigt").first).to_be_visible()
    prepare(page, groups=(1, 3))
    expect(page.locator("[data-yes]")).to_contain_text("diagnosis.example.org")
    mine.has_no_barriers("agree")
    mine.picture("diagnosis-agree-de", above=page.locator("[data-yes]"))
    yes, no = (page.get_by_role("button", name=name, exact=True) for name in ("Zustimmen", "Nicht zustimmen"))
    sizes = [button.bounding_box() for button in (yes, no)]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[0]["height"] == sizes[1]["height"]
    assert abs(sizes[0]["width"] - sizes[1]["width"]) < 1
    # when the owner agrees on the phone
    yes.click()
    expect(page.locator(".note")).to_contain_text("Zugestimmt. Das Tor hat es bestätigt.")
    expect(page.get_by_text("Einmalig zugestimmt, noch nicht gesendet")).to_be_visible(timeout=LOOK_AGAIN_MS)
    # then the ledger tells of the consent and of what began to leave, verified by this phone
    mine.open("#/privacy/ledger")
    expect(page.locator("[data-ledger=verified]")).to_be_visible()
    expect(page.locator("li[data-kind=transfer_begin]").first).to_contain_text("support")
    expect(page.locator("li[data-kind=grant]").first).to_contain_text("geprüft")
    mine.has_no_barriers("ledger")
    mine.picture("ledger-de")
    # and one tap takes it back, under the gate's signature
    mine.open("#/privacy")
    page.get_by_role("switch", name="Jetzt widerrufen: Ferndiagnose").click()
    expect(page.locator(".note")).to_contain_text("Widerrufen.")
    expect(page.locator(".note")).not_to_contain_text("Nicht bestätigt")
    expect(page.locator(".badge.withdrawn")).to_be_visible()
    assert mine.said == []
