"""The privacy centre of a paired phone: header, receipts, copy, erasing; lying hub; a home from a backup.

One browser outlives several starts of its house: both stand in a network namespace of their own, at one port.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from .consenting import DIAGNOSIS, RECIPIENT, fill_in, pair, prepare
from .houses import RunningHouse, demo_house
from .phones import CHROMIUM, PASSWORD, Phone, launch, phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, pytest.mark.timeout(300)]

PORT = 8480  # the namespace has nobody else


class Home:
    """A house that can be stopped and started again, and the network it stands in."""

    def __init__(self, folder: Path, network: int) -> None:
        self.folder, self._around = folder, ("nsenter", "--target", str(network), "--net")
        self._config = folder / "homebase.toml"
        self._config.write_text(RECIPIENT)
        self._running = ExitStack()
        self.house: RunningHouse

    def start(self) -> None:
        options = ("--config", str(self._config), "--devices", "1", "--port", str(PORT))
        self.house = self._running.enter_context(demo_house(self.folder, *options, around=self._around))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    alone = ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec sleep infinity"]
    with subprocess.Popen(alone, stdout=subprocess.PIPE, text=True) as network:
        try:
            assert network.stdout is not None
            assert network.stdout.readline() == "up\n"
            made = Home(tmp_path_factory.mktemp("centre"), network.pid)
            made.start()
            yield made
            made.stop()
        finally:
            network.kill()


@pytest.fixture(scope="module")
def inside(home: Home, playwright: Playwright) -> Iterator[Browser]:
    script = home.folder / "chromium"
    target = home.house.process.pid
    script.write_text(f'#!/bin/sh\nexec nsenter --target {target} --net {CHROMIUM} "$@"\n')
    script.chmod(0o755)
    with launch(playwright, script) as browser:
        yield browser


@pytest.fixture(scope="module")
def mine(home: Home, inside: Browser) -> Iterator[Phone]:
    """The owner's phone, paired, with a clock that it vouched for."""
    with phone(inside, home.house) as fresh:
        fresh.set_up()
        pair(fresh, home.folder)
        fresh.open("#/privacy")
        fresh.page.locator("[data-clock] button").click()
        expect(fresh.page.locator("[data-clock]")).to_have_count(0)
        yield fresh


@pytest.fixture(scope="module")
def credulous(home: Home, inside: Browser, mine: Phone) -> Iterator[Phone]:
    """The control: a browser of the same home that does not know the gate's key."""
    with phone(inside, home.house) as other:
        other.log_in()
        yield other


def agree(mine: Phone) -> None:
    mine.open(DIAGNOSIS)
    mine.page.reload()
    prepare(mine.page, form="until", groups=(0, 3))
    mine.page.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(mine.page.locator("main .badge.active")).to_be_visible()


def test_the_header_says_how_long_something_may_leave_and_one_tap_ends_it(mine: Phone) -> None:
    agree(mine)
    mine.open("#/privacy")
    expect(mine.page.locator("[data-ledger=verified]")).to_be_visible()
    mine.has_no_barriers("privacy of a paired phone")
    mine.picture("privacy-de")
    mine.open("#/")
    banner = mine.page.locator(".banner.leaving")
    expect(banner).to_contain_text("Ferndiagnose ist aktiv, noch")
    mine.has_no_barriers("leaving")
    mine.picture("leaving-de")
    banner.get_by_role("button", name="Beenden").click()
    expect(mine.page.locator(".note")).to_contain_text("Widerrufen.")
    expect(banner).to_have_count(0)


def test_each_consent_has_a_receipt_to_take_along(mine: Phone) -> None:
    mine.open("#/privacy/consents")
    with mine.page.expect_download() as waiting:
        mine.page.get_by_role("button", name="Quittung").first.click()
    receipt = json.loads(Path(waiting.value.path()).read_text())
    assert receipt["@type"] == "dpv:ConsentReceipt"
    assert "dpv:ConsentWithdrawn" in json.dumps(receipt)
    assert "signed with the key of an owner's phone" in json.dumps(receipt)
    mine.has_no_barriers("consents")
    mine.picture("consents-paired-de")


def test_a_copy_of_everything_can_be_opened_elsewhere(mine: Phone) -> None:
    mine.open("#/privacy/data")
    with mine.page.expect_download(timeout=60_000) as waiting:
        mine.page.get_by_role("button", name="Kopie speichern").click()
    with zipfile.ZipFile(waiting.value.path()) as copy:
        assert copy.testzip() is None
        manifest = json.loads(copy.read("manifest.json"))
        written = {row["name"]: row["rows"] for row in manifest["written"]}
        assert {"hub.people", "gate.entries", "gate.grants"} <= written.keys()
        grants = json.loads(copy.read("data/gate.grants.json"))
        assert len(grants) == written["gate.grants"] == 1
        assert copy.read("data/hub.people.csv").startswith(b'"id"')
    mine.has_no_barriers("data")
    mine.picture("data-paired-de")


def test_an_erasure_is_signed_here_and_reported_under_the_gates_signature(mine: Phone) -> None:
    page = mine.page
    mine.open("#/privacy/data")
    page.locator("#erase ~ fieldset input[value=category]").check()
    page.locator("section[aria-labelledby=erase] select").select_option("actuator_state")
    page.get_by_role("button", name="Endgültig löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Endgültig löschen").click()
    report = page.locator("[data-report]")
    expect(report).to_contain_text("Vom Tor bestätigt", timeout=60_000)
    mine.has_no_barriers("erased")
    mine.picture("erased-de", above=report)
    mine.open("#/privacy/ledger")
    expect(page.locator("li[data-kind=right]").first).to_be_visible()


def test_who_has_access_is_listed_and_this_browser_is_named(mine: Phone) -> None:
    mine.open("#/privacy/access")
    expect(mine.page.get_by_text("darf zustimmen und widerrufen, dieser Browser")).to_be_visible()
    expect(mine.page.locator("section[aria-label=Menschen] dd").first).to_have_text("Eigentümer")  # by name
    expect(mine.page.locator("[data-own]")).to_have_text("deine Sitzung, in diesem Browser")
    mine.has_no_barriers("access")
    mine.picture("access-paired-de")


def test_a_name_is_put_right_and_a_kind_of_data_is_restricted(mine: Phone, home: Home) -> None:
    page = mine.page
    mine.open("#/privacy/data")
    right = page.locator("section[aria-labelledby=correct]")
    right.locator("select").first.select_option("hub.people")
    right.locator("select").nth(1).select_option("1")
    right.locator("input").fill("Ada")
    right.get_by_role("button", name="Berichtigen").click()
    expect(page.locator(".note")).to_contain_text("Berichtigt.")
    # what is restricted leaves the house no more, and stands there as closed
    restrict = page.locator("section[aria-labelledby=restrict]")
    restrict.locator("select").select_option("presence")
    restrict.get_by_role("button", name="Einschränken").click()
    closed = page.locator("section[aria-labelledby=closed]")
    expect(closed).to_contain_text("eingeschränkt: Anwesenheit")
    mine.has_no_barriers("restricted")
    closed.get_by_role("button", name="Zurücknehmen: Anwesenheit").click()
    expect(closed).to_have_count(0)
    mine.open("#/privacy/access")
    expect(page.get_by_text("Ada", exact=True)).to_be_visible()


def test_an_objection_wins_over_every_consent_until_the_phone_takes_it_back(mine: Phone) -> None:
    page = mine.page
    mine.open("#/privacy")
    row = page.locator(".activity").filter(has=page.get_by_text("Ferndiagnose", exact=True))
    row.locator("summary").first.click()
    row.get_by_text("Widersprechen (Art. 21 DSGVO)").click()
    mine.has_no_barriers("objecting")
    row.get_by_role("button", name="Jetzt widersprechen").click()
    expect(row.locator(".badge.closed")).to_contain_text("widersprochen")
    mine.open(DIAGNOSIS)
    fill_in(page, "T-1")
    expect(page.locator(".note.bad")).to_contain_text("Du hast widersprochen.")
    mine.open("#/privacy")
    row.locator("summary").first.click()
    row.get_by_role("button", name="Zurücknehmen: Ferndiagnose").click()
    expect(row.locator(".badge.closed")).to_have_count(0)
    expect(page.locator(".note").last).to_contain_text("Zurückgenommen.")


# a hub that lies


@contextmanager
def lied_to(who: Phone, path: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[None]:
    """Whoever stands between changes the gate's answers to ``path``. change: content → content."""
    between = who.page.context.new_cdp_session(who.page)  # not page.route: its fetches leave the namespace

    def handle(event: dict[str, Any]) -> None:
        number = event["requestId"]
        answer = between.send("Fetch.getResponseBody", {"requestId": number})
        body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
        told = {
            "requestId": number,
            "responseCode": event["responseStatusCode"],
            "responseHeaders": [{"name": "Content-Type", "value": "application/json"}],
            "body": base64.b64encode(json.dumps(change(json.loads(body))).encode()).decode(),
        }
        between.send("Fetch.fulfillRequest", told)

    between.on("Fetch.requestPaused", handle)
    pattern = {"urlPattern": f"*/gate/v1/{path}*", "requestStage": "Response"}
    between.send("Fetch.enable", {"patterns": [pattern]})
    try:
        yield
    finally:
        between.detach()


def swap_preview(content: dict[str, Any]) -> dict[str, Any]:
    """More than was asked for, with a hash that fits."""
    text = content["text"].replace('"groups"', '"swapped":true,"groups"')
    return {**content, "text": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def test_a_swapped_preview_is_not_shown(mine: Phone, credulous: Phone) -> None:
    with lied_to(mine, "previews", swap_preview), lied_to(credulous, "previews", swap_preview):
        for who in (mine, credulous):
            who.open(DIAGNOSIS)
            who.page.reload()
            fill_in(who.page, "T-9")
        expect(credulous.page.locator("pre.exact").first).to_contain_text("swapped")  # the control
        expect(mine.page.locator(".note.bad")).to_contain_text("Nicht bestätigt")
        expect(mine.page.locator("pre.exact")).to_have_count(0)
        expect(mine.page.get_by_role("button", name="Zustimmen", exact=True)).to_have_count(0)
        mine.picture("hostile-preview-de")


def test_a_swallowed_withdrawal_is_noticed_and_said_again(mine: Phone, credulous: Phone) -> None:
    agree(mine)
    invented = {"cut": 0, "within_ms": 1, "entry": 99, "recorded": True, "grants": [1]}
    for who in (credulous, mine):
        who.page.route("**/gate/v1/withdrawals*", lambda route: route.fulfill(json=invented))
        # not even what is given is told: what the phone withdraws, it knows by the activity alone
        who.page.route("**/gate/v1/standing*", lambda route: route.fulfill(json={}))
        who.open(DIAGNOSIS)
        who.page.reload()
        who.page.get_by_role("button", name="Jetzt widerrufen").first.click()
    expect(credulous.page.locator(".note").first).to_contain_text("Widerrufen.")  # the control believes it
    expect(mine.page.locator(".note.bad")).to_contain_text("Nicht bestätigt")
    expect(mine.page.locator("main .badge.active")).to_be_visible()
    for who in (credulous, mine):
        who.page.unroute_all()
    # as soon as the gate is heard again, the phone says once more what it withdrew
    mine.open("#/privacy")
    mine.page.reload()
    expect(mine.page.locator(".badge.withdrawn").first).to_be_visible()


class Frozen:
    """Whatever was answered first, for ever. holds: set later, it is what was answered last by then."""

    def __init__(self, *, holds: bool = True) -> None:
        self.kept: dict[str, Any] | None = None
        self.holds = holds

    def __call__(self, content: dict[str, Any]) -> dict[str, Any]:
        if self.kept is None or not self.holds:
            self.kept = content
        return self.kept


def test_a_frozen_ledger_is_not_believed(mine: Phone, credulous: Phone) -> None:
    with lied_to(mine, "ledger", Frozen()), lied_to(credulous, "ledger", Frozen()):
        for who in (mine, credulous):
            who.open("#/privacy/ledger")
            who.page.reload()
        expect(credulous.page.locator("ol.ledger li")).to_have_count(1)  # the control: nothing is missed
        expect(mine.page.locator("[data-unconfirmed]").first).to_contain_text("Nicht bestätigt")
    frozen = Frozen(holds=False)  # an app asks as often as it likes until it has verified something
    with lied_to(mine, "witness", frozen):
        mine.open("#/privacy")
        mine.page.reload()
        expect(mine.page.locator("[data-ledger=verified]")).to_be_visible()
        frozen.holds = True
        mine.page.reload()
        expect(mine.page.locator("[data-unconfirmed]").first).to_contain_text("Nicht bestätigt")
        mine.has_no_barriers("unconfirmed")
        mine.picture("hostile-checkpoint-de")


def hide(content: dict[str, Any]) -> dict[str, Any]:
    """Nothing is allowed, says the page."""
    spelled = json.dumps(content).replace('"state": "active"', '"state": "off"')
    return dict(json.loads(spelled.replace('\\"state\\":\\"active\\"', '\\"state\\":\\"off\\"')))


def test_a_page_that_hides_what_is_allowed_is_not_believed(mine: Phone, credulous: Phone) -> None:
    agree(mine)
    with lied_to(mine, "activities", hide), lied_to(credulous, "activities", hide):
        for who in (mine, credulous):
            who.open("#/privacy")
            who.page.reload()
        expect(credulous.page.get_by_text("Ferndiagnose").first).to_be_visible()
        expect(credulous.page.locator(".badge.active")).to_have_count(0)  # the control is lied to
        expect(mine.page.locator("[data-unconfirmed]").first).to_contain_text("Nicht bestätigt")


# a home from a backup


def come_back(mine: Phone, house: RunningHouse) -> None:
    mine.house = house
    mine.open()
    mine.page.reload()
    door = mine.page.locator("input[autocomplete=current-password]")
    tabs = mine.page.locator("nav.tabs")
    expect(door.or_(tabs).first).to_be_visible()
    if door.is_visible():
        door.fill(PASSWORD)
        mine.page.locator("button[type=submit]").click()
    expect(tabs).to_be_visible()


def test_a_restored_home_tells_its_story_and_no_consent_counts_until_confirmed(
    mine: Phone, home: Home
) -> None:
    page = mine.page  # a consent of the test before lives
    home.stop()
    shutil.copytree(home.folder / "state", home.folder / "older", symlinks=True)
    (home.folder / "state" / "gate" / "restored").touch()
    home.start()
    come_back(mine, home.house)
    mine.open("#/privacy")
    story = page.locator("[data-ledger=restored]")
    expect(story).to_contain_text("wiederhergestellt")
    expect(story).to_contain_text("aus einer Sicherung")
    box = story.get_by_role("checkbox")
    expect(box).to_have_count(1)
    assert not box.is_checked()
    mine.has_no_barriers("restored")
    mine.picture("restored-de", above=story)
    story.get_by_role("button", name="Liste bestätigen").click()
    expect(page.locator(".note")).to_contain_text("Bestätigt.")
    expect(page.locator("[data-ledger=verified]")).to_be_visible()
    mine.open("#/privacy/consents")
    expect(page.locator(".badge.active")).to_have_count(0)


def test_a_ledger_that_was_put_back_unnoticed_turns_the_app_red(mine: Phone, home: Home) -> None:
    page = mine.page
    home.stop()
    shutil.copytree(home.folder / "state", home.folder / "kept", symlinks=True)
    home.start()
    come_back(mine, home.house)
    mine.open("#/privacy/ledger")  # entries that the phone sees, and that are gone afterwards
    expect(page.locator("[data-ledger=verified]")).to_be_visible()
    home.stop()
    shutil.rmtree(home.folder / "state")
    shutil.copytree(home.folder / "kept", home.folder / "state", symlinks=True)
    home.start()
    come_back(mine, home.house)
    expect(page.locator("[data-found]")).to_contain_text("nicht mehr das, das dieses Telefon gesehen hat")
    mine.open("#/privacy/ledger")
    red = page.locator("[data-ledger=rolled_back], [data-ledger=rewritten]")
    expect(red).to_be_visible()
    mine.has_no_barriers("red")
    mine.picture("red-de")
