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
    Recorder,
    around,
    authority,
    listening,
    made_in,
    network,
)
from tests.mail_server import PASSWORD, USER, MailServer
from tests.needs import NETWORKS

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
"""


@dataclass(slots=True, kw_only=True)
class MailedHouse:
    home: RunningHouse
    server: MailServer
    recorder: Recorder
    names: NameServer

    def account(self) -> dict[str, object]:
        return dict(json.loads(self.home.ok("account", "show", "--json")))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[MailedHouse]:
    state, resolver = tmp_path / "state", tmp_path / "resolv.conf"
    state.mkdir(mode=0o700)
    ca_file, context = authority(tmp_path / "ca", HOST)
    (state / "homebase.toml").write_text(CONFIG.format(host=HOST, ca_file=ca_file, license_key=key_text()))
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
        server = MailServer(made_in(outside, lambda: listening(465)), context, secure_first=True)
        for part in (server, names, recorder):
            running.callback(part.close)
        home = running.enter_context(demo_house(tmp_path, "--devices", "1", around=around(inside, resolver)))
        yield MailedHouse(home=home, server=server, recorder=recorder, names=names)


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
    house.home.ok("rights", "deregister", "--yes")
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
