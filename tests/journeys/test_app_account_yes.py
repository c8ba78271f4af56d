"""What is looked at in the app and agreed to by the phone's key: the mail for an address, news, messages.

A real mail server stands outside and takes both. Then updates, a history on a server, and figures.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.lab.outside import RECEIVER, RESOLVER, NameServer, around, authority, listening, made_in, network
from tests.mail_server import PASSWORD, USER, MailServer
from tests.needs import NETWORKS
from tests.privacy.house import SUPPORT_KEY

from .consenting import pair, phone_inside
from .houses import demo_house
from .phones import Phone, Simulator, until

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.lab, pytest.mark.timeout(360), NETWORKS]

HOST = "mail.example.org"
RECIPIENTS = """
[[recipient]]
name = "mail"
role = "own"
host = "{host}"
country = "DE"
transport = "smtps"
activities = ["account.register", "mail.send"]
ca_file = "{ca_file}"

[[recipient]]
name = "news"
role = "processor"
host = "updates.example.org"
country = "DE"
path = "/lists/"
activities = ["update.check"]

[[recipient]]
name = "shelf"
role = "processor"
host = "history.example.org"
country = "DE"
path = "/v1/history"
activities = ["history.cloud.display", "history.cloud.statistics"]
keys = ["{key}"]

[[recipient]]
name = "figures"
role = "processor"
host = "figures.example.org"
country = "DE"
path = "/v1/figures"
activities = ["monitor.device", "telemetry.usage"]

[[recipient]]
name = "clock"
role = "processor"
host = "time.example.org"
country = "DE"
path = "/zone"
activities = ["setup.timezone"]

[[recipient]]
name = "company"
role = "processor"
host = "company.example.org"
country = "DE"
path = "/homebase/1"
activities = ["mail.product", "account.deregister"]

[[recipient]]
name = "help"
role = "processor"
host = "help.example.org"
country = "DE"
path = "/homebase/1"
activities = ["diagnosis.remote", "support.ticket"]
keys = ["{key}"]
"""
PURPOSES = ("display", "statistics")
EMAIL = "ada.lovelace@example.org"
LOOK_AGAIN_MS = 60_000
DEVICES, SMOKE_DETECTOR = "10", "SIM0000010"  # the last one of them, in the hall


@dataclass(slots=True, kw_only=True)
class Mailed:
    phone: Phone
    server: MailServer

    def consents(self) -> list[dict[str, str]]:
        """Activity, addressee and way of each that was not taken back."""
        rows = json.loads(self.phone.house.ok("consent", "list", "--json"))["consents"]
        members = ("activity", "addressee", "via")
        return [{key: row[key] for key in members} for row in rows if row["state"] != "withdrawn"]


@pytest.fixture
def mailed(tmp_path: Path, playwright: Playwright) -> Iterator[Mailed]:
    (tmp_path / "state").mkdir(mode=0o700)
    ca_file, context = authority(tmp_path / "ca", HOST)
    (tmp_path / "state" / "homebase.toml").write_text(
        RECIPIENTS.format(host=HOST, ca_file=ca_file, key=SUPPORT_KEY)
    )
    resolver = tmp_path / "resolv.conf"
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        names = NameServer(outside, {HOST: [RECEIVER]})
        server = MailServer(made_in(outside, lambda: listening(465)), context, secure_first=True)
        for part in (server, names):
            running.callback(part.close)
        house = running.enter_context(
            demo_house(tmp_path, "--devices", DEVICES, around=around(inside, resolver))
        )
        phone = running.enter_context(phone_inside(house, tmp_path, playwright))
        phone.set_up()
        yield Mailed(phone=phone, server=server)


def test_a_paired_phone_agrees_to_the_mail_that_it_saw(mailed: Mailed, tmp_path: Path) -> None:
    mine, server = mailed.phone, mailed.server
    page = mine.page
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    mine.house.ok("account", "mail-server", "--user", USER, "--file", str(secret))
    # given an address, entered in the app
    mine.open("#/account")
    page.get_by_label("Adresse", exact=True).fill(EMAIL)
    page.get_by_role("button", name="Adresse speichern").click()
    email = page.locator("section[aria-labelledby=account-email]")
    show = email.get_by_role("button", name="Zeigen, was gesendet würde")
    # a browser that is no phone sees the mail and the command
    show.click()
    mail = page.get_by_role("region", name="Bitte bestätige deine E-Mail-Adresse")
    expect(mail).to_contain_text("XXXXX-XXXXX")
    expect(page.get_by_text("homebase account confirm --preview")).to_be_visible()
    expect(page.get_by_role("button", name="Zustimmen")).to_have_count(0)
    mine.has_no_barriers("account, command")
    # when it is paired, it sees the same under the gate's signature and agrees
    pair(mine, tmp_path)
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
    # then the consent is that phone's, to that address; the mail's code confirms it
    assert mailed.consents() == [{"activity": "account.register", "addressee": EMAIL, "via": "phone"}]
    until(lambda: len(server.arrived) == 1, "the mail")
    code = re.search(r"#confirm=([A-Z2-7-]{23})", server.arrived[0].mail.get_content())
    assert code is not None
    page.get_by_label("Code aus der Nachricht").fill(code[1])
    page.get_by_role("button", name="Bestätigen", exact=True).click()
    expect(page.get_by_text("Bestätigt am")).to_be_visible()
    _asks_for_the_timezone(mailed)
    _has_news_sent(mailed)
    _reports_a_problem(mailed)
    _prepares_to_leave(mailed)
    _agrees_to_messages(mailed)
    _allows_to_ask_for_updates(mailed)
    _has_a_history_kept(mailed)
    _has_figures_sent(mailed)
    assert len(server.arrived) == 5  # of what somebody acknowledged nobody was told again
    mine.open("#/privacy/ledger")
    expect(page.locator("li[data-kind=transfer_begin]").first).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert mine.said == []


def _asks_for_the_timezone(mailed: Mailed) -> None:
    """The privacy page leads there. Nobody answers at its host: the consent ends, and the page says so."""
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/privacy")
    page.get_by_role("link", name="Erlauben: Zeitzone bestimmen").click()
    card = page.locator("[data-consent='setup.timezone']")
    card.get_by_role("button", name="Zeigen, was gesendet würde").click()
    expect(card.locator("[data-yes]")).to_contain_text("time.example.org")
    expect(card.get_by_role("region", name="Genau diese Bytes", exact=True)).to_have_text("{}")
    mine.has_no_barriers("timezone, yes")
    mine.picture("timezone-yes-de", above=card)
    card.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(card.get_by_text("Es kam keine brauchbare Antwort")).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert [one["activity"] for one in mailed.consents()] == ["account.register"]


def _has_news_sent(mailed: Mailed) -> None:
    """By a company that is told whom to write to; nobody answers at its host here."""
    mine, page = mailed.phone, mailed.phone.page
    card = page.locator("[data-letter='mail.product']")
    card.get_by_role("button", name="Zeigen, was gesendet würde").click()
    expect(card.locator("[data-yes]")).to_contain_text(EMAIL)
    shown = json.loads(card.get_by_role("region", name="Genau diese Bytes", exact=True).text_content() or "")
    assert (shown["email"], shown.keys()) == (EMAIL, {"configuration", "email"})  # no name is entered
    mine.has_no_barriers("news, yes")
    mine.picture("news-yes-de", above=card)
    card.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(card.get_by_role("switch", checked=True)).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert {"activity": "mail.product", "addressee": EMAIL, "via": "phone"} in mailed.consents()
    mine.picture("news-allowed-de", above=card)
    card.get_by_role("switch").click()
    expect(card.get_by_role("button", name="Zeigen, was gesendet würde")).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert [one["activity"] for one in mailed.consents()] == ["account.register"]


def _reports_a_problem(mailed: Mailed) -> None:
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/settings/base/diagnosis")
    card = page.locator("[data-letter='support.ticket']")
    show = card.get_by_role("button", name="Zeigen, was gesendet würde")
    card.get_by_label("Was geht nicht?").fill("Das Licht im Flur bleibt an.")
    show.click()
    exact = card.get_by_role("region", name="Genau diese Bytes", exact=True)
    # the account's confirmed address; no serial number, as nobody ticked that
    assert json.loads(exact.text_content() or "") == {
        "description": "Das Licht im Flur bleibt an.",
        "email": EMAIL,
    }
    expect(card.locator("[data-yes]")).to_contain_text("help.example.org")
    mine.has_no_barriers("report, yes")
    mine.picture("report-yes-de", above=card)
    card.get_by_label("Was geht nicht?").fill("Etwas anderes.")
    expect(exact).to_have_count(0)  # what was shown is not what would be sent any more
    card.get_by_label("E-Mail-Adresse für die Antwort").fill("keine")
    show.click()
    expect(page.get_by_text("Das ist keine E-Mail-Adresse.")).to_be_visible()
    mine.said.clear()  # what the refusal left on the console is expected


def _prepares_to_leave(mailed: Mailed) -> None:
    """The company is told of a deregistration by one message, which waits for it."""
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/privacy/data")
    part = page.locator("[data-letter='account.deregister']")
    part.get_by_role("button", name="Zeigen, was gesendet würde").click()
    exact = part.get_by_role("region", name="Genau diese Bytes", exact=True)
    assert json.loads(exact.text_content() or "") == {"email": EMAIL}  # no serial number is entered
    mine.has_no_barriers("leaving, yes")
    mine.picture("leaving-yes-de", above=part)
    part.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(part).to_contain_text("liegt bereit", timeout=LOOK_AGAIN_MS)
    assert {"activity": "account.deregister", "addressee": "", "via": "phone"} in mailed.consents()
    mine.picture("leaving-waits-de", above=part)
    part.get_by_role("switch").click()
    expect(part.get_by_role("button", name="Zeigen, was gesendet würde")).to_be_visible(timeout=LOOK_AGAIN_MS)
    assert [one["activity"] for one in mailed.consents()] == ["account.register"]


def _agrees_to_messages(mailed: Mailed) -> None:
    mine, page, server = mailed.phone, mailed.phone.page, mailed.server
    mine.open("#/notifications")
    way = page.locator("[data-way=email]")
    expect(way).to_contain_text("nicht erlaubt")
    way.get_by_role("button", name="Testnachricht ansehen").click()
    expect(way.locator("[data-yes]")).to_contain_text(EMAIL)
    shown = json.loads(way.get_by_role("region", name="Genau diese Bytes", exact=True).text_content() or "")
    looked_at = way.get_by_role("region", name=shown["text"]).text_content() or ""
    mine.has_no_barriers("messages, yes")
    mine.picture("messages-yes-de", above=way)
    way.get_by_role("button", name="Zustimmen", exact=True).click()
    # exactly what was shown arrives
    until(lambda: len(server.arrived) == 2, "the test message")
    assert (server.arrived[1].to, str(server.arrived[1].mail["Subject"])) == ([EMAIL], shown["text"])
    expect(way.locator("[data-fate=sent]")).to_be_visible(timeout=LOOK_AGAIN_MS)
    expect(way.locator(".badge")).to_have_text(" erlaubt")
    # somebody is told by it; another test; the end
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_role("checkbox", name=EMAIL).check()
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("[data-told=Ada]")).to_contain_text(f"1. E-Mail {EMAIL}")
    way.get_by_role("button", name="Test senden").click()
    until(lambda: len(server.arrived) == 3, "another test message")
    mine.has_no_barriers("messages, allowed")
    mine.picture("messages-de", above=way)
    _is_told_of_smoke(mailed, looked_at.replace(shown["text"], "{text}"))
    _looks_at_what_was_sent(mailed, kept=4)
    expect(way.get_by_role("button", name="Gesendete löschen")).to_have_count(0)  # offered once it ended
    way.get_by_role("button", name="Jetzt widerrufen").click()
    expect(way).to_contain_text("nicht erlaubt", timeout=LOOK_AGAIN_MS)
    assert [one["activity"] for one in mailed.consents()] == ["account.register"]
    _erases_what_was_sent(mailed)


def _is_told_of_smoke(mailed: Mailed, looked_at: str) -> None:
    """From the detector to the mailbox, in the words of the preview, until somebody says that they know."""
    mine, page, server = mailed.phone, mailed.phone.page, mailed.server
    simulator = Simulator(mine.house)
    simulator.wait_until_all_are_paired()
    before = len(server.arrived)
    matter = page.locator("[data-notification=smoke]")
    for count in (1, 2):  # nobody acknowledged it when it comes again: told again
        simulator.ask("act", device=SMOKE_DETECTOR, event="smoke")
        until(lambda count=count: len(server.arrived) == before + count, "the message")  # type: ignore[misc]
        arrived = server.arrived[-1]
        subject, text = str(arrived.mail["Subject"]), arrived.mail.get_content()
        told = re.fullmatch(r"GEFAHR: Rauch - (.+), \d\d\.\d\d\. \d\d:\d\d", subject)
        assert told is not None, subject
        assert (arrived.to, f"{subject}\n\n{text}".replace("\r\n", "\n")) == (
            [EMAIL],
            looked_at.format(text=subject),
        )
        expect(matter).to_contain_text(told[1])
        simulator.ask("act", device=SMOKE_DETECTOR, event="clear")
        expect(matter).to_contain_text("vorbei")
    mine.has_no_barriers("messages, danger")
    matter.get_by_role("button").click()
    expect(page.locator("section[aria-labelledby=notify-waiting] [data-notification]")).to_have_count(0)
    told_twice = matter.get_by_text("Ada wurde es gesagt: gesendet")

    def seen() -> bool:
        mine.open("#/more")
        mine.open("#/notifications")
        expect(told_twice.first).to_be_visible()
        return told_twice.count() == 2

    until(seen, "what became of both messages")


def _sent(mailed: Mailed) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(mailed.phone.house.ok("notify", "sent", "--json"))["messages"]
    return rows


def _looks_at_what_was_sent(mailed: Mailed, *, kept: int) -> None:
    """The app shows what the command does."""
    mine, page = mailed.phone, mailed.phone.page
    page.get_by_text("Alle zeigen, die aufgehoben sind").click()
    rows, told = page.locator("[data-sent]"), _sent(mailed)
    expect(rows).to_have_count(kept)
    assert len(told) == kept
    for row, one in zip(rows.all(), told, strict=True):
        expect(row).to_contain_text(one["text"])
        expect(row).to_contain_text(f"E-Mail {EMAIL}")
        expect(row).to_have_attribute("data-sent", one["fate"])
    expect(page.locator("main [data-unconfirmed]")).to_have_count(0)
    mine.has_no_barriers("messages, sent")
    mine.picture("messages-sent-de", above=page.locator("section[aria-labelledby=sent]"))


def _erases_what_was_sent(mailed: Mailed) -> None:
    """Command and app offer it after a withdrawal; of what sends no messages nothing is offered."""
    house, page = mailed.phone.house, mailed.phone.page
    offered = "homebase notify forget mail.send"
    assert offered in house.ok("consent", "withdraw", "mail.send", "--lang", "de")
    assert offered in house.ok("consent", "withdraw", "mail.send", "--lang", "en")
    assert "notify forget" not in house.ok("consent", "withdraw", "telemetry.usage")  # the control
    assert len(_sent(mailed)) == 4  # the other control: a withdrawal alone erases nothing
    way = page.locator("[data-way=email]")
    mailed.phone.picture("messages-left-de", above=way)
    way.get_by_role("button", name="Gesendete löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Gesendete löschen").click()
    expect(way).to_contain_text("Noch keine Nachricht", timeout=LOOK_AGAIN_MS)
    expect(page.locator("[data-sent]")).to_have_count(0)
    assert _sent(mailed) == []
    assert "0" in house.ok(*offered.split()[1:])


def _allows_to_ask_for_updates(mailed: Mailed) -> None:
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/system")
    asking = page.locator("[data-consent='update.check']")
    asking.get_by_role("switch").click()
    expect(asking.locator("[data-yes]")).to_contain_text("updates.example.org")
    mine.has_no_barriers("updates, yes")
    mine.picture("updates-yes-de", above=asking)
    asking.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(asking.get_by_role("switch", checked=True)).to_be_visible()
    assert {"activity": "update.check", "addressee": "", "via": "phone"} in mailed.consents()
    asking.get_by_role("switch").click()
    expect(asking.get_by_role("switch", checked=False)).to_be_visible()
    assert [one["activity"] for one in mailed.consents()] == ["account.register"]


def _has_a_history_kept(mailed: Mailed) -> None:
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/privacy")
    page.get_by_role("link", name="Erlauben: Verlauf auf Servern: Anzeige").click()
    display, statistics = (page.locator(f"[data-purpose='history.cloud.{name}']") for name in PURPOSES)
    display.get_by_text("Messreihen wählen").click()
    box = display.get_by_role("checkbox").first
    expect(box).not_to_be_checked(timeout=LOOK_AGAIN_MS)
    box.check()
    expect(display.locator("[data-series]")).to_have_count(1)
    mine.settle()  # what is shown before the gate's own list has come goes with it
    display.get_by_role("button", name="Die genauen Daten zeigen: shelf").click()
    expect(display.locator("[data-next]")).to_contain_text("nichts bekannt")  # this home is of today
    display.get_by_role("switch").click()
    expect(display.locator("[data-yes]")).to_contain_text("history.example.org")
    mine.has_no_barriers("history, yes")
    display.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(display.get_by_role("switch", checked=True)).to_be_visible()
    mine.has_no_barriers("history, allowed")
    mine.picture("cloud-allowed-de", above=display)
    # for this purpose alone, by the phone's key, to the server's owner's
    one = {"activity": "history.cloud.display", "addressee": SUPPORT_KEY, "via": "phone"}
    assert one in mailed.consents()
    expect(statistics.get_by_role("switch", checked=False)).to_be_visible()
    expect(page.locator("main [data-unconfirmed]")).to_have_count(0)
    display.get_by_role("button", name="Weglassen: ").click()
    expect(display.locator("[data-series]")).to_have_count(0)
    display.get_by_role("switch").click()
    expect(display.get_by_role("switch", checked=False)).to_be_visible()
    assert [consent["activity"] for consent in mailed.consents()] == ["account.register"]


def _has_figures_sent(mailed: Mailed) -> None:
    mine, page = mailed.phone, mailed.phone.page
    mine.open("#/privacy")
    page.get_by_role("link", name="Erlauben: Geräteüberwachung").click()
    monitoring = page.locator("[data-figures='monitor.device']")
    shown = monitoring.locator("[data-next=figures]")
    # before the yes: the bytes that will leave, as the gate keeps them
    (following,) = json.loads(mine.house.ok("monitor", "show", "--json"))["next"]
    expect(shown.locator("pre.exact")).to_have_text(following["text"], timeout=LOOK_AGAIN_MS)
    expect(shown.get_by_text(f"SHA-256 {following['sha256']}")).to_be_visible()
    expect(shown).to_contain_text("nur, wenn du es erlaubst")
    monitoring.get_by_role("switch").click()
    expect(monitoring.locator("[data-yes]")).to_contain_text("figures.example.org")
    mine.has_no_barriers("figures, yes")
    monitoring.get_by_role("button", name="Zustimmen", exact=True).click()
    expect(monitoring.get_by_role("switch", checked=True)).to_be_visible()
    # it is agreed to: the same bytes
    expect(shown).to_contain_text("Verlässt das Haus am")
    expect(shown.locator("pre.exact")).to_have_text(following["text"])
    assert {consent["activity"] for consent in mailed.consents()} == {"account.register", "monitor.device"}
    # for this activity alone
    statistics = page.locator("[data-figures='telemetry.usage']")
    expect(statistics.get_by_role("switch", checked=False)).to_be_visible()
    told = json.loads(mine.house.ok("telemetry", "show", "--json", "--lang", "de"))
    expect(statistics.locator("pre.exact").first).to_have_text(told["example"])
    for bar, name in zip(statistics.locator("[data-spent]").all(), ("month", "life"), strict=True):
        assert bar.get_attribute("data-spent") == str(told["epsilon"][f"{name}_milli"]) == "0"
    expect(page.locator("main [data-unconfirmed]")).to_have_count(0)
    mine.picture("figures-allowed-de", above=monitoring)
    monitoring.get_by_role("switch").click()
    expect(monitoring.get_by_role("switch", checked=False)).to_be_visible()
    assert [consent["activity"] for consent in mailed.consents()] == ["account.register"]
