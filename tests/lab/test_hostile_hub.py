"""A hub in foreign hands and a real browser: it gives it no script, document, cookie, worker or way out.

Each attack is made twice: behind the front it must fail, straight to the browser (the control) succeed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.phones import chromium

from .hostile_hub import (
    BARE,
    HOSTILE,
    KINDS,
    MARK,
    RUNS_AS_DOCUMENT,
    RUNS_AS_SCRIPT,
    Place,
    behind_the_front,
    straight,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

WORKER = "sw.js"  # the app's own
SETTLE_MS = 500  # a refresh of 0 s, a preload and a worker's start take a fraction of it

SHOWN = {  # pages of the app, and whose words they show
    "": ("device", "room", "point"),
    "devices": ("device", "room", "model"),
    "device/bidcos%3ASIM0000001": ("device", "firmware"),
    "rooms": ("room",),
    "system": ("driver",),
}

# the page is in the attacker's hands as far as its own policy can't help: its trusted types are overcome
INJECT = """async urls => {
  const policy = trustedTypes.createPolicy('attack', { createScriptURL: url => url });
  const put = (tag, field, url, more) => new Promise(done => {
    const one = document.createElement(tag);
    one.onload = one.onerror = done;
    setTimeout(done, 1000);
    Object.assign(one, more);
    one[field] = ['script', 'embed', 'object'].includes(tag) ? policy.createScriptURL(url) : url;
    document.body.append(one);
  });
  const worker = url => new Promise(done => {
    const one = new Worker(policy.createScriptURL(url));
    one.onerror = one.onmessage = done;
    setTimeout(done, 500);
  });
  const tries = urls.flatMap(url => [
    put('script', 'src', url), put('script', 'src', url + '?module', { type: 'module' }),
    put('img', 'src', url + '?img'), put('iframe', 'src', url + '?iframe'),
    put('object', 'data', url + '?object'), put('link', 'href', url + '?css', { rel: 'stylesheet' }),
    put('link', 'href', url + '?preload', { rel: 'preload', as: 'script' }),
    fetch(url + '?fetch').then(answer => answer.text()),
    navigator.serviceWorker.register(policy.createScriptURL(url + '?worker'), { scope: '/' }),
    new Promise(done => done(worker(url + '?thread'))),
  ]);
  await Promise.allSettled(tries);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Place]:
    with behind_the_front(tmp_path) as place:
        yield place


@pytest.fixture
def control() -> Iterator[Place]:
    with straight() as place:
        yield place


@contextmanager
def opened(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="de", accept_downloads=False)
    try:
        yield context
    finally:
        context.close()


def kept(context: BrowserContext, place: Place) -> tuple[set[str], int]:
    """What is left behind in the origin: names that scripts stored, service workers beside the app's own."""
    page = context.new_page()
    page.goto(f"{place.address}/")
    scripts = page.evaluate(
        "() => navigator.serviceWorker.getRegistrations().then(all => all.flatMap(one =>"
        " [one.installing, one.waiting, one.active].filter(Boolean).map(worker => worker.scriptURL)))"
    )
    return stored(page), len(set(scripts) - {f"{place.address}/{WORKER}"})


def stored(page: Page) -> set[str]:
    return set(page.evaluate("() => Object.keys(localStorage)"))


def ran(*kinds: str) -> set[str]:
    return {f"{MARK}-{kind}" for kind in kinds}


def kinds_asked(place: Place) -> set[str]:
    asked = (target.partition("?")[0] for target in place.hub.asked if target.startswith(HOSTILE))
    return {target.removeprefix(HOSTILE) for target in asked}


def nothing_came_of_it(context: BrowserContext, place: Place) -> None:
    assert kept(context, place) == (set(), 0)
    assert context.cookies() == []
    assert (place.sink.connections, place.sink.paths) == (0, set())


def open_all(context: BrowserContext, place: Place) -> list[Page]:
    """Every hostile answer as a document of its own, opened from a page of the same origin."""
    opener = context.new_page()
    opener.goto(f"{place.address}/")
    opener.evaluate("urls => urls.forEach(url => open(url))", [f"{HOSTILE}{kind}" for kind in KINDS])
    while len(context.pages) <= len(KINDS) or kinds_asked(place) < set(KINDS):
        opener.wait_for_timeout(50)
    return [page for page in context.pages if page is not opener]


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Give a control the time that it needs on a busy machine; what must hold is asserted by the caller."""
    for _ in range(600):  # a minute
        if holds():
            return
        page.wait_for_timeout(100)


def test_no_answer_of_the_hub_is_a_document(browser: Browser, front: Place) -> None:
    with opened(browser) as context:
        pages = open_all(context, front)
        for page in pages:
            page.wait_for_load_state()
        pages[0].wait_for_timeout(SETTLE_MS)
        assert {page.url for page in pages} == {f"{front.address}{HOSTILE}{kind}" for kind in KINDS}
        assert {page.title() for page in pages} == {""}
        nothing_came_of_it(context, front)


def test_without_the_front_its_documents_act(browser: Browser, control: Place) -> None:
    with opened(browser) as context:
        pages = open_all(context, control)
        until(pages[0], lambda: all(page.url.startswith(control.sink.address) for page in pages))
        names, workers = kept(context, control)
        assert ran(*RUNS_AS_DOCUMENT) <= names
        assert workers == 1
        assert MARK in {cookie.get("name") for cookie in context.cookies()}
        assert control.sink.connections > 0
        # every one led away, by its Refresh or its Location
        assert {page.url.rpartition("/")[0] for page in pages} == {
            f"{control.sink.address}/{kind}" for kind in KINDS
        }


@pytest.mark.parametrize("policy", ["the app's", "none"])
def test_no_answer_of_the_hub_acts_inside_a_page(browser: Browser, front: Place, policy: str) -> None:
    with opened(browser) as context:
        page = context.new_page()
        if policy == "none":  # what the front takes from an answer must do without the page's help
            page.route(f"{front.address}/", lambda route: route.fulfill(body=BARE, content_type="text/html"))
        page.goto(f"{front.address}/")
        page.evaluate(INJECT, [f"{HOSTILE}{kind}" for kind in KINDS])
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SETTLE_MS)
        assert kinds_asked(front) >= set(KINDS)
        assert page.url == f"{front.address}/"
        assert MARK not in page.title()
        nothing_came_of_it(context, front)


def test_without_the_front_it_acts_inside_a_page(browser: Browser, control: Place) -> None:
    with opened(browser) as context:
        page = context.new_page()
        page.goto(f"{control.address}/")
        page.evaluate(INJECT, [f"{HOSTILE}{kind}" for kind in KINDS])
        expected = ran(*RUNS_AS_DOCUMENT, *RUNS_AS_SCRIPT)
        until(page, lambda: expected <= stored(page) and "/css/import" in control.sink.paths)
        names, workers = kept(context, control)
        assert expected <= names
        assert workers == 1
        assert MARK in {cookie.get("name") for cookie in context.cookies()}
        assert {"/css/import", "/script/ran"} <= control.sink.paths


def test_the_app_shows_hostile_words_as_words(browser: Browser, front: Place) -> None:
    with opened(browser) as context:
        page = context.new_page()
        page.goto(f"{front.address}/")
        password = page.locator("input[autocomplete=current-password]")
        password.fill("a sentence for tests")
        page.locator("button[type=submit]").click()
        # first the hub refuses, in its own words; then it opens a home
        expect(page.get_by_role("alert").first).to_contain_text(front.hub.words("way_out"))
        password.fill("a sentence for tests")
        page.locator("button[type=submit]").click()
        expect(page.locator("nav.tabs")).to_be_visible()
        for path, words in SHOWN.items():
            page.goto(f"{front.address}/#/{path}")
            for where in words:  # the words arrived, or nothing was tried
                expect(page.locator("body")).to_contain_text(front.hub.words(where))
            assert page.locator("img[src=x], img[onerror]").count() == 0
            assert page.url == f"{front.address}/#/{path}"
        assert MARK not in page.title()
        nothing_came_of_it(context, front)


@pytest.mark.parametrize("kind", ["html", "redirect-302"])
def test_the_app_itself_is_not_led_astray(browser: Browser, front: Place, kind: str) -> None:
    front.hub.only = kind
    with opened(browser) as context:
        page = context.new_page()
        page.goto(f"{front.address}/")
        page.wait_for_timeout(SETTLE_MS)
        assert front.hub.asked
        assert page.url == f"{front.address}/"
        assert MARK not in page.title()
        assert page.locator("body").inner_text().strip()
        nothing_came_of_it(context, front)


def test_the_same_words_taken_for_html_act(browser: Browser, control: Place) -> None:
    with opened(browser) as context:
        page = context.new_page()
        page.goto(f"{control.address}/")
        page.evaluate("words => { document.body.innerHTML = words; }", control.hub.words("device"))
        until(page, lambda: {"/device/ran", "/device/img"} <= control.sink.paths)
        assert ran("device") <= kept(context, control)[0]
        assert {"/device/ran", "/device/img"} <= control.sink.paths
