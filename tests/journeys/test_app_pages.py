"""Every page in both languages: it keeps nobody out, fits a phone, and leaves pictures to look at."""

import hashlib
import json
import os
import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from privacy.notice import as_json
from privacy.register import Language as NoticeLanguage
from tests.privacy.house import register

from .houses import RunningHouse
from .phones import DESKTOP, PHONE, TABLET, phone, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

DEVICES = {
    "switch": "bidcos%3ASIM0000001",
    "dimmer": "bidcos%3ASIM0000002",
    "blind": "bidcos%3ASIM0000003",
    "thermostat": "bidcos%3ASIM0000004",
    "radiator": "bidcos%3ASIM0000005",
    "contact": "bidcos%3ASIM0000006",
    "button": "bidcos%3ASIM0000008",
    "meter": "bidcos%3ASIM0000011",
}
PAGES = {
    "home": "#/",
    "rooms": "#/rooms",
    "history": "#/history",
    "more": "#/more",
    "settings": "#/settings",
    "base": "#/settings/base",
    "diagnosis": "#/settings/base/diagnosis",
    "privacy": "#/privacy",
    "ledger": "#/privacy/ledger",
    "notice": "#/privacy/notice",
    "account": "#/account",
    "phone": "#/privacy/phone",
    "consents": "#/privacy/consents",
    "cloud": "#/privacy/history",
    "figures": "#/privacy/figures",
    "data": "#/privacy/data",
    "access": "#/privacy/access",
    "phones": "#/phones",
    "notifications": "#/notifications",
    "backup": "#/backup",
    "devices": "#/devices",
    "teach-in": "#/devices/teach-in",
    "system": "#/system",
    "nothing": "#/no-such-page",
    **{f"device-{name}": f"#/device/{address}" for name, address in DEVICES.items()},
}

SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}
ALL = {
    f"{language}-{name}-{'dark' if dark else 'light'}": (language, size, dark)
    for language in ("de", "en")
    for name, size in SIZES.items()
    for dark in (True, False)
}
ONE = {name: ALL[name] for name in ("de-phone-dark",)}  # the narrowest with the longest words
EVERY_LOOK = "HOMEBASE_EVERY_LOOK" in os.environ  # all twelve; script/nightly looks


BODY = '{"resourceMetrics":[]}'
FIGURES_LEFT = {
    "recipient": "watch",
    "at": "2026-11-28T10:00:00.000Z",
    "text": BODY,
    "sha256": hashlib.sha256(BODY.encode()).hexdigest(),
    "bytes": len(BODY),
    "result": "delivered",
}
WEEK = {"metric": "devices", "at": "2026-11-28T10:00:00.000Z", "epsilon_milli": 200}
STATES = ("missed", "assumed", "sent", "sent", "sent", "drawn", "planned")
FIGURES: dict[str, dict[str, object]] = {  # of a home in which some left
    "telemetry": {
        "last": FIGURES_LEFT,
        "weeks": [{**WEEK, "week": f"2026-W{41 + n}", "state": state} for n, state in enumerate(STATES)],
    },
    "monitor": {"last": FIGURES_LEFT, "next": [{**FIGURES_LEFT, "week": "2026-W48"}]},
}
SPENT = {"month_milli": 800, "life_milli": 12_000}
SPENT_IN_WORDS = {"de": ("ε 0,8 von 1", "ε 12 von 12"), "en": ("ε 0.8 of 1", "ε 12 of 12")}


def figures_left(route: Route) -> None:
    """What the gate answers, with messages, and with what they cost."""
    answer = route.fetch()
    told = answer.json() | FIGURES[route.request.url.partition("?")[0].rpartition("/")[2]]
    if "epsilon" in told:
        told["epsilon"] |= SPENT
        told["epsilon"]["guess_permille"] |= {"month": 690, "life": 1000}
    route.fulfill(response=answer, body=json.dumps(told))


def shows_what_figures_cost(page: Page, language: str) -> None:
    statistics, monitoring = (
        page.locator(f"[data-figures='{name}']") for name in ("telemetry.usage", "monitor.device")
    )
    metrics = register().activities["telemetry.usage"].metrics
    expect(statistics.locator("[data-metric]")).to_have_count(len(metrics))
    expect(statistics.get_by_text(metrics[0].reason[NoticeLanguage(language)])).to_be_visible()
    for bar, words, spent in zip(
        statistics.locator("[data-spent]").all(), SPENT_IN_WORDS[language], SPENT.values(), strict=True
    ):
        expect(bar).to_contain_text(words)
        assert bar.get_by_role("meter").evaluate("bar => bar.value") == spent
    # an example, not the next one: nobody has drawn its answer
    assert json.loads(statistics.locator("pre.exact").first.text_content() or "")["answer"] == 0
    expect(statistics.locator("[data-state]")).to_have_count(len(STATES))
    expect(monitoring.locator("[data-next=watch] pre.exact")).to_have_text(BODY)


# all that a page can leave in a browser, but for its cookies
KEPT = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...(await indexedDB.databases()).map(found => found.name),
  ...("caches" in globalThis ? await caches.keys() : []),
  ...((await navigator.serviceWorker?.getRegistrations()) ?? []).map(found => found.scope),
]"""


@pytest.mark.parametrize(
    ("language", "size", "dark"),
    (ALL if EVERY_LOOK else ONE).values(),
    ids=list(ALL if EVERY_LOOK else ONE),
)
def test_every_page_keeps_nobody_out(
    browser: Browser, home: RunningHouse, language: str, size: tuple[int, int], dark: bool
) -> None:
    with phone(browser, home, language=language, size=size, dark=dark) as mine:
        mine.log_in()
        mine.tile("Stehlampe")
        mine.page.route(re.compile(r"/gate/v1/(telemetry|monitor)\?lang="), figures_left)
        for name, fragment in PAGES.items():
            mine.open(fragment)
            heading = mine.page.get_by_role("heading", level=1)
            # the page's heading has the focus: a screen reader begins there
            expect(heading).to_be_focused()
            mine.settle()
            expect(heading).to_be_focused()  # that of the page before is gone now
            if name == "figures":
                shows_what_figures_cost(mine.page, language)
            mine.has_no_barriers(f"{name} {language}")
            shape = {TABLET: "tablet-", DESKTOP: "desktop-"}.get(size, "")
            mine.picture(f"{shape}{name}-{language}{'-dark' if dark else ''}")
        assert mine.said == []
        mine.page.unroute_all(behavior="ignoreErrors")


@pytest.mark.obligation("Q2")
@pytest.mark.obligation("T2-h")
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_notice_names_parties_and_both_authorities_with_a_link(
    browser: Browser, home: RunningHouse, language: str
) -> None:
    with phone(browser, home, language=language) as mine:
        mine.log_in()
        mine.open("#/privacy")
        mine.page.locator("a[href='#/privacy/notice']").click()
        for link in ("https://www.bfdi.bund.de", "https://www.ldi.nrw.de", "mailto:datenschutz@telekom.de"):
            expect(mine.page.locator(f"a[href='{link}']")).to_be_visible()
        notice = register()
        for party in (*notice.controllers, notice.officer, *notice.authorities):
            expect(mine.page.get_by_text(party.name[NoticeLanguage(language)]).first).to_be_visible()
        expect(mine.page.locator("#rights ~ ul li")).to_have_count(8)


@pytest.mark.obligation("Q7.1")
def test_a_browser_keeps_what_the_notice_lists_and_nothing_else(browser: Browser, home: RunningHouse) -> None:
    told = as_json(register(), [], NoticeLanguage.EN)["activities"]
    assert isinstance(told, list)
    (row,) = (row for row in told if row["id"] == "portal.browser")
    listed = {field["text"].partition(":")[0] for field in row["fields"]}
    with phone(browser, home, language="en") as mine:
        mine.log_in()
        for fragment in ("#/settings", "#/privacy", "#/system", "#/"):
            mine.open(fragment)
            mine.settle()
        kept = mine.page.evaluate(KEPT)
        assert mine.page.context.cookies() == []
        token = mine.page.evaluate("() => sessionStorage.getItem('homebase.session')")
        assert re.fullmatch(r"[A-Za-z0-9_-]{40,}", token)  # a random id, with nothing of a person in it
    assert "homebase.session" in kept
    assert set(kept) <= listed


def test_a_light_is_switched_by_the_keyboard_alone(browser: Browser, home: RunningHouse) -> None:
    with phone(browser, home) as mine:
        mine.log_in()
        switch = mine.switch_of("Stehlampe")
        before = switch.get_attribute("aria-checked")
        # the skip link comes first and leads past header and tabs
        skip = mine.page.get_by_role("link", name="Zum Inhalt springen")
        for _ in range(10):
            mine.page.keyboard.press("Shift+Tab")
            if skip.evaluate("element => element === document.activeElement"):
                break
        expect(skip).to_be_focused()
        mine.page.keyboard.press("Enter")
        expect(mine.page.locator("main")).to_be_focused()
        for _ in range(20):
            mine.page.keyboard.press("Tab")
            if switch.evaluate("element => element === document.activeElement"):
                break
        expect(switch).to_be_focused()
        mine.page.keyboard.press("Space")
        expect(switch).to_have_attribute("aria-checked", "false" if before == "true" else "true")


def test_a_restore_is_led_to_the_console_by_the_exact_command_and_asks_for_no_words(
    browser: Browser, home: RunningHouse
) -> None:
    copy = {"target": "local", "name": "homebase-1.age", "made": None, "size": 2048, "state": "stored"}

    def with_a_copy(route: Route) -> None:
        answer = route.fetch()
        body = answer.json() | {"copies": [copy | {"why": "", "verified": None}]}
        route.fulfill(response=answer, body=json.dumps(body))

    with phone(browser, home, language="en") as mine:
        mine.page.route("**/gate/v1/backups", with_a_copy)
        mine.log_in()
        mine.open("#/backup")
        restore = mine.page.get_by_role("region", name="Restore", exact=True)
        first, then = (
            restore.get_by_role("region", name=name) for name in ("First, try it", "Then restore it")
        )
        expect(first).to_have_text("homebase backup restore homebase-1.age --dry-run")
        expect(then).to_have_text("homebase backup restore homebase-1.age --replace")
        restore.get_by_label("One room only").fill("Küche")
        expect(then).to_have_text("homebase backup restore homebase-1.age --room='Küche'")
        expect(restore.get_by_text("All else stays.")).to_be_visible()
        history = mine.page.get_by_label("Back up the history, too")
        expect(history).not_to_be_checked()
        history.click()
        expect(history).to_be_checked()
        words = mine.page.locator("main input:not([type=checkbox])")
        expect(words).to_have_count(1)  # the room's, and none for the sheet
        # what is set, and the ways to a place, a far one, too
        plan = mine.page.get_by_role("region", name="Plan and places")
        for said in ("each day at 03:30", "the newest 8 at each place", "none yet", "recipient add"):
            expect(plan).to_contain_text(said)
        expect(mine.page.get_by_text("one outside the house: see Plan and places")).to_be_visible()
        mine.has_no_barriers("backup, a copy chosen")
        mine.picture("backup-restore-en")
        assert mine.said == []


MESSAGE = '{"day":"2026-11-28","schema":"homebase.history/1","series":[],"transfer":"00000000000000aa"}'
EXACTLY = {"text": MESSAGE, "sha256": hashlib.sha256(MESSAGE.encode()).hexdigest(), "bytes": len(MESSAGE)}
DUE = "2027-05-28T10:00:00.000Z"
LEFT = {
    "recipient": "shelf",
    "day": "2026-11-28",
    "at": "2026-11-29T10:00:00.000Z",
    "bytes": 8400,
    "fate": "delivered",
    "refused": "",
    "attempts": 0,
    "next": None,
    "deletion": {"state": "waiting", "due": DUE, "attempts": 0, "answer": ""},
}
ASKED = {"state": "asked", "due": "2026-11-29T10:00:00.000Z", "attempts": 2, "answer": "denied"}
TRANSFERS = [
    LEFT | {"transfer": "a1", "at": None, "fate": "waiting", "attempts": 2, "next": DUE, "deletion": None},
    LEFT | {"transfer": "a2"},
    LEFT | {"transfer": "a3", "fate": "failed", "refused": "full", "deletion": ASKED},
    LEFT
    | {
        "transfer": "a4",
        "day": None,
        "at": None,
        "bytes": None,
        "fate": "",
        "deletion": ASKED | {"state": "confirmed"},
    },
]


def chosen(house: RunningHouse) -> list[int]:
    """How many series each purpose has, by the gate's own word."""
    told = json.loads(house.ok("history", "cloud", "show", "--json"))
    return [len(one["series"]) for one in told["purposes"]]


@pytest.mark.obligation("Q6.10")
@pytest.mark.parametrize(
    ("language", "size", "dark"),
    (ALL if EVERY_LOOK else ONE).values(),
    ids=list(ALL if EVERY_LOOK else ONE),
)
def test_a_history_on_servers_shows_what_would_leave_and_what_left_and_has_a_day_deleted(
    browser: Browser, home: RunningHouse, language: str, size: tuple[int, int], dark: bool
) -> None:
    asked: list[object] = []

    def with_a_recipient(route: Route) -> None:
        if route.request.method == "POST":
            route.continue_()
            return
        answer = route.fetch()
        purposes = [one | {"entered": ["shelf"], "transfers": TRANSFERS} for one in answer.json()["purposes"]]
        route.fulfill(response=answer, body=json.dumps({"purposes": purposes, "most": 16}))

    def with_a_message(route: Route) -> None:
        series = [one.get_attribute("data-series") for one in display.locator("[data-series]").all()]
        inside = [{"datapoint": name, "unit": None, "values": [[1795824000000, 1, 0, 1]]} for name in series]
        following = {**EXACTLY, "addressee": "age1x", "at": LEFT["at"], "until": DUE, "inside": inside}
        route.fulfill(json={"state": "ready", "day": "2026-11-28", "next": following})

    def with_an_answer(route: Route) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json={"deletions": 1})

    with phone(browser, home, language=language, size=size, dark=dark) as mine:
        mine.page.route("**/gate/v1/histories?lang=*", with_a_recipient)
        mine.page.route("**/gate/v1/histories/previews?*", with_a_message)
        mine.page.route("**/gate/v1/histories/copies?*", lambda route: route.fulfill(json=EXACTLY))
        mine.page.route("**/gate/v1/histories/deletions?*", with_an_answer)
        mine.log_in()
        for step in ("#/more", "#/settings", "#/settings/base"):  # where an owner looks for it
            mine.page.locator(f"a[href='{step}']").first.click()
        mine.page.locator("main a[href='#/privacy/history']").click()
        display = mine.page.locator("[data-purpose='history.cloud.display']")
        display.locator("details").first.locator("summary").click()
        boxes = display.get_by_role("checkbox")
        assert [box.is_checked() for box in boxes.all()] == [False] * boxes.count()
        for number in (0, 1):  # the gate itself keeps the choice, for this purpose alone
            boxes.nth(number).check()
            expect(display.locator("[data-series]")).to_have_count(number + 1)
        until(lambda: chosen(mine.house) == [2, 0], "two series chosen")
        mine.settle()  # the page knows, too; what is shown from here on stays
        display.locator("details").first.locator("summary").click()
        for purpose in (display, mine.page.locator("[data-purpose='history.cloud.statistics']")):
            purpose.locator("button.wide").first.click()
            expect(purpose.locator("pre.exact")).to_have_text(MESSAGE)
        expect(display.locator("[data-next=ready] details")).to_have_count(3)  # the bytes and two series
        mine.has_no_barriers(f"history {language}")
        shape = {DESKTOP: "desktop-"}.get(size, "")
        mine.picture(f"{shape}cloud-chosen-{language}{'-dark' if dark else ''}")
        rows = display.locator("[data-transfer]")
        expect(rows).to_have_count(4)
        rows.nth(3).scroll_into_view_if_needed()
        mine.picture(f"{shape}cloud-left-{language}{'-dark' if dark else ''}")
        # what waits, or is gone there, is not asked back; the others are, at first after a question
        assert [row.get_by_role("button").count() for row in rows.all()] == [1, 2, 2, 0]
        rows.nth(1).locator("button.danger").click()
        mine.page.get_by_role("dialog").locator("button.danger").click()
        rows.nth(2).get_by_role("button").nth(1).click()
        until(lambda: len(asked) == 2, "two questions")
        assert asked == [{"activity": "history.cloud.display", "transfer": name} for name in ("a2", "a3")]
        rows.nth(1).get_by_role("button").first.click()
        expect(rows.nth(1).locator("pre.exact")).to_have_text(MESSAGE)
        # another choice takes what was shown away
        for left in (1, 0):
            display.locator("[data-series] button").first.click()
            expect(display.locator("[data-series]")).to_have_count(left)
        expect(display.locator("[data-next]")).to_have_count(0)
        mine.has_no_barriers(f"history, left out {language}")
        assert mine.said == []
        mine.page.unroute_all(behavior="ignoreErrors")  # the page goes on asking
