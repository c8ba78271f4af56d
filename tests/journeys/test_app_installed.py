"""The app on the device: installable, there without the home, and changed only when somebody says so.

The files are those of the build, served by a front of the test's own where they have to change or go away.
"""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.daemon.commands.app import PAGE, WORKER, exported
from tests.paths import ROOT

from .houses import RunningHouse
from .phones import Phone, phone

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(300)]
BUILT = ROOT / "privacy" / "data" / "app"
ACTIVE = "() => navigator.serviceWorker.ready.then(registration => registration.active.state)"
SECONDS = 120_000


@pytest.fixture(scope="module")
def kept(browser: Browser, home: RunningHouse) -> Iterator[Phone]:
    with phone(browser, home, keeps=True) as mine:
        mine.open()
        expect(mine.page.locator("input[autocomplete=current-password]")).to_be_visible(timeout=SECONDS)
        assert mine.page.evaluate(ACTIVE) in {"activating", "activated"}
        yield mine


def test_the_browser_finds_nothing_that_keeps_it_from_being_installed(kept: Phone) -> None:
    tools = kept.page.context.new_cdp_session(kept.page)
    manifest = tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # a context of a test is a private window to the browser, which keeps no apps: that alone may stand there
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
    said = json.loads(manifest["data"])
    assert (said["display"], said["start_url"]) == ("standalone", "./")
    for icon in said["icons"]:
        size = kept.page.evaluate(
            "src => new Promise((done, fail) => { const image = new Image(); image.onerror = fail;"
            " image.onload = () => done(image.naturalWidth); image.src = src; })",
            icon["src"],
        )
        assert icon["sizes"] in {"any", f"{size}x{size}"}
    assert kept.said == []


def test_without_the_home_the_app_still_opens(browser: Browser, kept: Phone) -> None:
    page = kept.page
    page.context.set_offline(True)
    try:
        page.reload()
        expect(page.locator("#app button").first).to_be_visible(timeout=SECONDS)
        kept.has_no_barriers("offline")
        kept.picture("offline-de")
    finally:
        page.context.set_offline(False)
    # the control: a phone that keeps nothing shows nothing then
    with phone(browser, kept.house) as plain:
        plain.open()
        plain.page.context.set_offline(True)
        with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
            plain.page.reload()


KEPT = (
    "() => caches.keys().then(names => Promise.all(names.map(name => caches.open(name)))"
    ".then(stores => Promise.all(stores.map(store => store.keys()))))"
    ".then(all => all.flat().map(request => new URL(request.url).pathname))"
)
ASKED = "() => performance.getEntriesByType('resource').map(one => new URL(one.name).pathname)"
PUT = (
    "path => caches.keys().then(([name]) => caches.open(name)).then(store => store.put(path, new Response()))"
)
OF_THE_HOME = ("/api", "/gate", "/session")


def test_what_is_of_the_home_is_never_kept(kept: Phone) -> None:
    kept.log_in()
    for fragment in ("#/privacy", "#/account"):
        kept.open(fragment)
        kept.settle()
    asked = kept.page.evaluate(ASKED)
    assert {"api", "gate"} <= {path.split("/")[1] for path in asked}  # it had much to keep
    urls = kept.page.evaluate(KEPT)
    assert "/index.html" in urls
    assert not [url for url in urls if url.startswith(OF_THE_HOME)]
    # the control: one answer that was kept would be found
    kept.page.evaluate(PUT, "/api/v1/account")
    assert [url for url in kept.page.evaluate(KEPT) if url.startswith(OF_THE_HOME)] == ["/api/v1/account"]


# another build


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = {  # noqa: RUF012 - as the library has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".webmanifest": "application/manifest+json",
        ".js": "text/javascript",
    }

    def log_message(self, *_: object) -> None:
        """Nothing."""

    day = "monday"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Day", self.day)
        super().end_headers()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def put(folder: Path, connect: str) -> None:
    """An export; another ``connect`` makes another build."""
    built = {
        path.relative_to(BUILT).as_posix(): path.read_bytes()
        for path in BUILT.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    for name, data in exported(built, (connect,)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def look_again(page: Page) -> None:
    page.evaluate(
        "() => navigator.serviceWorker.ready.then(one => one.update()).then(() => null, () => null)"
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_new_build_waits_until_somebody_takes_it(
    browser: Browser, home: RunningHouse, tmp_path: Path, language: str
) -> None:
    put(tmp_path, "wss://one.example")
    with served(tmp_path) as address, phone(browser, home, language=language, keeps=True) as mine:
        page = mine.page
        page.goto(address)
        assert page.evaluate(ACTIVE) in {"activating", "activated"}
        page.reload()
        page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=SECONDS)
        expect(page.locator(".newer button")).to_have_count(0)

        # a build that is not whole is not taken: one file is not what the list says
        put(tmp_path, "wss://two.example")
        (tmp_path / PAGE).write_bytes(b"<!doctype html><title>swapped</title>")
        look_again(page)
        page.wait_for_timeout(2000)
        expect(page.locator(".newer button")).to_have_count(0)

        # whole, it is offered, and nothing changes until it is taken
        put(tmp_path, "wss://three.example")
        button = page.get_by_role("button", name={"de": "Neu laden", "en": "Reload"}[language], exact=True)
        for _ in range(60):  # a look while the refused one is still being taken apart finds nothing
            look_again(page)
            page.wait_for_timeout(1000)
            if button.is_visible():
                break
        expect(button).to_be_visible()
        assert "one.example" in (page.locator("meta[http-equiv]").get_attribute("content") or "")
        mine.has_no_barriers("a new build")
        mine.picture(f"newer-{language}")
        button.click()
        page.wait_for_function(
            "() => document.querySelector('meta[http-equiv]')?.content.includes('three.example')",
            timeout=SECONDS,
        )
        expect(page.locator(".newer button")).to_have_count(0)
        assert [text for text in mine.said if "404" not in text] == []
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_page_comes_with_todays_policy_while_its_server_is_at_hand(
    browser: Browser, home: RunningHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = "() => fetch('./index.html').then(page => page.headers.get('day'))"
    put(tmp_path, "wss://one.example")
    with served(tmp_path) as address, phone(browser, home, keeps=True) as mine:
        mine.page.goto(address)
        assert mine.page.evaluate(ACTIVE) in {"activating", "activated"}
        mine.page.reload()
        assert mine.page.evaluate(day) == "monday"
        monkeypatch.setattr(_Quiet, "day", "tuesday")
        assert mine.page.evaluate(day) == "monday"  # kept
        mine.page.reload()
        mine.page.wait_for_function(f"() => ({day})().then(day => day === 'tuesday')", timeout=SECONDS)


def test_the_worker_is_one_script_that_the_front_serves_fresh(home: RunningHouse) -> None:
    assert home.get(f"/{WORKER}")[0] == 200
