"""The home's own key: set, seen on a sheet, checked by re-entry, and left nowhere in the browser."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, expect

from .houses import RunningHouse
from .phones import Phone, Simulator, furnished, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(400)]

ANSWER_MS = 60_000
SWITCH = "SIM0000001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[RunningHouse]:
    with furnished(tmp_path_factory.mktemp("home"), browser, 1) as house:
        yield house


# everything that a browser could keep, as one text
KEPT = """async () => {
  const names = await caches.keys();
  const bases = await indexedDB.databases();
  return JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href, names, bases,
    history.state, document.title]);
}"""


def test_an_own_key_is_set_printed_checked_and_kept_nowhere(mine: Phone) -> None:
    page, simulator = mine.page, Simulator(mine.house)
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    mine.open("#/radio")
    page.get_by_role("link", name=re.compile("^Schlüssel")).click()
    expect(page.get_by_role("heading", name="Der Herstellerschlüssel ist in Gebrauch")).to_be_visible()
    mine.has_no_barriers("default key")
    # given the warning was read, the key is drawn by chance
    page.get_by_role("button", name="Diesen Schlüssel setzen").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Verlierst du deinen eigenen Schlüssel")
    dialog.get_by_role("button", name="Diesen Schlüssel setzen").click()
    expect(page.get_by_role("heading", name=re.compile("Dein eigener Schlüssel"))).to_have_count(
        1, timeout=ANSWER_MS
    )
    expect(page.get_by_text("wurde noch nicht geprüft")).to_be_visible()
    # then devices get it, one by one; the lamp has it
    until(lambda: simulator.ask("key", device=SWITCH)["default"] is False, "the lamp with the new key")
    # when the sheet is shown and copied by hand
    page.get_by_role("button", name="Blatt zeigen").click()
    sheet = page.locator(".sheet")
    expect(sheet.get_by_role("img", name=re.compile("QR"))).to_be_visible()
    words = sheet.locator(".sheetwords .code").all_inner_texts()
    code = sheet.locator("small.code").inner_text()
    assert len(words) >= 12
    mine.has_no_barriers("sheet")
    mine.picture("keys-de", above=page.locator(".title"))
    # a wrong word is told, the right ones are accepted however they are written
    field = page.get_by_role("textbox", name=re.compile("^Tippe ab"))
    field.fill(" ".join([words[1], *words[1:]]))
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.get_by_text("Das ist nicht der Schlüssel.")).to_be_visible(timeout=ANSWER_MS)
    field.fill("  ".join(words).upper())
    page.get_by_role("button", name="Prüfen", exact=True).click()
    expect(page.get_by_text("Sein Blatt wurde geprüft.")).to_be_visible(timeout=ANSWER_MS)
    # on paper stands the sheet and nothing else
    page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    for gone in ("nav.tabs", "header.top", "h1", "textarea"):
        expect(page.locator(gone).first).to_be_hidden()
    mine.picture("key-sheet-print-de", above=sheet)
    page.emulate_media(media="screen")
    # and when the page is left, neither browser nor addresses hold any of it
    page.get_by_role("button", name="Verbergen").click()
    expect(sheet).to_have_count(0)
    mine.open("#/more")
    expect(page.get_by_role("heading", name="Mehr", level=1)).to_be_visible()
    kept = page.evaluate(KEPT) + "\n".join(urls) + page.content()
    assert code not in kept
    assert not any(f"{one} {two}" in kept for one, two in pairwise(words))
    assert "homebase.session" in page.evaluate(KEPT)  # control: what is kept would have been found
    assert mine.said == []
