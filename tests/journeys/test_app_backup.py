"""A home is backed up at a tap and comes back: sheet, check and restore are typed at a terminal."""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.terminal import Terminal, homebase_at_terminal

from .houses import RunningHouse, demo_house
from .phones import DESKTOP, PHONE, Phone, phone, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(400)]

MADE_MS = 120_000
AFTERWARDS = "Danach"


@dataclass
class Home:
    """stick: where its copies go; mine: the owner's browser; words: of its sheet, once it has one."""

    house: RunningHouse
    stick: Path
    mine: Phone
    words: str = ""

    def typed(self, *command: str, answers: tuple[str, ...] = ()) -> tuple[int, str]:
        """A command at a terminal; what is answered is not shown."""
        with self._terminal(*command) as terminal:
            for answer in answers:
                terminal.asked()
                assert terminal.hides()
                terminal.type(answer)
            return terminal.end(), terminal.shown

    def sheet(self) -> None:
        """Make one, and type its words in again from the paper."""
        with self._terminal("backup", "sheet") as terminal:
            terminal.asked()
            self.words = " ".join(re.findall(r"\d ([a-z]{5})\b", terminal.shown))
            terminal.type(self.words)
            assert terminal.end() == 0, terminal.shown

    def rooms(self) -> list[str]:
        told = json.loads(self.house.ask("GET", "/api/v1/rooms", self.session()))
        return sorted(room["name"] for room in told["rooms"])

    def session(self) -> str:
        return str(self.mine.page.evaluate("() => sessionStorage.getItem('homebase.session')"))

    def _terminal(self, *command: str) -> AbstractContextManager[Terminal]:
        runtime = {"XDG_RUNTIME_DIR": str(self.house.run.parent)}
        return homebase_at_terminal(*command, "--state", str(self.house.state), environment=runtime)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("backup")
    stick, config = folder / "stick", folder / "homebase.toml"
    stick.mkdir()
    config.write_text(
        f'[backup]\nfolder = "{stick}"\nat = "04:15"\nevery_days = 2\nkeep = 5\nkeep_days = 30\n'
    )
    options = ("--config", str(config), "--devices", "1")
    with demo_house(folder, *options) as house, phone(browser, house) as mine:
        mine.set_up()
        mine.furnish()
        yield Home(house, stick, mine)


def test_a_home_is_backed_up_at_a_tap_and_comes_back_by_the_words_of_its_sheet(lived_in: Home) -> None:
    house, mine = lived_in.house, lived_in.mine
    page, before = mine.page, lived_in.rooms()
    assert before
    # given there is no sheet, nothing can be made
    mine.open("#/backup")
    begin = page.get_by_role("button", name="Jetzt sichern")
    expect(page.get_by_text("Es gibt noch kein Notfallblatt.")).to_be_visible()
    expect(begin).to_be_disabled()
    # and what homebase.toml says is shown
    plan = page.get_by_role("region", name="Plan und Orte")
    kept = "an jedem Ort die 5 neuesten und alle aus den letzten 30 Tagen"
    for words in ("alle 2 Tage um 04:15 Uhr", kept, f"Ordner {lived_in.stick}"):
        expect(plan).to_contain_text(words)
    lived_in.sheet()

    # when the owner taps the button, the copy is made, read back and shown so
    mine.open("#/")
    mine.open("#/backup")
    begin.click()
    expect(page.locator("[data-copy=verified]")).to_have_count(1, timeout=MADE_MS)
    expect(page.get_by_role("region", name="Letzte geprüfte Sicherung")).to_contain_text(
        "zurückgeholt, geöffnet und verglichen"
    )
    expect(begin).to_be_enabled()
    mine.has_no_barriers("backup, one made")
    mine.picture("backup-de")
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    mine.has_no_barriers("backup, wide")
    mine.picture("backup-wide-de")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    (first,) = lived_in.stick.glob("*.age")
    assert b"X25519" in first.read_bytes()[:200]  # of age, for the sheet

    # and the commands say the same; the drill opens it by the words, and by no others
    (told,) = json.loads(house.ok("backup", "list", "--json"))["copies"]
    assert (told["name"], told["state"], told["target"]) == (first.name, "verified", "local")
    newest = json.loads(house.ok("backup", "now", "--json"))["copies"][0]["name"]
    assert newest > first.name
    assert house.ok("backup", "list").count(".age") == 2
    code, said = lived_in.typed("backup", "check", answers=(lived_in.words,))
    assert code == 0, said
    assert f"{newest}, made " in said
    assert "the sheet opens this copy" in said
    assert lived_in.words.split()[0] not in said
    wrong = lived_in.words.rpartition(" ")[0] + " babab"
    code, said = lived_in.typed("backup", "check", answers=(wrong,))
    assert (code, "not a sheet's words" in said) == (2, True)

    # when something else happens in the home, it does not give way unasked
    mine.open("#/rooms")
    page.get_by_label("Name des Raums").fill(AFTERWARDS)
    page.get_by_role("button", name="Raum hinzufügen").click()
    expect(page.get_by_role("link", name=AFTERWARDS)).to_be_visible()
    code, said = lived_in.typed("backup", "restore", answers=(lived_in.words,))
    assert (code, "--replace" in said) == (2, True)
    assert lived_in.rooms() == sorted([*before, AFTERWARDS])

    # and when it is wanted, the home of before is back in a hub of its own
    session, hub = lived_in.session(), house.child("homebase hub")
    code, said = lived_in.typed("backup", "restore", "--replace", answers=(lived_in.words,))
    assert code == 0, said
    assert "1 devices are back" in said
    until(lambda: house.child("homebase hub") != hub, "another hub")
    until(lambda: house.get("/api/v1/health")[0] == 200, "a hub that answers")
    assert house.get("/api/v1/rooms", f"Authorization: Bearer {session}")[0] == 401
    assert json.loads(house.ok("ledger", "verify", "--json"))["findings"] == []
    assert json.loads(house.ok("backup", "list", "--json"))["unfinished"] is None
    page.evaluate("() => sessionStorage.clear()")
    mine.log_in()
    assert lived_in.rooms() == before
    mine.open("#/rooms")
    expect(page.get_by_role("link", name=before[0])).to_be_visible()
    expect(page.get_by_role("link", name=AFTERWARDS)).to_have_count(0)
