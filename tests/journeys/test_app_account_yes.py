"""The mail that confirms an address: looked at in the app, agreed to by the phone's key, to that address."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.mail_server import PASSWORD, USER

from .consenting import house_alone, pair, phone_inside
from .houses import run_homebase
from .phones import Phone

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, pytest.mark.timeout(240)]

MAIL = """
[[recipient]]
name = "mail"
role = "own"
host = "mail.example.org"
country = "DE"
transport = "smtp"
activities = ["account.register"]
"""
EMAIL = "ada.lovelace@example.org"
LOOK_AGAIN_MS = 60_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("house")


@pytest.fixture(scope="module")
def mine(folder: Path, playwright: Playwright) -> Iterator[Phone]:
    with house_alone(folder, MAIL) as house, phone_inside(house, folder, playwright) as fresh:
        fresh.set_up()
        yield fresh


def command(mine: Phone, folder: Path, *words: str) -> str:
    code, said, errors = run_homebase(*words, "--state", str(mine.house.state), runtime=folder / "r")
    assert code == 0, errors
    return said


def test_a_paired_phone_agrees_to_the_mail_that_it_saw(mine: Phone, folder: Path) -> None:
    page = mine.page
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    command(mine, folder, "account", "mail-server", "--user", USER, "--file", str(secret))
    # given an address, entered in the app
    mine.open("#/account")
    page.get_by_label("Adresse", exact=True).fill(EMAIL)
    page.get_by_role("button", name="Adresse speichern").click()
    show = page.get_by_role("button", name="Zeigen, was gesendet würde")
    # a browser that is no phone sees the mail and the command
    show.click()
    mail = page.get_by_role("region", name="Bitte bestätige deine E-Mail-Adresse")
    expect(mail).to_contain_text("XXXXX-XXXXX")
    expect(page.get_by_text("homebase account confirm --preview")).to_be_visible()
    expect(page.get_by_role("button", name="Zustimmen")).to_have_count(0)
    mine.has_no_barriers("account, command")
    # when it is paired, it sees the same under the gate's signature and agrees
    pair(mine, folder)
    mine.open("#/account")
    show.click()
    expect(page.locator("[data-yes]")).to_contain_text(EMAIL)
    exact = page.get_by_role("region", name="Genau diese Bytes", exact=True)
    assert json.loads(exact.text_content() or "") == {"email": EMAIL}
    mine.has_no_barriers("account, yes")
    page.locator("[data-yes]").scroll_into_view_if_needed()
    mine.picture("account-yes-de")
    page.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(page.locator("[data-yes]")).to_have_count(0, timeout=LOOK_AGAIN_MS)
    # then the consent is that phone's, to that address, and its transfer began
    (grant,) = json.loads(command(mine, folder, "consent", "list", "--json"))["consents"]
    assert (grant["activity"], grant["via"], grant["addressee"]) == ("account.register", "phone", EMAIL)
    mine.open("#/privacy/ledger")
    expect(page.locator("li[data-kind=transfer_begin]").first).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert mine.said == []
