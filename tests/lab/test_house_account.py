"""The whole house with a mail server on the far side: entered by command, mailed, confirmed, left."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.hub.home.licenses import issued, key_text
from tests.journeys.houses import RunningHouse, demo_house
from tests.lab.outside import (
    RECEIVER,
    RESOLVER,
    NameServer,
    Receiver,
    Recorder,
    around,
    authority,
    listening,
    made_in,
    network,
)
from tests.mail_server import PASSWORD, USER, MailServer
from tests.needs import NETWORKS
from tests.privacy import age_file
from tests.privacy.house import SUPPORT_KEY, SUPPORT_SECRET

pytestmark = [
    pytest.mark.lab,
    pytest.mark.journey,
    NETWORKS,
]

HOST, EMAIL = "mail.example.org", "ada.lovelace@example.org"
CONFIG = """
[license]
key = "{license_key}"

[[recipient]]
name = "mail"
role = "own"
host = "{host}"
country = "DE"
transport = "smtps"
activities = ["account.register"]
ca_file = "{ca_file}"

[[recipient]]
name = "company"
role = "processor"
host = "{host}"
country = "DE"
path = "/homebase/1"
activities = ["mail.product", "support.ticket", "account.deregister"]
keys = ["{key}"]
ca_file = "{ca_file}"
"""


@dataclass(slots=True, kw_only=True)
class MailedHouse:
    home: RunningHouse
    server: MailServer
    company: Receiver
    recorder: Recorder
    names: NameServer

    def account(self) -> dict[str, object]:
        return dict(json.loads(self.home.ok("account", "show", "--json")))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MailedHouse]:
    state, resolver = tmp_path / "state", tmp_path / "resolv.conf"
    state.mkdir(mode=0o700)
    ca_file, context = authority(tmp_path / "ca", HOST)
    told = {"host": HOST, "ca_file": ca_file, "license_key": key_text(), "key": SUPPORT_KEY}
    (state / "homebase.toml").write_text(CONFIG.format(**told))
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
        server = MailServer(made_in(outside, lambda: listening(465)), context, secure_first=True)
        company = Receiver(outside, context)
        for part in (server, company, names, recorder):
            running.callback(part.close)
        home = running.enter_context(demo_house(tmp_path, "--devices", "1", around=around(inside, resolver)))
        yield MailedHouse(home=home, server=server, company=company, recorder=recorder, names=names)


@pytest.mark.timeout(240)
@pytest.mark.obligation("Q6.2-a")
@pytest.mark.obligation("Q6.14")
@pytest.mark.obligation("Q6.3-d")
def test_an_account_is_entered_confirmed_and_gone_with_the_home(house: MailedHouse, tmp_path: Path) -> None:
    # given what the owner entered
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    user = ("account", "mail-server", "--user", USER, "--file", str(secret))
    assert "others may read it" in house.home.refused(*user)
    secret.chmod(0o600)
    house.home.ok(*user)
    house.home.ok("account", "set", "--name", "Ada Lovelace", "--email", EMAIL, "--timezone", "Europe/Berlin")
    house.home.ok("account", "contact", "add", "+4915112345678")
    assert "add --yes" in house.home.refused("account", "confirm")
    _licenses(house, tmp_path / "license")
    assert (house.recorder.taken(), house.names.asked) == ([], [])

    # when they have the mail sent, its code confirms the address, once
    shown = house.home.ok("account", "confirm", "--lang", "de", "--yes")
    assert "Bitte bestätige deine E-Mail-Adresse" in shown
    assert "gesendet" in shown
    (arrived,) = house.server.arrived
    assert (arrived.to, arrived.secure, arrived.user) == ([EMAIL], True, USER)
    assert house.recorder.taken() != []  # the control of all that says nothing left
    link = re.search(r"http://127\.0\.0\.1:\d+/#confirm=([A-Z2-7-]{23})", arrived.mail.get_content())
    assert link is not None
    assert link[1] not in shown
    assert f"{EMAIL} is confirmed" in house.home.ok("account", "confirm", link[1])
    assert "wrong, used, or older" in house.home.refused("account", "confirm", link[1])

    # a company is told what was shown, and no more; a problem gets its ticket
    house.recorder.taken()
    assert "add --yes" in house.home.refused("account", "product-mail")
    assert "nobody to ask here" in house.home.refused("ticket", "report")
    assert (house.recorder.taken(), house.company.arrived) == ([], [])
    shown = house.home.ok("account", "product-mail", "--lang", "de", "--yes")
    assert house.company.arrived[0].body.decode() in shown
    assert "erlaubt, bis du es zurücknimmst" in shown
    house.company.says = {"ticket": "T-7K4M-2PQX"}
    shown = house.home.ok("ticket", "report", "--description", "no light", "--serial", "--yes")
    report = age_file.decrypt(house.company.arrived[1].body, SUPPORT_SECRET).decode()
    assert report in shown
    assert json.loads(report) == {"description": "no light", "email": EMAIL}  # no serial number is entered
    assert "your ticket is T-7K4M-2PQX" in shown
    assert "offen" in house.home.ok("ticket", "list", "--lang", "de")
    house.company.says = {"ticket": "T-7K4M-2PQX", "state": "closed"}
    assert "is closed there" in house.home.ok("ticket", "ask", "T-7K4M-2PQX")
    assert "T-OTHER" in house.home.ok("ticket", "close", "T-OTHER")

    # then the export holds all of it but the password
    house.home.ok("rights", "export", str(tmp_path / "copy"))
    copy = b"".join(path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    for told in (EMAIL, "Ada Lovelace", "Europe/Berlin", "+4915112345678", USER):
        assert told.encode() in copy
    for hidden in (PASSWORD, link[1]):
        assert hidden.encode() not in copy

    # one person goes with their number, and the report says of what stays, in German too, why
    house.home.ok("account", "contact", "add", "+4915112345679", "--label", "Bob")
    told = house.home.ok("rights", "erase", "--person", "Bob", "--yes", "--lang", "de")
    assert "gate.sms_numbers: 1 gelöscht\n" in told
    assert "gate.sms_numbers: 0 gelöscht, 1 bleiben: dafür ist niemand genannt" in told
    assert house.account()["sms_numbers"] == [{"number": "+4915112345678", "label": ""}]
    assert "Nobody in this home" in house.home.refused("rights", "erase", "--person", "Bob", "--yes")

    # and leaving takes authorisations first, then the account with all data
    house.company.says = {}
    told = house.home.ok("rights", "deregister", "--tell", "--yes", "--lang", "de")
    assert "die Mitteilung, die den Dienst beendet: gesendet" in told
    assert json.loads(house.company.arrived[-1].body) == {"email": EMAIL}
    entries = [json.loads(line) for line in house.home.ok("ledger", "list", "--json").splitlines()]
    rights = [entry["data"]["right"] for entry in entries if entry["kind"] == "right"]
    assert rights == ["erasure", "deregistration: authorisations", "deregistration: data"]
    left = house.account()
    assert (left["name"], left["email"], left["sms_numbers"]) == ("", None, [])
    assert left["mail_server"]["user"] is None  # type: ignore[index]  # an object
    house.home.ok("account", "set", "--email", EMAIL)
    house.recorder.taken()
    house.home.ok(*user)
    assert "deregistered" in house.home.refused("account", "confirm", "--yes")
    assert house.recorder.taken() == []


def _licenses(house: MailedHouse, file: Path) -> None:
    """One that was changed, one that is over, and one that counts, each checked by the command."""
    place = house.account()["installation"]
    assert isinstance(place, dict)
    good = issued(home_base=place["home_base_id"], issued="2020-01-01", expires="2099-12-31")
    over = issued(home_base=place["home_base_id"], issued="2020-01-01", expires="2020-12-31")
    for document, told in ((good.replace("C-4711", "C-4712"), "does not fit"), (over, "last day is over")):
        file.write_text(document)
        assert told in house.home.refused("account", "license", "set", str(file))
    file.write_text(good)
    assert "L-2026-000123, valid until 2099" in house.home.ok("account", "license", "set", str(file))
