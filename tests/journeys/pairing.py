"""What journeys of paired phones share: a code of the home, the words on both sides, the yes from home."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping

from playwright.sync_api import Browser, expect

from .houses import RunningHouse
from .phones import Phone, phone

WAIT_S = 60.0
# the names of what this browser keeps of a home
KEPT = """() => new Promise((resolve, reject) => {
  const asked = indexedDB.open('homebase.phone');
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const keys = asked.result.transaction('kept').objectStore('kept').getAllKeys();
    keys.onsuccess = () => { asked.result.close(); resolve(keys.result); };
  };
})"""


def console(house: RunningHouse, *verb: str) -> Mapping[str, object]:
    """``homebase phone …`` at home."""
    told = json.loads(house.ok("phone", *verb, "--json"))
    assert isinstance(told, dict)
    return told


def the_waiting(house: RunningHouse) -> Mapping[str, object]:
    """The one phone whose words wait."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        rows = console(house, "waiting")["waiting"]
        assert isinstance(rows, list)
        if rows:
            assert len(rows) == 1
            return dict(rows[0])
    raise AssertionError("no phone waits")


def show_code(mine: Phone, text: str, name: str) -> None:
    """Paste a code on the pairing page."""
    mine.open()
    mine.page.get_by_role("button", name=mine.says("Dieses Telefon koppeln")).click()
    mine.page.get_by_label(mine.says("Wie heißt dieses Telefon?")).fill(name)
    mine.page.get_by_role("textbox", name=mine.says("Code")).fill(text)
    mine.page.get_by_role("button", name=mine.says("Koppeln"), exact=True).click()


def words_on(mine: Phone) -> list[str]:
    """The six words that the phone shows."""
    expect(mine.page.locator("ol.six li")).to_have_count(6)
    return mine.page.locator("ol.six li").all_inner_texts()


def pair(mine: Phone, role: str = "owner", name: str = "Adas Telefon") -> str:
    """Make this browser a phone of the home; returns its id."""
    show_code(mine, str(console(mine.house, "code")["text"]), name)
    shown = words_on(mine)
    row = the_waiting(mine.house)
    assert row["words"] == shown
    admitted = console(mine.house, "admit", str(row["pairing"]), "--role", role)
    expect(mine.page.locator("nav.tabs")).to_be_visible()
    return str(admitted["id"])


@contextlib.contextmanager
def paired_phone(
    browser: Browser, house: RunningHouse, role: str = "owner", *, keeps: bool = False
) -> Iterator[Phone]:
    """A fresh browser that is a phone of the home. keeps: the app on it, too."""
    with phone(browser, house, keeps=keeps) as mine:
        pair(mine, role)
        yield mine
