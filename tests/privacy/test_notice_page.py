"""The notice as a page: whole in both languages, nothing to fetch, nothing to run, readable by everybody."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser, Page

from privacy.notice_page import as_html
from privacy.register import Language
from tests.journeys.phones import AXE, AXE_RULES, AXE_RUN, PHONE, TABLET, chromium
from tests.privacy import house


class Tags(HTMLParser):
    """Every tag with its attributes, and the words of each language's part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {"de": "", "en": ""}
        self._part = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        if tag == "section":
            self._part = dict(attributes)["lang"] or ""

    def handle_data(self, data: str) -> None:
        if self._part:
            self.words[self._part] += data


def page_of(first: Language = Language.DE) -> str:
    return as_html(house.register(), house.known().values(), first)


@pytest.mark.obligation("Q2")
@pytest.mark.obligation("T2-h")
def test_both_parts_hold_parties_rights_and_every_activity() -> None:
    words = Tags(page_of()).words
    register = house.register()
    for language in Language:
        said = words[language.value]
        for party in (*register.controllers, register.officer, *register.authorities):
            assert party.name[language] in said
            assert party.contact in said
        assert all(right.text[language] in said for right in register.rights)
        assert all(row.text[language] in said for row in register.not_done)
        assert all(f"{name}, " in said for name in register.activities)
        assert all(row.texts[language].purpose in said for row in register.activities.values())


def test_nothing_is_fetched_and_nothing_runs() -> None:
    tags = Tags(page_of()).found
    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "form", "object", "video"}
    for tag, attributes in tags:
        assert "src" not in attributes
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert "href" not in attributes or tag == "a"


def test_the_language_asked_for_comes_first() -> None:
    assert page_of(Language.EN).index('id="en"') < page_of(Language.EN).index('id="de"')
    assert '<html lang="en">' in page_of(Language.EN)


def test_words_of_a_recipient_are_words_and_never_tags() -> None:
    hostile = replace(house.known()["support"], host="<script>alert(1)</script>")
    assert "<script" not in as_html(house.register(), [hostile], Language.DE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.browser
@pytest.mark.timeout(120)
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_keeps_nobody_out(browser: Browser, dark: bool) -> None:
    page = browser.new_page(color_scheme="dark" if dark else "light")
    page.set_content(page_of())
    for width, height in (PHONE, TABLET):
        page.set_viewport_size({"width": width, "height": height})
        assert _barriers(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
    page.close()


def _barriers(page: Page) -> list[object]:
    if not AXE.exists():
        pytest.fail("axe-core is missing: run script/build-app --test once")
    page.evaluate(AXE.read_text())
    found = page.evaluate(AXE_RUN, AXE_RULES)
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found["violations"]]
