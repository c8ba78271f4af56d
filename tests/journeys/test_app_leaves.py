"""What the phone showed is what arrives: a whole house, a browser in its network, a receiver outside."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.lab.outside import RESOLVER, NameServer, Receiver, around, authority, network
from tests.needs import NETWORKS
from tests.privacy import age_file
from tests.privacy.house import SUPPORT_KEY, SUPPORT_SECRET

from .consenting import DIAGNOSIS, TICKET, pair, prepare
from .houses import demo_house
from .phones import CHROMIUM, Phone, launch, phone, until

pytestmark = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.lab,
    pytest.mark.timeout(400),
    NETWORKS,
]

HOST = "support.example.org"
CONFIG = """
[[recipient]]
name = "support"
role = "processor"
host = "{host}"
country = "DE"
path = "/diagnosis"
activities = ["diagnosis.remote", "deletion.request"]
ca_file = "{ca_file}"
keys = ["{key}"]
"""


@dataclass
class Reached:
    mine: Phone
    receiver: Receiver
    folder: Path


@pytest.fixture
def reached(tmp_path: Path, playwright: Playwright) -> Iterator[Reached]:
    ca_file, context = authority(tmp_path / "ca", HOST)
    config, names = tmp_path / "homebase.toml", tmp_path / "resolv.conf"
    config.write_text(CONFIG.format(host=HOST, ca_file=ca_file, key=SUPPORT_KEY))
    names.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        resolver, receiver = NameServer(outside, {HOST: ["9.9.9.1"]}), Receiver(outside, context)
        for part in (resolver, receiver):
            running.callback(part.close)
        enter = ("ip", "netns", "exec", inside)
        options = ("--config", str(config), "--devices", "1")
        house = running.enter_context(demo_house(tmp_path, *options, around=around(inside, names)))
        script = tmp_path / "chromium"
        script.write_text(f'#!/bin/sh\nexec {" ".join(enter)} {CHROMIUM} "$@"\n')
        script.chmod(0o755)
        browser = running.enter_context(launch(playwright, script))
        mine = running.enter_context(phone(browser, house))
        mine.set_up()
        yield Reached(mine=mine, receiver=receiver, folder=tmp_path)


@pytest.mark.obligation("Q6.6-b")
@pytest.mark.obligation("Q6.6-f")
def test_exactly_what_the_phone_showed_arrives_and_is_deleted_when_the_ticket_closes(
    reached: Reached,
) -> None:
    mine, page = reached.mine, reached.mine.page
    pair(mine, reached.folder)
    mine.open(DIAGNOSIS)
    prepare(page, groups=(0, 2))
    shown = page.locator("pre.exact").first.text_content() or ""
    page.get_by_role("button", name="Zustimmen", exact=True).click()
    # then exactly that arrives, for the support's key alone, and the one-time yes is used up
    until(lambda: len(reached.receiver.arrived) == 1, "a delivery")
    assert age_file.decrypt(reached.receiver.arrived[0].body, SUPPORT_SECRET).decode() == shown
    expect(page.locator("main .badge.used")).to_be_visible()
    expect(page.locator("li[data-state=waiting]")).to_contain_text("support")
    # the privacy centre says so: today's bytes and their recipient, and the same bytes again
    mine.open("#/privacy")
    expect(page.locator(".headline")).to_contain_text("an support")
    row = page.locator(".activity").filter(has=page.get_by_text("Ferndiagnose", exact=True))
    row.locator("summary").first.click()
    row.get_by_role("button", name="Die genauen Daten der letzten Übertragung zeigen").click()
    expect(row.locator("[data-last] pre.exact")).to_have_text(shown)
    mine.has_no_barriers("last")
    mine.picture("last-de", above=row.locator("[data-last]"))
    mine.open("#/privacy/ledger")
    expect(page.locator("li[data-kind=transfer_end]").first).to_be_visible()
    # when the owner says that the ticket is closed
    reached.receiver.says = {"state": "absent"}  # though it gave a receipt
    mine.open(DIAGNOSIS)
    page.get_by_role("button", name=f"Ticket {TICKET} ist geschlossen").click()
    expect(page.locator(".note")).to_contain_text("1 Löschung wird verlangt")

    def stands(state: str) -> bool:
        page.reload()
        expect(page.locator("li[data-state]").first).to_be_visible()
        return page.locator(f"li[data-state={state}]").count() == 1

    # then the recipient is asked, and what it says is not believed: there is a letter
    until(lambda: stands("asked"), "a flagged deletion")
    expect(page.locator("li[data-state=asked]")).to_contain_text("es ging aber ganz hinaus")
    page.get_by_text("Brief an den Empfänger").click()
    expect(page.locator("li[data-state=asked] code")).to_contain_text(f"zu Ticket {TICKET} unter der Kennung")
    mine.has_no_barriers("letter")
    # when it is asked again, it tells the truth, and that stands here
    reached.receiver.says = {}
    page.get_by_role("button", name=f"Löschung zu Ticket {TICKET} jetzt noch einmal").click()
    until(lambda: stands("confirmed"), "a confirmed deletion")
    assert len(reached.receiver.arrived) == 3
    mine.picture("deleted-de", above=page.locator("#deletions"))
