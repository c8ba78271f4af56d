"""The account's page: data entered and kept, the timezone of set-up, a link's code, the yearly question."""

import json

import pytest
from playwright.sync_api import Request, Route, expect

from .phones import Phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

LOOKS = """() => {
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(new Event('focus'));
}"""


def show(mine: Phone) -> None:
    mine.open("#/")
    mine.open("#/account")
    expect(mine.page.get_by_role("heading", level=1)).to_have_text("Konto und Zentrale")
    expect(mine.page.get_by_role("heading", name="Deine Angaben")).to_be_visible()


def test_the_owner_enters_their_data_and_finds_it_again(mine: Phone) -> None:
    page = mine.page
    mine.open("#/more")
    page.get_by_role("link", name="Konto und Zentrale").click()
    page.get_by_label("Vor- und Nachname").fill("Ada Lovelace")
    page.get_by_role("button", name="Speichern", exact=True).first.click()
    expect(page.get_by_text("Gespeichert", exact=True)).to_be_visible()
    page.get_by_label("Adresse", exact=True).fill("ada@example.org")
    page.get_by_role("button", name="Adresse speichern").click()
    expect(page.get_by_text("Nicht bestätigt.")).to_be_visible()
    expect(page.get_by_text("Noch ist kein Mailserver eingetragen")).to_be_visible()
    page.get_by_label("Die Lizenz, so wie sie kam").fill("no license")
    page.get_by_role("button", name="Prüfen und behalten").click()
    expect(page.get_by_text("keine ganze Lizenz für Homebase")).to_be_visible()
    show(mine)
    expect(page.get_by_label("Vor- und Nachname")).to_have_value("Ada Lovelace")
    expect(page.get_by_label("Adresse", exact=True)).to_have_value("ada@example.org")
    expect(page.get_by_text("HB-").first).to_be_visible()
    mine.has_no_barriers("account, filled")
    mine.picture("account-de")
    enter_phones(mine)


def enter_phones(mine: Phone) -> None:
    """A number and a device: told what is wrong, corrected, removed; nothing is sent anywhere."""
    contacts = mine.page.get_by_role("region", name="Telefone für Nachrichten")
    number = contacts.get_by_label("Telefonnummer")
    number.fill("0151 12345678")
    contacts.get_by_role("button", name="Eintragen").click()
    expect(contacts.get_by_text("ein Plus und 7 bis 15 Ziffern")).to_be_visible()
    mine.has_no_barriers("account, a wrong number")
    number.fill("0049 151 / 12345678")
    contacts.get_by_label("Wessen").fill("Ada")
    contacts.get_by_role("button", name="Eintragen").click()
    expect(contacts.get_by_text("SMS +4915112345678 Ada")).to_be_visible()
    expect(number).to_have_value("")
    contacts.get_by_label("Wofür").select_option("push")
    number.fill("+4915112345678")
    contacts.get_by_label("Geräte-ID für Push").fill("token-1")
    contacts.get_by_role("button", name="Eintragen").click()
    expect(contacts.get_by_role("listitem")).to_have_count(2)
    contacts.get_by_role("button", name="+4915112345678 ändern").first.click()
    number.fill("+4915112345679")
    contacts.get_by_role("button", name="Speichern").click()
    expect(contacts.get_by_text("SMS +4915112345679 Ada")).to_be_visible()
    expect(contacts.get_by_role("listitem")).to_have_count(2)
    contacts.get_by_role("button", name="+4915112345678 entfernen").click()
    mine.page.get_by_role("dialog").get_by_role("button", name="Entfernen").click()
    expect(contacts.get_by_role("listitem")).to_have_count(1)
    mine.has_no_barriers("account, a number")
    mine.picture("account-phones-de", above=contacts)


@pytest.mark.obligation("Q6.3-a")
def test_the_timezone_of_the_browser_that_set_the_home_up_is_known(mine: Phone) -> None:
    show(mine)
    zone = mine.page.evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(mine.page.get_by_role("textbox", name="Zeitzone")).to_have_value(zone)


def test_a_link_leaves_the_address_bar_and_a_wrong_code_is_told(mine: Phone) -> None:
    mine.open("#/")
    mine.open("#confirm=AAAAA-AAAAA-AAAAA-AAAAA")
    expect(mine.page.get_by_role("heading", level=1)).to_have_text("Konto und Zentrale")
    expect(
        mine.page.get_by_text("Dieser Code ist falsch, verbraucht oder älter als 24 Stunden.")
    ).to_be_visible()
    assert "AAAAA" not in mine.page.url


@pytest.mark.obligation("Q6.2-e")
def test_a_year_later_the_question_stands_on_the_first_page_until_it_is_answered(mine: Phone) -> None:
    page = mine.page
    answered: list[str] = []

    def a_year_later(route: Route) -> None:
        answer = route.fetch()
        body = answer.json() | ({} if answered else {"review_due": True})
        route.fulfill(response=answer, body=json.dumps(body))

    page.route("**/api/v1/account", a_year_later)
    page.on("request", lambda request: answered.append(request.url) if "reviews" in request.url else None)
    mine.open("#/more")
    mine.open("#/")
    question = page.get_by_role("link", name="Ein Jahr ist um: Stimmen deine Angaben noch?")
    expect(question).to_be_visible()
    assert _asked_when_somebody_looks(mine) == 1  # another phone may have answered it
    question.click()
    expect(page.get_by_role("heading", name="Stimmt das noch?")).to_be_visible()
    mine.has_no_barriers("review")
    page.get_by_role("button", name="Alles stimmt").click()
    expect(page.get_by_role("heading", name="Stimmt das noch?")).to_have_count(0)
    assert len(answered) == 1
    mine.open("#/")
    expect(page.get_by_role("link", name="Was verlässt mein Zuhause?")).to_be_visible()
    mine.settle()
    expect(page.get_by_role("link", name="Ein Jahr ist um")).to_have_count(0)
    assert _asked_when_somebody_looks(mine) == 0
    page.unroute("**/api/v1/account")
    assert mine.said == []


def _asked_when_somebody_looks(mine: Phone) -> int:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/v1/account"):
            asked.append(request.url)

    mine.settle()
    mine.page.on("request", note)
    mine.page.evaluate(LOOKS)
    mine.settle()
    mine.page.remove_listener("request", note)
    return len(asked)
